"""Characters struck over each other with backspaces, which nroff uses for bold and underline."""

import re

from chalicelib.converter.styles.styled_line import (
    BOLD,
    BOTH,
    PLAIN,
    UNDERLINED,
    styled_line,
    styles_of,
)

_BACKSPACE_PICTURE = "\u2408"

# nroff strikes a character over itself for bold and over an underscore for underline, and
# both, in any order; a bullet of the ASCII device is a plus and an o.
_MAX_STRIKES = 128  # in one place, which bounds what is kept for the next piece
_STRUCK = re.compile(f"([^\b])((?:\b[^\b]){{1,{_MAX_STRIKES}}})", re.DOTALL)


def divisible_end(line: str) -> int:
    """Return the last index at which an unfinished line may be divided between overstrikes.

    That is always before the last character, as a backspace may follow it.
    """
    for at in range(len(line) - 1, max(0, len(line) - 4 * _MAX_STRIKES), -1):
        if (line[at - 1] == "\b") == (line[at] == "\b"):
            return at
    # More strikes than are shown in one place: divided where they are divided when shown.
    whole = (match for match in _STRUCK.finditer(line) if len(match[0]) > 2 * _MAX_STRIKES)
    return max((match.end() for match in whole if match.end() < len(line)), default=0)


def overstruck(line: str) -> str:
    """Return the line with overstrikes as bold and underlined characters.

    Overstrikes with another meaning are kept, with the backspaces made visible.
    """
    text: list[str] = []
    styles: list[str] = []
    given = styles_of(line)
    at = 0
    for match in _STRUCK.finditer(line):
        text.append(line[at : match.start()])
        styles.append(given[at : match.start()])
        shown, style = _meaning(match[0][::2])
        text.append(shown)
        selected = given[match.start()]
        styles.append((style if selected == PLAIN else selected) * len(shown))
        at = match.end()
    text.append(line[at:])
    styles.append(given[at:])
    plain = "".join(text).replace("\b", _BACKSPACE_PICTURE)
    return styled_line(plain, "".join(styles))


class Overstrikes:
    """Resolves the overstrikes of lines, and counts backspaces that were made visible instead."""

    def __init__(self) -> None:
        self.backspaces_shown = 0

    def resolved(self, line: str) -> str:
        """Return the line as `overstruck` does."""
        if "\b" not in line:
            return line
        result = overstruck(line)
        self.backspaces_shown += result.count(_BACKSPACE_PICTURE) - line.count(_BACKSPACE_PICTURE)
        return result


def _meaning(strikes: str) -> tuple[str, str]:
    """Return text and style for characters struck over each other."""
    if set(strikes) == {"+", "o"}:
        return "\u2022", PLAIN
    letters = strikes.replace("_", "") or "_"
    if len(set(letters)) > 1:
        return _BACKSPACE_PICTURE.join(strikes), PLAIN
    underlined = "_" in strikes and letters != "_"
    bold = len(letters) > 1 or letters == "_"
    return letters[0], BOTH if bold and underlined else UNDERLINED if underlined else BOLD
