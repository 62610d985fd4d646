"""How a character of a row is to look: weight, slant, lines, colours; one letter stands for each.

Rows have their styles as strings of such letters, so that they are divided as the text is. The
letters of plain, bold and underlined text are in `cleaning`; those of others have their style in
the bits of their code point, so there is nothing to be kept of a document's styles.
"""

from functools import cache
from typing import NamedTuple

from chalicelib.converter.reading.cleaning import BOLD, BOTH, PLAIN, UNDERLINED

_FIRST = 0x10000


class Style(NamedTuple):
    """Colours are numbers of the palette of 256 that terminals have, or 0 for the paper's own.

    So there is no black of 0; that of 16 is the same.
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
        """What stands for the style in a string of styles."""
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
    """Return the style that a letter stands for."""
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
