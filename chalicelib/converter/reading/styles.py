"""The styles of characters: weight, slant, lines and colours, each style encoded as one letter.

A row has its styles as a string of letters, which is sliced like the text. The letters of plain,
bold and underlined text are in `styled_line`; the code points of others contain the style as bits, so
that no table of styles is needed.
"""

from functools import cache
from typing import NamedTuple

from chalicelib.converter.reading.styled_line import BOLD, BOTH, PLAIN, UNDERLINED

_FIRST = 0x10000


class Style(NamedTuple):
    """A style; colours are numbers in the palette of 256 colours, or 0 for the default.

    The palette's black is 16, which equals its 0.
    """

    bold: bool = False
    underlined: bool = False
    italic: bool = False
    struck: bool = False
    foreground: int = 0
    background: int = 0

    @property
    def shows_blanks(self) -> bool:
        """Whether blanks of this style can be seen."""
        return self.underlined or self.struck or self.background > 0

    @property
    def letter(self) -> str:
        """The letter of the style in a string of styles."""
        simple = _LETTERS.get(self)
        if simple is not None:
            return simple
        marks = self.bold | self.underlined << 1 | self.italic << 2 | self.struck << 3
        return chr(_FIRST + (marks << 16 | self.foreground << 8 | self.background))


_LETTERS = {
    Style(): PLAIN,
    Style(bold=True): BOLD,
    Style(underlined=True): UNDERLINED,
    Style(bold=True, underlined=True): BOTH,
}
_STYLES = {letter: style for style, letter in _LETTERS.items()}


@cache
def style_of(letter: str) -> Style:
    """Return the style of a letter."""
    if letter in _STYLES:
        return _STYLES[letter]
    bits = ord(letter) - _FIRST
    marks = bits >> 16
    return Style(
        bold=bool(marks & 1),
        underlined=bool(marks & 2),
        italic=bool(marks & 4),
        struck=bool(marks & 8),
        foreground=bits >> 8 & 0xFF,
        background=bits & 0xFF,
    )
