"""The logical structure of a document (PDF 32000-1, 14.7), written while it grows.

A document has groups of paragraphs and headings. The content of an element is one marked-content
sequence on each of its pages.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.converter.layout.paragraphs import Block
from chalicelib.converter.pdf.growing_tree import GrowingTree, TreeNode
from chalicelib.converter.pdf.number_tree import NumberTree
from chalicelib.converter.pdf.objects import ObjectWriter

_MAX_PAGES = 64
"""Maximum pages of an element, whose kids are all in memory; longer paragraphs are divided."""


@dataclass(slots=True)
class _Element:
    """An element that may continue on the next page; `kids` are the entries of its /K array."""

    number: int
    parent: int
    tag: bytes
    page: int
    kids: list[bytes]


class StructureTree:
    """Writes elements, their groups, and the parent tree from content to elements."""

    def __init__(self, objects: ObjectWriter) -> None:
        self._objects = objects
        self._root = objects.reserve()
        self._tree = GrowingTree(objects, self._content)
        self._parents = NumberTree(objects)
        self._open: _Element | None = None
        self.next_key = 0  # of the tree of parents; a page's /StructParents

    def add_page(self, page: int, blocks: Sequence[Block], *, goes_on: bool) -> None:
        """Add the content of a page: its marked-content sequences are the blocks, from 0.

        `goes_on` is whether the first is more of the last element.
        """
        elements: list[int] = []
        identifier = 0
        if self._open and blocks and goes_on and len(self._open.kids) < _MAX_PAGES:
            self._open.kids.append(b"<</Type/MCR/Pg %d 0 R/MCID 0>>" % page)
            elements.append(self._open.number)
            identifier = 1
        if identifier < len(blocks):
            self._close()
            elements += self._add_elements(page, blocks, identifier)
        references = b" ".join([b"%d 0 R" % number for number in elements])
        self._parents.add(self._key(), b"[%b]" % references)

    def _add_elements(self, page: int, blocks: Sequence[Block], first: int) -> Sequence[int]:
        """Add elements that begin on a page, from the first; the last one stays open."""
        parent = self._tree.parent()
        last = len(blocks) - 1
        common = b"/P %d 0 R/Pg %d 0 R/K " % (parent, page)
        elements = [b"<</S/%b%b%d>>" % (blocks[at].tag, common, at) for at in range(first, last)]
        number = self._objects.reserve()
        self._open = _Element(number, parent, blocks[last].tag, page, [b"%d" % last])
        numbers = [*self._objects.add_all(elements), number]
        self._tree.add(*numbers)
        return numbers

    def finish(self) -> int:
        """Write the unfinished elements; return the object number of the structure tree root."""
        self._close()
        document, parents = self._tree.finish(), self._parents.finish()
        self._objects.add(
            b"<</Type/StructTreeRoot/K %d 0 R/ParentTree %d 0 R/ParentTreeNextKey %d>>"
            % (document, parents, self.next_key),
            self._root,
        )
        return self._root

    def _key(self) -> int:
        """Return the next key of the parent tree."""
        self.next_key += 1
        return self.next_key - 1

    def _close(self) -> None:
        """Write the unfinished element, which ends with this page."""
        element, self._open = self._open, None
        if element:
            kids = b"[%b]" % b" ".join(element.kids) if len(element.kids) > 1 else element.kids[0]
            content = b"<</S/%b/P %d 0 R/Pg %d 0 R/K %b>>"
            self._objects.add(
                content % (element.tag, element.parent, element.page, kids), element.number
            )

    def _content(self, node: TreeNode, parent: int | None) -> bytes:
        """Return the dictionary of a group, or of the document element at the root."""
        if parent is None:
            return b"<</S/Document/P %d 0 R/K[%b]>>" % (self._root, node.references)
        return b"<</S/Div/P %d 0 R/K[%b]>>" % (parent, node.references)
