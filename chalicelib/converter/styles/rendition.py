"""Select Graphic Rendition (ECMA-48, 8.3.117): the sequences that set colours and styles.

A style continues after line ends, as on a terminal, until another is selected. So does a link,
which terminals take from `ESC ] 8 ; parameters ; URI ESC \\` (OSC 8).
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from chalicelib.converter.styles.colours import BLACK, WHITE, faint, nearest
from chalicelib.converter.styles.styled_line import styled_line
from chalicelib.converter.styles.styles import LINK_NUMBERS, Style

LINK = re.compile(r"\x1b\]8;[^;]*;([^\x07\x1b]*)(?:\x07|\x1b\\)")
NO_LINK = "\x1b]8;;\x07"
_SELECT = re.compile(r"(?:\x1b\[|\x9b)([0-9;:]*)m")

# The attributes that a parameter sets, and their values.
_ATTRIBUTES: dict[int, dict[str, bool]] = {
    1: {"bold": True},
    2: {"faint": True},
    3: {"italic": True},
    4: {"underlined": True},
    7: {"reversed": True},
    9: {"struck": True},
    21: {"underlined": True},
    22: {"bold": False, "faint": False},
    23: {"italic": False},
    24: {"underlined": False},
    27: {"reversed": False},
    29: {"struck": False},
}

# Parameters that are followed by others: the colour of the text, of its background, and of
# underlines, which is ignored.
_COLOURS = (38, 48, 58)


@dataclass(frozen=True, slots=True)
class _Rendition:
    bold: bool = False
    faint: bool = False
    italic: bool = False
    underlined: bool = False
    reversed: bool = False
    struck: bool = False
    foreground: int = 0
    background: int = 0
    link: int = 0

    @property
    def letter(self) -> str:
        """The letter of this style in a string of styles."""
        foreground = faint(self.foreground) if self.faint else self.foreground
        background = self.background
        if self.reversed and not self.link:
            foreground, background = background or WHITE, foreground or BLACK
        return Style(
            self.bold, self.underlined, self.italic, self.struck, foreground, background, self.link
        ).letter


class GraphicRendition:
    """The style that is selected at the end of the text so far.

    `links` are the URIs of the links in the text, as they are typed, in order. The code that adds
    links to pages takes them from there.
    """

    def __init__(self) -> None:
        self._current = _Rendition()
        self._number = 0  # of the last link in its style
        self._next_link = ""  # begins with the next character that can be seen
        self.links: deque[str] = deque()

    @property
    def is_plain(self) -> bool:
        """Whether the text that follows has no style."""
        return self._current == _Rendition() and not self._next_link

    def apply(self, text: str, escapes: re.Pattern[str]) -> str:
        """Return the text without its `escapes`, with the styles that those select."""
        if self.is_plain and not _SELECT.search(text) and not LINK.search(text):
            return escapes.sub("", text)
        parts: list[str] = []
        styles: list[str] = []
        start = 0
        for match in escapes.finditer(text):
            self._add(text[start : match.start()], parts, styles)
            start = match.end()
            if selection := _SELECT.fullmatch(match[0]):
                self._select(selection[1])
            elif link := LINK.fullmatch(match[0]):
                self._next_link = link[1]
                self._current = replace(self._current, link=0)
        self._add(text[start:], parts, styles)
        return styled_line("".join(parts), "".join(styles))

    def _add(self, text: str, parts: list[str], styles: list[str]) -> None:
        if self._next_link and any(map(str.isprintable, text.replace(" ", "\n"))):
            self._number = self._number % LINK_NUMBERS + 1
            self._current = replace(self._current, link=self._number)
            self.links.append(self._next_link)
            self._next_link = ""
        parts.append(text)
        styles.append(self._current.letter * len(text))

    def _select(self, parameters: str) -> None:
        numbers = iter(_numbers(parameters))
        for number in numbers:
            if number in _COLOURS:
                self._select_colour(number, _colour(numbers))
            elif number == 0:
                self._current = _Rendition(link=self._current.link)
            elif number in _ATTRIBUTES:
                self._current = replace(self._current, **_ATTRIBUTES[number])
            else:
                self._select_named(number)

    def _select_named(self, number: int) -> None:
        tens, units = divmod(number, 10)
        if tens in (3, 4, 9, 10) and units < 8:
            named = units + 8 * (tens > 4)
            self._select_colour(48 if tens in (4, 10) else 38, named or BLACK)
        elif number in (39, 49):
            self._select_colour(number - 1, 0)

    def _select_colour(self, number: int, colour: int | None) -> None:
        if colour is not None and number == 38:
            self._current = replace(self._current, foreground=colour)
        elif colour is not None and number == 48:
            self._current = replace(self._current, background=colour)


def _numbers(parameters: str) -> list[int]:
    """Return the parameters, which are separated by semicolons, as numbers; a missing one is 0.

    A parameter may have parts, separated by colons (ITU-T T.416). Those of a colour become numbers
    of their own, except for its colour space. Of others only the first counts, such as 4 for every
    kind of underline; but `4:0`, no underline, becomes 24.
    """
    numbers: list[int] = []
    for parameter in parameters.split(";"):
        parts = [int(part[-9:] or 0) for part in parameter.split(":")]
        if parts[0] in _COLOURS:
            numbers += parts[:2] + (parts[3:6] if len(parts) > 5 else parts[2:5])
        elif parts[:2] == [4, 0]:
            numbers.append(24)
        else:
            numbers.append(parts[0])
    return numbers


def _colour(numbers: Iterator[int]) -> int | None:
    """Return the colour that the parameters after 38 or 48 select, or None if it is invalid."""
    kind = next(numbers, None)
    values = list(islice(numbers, {2: 3, 5: 1}.get(kind or 0, 0)))
    if not values or max(values) > 255:
        return None
    if kind == 5:
        return values[0] or BLACK
    return nearest(*values) if len(values) == 3 else None
