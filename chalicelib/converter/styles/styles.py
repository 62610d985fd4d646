"""The styles of characters: weight, slant, lines, colours and links, each encoded as one letter.

A row has its styles as a string of letters, which is sliced like the text. The letters of plain,
bold and underlined text are in `styled_line`; the code points of others contain the style as bits,
so that no table of styles is needed.
"""

import re
from functools import cache
from typing import NamedTuple

from chalicelib.converter.styles.styled_line import BOLD, BOTH, PLAIN, UNDERLINED

_FIRST = 0x10000
# The letters of links, U+1000 to U+FFFF, have no room for backgrounds. Python compiles the set of
# all others faster.
_LINKED = re.compile("[^\0-\u0fff\U00010000-\U0010ffff]")

LINK_NUMBERS = 15
"""Links are numbered from 1 to this, and then from 1 again."""


class Style(NamedTuple):
    """A style; colours are numbers in the palette of 256 colours, or 0 for the default.

    The palette's black is 16, which equals its 0. `link` is 0 for text that is no link, or else
    the number of the link, which is another one where the next link begins.
    """

    bold: bool = False
    underlined: bool = False
    italic: bool = False
    struck: bool = False
    foreground: int = 0
    background: int = 0
    link: int = 0

    @property
    def shows_blanks(self) -> bool:
        """Whether blanks of this style can be seen."""
        return self.underlined or self.struck or self.background > 0

    @property
    def letter(self) -> str:
        """The letter of the style in a string of styles. That of a link has no background."""
        simple = _LETTERS.get(self)
        if simple is not None:
            return simple
        marks = self.bold | self.underlined << 1 | self.italic << 2 | self.struck << 3
        if self.link:
            return chr(self.link << 12 | marks << 8 | self.foreground)
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
    if bits < 0:
        bits = ord(letter)
        marks, foreground, background, link = bits >> 8 & 0xF, bits & 0xFF, 0, bits >> 12
    else:
        marks, foreground, background, link = bits >> 16, bits >> 8 & 0xFF, bits & 0xFF, 0
    return Style(
        bold=bool(marks & 1),
        underlined=bool(marks & 2),
        italic=bool(marks & 4),
        struck=bool(marks & 8),
        foreground=foreground,
        background=background,
        link=link,
    )


def has_links(styles: str) -> bool:
    """Return whether any of the letters is that of a link."""
    return _LINKED.search(styles) is not None
