"""Where the marked-content sequences of a page begin (PDF 32000-1, 14.6): blocks and links."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from chalicelib.converter.layout.page import Link, LinkSpan, Page
from chalicelib.converter.layout.rows import ComposedRow
from chalicelib.converter.recognition.paragraphs import Block


class Mark(NamedTuple):
    """Where a marked-content sequence begins; it ends where the next one does.

    `row` is the index of a row, and `place` that of a character in it or, in a composed row, that
    of a piece. `tag` is the sequence's: P, or Link for one that is a link.
    """

    row: int
    place: int = 0
    tag: bytes = b"P"


@cache
def row_mark(row: int) -> Mark:
    """Return the mark of a paragraph or heading that begins with a row."""
    return Mark(row)


class ContentSequence(NamedTuple):
    """Where a sequence begins, the index of the block that it is in, and its link if it is one.

    Sequences are numbered in the order in which they are drawn; sorting them by `order` gives their
    order in the text, which is another one where text of both directions is mixed.
    """

    mark: Mark
    block: int
    link: Link | None
    order: tuple[int, ...]


def content_sequences(page: Page, blocks: Sequence[Block]) -> list[ContentSequence]:
    """Return the sequences of a page with links, in the order in which they are drawn.

    `blocks` are all blocks of the page. Each link is in sequences of its own, and each block has at
    least one.
    """
    spans: defaultdict[int, list[LinkSpan]] = defaultdict(list)
    for span in page.links:
        spans[span.row].append(span)
    numbers = {block.start: number for number, block in enumerate(blocks)}
    sequences: list[ContentSequence] = []
    block = 0
    begins = True  # whether the next piece of content cannot be more of the last sequence
    for number, row in enumerate(page.rows):
        reordered = isinstance(row, ComposedRow) and bool(spans[number])
        begins = begins or reordered or number in numbers
        block = numbers.get(number, block)
        for place, link, order in _parts(row, spans[number]):
            if begins or link is not sequences[-1].link:
                mark = Mark(number, place, b"Link" if link else b"P")
                sequences.append(ContentSequence(mark, block, link, (number, order)))
            begins = False
        begins = reordered
    return sequences


def pieces_of(row: ComposedRow, span: LinkSpan) -> Iterator[int]:
    """Yield the indices of the pieces of a row that have any of a link's characters, in order."""
    for number, piece in enumerate(row.pieces):
        if piece.start < span.end and piece.end > span.start:
            yield number


def _parts(row: str, spans: Iterable[LinkSpan]) -> Iterator[tuple[int, Link | None, int]]:
    """Yield where each part of a row begins, its link, and its place in the row's text."""
    if isinstance(row, ComposedRow) and row.pieces:
        links = {number: span.link for span in spans for number in pieces_of(row, span)}
        starts = [
            0,
            *(n for n in range(1, len(row.pieces)) if links.get(n) is not links.get(n - 1)),
        ]
        for start, end in zip(starts, [*starts[1:], len(row.pieces)], strict=True):
            yield start, links.get(start), min(piece.start for piece in row.pieces[start:end])
        return
    end = 0
    for span in spans:
        if span.start > end:
            yield end, None, end
        yield span.start, span.link, span.start
        end = span.end
    if end < len(row) or not end:
        yield end, None, end
