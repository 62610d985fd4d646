"""The outline and the page labels of a document (PDF 32000-1, 12.3.3 and 12.4.2)."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from chalicelib.converter.pdf.objects import ObjectWriter, escape_string

MAX_ENTRIES = 2000
"""Maximum entries of each kind, which bounds memory and is more than anybody scrolls through."""

_PAGES_PER_ENTRY = 50
"""Pages between entries of a text without headings and sections."""

_MAX_TITLE = 120
"""Maximum characters of a title."""

PAGE_LABELS = "<</Nums[0<</S/D>>]>>"
"""Page labels: decimal numbers from 1 (12.4.2)."""


@dataclass(slots=True)
class _Entry:
    title: str
    page: int
    top: float
    level: int
    number: int = 0
    kids: list["_Entry"] = field(default_factory=list)


class Outline:
    """Collects outline entries while pages are written.

    The entries are the headings of the text. If there are fewer than two, they are the sections
    between form feeds, or else every fiftieth page. Entries beyond MAX_ENTRIES are left out, and
    long titles are cut. Pages are given by their object numbers, in order.
    """

    def __init__(self, objects: ObjectWriter) -> None:
        self._objects = objects
        self._headings: list[_Entry] = []
        self._sections: list[_Entry] = []
        self._pages: list[_Entry] = []
        self._count = 0
        self._starts_section = True

    def add_page(self, page: int, rows: Iterable[str], height: float, *, breaks: bool) -> None:
        """Add a page of one column, or with its first column; see `add_column`."""
        if self._count % _PAGES_PER_ENTRY == 0:
            _append(self._pages, _Entry(f"Page {self._count + 1}", page, height, 1))
        self._count += 1
        self.add_column(page, rows, height, breaks=breaks)

    def add_column(self, page: int, rows: Iterable[str], height: float, *, breaks: bool) -> None:
        """Add a column of a page; `breaks` is whether a section ends with it.

        The first of its rows that is not blank becomes the title of a section that begins here.
        `height` is that of the page in points.
        """
        if self._starts_section and (first := next(filter(str.strip, rows), "")):
            _append(self._sections, _Entry(first, page, height, 1))
        self._starts_section = breaks

    def add_heading(self, title: str, page: int, top: float, level: int) -> None:
        """Add a heading on a page, with its upper edge at `top`, in points.

        `level` is from 1, and at most one more than that of the heading before.
        """
        _append(self._headings, _Entry(title, page, top, level))

    def finish(self) -> int | None:
        """Write the outline; return its object number, or None if it would not have two entries."""
        entries = next(
            (kind for kind in (self._headings, self._sections, self._pages) if len(kind) > 1), []
        )
        if not entries:
            return None
        top = _nested(entries)
        root = self._objects.reserve()
        self._write(top, root)
        self._objects.add(
            b"<</Type/Outlines/First %d 0 R/Last %d 0 R/Count %d>>"
            % (top[0].number, top[-1].number, len(top)),
            root,
        )
        return root

    def _write(self, entries: list[_Entry], parent: int) -> None:
        """Write sibling entries and their children; entries are closed, as outlines may be long."""
        for entry in entries:
            entry.number = self._objects.reserve()
        for at, entry in enumerate(entries):
            links = b"/Prev %d 0 R" % entries[at - 1].number if at else b""
            if at + 1 < len(entries):
                links += b"/Next %d 0 R" % entries[at + 1].number
            if entry.kids:
                self._write(entry.kids, entry.number)
                kids = (entry.kids[0].number, entry.kids[-1].number, -len(entry.kids))
                links += b"/First %d 0 R/Last %d 0 R/Count %d" % kids
            title = escape_string(b"\xfe\xff" + entry.title.encode("utf-16-be", "replace"))
            self._objects.add(
                b"<</Title(%b)/Parent %d 0 R/Dest[%d 0 R/XYZ null %.0f null]%b>>"
                % (title, parent, entry.page, entry.top, links),
                entry.number,
            )


def _append(entries: list[_Entry], entry: _Entry) -> None:
    """Append an entry with a shortened title, unless it has none or there are too many."""
    entry.title = " ".join(entry.title.split())[:_MAX_TITLE]
    if len(entries) < MAX_ENTRIES and entry.title:
        entries.append(entry)


def _nested(entries: list[_Entry]) -> list[_Entry]:
    """Return the entries of the first level, with the others nested as their `kids`."""
    top: list[_Entry] = []
    path: list[_Entry] = []
    for entry in entries:
        del path[entry.level - 1 :]
        (path[-1].kids if path else top).append(entry)
        path.append(entry)
    return top
