"""The links of pages: addresses in their text, which may go on over the end of a row or a page.

Text that is a link already, by an escape sequence, stays the one that it is.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.converter.addresses.address_hints import MAX_BEGINNING, may_have_addresses
from chalicelib.converter.layout.page import Link, LinkSpan, Page
from chalicelib.converter.recognition.terminal_links import Hyperlinks

if TYPE_CHECKING:
    from chalicelib.converter.addresses.addresses import Address

# Links of a document: each takes some 250 bytes, and readers keep all of a page in memory.
MAX_LINKS = 10_000

# Characters of a block that are searched again with the next, where a hint may be in both.
_OVERLAP = 4


class _Row(NamedTuple):
    """A row of a page and where it starts in the text that is searched."""

    page: Page
    number: int
    start: int


class LinkFinder:
    """Adds links to pages, given in order, of which at most MAX_LINKS in all.

    A page is held back while an address at its end may go on, and until the next page is known.
    """

    def __init__(self, hyperlinks: Hyperlinks) -> None:
        self._hyperlinks = hyperlinks
        #: Whether the text has more than MAX_LINKS addresses, of which only the first are links.
        self.has_more = False
        self._links = 0
        self._hinted = False  # whether the next pages may have addresses
        self._last_block = ""  # its end
        self._waiting: list[Page] = []  # the last page, in which no address is complete
        self._held: list[Page] = []
        # The rows of the held pages that may be part of an address, their text, and how much of
        # it is known to be part of none.
        self._rows: list[_Row] = []
        self._text = ""
        self._searched = 0

    def pages(self, block: str, pages: Iterable[Page]) -> Iterator[Page]:
        """Add links to the pages that are complete with a block of text, and yield them.

        `block` is the text that follows the previous block. Pages that are held back are yielded
        later. Most blocks have no address, which is found once for all of their pages.
        """
        hinted = "\b" in block or may_have_addresses(self._last_block + block)
        self._last_block = block[-_OVERLAP:]
        self._hinted = self._hinted or hinted
        complete = 0
        for page in pages:
            complete += 1
            yield from self._add(page)
        if complete > 1:  # the next page has nothing of the blocks before this one
            self._hinted = hinted

    def finish(self, pages: Iterable[Page]) -> Iterator[Page]:
        """Add links to the last pages, and yield these and those held back. Call this once."""
        for page in pages:
            yield from self._add(page)
        yield from self._waiting
        yield from self._release()

    def _add(self, page: Page) -> Iterator[Page]:
        self._links += self._hyperlinks.add_to(page, MAX_LINKS - self._links)
        if self._links > MAX_LINKS:
            self._links, self.has_more = MAX_LINKS, True
        goes_on = page.continued[:1] == [0]
        if self._held and (self.has_more or not goes_on):
            yield from self._release()
        if not self._held and not self._may_have_addresses(page, goes_on=goes_on):
            yield from self._waiting
            self._waiting = [page]
            return
        from chalicelib.converter.addresses.addresses import last_boundary  # few texts have any

        if not goes_on:
            yield from self._waiting
            self._waiting = []
        for added in (*self._waiting, page):
            self._append(added)
            self._held.append(added)
        self._waiting = []
        boundary = last_boundary(self._text)
        self._search(boundary)
        yield from self._keep(boundary)

    def _may_have_addresses(self, page: Page, *, goes_on: bool) -> bool:
        """Return whether an address may be on the page, or go on there; False is certain.

        `goes_on` is whether the page begins within a line: then an address may begin on the last
        row of the page before it, which is looked at, too. A page of little text may have one in
        any case, unless there are too many links or no block of its text has a hint.
        """
        if self.has_more or not self._hinted:
            return False
        text = "".join(page.rows)
        if goes_on and self._waiting:
            text = "".join(self._waiting[0].rows[-1:]) + text
        return len(text) < MAX_BEGINNING or may_have_addresses(text)

    def _append(self, page: Page) -> None:
        """Add the rows of a page to the text, in which those of one line are joined."""
        continued = set(page.continued)
        parts = [self._text]
        length = len(self._text)
        for number, row in enumerate(page.rows):
            if number and number not in continued:
                parts.append("\n")
                length += 1
            self._rows.append(_Row(page, number, length))
            parts.append(row)
            length += len(row)
        self._text = "".join(parts)

    def _keep(self, boundary: int) -> Iterator[Page]:
        """Forget the text before a boundary and yield the pages that have none of the rest."""
        if boundary >= len(self._text) - 1:
            yield from self._release()
            return
        first = bisect_right(self._rows, boundary, key=lambda row: row.start) - 1
        self._rows = [row._replace(start=row.start - boundary) for row in self._rows[first:]]
        self._text = self._text[boundary:]
        self._searched = max(0, self._searched - boundary)
        while self._held[0] is not self._rows[0].page:
            yield self._held.pop(0)

    def _release(self) -> Iterator[Page]:
        """Search what is left and yield all pages."""
        if self._text:
            self._search(len(self._text))
        yield from self._held
        self._held, self._rows, self._text, self._searched = [], [], "", 0

    def _search(self, boundary: int) -> None:
        """Add the links that begin before a boundary."""
        if self.has_more or not may_have_addresses(self._text):
            return
        from chalicelib.converter.addresses.addresses import addresses

        for address in addresses(self._text, self._searched, boundary):
            if self._links == MAX_LINKS:
                self.has_more = True
                break
            self._links += self._add_link(address)
            self._searched = address.end

    def _add_link(self, address: "Address") -> bool:
        """Add a link to its pages, and return whether none of its text was one already."""
        link = Link(self._text[address.start : address.end], address.uri)
        spans: list[tuple[Page, LinkSpan]] = []
        at = bisect_right(self._rows, address.start, key=lambda row: row.start) - 1
        while at < len(self._rows) and self._rows[at].start < address.end:
            page, number, start = self._rows[at]
            end = min(address.end - start, len(page.rows[number]))
            spans.append((page, LinkSpan(number, max(0, address.start - start), end, link)))
            at += 1
        if self._hyperlinks.any and any(_overlaps(span, page.links) for page, span in spans):
            return False
        for page, span in spans:
            page.links = sorted([*page.links, span], key=_place)
        return True


def _overlaps(span: LinkSpan, others: Iterable[LinkSpan]) -> bool:
    return any(
        other.row == span.row and other.start < span.end and other.end > span.start
        for other in others
    )


def _place(span: LinkSpan) -> tuple[int, int]:
    return span.row, span.start
