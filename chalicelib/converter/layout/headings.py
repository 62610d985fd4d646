"""Headings that a text marks: Markdown's, underlined and numbered ones, those of manual pages."""

import re
from collections.abc import Sequence
from typing import NamedTuple

MAX_ROWS = 2  # of a heading
_MAX_LENGTH = 100  # characters
_MAX_LEVEL = 6  # of H1 to H6

_MARKDOWN = re.compile(r"(#{1,6}) +(\S.*?)[ #]*")
_UNDERLINE = re.compile(r"(=|-|~){3,} *")
_CHAPTER = re.compile(
    r" *((?:chapter|part|book|section|appendix) (?:[0-9]+|[IVXLC]+|[A-Z])\b.{0,80})", re.IGNORECASE
)
_NUMBERED = re.compile(r"([0-9]+(?:\.[0-9]+){1,5})\.? +\w.*[^.,;:!?]")

# As man prints them: the title in both corners of the first line, sections at the margin, those
# within them at three blanks, and text further right.
_MANUAL = re.compile(r"(\S+\(\w+\)) .* \1 *")
_SECTION = re.compile(r"(   )?([A-Z]\S.{0,80})")
_SECTION_TEXT = re.compile(r" {4,}\S")

# What one of the last three begins with: most paragraphs are none of them.
_MAY_BE_HEADING = re.compile("[#0-9]| *[cpbsa]", re.IGNORECASE)


class Heading(NamedTuple):
    """Level, from 1, and title."""

    level: int
    title: str


class Headings:
    """Recognises headings in paragraphs; no level is skipped on the way down (PDF/UA, 7.4.2)."""

    def __init__(self) -> None:
        self._path: list[int] = []  # the levels above the last heading, as they were marked
        self._is_manual: bool | None = None  # known from the first short paragraph

    def heading(self, rows: Sequence[str]) -> Heading | None:
        """Return the heading that the one or two rows of a paragraph are, if they are one."""
        if self._is_manual is None:
            self._is_manual = _MANUAL.fullmatch(rows[0]) is not None
        title, *line = rows
        if len(title) > _MAX_LENGTH or not (line or _MAY_BE_HEADING.match(title)):
            return None
        marked = _underlined(title, *line) if line else _alone(title)
        return self._nested(marked) if marked else None

    @property
    def is_manual(self) -> bool:
        """Whether the first short paragraph was the title of a manual page."""
        return bool(self._is_manual)

    def section(self, title: str, text: str) -> Heading | None:
        """Return the heading that a line of a manual page is, which `text` follows directly."""
        if not _SECTION_TEXT.match(text):
            return None
        match = _SECTION.fullmatch(title)
        return self._nested(Heading(2 if match[1] else 1, match[2])) if match else None

    def _nested(self, marked: Heading) -> Heading:
        while self._path and self._path[-1] >= marked.level:
            self._path.pop()
        self._path.append(marked.level)
        return Heading(min(len(self._path), _MAX_LEVEL), marked.title)


def _alone(row: str) -> Heading | None:
    if match := _MARKDOWN.fullmatch(row):
        return Heading(len(match[1]), match[2])
    if match := _CHAPTER.fullmatch(row):
        return Heading(1, match[1])
    if match := _NUMBERED.fullmatch(row):
        return Heading(match[1].count(".") + 1, row)
    return None


def _underlined(title: str, line: str) -> Heading | None:
    match = _UNDERLINE.fullmatch(line)
    title = title.strip()
    if not match or not title or not title[0].isalnum() or abs(len(title) - len(line.strip())) > 3:
        return None
    return Heading("=-~".index(match[1]) + 1, title)
