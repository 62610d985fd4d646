"""The tree of pages (PDF 32000-1, 7.7.3), written while it grows."""

from dataclasses import dataclass, field

from chalicelib.converter.objects import Objects

_FAN = 64  # children of a node: a reader finds any of a million pages in four steps


@dataclass(slots=True)
class _Node:
    number: int
    kids: list[int] = field(default_factory=list)
    pages: int = 0


class PageTree:
    """Keeps one unfinished node a level, whatever the number of pages."""

    def __init__(self, objects: Objects, root_entries: bytes) -> None:
        self._objects = objects
        self._root_entries = root_entries
        self._open = [_Node(objects.reserve())]
        self.first_page = 0
        self.pages = 0

    def add_page(self, entries: bytes) -> None:
        """Write a page with these entries in its dictionary."""
        if len(self._open[0].kids) == _FAN:
            self._close(0)
            self._open[0] = _Node(self._objects.reserve())
        leaf = self._open[0]
        page = self._objects.add(b"<</Type/Page/Parent %d 0 R%b>>" % (leaf.number, entries))
        self.first_page = self.first_page or page
        self.pages += 1
        leaf.kids.append(page)
        leaf.pages += 1

    def finish(self) -> int:
        """Write what is still open; returns the number of the root."""
        level = 0
        while level + 1 < len(self._open):  # closing one may open another above
            self._close(level)
            level += 1
        root = self._open[level]
        self._write(root, self._root_entries)
        return root.number

    def _close(self, level: int) -> None:
        """Write the open node of a level as the next child of the level above."""
        if level + 1 == len(self._open):
            self._open.append(_Node(self._objects.reserve()))
        elif len(self._open[level + 1].kids) == _FAN:
            self._close(level + 1)
            self._open[level + 1] = _Node(self._objects.reserve())
        node, parent = self._open[level], self._open[level + 1]
        self._write(node, b"/Parent %d 0 R" % parent.number)
        parent.kids.append(node.number)
        parent.pages += node.pages

    def _write(self, node: _Node, entries: bytes) -> None:
        kids = b" ".join(b"%d 0 R" % kid for kid in node.kids)
        content = b"<</Type/Pages/Count %d/Kids[%b]%b>>" % (node.pages, kids, entries)
        self._objects.add(content, node.number)
