"""Trees of PDF objects that are written while they grow."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from chalicelib.converter.pdf.objects import ObjectWriter

_FAN = 64  # children of a node: a reader finds any of a million leaves in four steps


@dataclass(slots=True)
class Node:
    """A node's object number, the numbers of its children, and how many leaves are below it."""

    number: int
    kids: list[int] = field(default_factory=list)
    leaves: int = 0

    @property
    def references(self) -> bytes:
        """The children, as they stand in an array."""
        return b" ".join(b"%d 0 R" % kid for kid in self.kids)


class GrowingTree:
    """Keeps one unfinished node a level, whatever the number of leaves."""

    def __init__(self, objects: ObjectWriter, content: Callable[[Node, int | None], bytes]) -> None:
        """`content` makes a node's dictionary; it is given the number of its parent, if any."""
        self._objects = objects
        self._content = content
        self._open = [Node(objects.reserve())]

    def parent(self) -> int:
        """Return the number of the node that the next leaf is added to."""
        if len(self._open[0].kids) >= _FAN:
            self._close(0)
            self._open[0] = Node(self._objects.reserve())
        return self._open[0].number

    def add(self, leaves: Sequence[int]) -> None:
        """Add leaves to the node that `parent` named; together they may be more than 64."""
        self._open[0].kids += leaves
        self._open[0].leaves += len(leaves)

    def finish(self) -> int:
        """Write what is still open; returns the number of the root."""
        level = 0
        while level + 1 < len(self._open):  # closing one may open another above
            self._close(level)
            level += 1
        root = self._open[level]
        self._objects.add(self._content(root, None), root.number)
        return root.number

    def _close(self, level: int) -> None:
        """Write the open node of a level as the next child of the level above."""
        if level + 1 == len(self._open):
            self._open.append(Node(self._objects.reserve()))
        elif len(self._open[level + 1].kids) == _FAN:
            self._close(level + 1)
            self._open[level + 1] = Node(self._objects.reserve())
        node, parent = self._open[level], self._open[level + 1]
        self._objects.add(self._content(node, parent.number), node.number)
        parent.kids.append(node.number)
        parent.leaves += node.leaves
