"""Divides pages into paragraphs, which are sequences of rows that are not blank."""

from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from chalicelib.converter.layout.headings import MAX_ROWS, Heading, Headings
from chalicelib.converter.layout.layout import Page

MAX_BLOCKS = 8
"""Approximate maximum of structure elements on a page, not counting headings.

Pages of many short paragraphs would have more bytes of structure than of text.
"""


class Block(NamedTuple):
    """A paragraph with the blank rows after it: rows from `start` to the next block's start.

    `heading` is set if it is a heading instead of a paragraph.
    """

    start: int
    heading: Heading | None = None

    @property
    def tag(self) -> bytes:
        """The standard structure type (PDF 32000-1, 14.8.4)."""
        return b"H%d" % self.heading.level if self.heading else b"P"


class Paragraphs:
    """Finds the blocks of a document's pages, given in order."""

    def __init__(self) -> None:
        self._headings = Headings()
        self._ends_blank = True  # whether no paragraph continues from the last page

    def blocks(self, page: Page) -> tuple[Sequence[Block], bool]:
        """Return the blocks of a page, and whether the first continues from the last page.

        The blocks include all rows. A page of empty rows has no blocks, as nothing is drawn on it.
        """
        rows = page.rows
        if not any(rows):
            self._ends_blank = True
            return (), False
        blanks = _blanks(rows)
        last = len(rows) - 1
        goes_on = not self._ends_blank and (not blanks or blanks[0] > 0)
        self._ends_blank = page.breaks or (bool(blanks) and blanks[-1] == last)
        if not blanks:
            return (Block(0),), goes_on
        blocks: list[Block] = []
        behind = 0  # the row after the last blank one
        for blank in (*blanks, last + 1):
            if blank > behind:
                heading = None
                if blank - behind <= MAX_ROWS and blank <= last and (blocks or not goes_on):
                    heading = self._headings.heading(rows[behind:blank])
                # Blank rows at the top belong to the first block.
                blocks.append(Block(behind if blocks else 0, heading))
            behind = blank + 1
        return _joined(blocks) or (Block(0),), goes_on


def _joined(blocks: list[Block]) -> list[Block]:
    """Return blocks joined with their neighbours to about MAX_BLOCKS; headings stay separate."""
    size = -(-len(blocks) // MAX_BLOCKS)
    if size <= 1:
        return blocks
    joined: list[Block] = []
    room = 0  # paragraphs that can still be joined to the last block
    for block in blocks:
        if block.heading or not room:
            joined.append(block)
            room = 0 if block.heading else size - 1
        else:
            room -= 1
    return joined


def _blanks(rows: list[str]) -> list[int]:
    """Return the indices of the blank rows."""
    if True in map(str.isspace, rows):
        return [at for at, text in enumerate(map(str.strip, rows)) if not text]
    blanks: list[int] = []
    with suppress(ValueError):
        while True:
            blanks.append(rows.index("", blanks[-1] + 1 if blanks else 0))
    return blanks
