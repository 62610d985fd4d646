"""Divides pages into paragraphs: sequences of rows that are not blank, and long lines.

A line of three rows or more is a paragraph by itself, as word processors write them; two rows are
what a line of a log takes, or of text that somebody else wrapped.
"""

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from chalicelib.converter.layout.page import Page
from chalicelib.converter.recognition.headings import MAX_ROWS, Heading, Headings

MAX_BLOCKS = 8
"""Approximate maximum of structure elements on a page, not counting headings.

Pages of many short paragraphs would have more bytes of structure than of text.
"""

_FENCE = re.compile(" {0,3}```+[^`]*")

_JOINED_BLOCKS = 4
"""Number of blocks to which the paragraphs of a page with more than MAX_BLOCKS are joined."""


class Block(NamedTuple):
    """One or more paragraphs with the blank rows after them, or a heading.

    It has the rows from index `start` to before the next block's start, or to the end of the page.
    `heading` is set if it is a heading.
    """

    start: int
    heading: Heading | None = None

    @property
    def tag(self) -> bytes:
        """The standard structure type (PDF 32000-1, 14.8.4): P, or H1 to H6."""
        return b"H%d" % self.heading.level if self.heading else b"P"


def as_one(blocks: Sequence[Block]) -> Sequence[Block]:
    """Return one paragraph with all rows of a page, given its blocks; none if it has none."""
    return [Block(0)] if blocks else ()


class Paragraphs:
    """Finds the blocks of a document's pages, each given once, in order."""

    def __init__(self) -> None:
        self._headings = Headings()
        self._has_marks = False  # whether a paragraph so far begins with #, as in Markdown
        self._is_in_code = False  # between fences of Markdown
        self._ends_blank = True  # whether no paragraph continues from the last page
        self._ends_long = False  # whether that page ends with a long line

    def blocks(self, page: Page) -> tuple[Sequence[Block], bool]:
        """Return the blocks of a page, and whether the first continues from the page before.

        The blocks are in order, include all rows, and the first starts at row 0. A page of empty
        rows has no blocks, as nothing is drawn on it.
        """
        rows = page.rows
        if not any(rows):
            self._ends_blank = True
            return (), False
        blanks = _blanks(rows)
        fences = _fences(rows) if self._has_marks else []
        long_lines = _long_lines(page.continued, len(rows)) if len(page.continued) > 1 else []
        goes_on = self._goes_on(page, blanks, long_lines)
        starts: list[int] = []
        headings: dict[int, Heading] = {}
        behind = 0  # the row after the last blank one
        for blank in (*blanks, len(rows)):
            if blank > behind:
                heading, end = None, blank
                is_short = blank - behind <= MAX_ROWS and blank < len(rows)
                if rows[behind].startswith("#"):  # a comment rather than a heading in code
                    if not self._has_marks:
                        fences, self._has_marks = _fences(rows), True
                    is_short = is_short and not self._is_code(fences, behind)
                if (is_short or self._headings.is_manual) and (starts or not goes_on):
                    heading, end = self._heading(rows, behind, blank, is_short=is_short)
                if heading:
                    headings[behind] = heading
                starts += (behind, end) if end < blank else (behind,)
            behind = blank + 1
        self._is_in_code ^= len(fences) % 2 == 1
        if long_lines:
            edges = {edge for line in long_lines for edge in line}
            starts = sorted({*starts, *(edges - {len(rows), *blanks})})
        first, *others = _joined(starts or [0], headings)
        # Blank rows at the top belong to the first block.
        blocks = [Block(0, headings.get(first))]
        blocks += [Block(start, headings.get(start)) for start in others]
        return blocks, goes_on

    def _is_code(self, fences: Sequence[int], row: int) -> bool:
        """Return whether a row of the page is between fences, which are in these rows."""
        return self._is_in_code ^ (bisect_left(fences, row) % 2 == 1)

    def _goes_on(
        self, page: Page, blanks: Sequence[int], long_lines: Sequence[tuple[int, int]]
    ) -> bool:
        """Return whether a page begins within the last paragraph of the page before it."""
        begins = long_lines[:1] and long_lines[0][0] == 0
        same_line = page.continued[:1] == [0]
        goes_on = not self._ends_blank and blanks[:1] != [0]
        if not same_line and (begins or self._ends_long):
            goes_on = False
        self._ends_blank = page.breaks or blanks[-1:] == [len(page.rows) - 1]
        self._ends_long = bool(long_lines) and long_lines[-1][1] == len(page.rows)
        return goes_on

    def _heading(
        self, rows: list[str], start: int, end: int, *, is_short: bool
    ) -> tuple[Heading | None, int]:
        """Return the heading with which the rows of a paragraph begin, and where it ends.

        `is_short` is whether the paragraph has few enough rows to be one, and a blank row below.
        """
        heading = None
        if is_short:
            heading = self._headings.heading(rows[start:end])
        if not heading and end - start > 1 and self._headings.is_manual:
            heading = self._headings.section(*rows[start : start + 2])
            end = start + 1 if heading else end
        return heading, end


def _joined(starts: list[int], headings: Mapping[int, Heading]) -> list[int]:
    """Return the starts of blocks, joined with their neighbours if many; headings stay separate."""
    size = -(-len(starts) // _JOINED_BLOCKS) if len(starts) > MAX_BLOCKS else 1
    if not headings:
        return starts[::size]
    joined: list[int] = []
    room = 0  # paragraphs that can still be joined to the last block
    for start in starts:
        if start in headings or not room:
            joined.append(start)
            room = 0 if start in headings else size - 1
        else:
            room -= 1
    return joined


def _long_lines(continued: Sequence[int], rows: int) -> list[tuple[int, int]]:
    """Return where the lines of three rows or more begin and end on a page of so many rows.

    `continued` are the rows that continue the one above.
    """
    if {row + 1 for row in continued}.isdisjoint(continued):
        return []  # of most texts, where no line has more than two rows, this is faster
    starts = sorted({*range(1, rows)}.difference(continued))
    return [(start, end) for start, end in pairwise((0, *starts, rows)) if end - start > 2]


def _fences(rows: list[str]) -> list[int]:
    """Return the indices of rows that begin or end code in Markdown."""
    if "```" not in "".join(rows):
        return []
    return [at for at, row in enumerate(rows) if _FENCE.fullmatch(row)]


def _blanks(rows: list[str]) -> list[int]:
    """Return the indices of the blank rows."""
    return [at for at, text in enumerate(map(str.strip, rows)) if not text]
