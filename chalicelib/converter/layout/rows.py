"""Rows that are no plain text on the grid. What makes them is imported for texts that need it."""

import re
from typing import TYPE_CHECKING, NamedTuple, Self

if TYPE_CHECKING:
    from chalicelib.converter.scripts.shaper import Font

TAB = 8  # cells

# Characters a row may hold for each of its columns: a letter and the 30 marks that the
# Stream-Safe Text Format allows it (UAX #15), or a row of nothing but marks would never end.
CROWDED = 31

# Nothing before the first of the combining marks needs more than the grid.
_MAY_BE_COMPLEX = re.compile("[\u0300-\U0010ffff]")


def is_complex(text: str) -> bool:
    """Whether there is anything in the text that a grid of cells cannot show properly."""
    if text.isascii() or not _MAY_BE_COMPLEX.search(text):
        return False
    from chalicelib.converter.scripts import emoji
    from chalicelib.converter.scripts.script import COMPLEX

    return COMPLEX.search(text) is not None or any(emoji.find(text))


class RowPiece(NamedTuple):
    """What is drawn with one font: codes of clusters, ready for a string, or text of the grid.

    `advance` is in thousandths of the size of the text. An `emoji` is drawn over it. `start` and
    `end` are where its text is in that of the row.
    """

    font: "Font"
    shown: bytes | str
    advance: float
    style: str
    emoji: str = ""
    start: int = 0
    end: int = 0


class ComposedRow(str):
    """A row as it was typed, and its pieces as they are seen from the left.

    `indent` is where they begin, in thousandths of the size of the text; `rtl` is whether the
    row begins on the right. It is equal to rows of the same text, pieces and place only.
    """

    __slots__ = ("indent", "pieces", "rtl")
    pieces: list[RowPiece]
    indent: float
    rtl: bool

    def __new__(cls, text: str, pieces: list[RowPiece], indent: float, *, rtl: bool) -> Self:
        """The pieces hold all of the text."""
        row = super().__new__(cls, text)
        row.pieces, row.indent, row.rtl = pieces, indent, rtl
        return row

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ComposedRow):
            return False
        drawn = self.pieces, self.indent, self.rtl
        return str.__eq__(self, other) and drawn == (other.pieces, other.indent, other.rtl)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__
