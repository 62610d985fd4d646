"""Links of pages that escape sequences made of text, as terminals show them (OSC 8)."""

from collections import deque
from collections.abc import Callable, Iterator
from itertools import groupby

from chalicelib.converter.layout.page import Link, LinkSpan, Page
from chalicelib.converter.layout.rows import ComposedRow
from chalicelib.converter.styles.styled_line import StyledLine
from chalicelib.converter.styles.styles import LINK_NUMBERS, has_links, style_of


class Hyperlinks:
    """Adds links to pages, given in order, whose rows have the numbers of links as styles.

    Text of several lines is a link in each of them, as a paragraph ends with a line or before a
    blank row, and a link is within a paragraph.

    `uris` returns the URIs as they are typed, in order, to be taken; None if there are none.
    """

    def __init__(self, uris: Callable[[], deque[str] | None]) -> None:
        self._uris = uris
        self.any = False  # whether there was one so far
        self._number = 0  # of the last link
        self._link: Link | None = None  # the last one, unless its URI cannot be used
        self._ends_blank = False  # whether the last row is blank

    def add_to(self, page: Page, limit: int) -> int:
        """Add at most `limit` links that begin on the page, and return how many begin there."""
        uris = self._uris()
        if uris is None or not (uris or self._link):
            return 0
        spans = []
        begun = 0
        continued = set(page.continued)
        for row, text in enumerate(page.rows):
            begins = self._ends_blank or row not in continued
            self._ends_blank = not text.strip()
            for start, end, number in () if self._ends_blank else _linked_runs(text):
                if begins or number != self._number:
                    self._link = self._next(number, uris)
                    begun += self._link is not None
                    begins = False
                if self._link and begun <= limit:
                    spans.append(LinkSpan(row, start, end, self._link))
        self.any = self.any or begun > 0
        if spans:
            page.links = spans
        return begun

    def _next(self, number: int, uris: deque[str]) -> Link | None:
        """Return the link with this number; those before it have no text on any page.

        If that is the number of the last link, it is another one with the same target.
        """
        if number == self._number:
            return Link(self._link.text, self._link.uri) if self._link else None
        from chalicelib.converter.addresses.addresses import uri_of  # few texts have any

        uri = ""
        for _ in range((number - self._number) % LINK_NUMBERS):
            uri = uris.popleft()
        self._number = number
        target = uri_of(uri)
        return Link(uri, target) if target else None


def _linked_runs(row: str) -> Iterator[tuple[int, int, int]]:
    """Yield start, end and number of the link of each run of characters in a link."""
    if isinstance(row, ComposedRow):
        for piece in sorted(row.pieces, key=lambda piece: piece.start):
            number = style_of(piece.style).link
            if number and piece.start < piece.end:
                yield piece.start, piece.end, number
    elif isinstance(row, StyledLine) and has_links(row.styles):
        start = 0
        for number, letters in groupby(row.styles, lambda letter: style_of(letter).link):
            end = start + sum(1 for _ in letters)
            if number:
                yield start, end, number
            start = end
