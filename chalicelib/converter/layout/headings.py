"""Headings that a text itself marks: Markdown's, underlined ones, and numbered chapters."""

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

    def heading(self, rows: Sequence[str]) -> Heading | None:
        """Return the heading that a paragraph's rows are, if they are one."""
        if not rows or len(rows) > MAX_ROWS or len(rows[0]) > _MAX_LENGTH:
            return None
        marked = _underlined(*rows) if len(rows) == 2 else _alone(rows[0])
        if marked is None:
            return None
        while self._path and self._path[-1] >= marked.level:
            self._path.pop()
        self._path.append(marked.level)
        return Heading(min(len(self._path), _MAX_LEVEL), marked.title)


def _alone(row: str) -> Heading | None:
    if not _MAY_BE_HEADING.match(row):
        return None
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
