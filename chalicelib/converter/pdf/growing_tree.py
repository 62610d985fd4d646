"""Trees of PDF objects, such as the page tree, written while they grow."""

from collections.abc import Callable
from dataclasses import dataclass

from chalicelib.converter.pdf.objects import ObjectWriter

_MAX_KIDS = 64
"""Maximum children of a node; readers find any of a million leaves in four steps."""


@dataclass(slots=True)
class TreeNode:
    """A node: its object number, the number of its children and of the leaves below it.

    `references` are those to its children, as the content of a PDF array without its brackets.
    """

    number: int
    kids: int = 0
    leaves: int = 0
    references: bytes = b""

    def add(self, references: bytes, kids: int, leaves: int) -> None:
        """Add children, given by references to them, with this number of leaves in all."""
        self.references += b" " + references if self.kids else references
        self.kids += kids
        self.leaves += leaves


class GrowingTree:
    """A balanced tree of which only one unfinished node per level is in memory."""

    def __init__(
        self, objects: ObjectWriter, content: Callable[[TreeNode, int | None], bytes]
    ) -> None:
        """`content` returns a node's dictionary, given the node and its parent's object number.

        The parent is None for the root. Nodes are written when they are complete.
        """
        self._objects = objects
        self._content = content
        self._open = [TreeNode(objects.reserve())]

    def parent(self) -> int:
        """Return the object number of the parent of the leaves that are added next.

        It is the same until that node has _MAX_KIDS or more.
        """
        if self._open[0].kids >= _MAX_KIDS:
            self._close(0)
            self._open[0] = TreeNode(self._objects.reserve())
        return self._open[0].number

    def add(self, references: bytes, count: int = 1) -> None:
        """Add leaves, given by references to them, to the node that `parent` returned last.

        All of them are added to it, even if it gets more than _MAX_KIDS.
        """
        self._open[0].add(references, count, count)

    def finish(self) -> int:
        """Write the unfinished nodes; return the object number of the root. Call this once."""
        level = 0
        while level + 1 < len(self._open):  # closing a node may add a level
            self._close(level)
            level += 1
        root = self._open[level]
        self._objects.add(self._content(root, None), root.number)
        return root.number

    def _close(self, level: int) -> None:
        """Write the unfinished node of a level as the next child of the level above."""
        if level + 1 == len(self._open):
            self._open.append(TreeNode(self._objects.reserve()))
        elif self._open[level + 1].kids == _MAX_KIDS:
            self._close(level + 1)
            self._open[level + 1] = TreeNode(self._objects.reserve())
        node, parent = self._open[level], self._open[level + 1]
        self._objects.add(self._content(node, parent.number), node.number)
        parent.add(b"%d 0 R" % node.number, 1, node.leaves)
