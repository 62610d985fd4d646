"""Rows that are not plain text on the grid, without importing the modules that make them."""

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, Self, cast

from chalicelib.converter.fonts.font import ASCENT, DESCENT
from chalicelib.converter.fonts.ink import NO_INK, Ink

if TYPE_CHECKING:
    from chalicelib.converter.fonts.clusters import ClusterFont, WordInk
    from chalicelib.converter.scripts.shaper import RunFont

TAB = 8
"""Cells between tab stops."""

MAX_CHARACTERS_PER_CELL = 31
"""Maximum characters of a row for each column, or a row of combining marks would never end.

These are a letter and 30 marks, as in UAX #15's Stream-Safe Text Format.
"""

# No character before these may need more than the grid. Python compiles the set of all others in a
# hundredth of the time.
_MAY_BE_COMPLEX = re.compile("[^\0-\u01f9]")


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


PICTURE_INK = Ink(ASCENT, DESCENT)
"""About how far the picture of an emoji reaches."""


def _union(words: "list[WordInk]") -> Ink:
    """Return how far words reach."""
    return Ink(max([word.above for word in words]), max([word.below for word in words]))


class RowPiece(NamedTuple):
    """A run of a row: escaped codes of a ClusterFont, or text of a GridFont, left to right.

    `advance` is in thousandths of the type size. An `emoji`, unless empty, is drawn over it. Its
    text is that of the row from index `start` to before `end`. Codes are those of its `words`.
    """

    font: "RunFont"
    shown: bytes | str
    advance: float
    style: str
    emoji: str = ""
    start: int = 0
    end: int = 0
    words: Sequence[bytes] = ()


class ComposedRow(str):
    """The text of a row in typing order, with its pieces from left to right.

    `indent` is where the pieces begin, in thousandths of the type size; `rtl` is whether the
    paragraph is right-to-left. It is only equal to rows with the same text, pieces and indent.
    """

    __slots__ = ("_ink", "_words", "indent", "pieces", "rtl")
    pieces: list[RowPiece]
    _ink: Ink | None
    _words: "list[list[WordInk]] | None"
    indent: float
    rtl: bool

    def __new__(cls, text: str, pieces: list[RowPiece], indent: float, *, rtl: bool) -> Self:
        """`pieces` must include all of the text."""
        row = super().__new__(cls, text)
        row.pieces, row.indent, row.rtl = pieces, indent, rtl
        row._words = row._ink = None
        return row

    @property
    def words(self) -> "list[list[WordInk]]":
        """The ink of the words of each of its pieces; empty for emoji and text of the grid."""
        if self._words is None:
            self._words = [
                cast("ClusterFont", piece.font).ink(piece.words) if piece.words else []
                for piece in self.pieces
            ]
        return self._words

    @property
    def ink(self) -> Ink:
        """How far its clusters and emoji reach; text of the grid is left out."""
        if self._ink is None:
            above, below = NO_INK
            for number, piece in enumerate(self.pieces):
                if piece.emoji:
                    ink = PICTURE_INK
                elif piece.words:
                    font = cast("ClusterFont", piece.font)
                    ink = font.clear_ink or _union(self.words[number])
                else:
                    continue
                above, below = max(above, ink[0]), max(below, ink[1])
            self._ink = Ink(above, below)
        return self._ink

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ComposedRow):
            return False
        drawn = self.pieces, self.indent, self.rtl
        return str.__eq__(self, other) and drawn == (other.pieces, other.indent, other.rtl)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__
