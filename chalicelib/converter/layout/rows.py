"""Rows that are not plain text on the grid, without importing the modules that make them."""

import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, Self, cast

from chalicelib.converter.fonts.font import ASCENT, DESCENT
from chalicelib.converter.fonts.ink import NO_INK, Ink

if TYPE_CHECKING:
    from chalicelib.converter.fonts.clusters import ClusterFont
    from chalicelib.converter.scripts.shaper import RunFont

TAB = 8
"""Cells between tab stops."""

MAX_CHARACTERS_PER_CELL = 31
"""Maximum characters of a row for each column, or a row of combining marks would never end.

These are a letter and 30 marks, as in UAX #15's Stream-Safe Text Format.
"""

# The combining marks are the first characters that may need more than the grid. Python compiles the
# set of all others in a hundredth of the time.
_MAY_BE_COMPLEX = re.compile("[^\0-\u02ff]")


def is_complex(text: str) -> bool:
    """Return whether the text has characters that a grid of cells cannot show properly."""
    if text.isascii() or not _MAY_BE_COMPLEX.search(text):
        return False
    return _complex_test()(text)


@cache
def _complex_test() -> Callable[[str], bool]:
    """Return the test for characters of complex scripts and emoji, imported for the first text."""
    from chalicelib.converter.scripts.emoji import find_emoji
    from chalicelib.converter.scripts.script import COMPLEX

    return lambda text: COMPLEX.search(text) is not None or any(find_emoji(text))


_PICTURE_INK = Ink(ASCENT, DESCENT)
"""About how far the picture of an emoji reaches."""


class RowPiece(NamedTuple):
    """A run of a row: escaped codes of a ClusterFont, or text of a GridFont, left to right.

    `advance` is in thousandths of the type size. An `emoji`, unless empty, is drawn over it. Its
    text is that of the row from index `start` to before `end`.
    """

    font: "RunFont"
    shown: bytes | str
    advance: float
    style: str
    emoji: str = ""
    start: int = 0
    end: int = 0


class ComposedRow(str):
    """The text of a row in typing order, with its pieces from left to right.

    `indent` is where the pieces begin, in thousandths of the type size; `rtl` is whether the
    paragraph is right-to-left. It is only equal to rows with the same text, pieces and indent.
    """

    __slots__ = ("_codes", "_inks", "indent", "pieces", "rtl")
    pieces: list[RowPiece]
    _codes: list[tuple[int, ...]] | None
    _inks: list[Ink] | None
    indent: float
    rtl: bool

    def __new__(cls, text: str, pieces: list[RowPiece], indent: float, *, rtl: bool) -> Self:
        """`pieces` must include all of the text."""
        row = super().__new__(cls, text)
        row.pieces, row.indent, row.rtl = pieces, indent, rtl
        row._codes = row._inks = None
        return row

    @property
    def codes(self) -> list[tuple[int, ...]]:
        """The codes of each of its pieces; empty for text of the grid."""
        if self._codes is None:
            from chalicelib.converter.fonts.clusters import numbers

            self._codes = [
                numbers(piece.shown) if isinstance(piece.shown, bytes) else ()
                for piece in self.pieces
            ]
        return self._codes

    @property
    def inks(self) -> list[Ink]:
        """How far each of its pieces reaches; those of text of the grid are without ink here."""
        if self._inks is None:
            self._inks = [
                _PICTURE_INK
                if piece.emoji
                else cast("ClusterFont", piece.font).ink(codes)
                if codes
                else NO_INK
                for piece, codes in zip(self.pieces, self.codes, strict=True)
            ]
        return self._inks

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ComposedRow):
            return False
        drawn = self.pieces, self.indent, self.rtl
        return str.__eq__(self, other) and drawn == (other.pieces, other.indent, other.rtl)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__
