"""Recognizes headings in plain text: Markdown, underlined titles, and numbered chapters."""

import re
from collections.abc import Sequence
from typing import NamedTuple

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
_NUMBERED = re.compile(r"([0-9]+(?:\.[0-9]+){1,5})\.? +\w.*[^.,;:!?]")

_MAY_BE_HEADING = re.compile("[#0-9]| *[cpbsa]", re.IGNORECASE)
"""Matches the start of any heading of one row, which few other rows have."""


class Heading(NamedTuple):
    """A heading: its level, from 1, and its title."""

    level: int
    title: str


class Headings:
    """Recognizes headings and numbers their levels without gaps, as PDF/UA requires (7.4.2)."""

    def __init__(self) -> None:
        self._path: list[int] = []  # levels of the last heading and those above it, as marked

    def heading(self, rows: Sequence[str]) -> Heading | None:
        """Return the heading that the rows of a paragraph form, or None."""
        if not rows or len(rows) > MAX_ROWS or len(rows[0]) > _MAX_LENGTH:
            return None
        marked = _underlined_heading(*rows) if len(rows) == 2 else _single_row_heading(rows[0])
        if marked is None:
            return None
        while self._path and self._path[-1] >= marked.level:
            self._path.pop()
        self._path.append(marked.level)
        return Heading(min(len(self._path), _MAX_LEVEL), marked.title)


def _single_row_heading(row: str) -> Heading | None:
    """Return the heading that a single row is, as it is marked, or None."""
    if not _MAY_BE_HEADING.match(row):
        return None
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
    title = title.strip()
    if not match or not title or not title[0].isalnum() or abs(len(title) - len(line.strip())) > 3:
        return None
    return Heading("=-~".index(match[1]) + 1, title)
