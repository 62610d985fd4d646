"""Cleans text: line ends, escape sequences, overstrikes and control characters."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.converter.reading import printer
from chalicelib.converter.reading.carriage_returns import MAX_LINE, resolved
from chalicelib.converter.reading.printer import Printer
from chalicelib.converter.styles.styled_line import (
    StyledLine,
    joined,
    replaced,
    slice_line,
    split,
)

if TYPE_CHECKING:
    from collections import deque

    from chalicelib.converter.styles.rendition import GraphicRendition

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

# CP/M and DOS end a text with SUB, and fill its last block with it.
_MAX_END_MARKS = 64 * 1024

_PRINTABLE = bytes(sorted({*range(0x20, 0x7F), 0x0A}))
_CONTROLS = re.compile("[\0-\t\v-\x1f\x7f-\x9f\u2028\u2029\ufeff]")


def _controls(text: str) -> frozenset[str]:
    """Return the control characters of a text other than LF."""
    if text.isascii():
        return frozenset(map(chr, set(text.encode("ascii").translate(None, _PRINTABLE))))
    return frozenset(_CONTROLS.findall(text))


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
        self._ended_line = False  # the text so far ends with a line feed
        self._printer = Printer()
        self._rendition: GraphicRendition | None = None  # of texts that have escapes
        self.controls_shown = 0

    @property
    def lines_per_page(self) -> int | None:
        """Number of lines of a page if a sequence for printers before all text set it, or None."""
        return self._printer.lines_per_page

    @property
    def links(self) -> "deque[str] | None":
        """URIs of links that escapes make of text, in order, to be taken; None if there are none.

        The styles of their text have their numbers.
        """
        return self._rendition.links if self._rendition else None

    def clean(self, piece: str, *, last: bool) -> CleanText:
        """Return the clean text of a piece; `last` is whether no other follows."""
        text, self._kept = self._kept + piece, ""
        goes_on = self._is_long
        text = self._without_end_mark(text) if last else self._keep_unfinished_line(text)
        is_new_line = self._ended_line
        self._ended_line = text.endswith("\n") if text else is_new_line
        found = _controls(text)
        is_styled = self._rendition is not None and not self._rendition.is_plain
        if "\x1b" in found or self._printer.is_active:
            text = self._printer.plain(text)
            found = _controls(text)
        else:
            self._printer.has_printed = self._printer.has_printed or bool(text)
            if not found and not is_styled:
                return CleanText(text, found)
        raw = text
        if is_styled or "\x1b" in found or "\x9b" in found:
            text = self._rendered(text)
        if not last and text.endswith("\r"):  # of a CR LF, which an escape may divide
            self._kept = "\r" + self._kept
            text = slice_line(text, 0, len(text) - 1)
        if "\r" in found:
            text = replaced(text, "\r\n", "\n")
            if "\r" in text:
                text = _without_returns(text, raw, goes_on=goes_on, is_new_line=is_new_line)
                found = found | {"\b"} if "\b" in text else found
        for end in _LINE_ENDS if not found.isdisjoint(_LINE_END_CHARACTERS) else ():
            text = replaced(text, end, "\n")
        if not found.isdisjoint(_WITH_PICTURES):
            self.controls_shown += sum(map(text.count, found & _SHOWN))
            shown = text.translate(_PICTURES)
            text = StyledLine(shown, text.styles) if isinstance(text, StyledLine) else shown
            found = _controls(text)
        return CleanText(text, found - _LINE_END_CHARACTERS)

    def _rendered(self, text: str) -> str:
        """Return the text without escapes, with the styles that they select."""
        from chalicelib.converter.styles.rendition import GraphicRendition

        if "\r" in text and "\x1b]8;" in text:
            from chalicelib.converter.reading.styled_overprints import without_links_over_text

            text = without_links_over_text(text, _ESCAPES)
        self._rendition = self._rendition or GraphicRendition()
        return self._rendition.apply(text, _ESCAPES)

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


def _without_returns(text: str, raw: str, *, goes_on: bool, is_new_line: bool) -> str:
    """Return the text with overstrikes and line ends in place of its carriage returns.

    Those at the start of a line move nothing: serial consoles end lines with LF CR. `raw` is the
    text with its escapes; `goes_on` is whether its first line began long before, and `is_new_line`
    whether it follows a line feed.
    """
    first, *others = split(text, "\n")
    lines = [_without_leading_returns(first) if is_new_line else first]
    lines += map(_without_leading_returns, others)
    lengths = [*map(len, raw.split("\n"))]
    last = len(lines) - 1
    shown = [
        line
        if "\r" not in line
        else replaced(line, "\r", "\n")
        if at == last or length > MAX_LINE or (goes_on and at == 0)
        else _resolved(line)
        for at, (line, length) in enumerate(zip(lines, lengths, strict=True))
    ]
    return joined(shown, "\n")


def _without_leading_returns(line: str) -> str:
    return slice_line(line, len(line) - len(line.lstrip("\r")), len(line))


def _resolved(line: str) -> str:
    if not isinstance(line, StyledLine):
        return resolved(line)
    from chalicelib.converter.reading.styled_overprints import resolved_with_styles

    return resolved_with_styles(line)
