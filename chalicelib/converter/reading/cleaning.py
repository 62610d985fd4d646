"""Cleans text: line ends, escape sequences, overstrikes and control characters."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Self

from chalicelib.converter.reading import printer
from chalicelib.converter.reading.carriage import MAX_LINE, apart, resolved
from chalicelib.converter.reading.printer import Printer

# CR LF, CR, NEL, LINE SEPARATOR, PARAGRAPH SEPARATOR: the mandatory breaks of UAX #14.
_LINE_ENDS = ("\r\n", "\r", "\x85", "\u2028", "\u2029")
_LINE_END_CHARACTERS = frozenset("".join(_LINE_ENDS)) - {"\n"}

# Control sequences of ECMA-48: CSI, then the strings (OSC, DCS, SOS, PM, APC) with either
# terminator, then the short escapes. A string never spans a line end, or one stray ESC would
# swallow text. All are bounded: what may become one is kept until the next piece.
_STRING = r"[^\x07\x1b\n\r]{0,4096}"
_PARAMETERS = "[0-?]{0,1024}[ -/]{0,16}"
_ESCAPES = re.compile(
    rf"(?:\x1b\[|\x9b){_PARAMETERS}[@-~]"
    rf"|\x1b[\]PX^_]{_STRING}(?:\x07|\x1b\\)"
    r"|\x1b[ -/]{0,16}[0-OQ-WYZ\\`-~]"
)
_UNFINISHED_ESCAPE = re.compile(
    rf"(?:\x1b(?:\[{_PARAMETERS}|[\]PX^_]{_STRING}\x1b?|[ -/]{{0,16}})|\x9b{_PARAMETERS})\Z"
)

# HT, LF, FF and CR have a meaning, and so has BS at times; the rest is made visible.
# A byte order mark within a text, as files that were joined have it, means no break, for which
# U+2060 is there now (Unicode 23.8); PDF/A lets no text be U+FEFF (ISO 19005-2, 6.2.11.7.2).
PICTURES = {code: chr(0x2400 + code) for code in range(0x20)} | {
    0x7F: "\u2421",
    0xFEFF: "\u2060",
}
_PICTURES = {code: picture for code, picture in PICTURES.items() if chr(code) not in "\b\t\n\f\r"}
_WITH_PICTURES = frozenset(map(chr, _PICTURES))
_SHOWN = _WITH_PICTURES - {"\ufeff"}
_BACKSPACE_PICTURE = "\u2408"

# CP/M and DOS end a text with SUB, and fill its last block with it.
_MAX_END_MARKS = 64 * 1024

_PRINTABLE = bytes(sorted({*range(0x20, 0x7F), 0x0A}))
_CONTROLS = re.compile("[\0-\t\v-\x1f\x7f-\x9f\u2028\u2029\ufeff]")


def _controls(text: str) -> frozenset[str]:
    """Return the control characters of a text other than LF."""
    if text.isascii():
        return frozenset(map(chr, set(text.encode("ascii").translate(None, _PRINTABLE))))
    return frozenset(_CONTROLS.findall(text))


class StyledLine(str):
    """A line with a style for each character: `styles` has one of PLAIN, BOLD, … for each.

    It is only equal to lines with the same text and styles. Made by `styled_line`.
    """

    __slots__ = ("styles",)
    styles: str

    def __new__(cls, text: str, styles: str) -> Self:
        """`text` and `styles` must have the same length."""
        line = super().__new__(cls, text)
        line.styles = styles
        return line

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, StyledLine):
            return False
        return str.__eq__(self, other) and self.styles == other.styles

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__


PLAIN, BOLD, UNDERLINED, BOTH = "-bu+"


def styled_line(text: str, styles: str) -> str:
    """Return the text with its styles, or as a plain string if all of it is plain."""
    return StyledLine(text, styles) if styles.strip(PLAIN) else text


def slice_line(line: str, start: int, end: int) -> str:
    """Return `line[start:end]`, with its styles if it has any."""
    piece = line[start:end]
    return styled_line(piece, line.styles[start:end]) if isinstance(line, StyledLine) else piece


def join_lines(first: str, second: str) -> str:
    """Return `first + second`, with the styles of both."""
    if not isinstance(first, StyledLine) and not isinstance(second, StyledLine):
        return first + second
    return styled_line(str(first) + str(second), _styles(first) + _styles(second))


def _styles(line: str) -> str:
    """Return the styles of a line, all of them PLAIN for a string without."""
    return line.styles if isinstance(line, StyledLine) else PLAIN * len(line)


def style_runs(row: str) -> Iterator[tuple[str, str]]:
    """Yield style and text of each run of one style in a row."""
    if not isinstance(row, StyledLine):
        yield PLAIN, str(row)
        return
    at = 0
    for style, letters in groupby(row.styles):
        end = at + sum(1 for _ in letters)
        yield style, row[at:end]
        at = end


@dataclass(slots=True)
class CleanText:
    """Text whose only control characters are LF and those of FF, HT and BS in `controls`."""

    text: str
    controls: frozenset[str]


class Cleaner:
    """Cleans a text piece by piece; an unfinished sequence is held back until the next piece.

    `controls_shown` is the number of control characters that were made visible so far.
    """

    def __init__(self) -> None:
        self._kept = ""
        self._is_long = False  # the line that goes on is longer than carriage.MAX_LINE
        self._printer = Printer()
        self.controls_shown = 0

    def clean(self, piece: str, *, last: bool) -> CleanText:
        """Return the clean text of a piece; `last` is whether no other follows."""
        text, self._kept = self._kept + piece, ""
        goes_on = self._is_long
        text = self._without_end_mark(text) if last else self._keep_unfinished_line(text)
        found = _controls(text)
        if not found and not self._printer.is_active:
            return CleanText(text, found)
        if "\x1b" in found or self._printer.is_active:
            text = self._printer.plain(text)
            found = _controls(text)
        raw = text
        if "\x1b" in found or "\x9b" in found:
            text = _ESCAPES.sub("", text)
        if not last and text.endswith("\r"):  # of a CR LF, which an escape may divide
            self._kept = "\r" + self._kept
            text = text[:-1]
        if "\r" in found:
            text = text.replace("\r\n", "\n")
            if "\r" in text:
                text = _without_returns(text, raw, goes_on=goes_on)
                found = found | {"\b"} if "\b" in text else found
        for end in _LINE_ENDS if not found.isdisjoint(_LINE_END_CHARACTERS) else ():
            text = text.replace(end, "\n")
        if not found.isdisjoint(_WITH_PICTURES):
            self.controls_shown += sum(map(text.count, found & _SHOWN))
            text = text.translate(_PICTURES)
            found = _controls(text)
        return CleanText(text, found - _LINE_END_CHARACTERS)

    def _keep_unfinished_line(self, text: str) -> str:
        """Keep what follows the last line end, and marks of the end of the text, if not too long.

        Only a whole line tells whether its carriage returns are overstrikes.
        """
        mark = _end_mark(text)
        if len(text) - mark > _MAX_END_MARKS:
            mark = len(text)
        end = text.rfind("\n", 0, mark) + 1
        if mark - end <= MAX_LINE:
            text, self._kept = text[:end], text[end:]
            self._is_long = self._is_long and not end
            return text
        self._is_long = True
        text, marks = text[:mark], text[mark:]
        text = self._keep_unfinished(text)
        self._kept += marks
        return text

    def _without_end_mark(self, text: str) -> str:
        return text[: _end_mark(text)]

    def _keep_unfinished(self, text: str) -> str:
        """Return the text without an unfinished escape sequence at its end, which is held back."""
        if "\x1b" in text[-4200:] or "\x9b" in text[-4200:]:
            unfinished = _UNFINISHED_ESCAPE.search(text, max(0, len(text) - 4200))
            if unfinished:
                self._kept = unfinished[0]
                return text[: unfinished.start()]
        end = printer.unfinished(text)
        self._kept = text[end:]
        return text[:end]


def _end_mark(text: str) -> int:
    """Return where a text ends that has CP/M's mark of the end, SUB, behind it: maybe its length.

    That mark may be there many times, and line ends between.
    """
    if "\x1a" not in text[-_MAX_END_MARKS:]:
        return len(text)
    mark = text.find("\x1a", len(text.rstrip("\x1a\r\n")))
    return mark if mark >= 0 else len(text)


def _without_returns(text: str, raw: str, *, goes_on: bool) -> str:
    """Return the text with overstrikes and line ends in place of its carriage returns.

    `raw` is the text with its escapes; `goes_on` is whether its first line began long before.
    """
    lines, lengths = text.split("\n"), [*map(len, raw.split("\n"))]
    last = len(lines) - 1
    return "\n".join(
        line
        if "\r" not in line
        else apart(line)
        if at == last or length > MAX_LINE or (goes_on and at == 0)
        else resolved(line)
        for at, (line, length) in enumerate(zip(lines, lengths, strict=True))
    )


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
    at = 0
    for match in _STRUCK.finditer(line):
        text.append(line[at : match.start()])
        styles.append(PLAIN * (match.start() - at))
        shown, style = _meaning(match[0][::2])
        text.append(shown)
        styles.append(style * len(shown))
        at = match.end()
    text.append(line[at:])
    styles.append(PLAIN * (len(line) - at))
    plain = "".join(text).replace("\b", _BACKSPACE_PICTURE)
    return styled_line(plain, "".join(styles))


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
