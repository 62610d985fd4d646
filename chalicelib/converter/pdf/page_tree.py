"""The page tree (PDF 32000-1, 7.7.3), written while it grows."""

from chalicelib.converter.pdf.growing_tree import GrowingTree, TreeNode
from chalicelib.converter.pdf.objects import ObjectWriter


class PageTree:
    """Writes pages and their tree.

    `pages` is the number of pages so far, and `first_page` the first one's object number, 0 before
    there is one.
    """

    def __init__(self, objects: ObjectWriter, root_entries: bytes) -> None:
        """`root_entries` are serialized entries of the root's dictionary, which pages inherit."""
        self._objects = objects
        self._root_entries = root_entries
        self._tree = GrowingTree(objects, self._content)
        self.first_page = 0
        self.pages = 0

    def add_page(self, entries: bytes) -> int:
        """Write a page with these serialized entries in its dictionary; return its object number.

        /Type and /Parent are written in any case.
        """
        parent = self._tree.parent()
        page = self._objects.add(b"<</Type/Page/Parent %d 0 R%b>>" % (parent, entries))
        self._tree.add(b"%d 0 R" % page)
        self.first_page = self.first_page or page
        self.pages += 1
        return page

    def finish(self) -> int:
        """Write the unfinished nodes; return the object number of the root. Call this once."""
        return self._tree.finish()

    def _content(self, node: TreeNode, parent: int | None) -> bytes:
        """Return the dictionary of a node."""
        entries = b"/Parent %d 0 R" % parent if parent else self._root_entries
        return b"<</Type/Pages/Count %d/Kids[%b]%b>>" % (node.leaves, node.references, entries)
