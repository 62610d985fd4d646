"""A page as it is laid out: its rows, and the links in them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class Link:
    """An address as it was typed, and the URI that it leads to; equal only to itself."""

    __slots__ = ("text", "uri")

    def __init__(self, text: str, uri: str) -> None:
        self.text = text
        self.uri = uri


class LinkSpan(NamedTuple):
    """The characters of a row, from `start` to before `end`, that are a link or part of one.

    `row` is the index of the row on its page.
    """

    row: int
    start: int
    end: int
    link: Link


@dataclass(slots=True)
class Page:
    """A page: its rows, and the indices of rows that continue the line of the row above.

    `breaks` is whether the page ends with a form feed, `breaks_line` whether that is within a
    line; `links` are added when all rows are known. `skipped` is the number of lines before the
    page that make no page. `shifts` is how far each row is below its place on the grid, in
    thousandths of the type size; it is empty if all rows are in their places.
    """

    rows: list[str] = field(default_factory=list)
    continued: list[int] = field(default_factory=list)
    breaks: bool = False
    links: Sequence[LinkSpan] = ()
    breaks_line: bool = False
    skipped: int = 0
    shifts: Sequence[int] = ()

    def shift(self, row: int) -> int:
        """Return how far a row is below its place on the grid."""
        return self.shifts[row] if self.shifts else 0

    @property
    def lines(self) -> int:
        """Number of lines that begin on the page."""
        return len(self.rows) - len(self.continued)
