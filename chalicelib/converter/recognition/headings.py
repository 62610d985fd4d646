"""Recognizes headings in text: Markdown, underlined, numbered, and those of manual pages."""

import re
from collections.abc import Sequence
from typing import NamedTuple
from unicodedata import east_asian_width

MAX_ROWS = 2
"""Maximum rows of a heading."""

_MAX_LENGTH = 100
"""Maximum characters of a heading's first row."""

_MAX_LEVEL = 6
"""Lowest level of the standard structure types H1 to H6."""

_MARKDOWN = re.compile(r"(#{1,6}) +(\S.*?)[ #]*")
_UNDERLINE = re.compile(r"(=|-|~){3,} *")
_CHAPTER = re.compile(
    r" *((?:chapter|part|book|section|appendix) (?:[0-9]+|[IVXLC]+|[A-Z])\b.{0,80})", re.IGNORECASE
)
_NUMBERED = re.compile(r"([0-9]{1,2}(?:\.[0-9]+){1,5})\.? +\w.*[^.,;:!?]")

# The output of man: the title in both corners of the first line, section headings at the margin,
# subsection headings after three blanks, and text after more.
_MANUAL = re.compile(r"(\S+\(\w+\)) .* \1 *")
_SECTION = re.compile(r"(   )?([A-Z]\S.{0,80})")
_SECTION_TEXT = re.compile(r" {4,}\S")

_MAY_BE_HEADING = re.compile("[#0-9]| *[cpbsa]", re.IGNORECASE)
"""Matches the start of any heading of one row, which few other rows have."""


class Heading(NamedTuple):
    """A heading: its level, from 1, and its title."""

    level: int
    title: str


class Headings:
    """Recognizes headings and numbers their levels without gaps, as PDF/UA requires (7.4.2).

    The level depends on the headings before, so call the methods in the order of the text, and
    once for each paragraph.
    """

    def __init__(self) -> None:
        self._path: list[int] = []  # levels of the last heading and those above it, as marked
        self._is_manual: bool | None = None  # known from the first short paragraph

    def heading(self, rows: Sequence[str]) -> Heading | None:
        """Return the heading that the one or two rows of a paragraph form, or None.

        That is a row with a mark, such as `## ` or `2.1 `, or a title with a line under it.
        """
        if self._is_manual is None:
            self._is_manual = _MANUAL.fullmatch(rows[0]) is not None
        title, *line = rows
        if len(title) > _MAX_LENGTH or not (line or _MAY_BE_HEADING.match(title)):
            return None
        marked = _underlined_heading(title, *line) if line else _single_row_heading(title)
        return self._nested(marked) if marked else None

    @property
    def is_manual(self) -> bool:
        """Whether the first paragraph given to `heading` was the title of a manual page."""
        return bool(self._is_manual)

    def section(self, title: str, text: str) -> Heading | None:
        """Return the heading that the row `title` of a manual page is, or None.

        `text` is the row below, which tells by its indentation.
        """
        if not _SECTION_TEXT.match(text):
            return None
        match = _SECTION.fullmatch(title)
        return self._nested(Heading(2 if match[1] else 1, match[2])) if match else None

    def _nested(self, marked: Heading) -> Heading:
        while self._path and self._path[-1] >= marked.level:
            self._path.pop()
        self._path.append(marked.level)
        return Heading(min(len(self._path), _MAX_LEVEL), marked.title)


def _single_row_heading(row: str) -> Heading | None:
    """Return the heading that a single row is, as it is marked, or None."""
    if match := _MARKDOWN.fullmatch(row):
        return Heading(len(match[1]), match[2])
    if match := _CHAPTER.fullmatch(row):
        return Heading(1, match[1])
    if match := _NUMBERED.fullmatch(row):
        return Heading(match[1].count(".") + 1, row)
    return None


def _underlined_heading(title: str, line: str) -> Heading | None:
    """Return the heading that a title with a line under it forms, or None."""
    match = _UNDERLINE.fullmatch(line)
    if not match:
        return None
    title = title.strip()
    if not title or not title[0].isalnum():
        return None
    length = len(line.strip())
    wide = sum(east_asian_width(one) in "WF" for one in title)  # which take two columns
    if min(abs(len(title) - length), abs(len(title) + wide - length)) > 3:
        return None
    return Heading("=-~".index(match[1]) + 1, title)
