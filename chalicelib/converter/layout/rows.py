"""Rows that are not plain text on the grid, without importing the modules that make them."""

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, Self, cast

from chalicelib.converter.fonts.face import ASCENT, DESCENT
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

# No character before these may need more than the grid. Python compiles the set of all others in a
# hundredth of the time.
_MAY_BE_COMPLEX = re.compile("[^\0-\u01f9]")


def is_complex(text: str) -> bool:
    """Return whether the text has characters that a grid of cells cannot show properly."""
    if text.isascii() or not (first := _MAY_BE_COMPLEX.search(text)):
        return False
    return _complex_test()(text, first.start())


@cache
def _complex_test() -> Callable[[str, int], bool]:
    """Return the test for characters of complex scripts and emoji, imported for the first text.

    Its second argument is where the characters begin that may be of complex scripts.
    """
    from chalicelib.converter.scripts.emoji import find_emoji
    from chalicelib.converter.scripts.script import COMPLEX

    return lambda text, start: COMPLEX.search(text, start) is not None or any(find_emoji(text))


def complex_ones(characters: Iterable[str]) -> set[str]:
    """Return those of the characters that a grid of cells cannot show properly."""
    text = "\n".join(characters)  # searched as a whole, without sequences of several characters
    if not is_complex(text):
        return set()
    from chalicelib.converter.scripts.emoji import find_emoji
    from chalicelib.converter.scripts.script import COMPLEX

    return {*COMPLEX.findall(text), *(match[0] for match in find_emoji(text))}


PICTURE_INK = Ink(ASCENT, DESCENT)
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

    __slots__ = ("_codes", "_ink", "indent", "pieces", "rtl")
    pieces: list[RowPiece]
    _codes: list[tuple[int, ...]] | None
    _ink: Ink | None
    indent: float
    rtl: bool

    def __new__(cls, text: str, pieces: list[RowPiece], indent: float, *, rtl: bool) -> Self:
        """`pieces` must include all of the text."""
        row = super().__new__(cls, text)
        row.pieces, row.indent, row.rtl = pieces, indent, rtl
        row._codes = row._ink = None
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
    def ink(self) -> Ink:
        """How far its clusters and emoji reach; text of the grid is left out."""
        if self._ink is None:
            above, below = NO_INK
            for number, piece in enumerate(self.pieces):
                ink = PICTURE_INK
                if not piece.emoji:
                    if not piece.shown or isinstance(piece.shown, str):
                        continue
                    font = cast("ClusterFont", piece.font)
                    ink = font.clear_ink or font.ink(self.codes[number])
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
