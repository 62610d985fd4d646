"""ASA carriage control: the first character of each line moves the paper before it is printed.

Source: ANSI X3.78-1981, as Fortran and mainframe reports (record formats FBA and VBA) have it:
a blank is one line, `0` two, `-` three, `1` a new page, `+` no movement.
"""

import re
from dataclasses import replace

from chalicelib.converter.reading.carriage_returns import struck
from chalicelib.converter.reading.cleaning import CleanText

_LONGEST = 64 * 1024  # characters of a line that is kept until it ends
_BEFORE = {" ": "\n", "0": "\n\n", "-": "\n\n\n", "1": "\f"}
_OVERPRINT = "+"

_OTHER = re.compile(r"\n[^ 01+\n-]")
_PAGE = re.compile(r"\n1[^0-9.,]")  # a heading rather than a number
_CONTROLS = frozenset(" 01+-\n")


class CarriageControl:
    """Turns lines with carriage control into lines without, by line feeds, form feeds, backspaces.

    A character that is not for carriage control is kept, as the start of a line of its own.
    """

    def __init__(self) -> None:
        self._tail = ""
        self._printed: list[str] | None = None  # a line, and what is printed over it
        self._is_long = False

    def feed(self, piece: CleanText, *, last: bool = False) -> CleanText:
        """Return the lines so far that nothing more can be printed over, as a piece.

        The others are held back, unless the piece is the `last` one. Of a line that is too long to
        be held back, parts are returned before it ends.
        """
        *lines, self._tail = (self._tail + piece.text).split("\n")
        text = "".join(map(self._line, lines))
        if len(self._tail) > _LONGEST:
            text += self._part(self._tail)
            self._tail, self._is_long = "", True
        if last and (self._tail or self._is_long):
            text += self._line(self._tail)
        if last:
            text += self._end() + "\n" if text or self._printed else ""
        return replace(piece, text=text, controls=piece.controls | {"\b", "\f"})

    def _line(self, line: str) -> str:
        """Return what is certain once a line has come."""
        if self._is_long:
            self._is_long = False
            self._printed = [line]
            return ""
        if line.startswith(_OVERPRINT) and self._printed is not None:
            self._printed.append(line[1:].expandtabs())
            return ""
        before, line = self._moved(line)
        text = self._end() + before
        self._printed = [line]
        return text

    def _part(self, line: str) -> str:
        """Return the first part of a line that is too long to be printed over."""
        if self._is_long:
            return line
        before, line = self._moved(line)
        text = self._end() + before + line
        self._printed = []
        return text

    def _moved(self, line: str) -> tuple[str, str]:
        """Return what moves the paper before a line, and the line without its control."""
        known = line[:1] in _BEFORE or line.startswith(_OVERPRINT)
        before = _BEFORE.get(line[:1], "\n")
        if self._printed is None:  # the paper is at the top of its first page
            before = before[1:]
        return before, line[1:] if known else line

    def _end(self) -> str:
        """Return the line before, with what was printed over it."""
        base, *strikes = self._printed or [""]
        return struck(base.expandtabs(), strikes) if strikes else base


class Recogniser:
    """Finds out whether every line of a text begins with a carriage control character."""

    def __init__(self) -> None:
        self._is_possible = True
        self._has_pages = False
        self._has_lines = False
        self._start = "\n"

    def see(self, text: str) -> None:
        """Look at the next piece of the text, which has been cleaned and may be empty."""
        if not self._is_possible or not text:
            return
        if self._start == "\n" and text[0] not in _CONTROLS:
            self._is_possible = False
            return
        text = self._start + text
        self._is_possible = not _OTHER.search(text)
        self._has_pages = self._has_pages or bool(_PAGE.search(text))
        self._has_lines = self._has_lines or "\n " in text
        self._start = text[text.rfind("\n") :] if text.endswith(("\n", "\n1")) else ""

    @property
    def is_recognised(self) -> bool:
        """Whether the text so far has carriage control.

        All of its lines must begin with it, and some must begin a page, others a single line.
        """
        return self._is_possible and self._has_pages and self._has_lines
