"""The logical structure of a document (PDF 32000-1, 14.7), written while it grows.

A document has groups of paragraphs and headings. The content of an element is one marked-content
sequence on each of its pages, except for its links, which are elements of their own.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from chalicelib.converter.drawing.content_sequences import ContentSequence
from chalicelib.converter.layout.page import Link
from chalicelib.converter.pdf.growing_tree import GrowingTree, TreeNode
from chalicelib.converter.pdf.number_tree import NumberTree
from chalicelib.converter.pdf.objects import ObjectWriter, references
from chalicelib.converter.recognition.paragraphs import MAX_BLOCKS, Block

_MAX_PAGES = 64
"""Maximum pages of an element, whose kids are all in memory; longer paragraphs are divided."""


_HEADING = attrgetter("heading")
_IDENTIFIERS = [b"%d" % number for number in range(MAX_BLOCKS)]


@dataclass(slots=True)
class _Element:
    """An element that may continue on the next page; `kids` are the entries of its /K array.

    `page` is the first of its pages, and `pages` their number.
    """

    number: int
    parent: int
    tag: bytes
    page: int
    kids: list[bytes] = field(default_factory=list)
    pages: int = 1

    def add_content(self, page: int, identifier: int) -> None:
        """Add a marked-content sequence."""
        content = b"%d" if page == self.page else b"<</Type/MCR/Pg %d 0 R/MCID %%d>>" % page
        self.kids.append(content % identifier)


class StructureTree:
    """Writes elements, their groups, and the parent tree from content to elements.

    Pages are added in order. `next_key` is the key of the parent tree that the next page gets,
    which must be its /StructParents.
    """

    def __init__(self, objects: ObjectWriter) -> None:
        self._objects = objects
        self._root = objects.reserve()
        self._tree = GrowingTree(objects, self._content)
        self._parents = NumberTree(objects)
        self._open: _Element | None = None
        self._links: dict[Link, _Element] = {}  # the elements of the last page's links
        self.next_key = 0  # of the tree of parents; a page's /StructParents

    def add_page(self, page: int, blocks: Sequence[Block], *, goes_on: bool) -> None:
        """Add the content of a page without links, of which `page` is the object number.

        Its marked-content sequences are its blocks, in order from identifier 0; there may be none.
        `goes_on` is whether the first block continues the last block of the page before.
        """
        if self._links:
            self._close_links()
        elements = b""
        identifier = 0
        if blocks and (element := self._continued(goes_on=goes_on)):
            element.add_content(page, 0)
            element.pages += 1
            elements = b"%d 0 R" % element.number
            identifier = 1
        if identifier < len(blocks):
            self._close()
            added = self._add_elements(page, blocks, identifier)
            elements = b"%b %b" % (elements, added) if identifier else added
        self._add_parents(elements)

    def add_page_with_links(
        self,
        page: int,
        blocks: Sequence[Block],
        sequences: Sequence[ContentSequence],
        annotations: Mapping[Link, Sequence[int]],
        *,
        goes_on: bool,
    ) -> None:
        """Add the content of a page with links, of which `page` is the object number.

        `sequences` are those of `content_sequences`, and `annotations` has the object numbers of
        each link's annotations on this page. In this order, their /StructParent must be the keys
        after that of the page. `goes_on` is whether the first block continues the last block
        of the page before.
        """
        self._close_links(but=annotations)
        elements = self._block_elements(page, blocks, goes_on=goes_on)
        owners = [0] * len(sequences)
        for number in sorted(range(len(sequences)), key=lambda n: sequences[n].order):
            sequence = sequences[number]
            element = elements[sequence.block]
            if sequence.link:
                element = self._link_element(sequence.link, element, page)
            element.add_content(page, number)
            owners[number] = element.number
        self._add_parents(references(tuple(owners)))
        for link, numbers in annotations.items():
            element = self._links[link]
            for annotation in numbers:
                element.kids.append(b"<</Type/OBJR/Pg %d 0 R/Obj %d 0 R>>" % (page, annotation))
                self._parents.add(self._key(), b"%d 0 R" % element.number)
        for element in elements[:-1]:
            self._write(element)
        self._open = elements[-1]

    def _continued(self, *, goes_on: bool) -> _Element | None:
        """Return the open element if more can be added to it."""
        return self._open if self._open and goes_on and self._open.pages < _MAX_PAGES else None

    def _block_elements(
        self, page: int, blocks: Sequence[Block], *, goes_on: bool
    ) -> list[_Element]:
        """Return an element for each block of a page, of which only the first may have content."""
        elements: list[_Element] = []
        if element := self._continued(goes_on=goes_on):
            element.pages += 1
            elements.append(element)
        else:
            self._close()
        self._open = None
        parent = self._tree.parent()
        new = [
            _Element(self._objects.reserve(), parent, block.tag, page)
            for block in blocks[len(elements) :]
        ]
        self._tree.add(references(tuple(element.number for element in new)), len(new))
        return elements + new

    def _link_element(self, link: Link, parent: _Element, page: int) -> _Element:
        """Return the element of a link, which is another one in each part of a long paragraph."""
        if link in self._links and self._links[link].parent != parent.number:
            self._write(self._links.pop(link))
        if link not in self._links:
            number = self._objects.reserve()
            self._links[link] = _Element(number, parent.number, b"Link", page)
            parent.kids.append(b"%d 0 R" % number)
        return self._links[link]

    def _add_parents(self, elements: bytes) -> None:
        """Add references to the elements that the marked-content sequences of a page belong to."""
        self._parents.add(self._key(), b"[%b]" % elements)

    def _add_elements(self, page: int, blocks: Sequence[Block], first: int) -> bytes:
        """Add elements that begin on a page, from block `first`; return references to them.

        The last one stays open.
        """
        parent = self._tree.parent()
        last = len(blocks) - 1
        common = b"/P %d 0 R/Pg %d 0 R/K " % (parent, page)
        numbers: Sequence[int] = ()
        if last > MAX_BLOCKS or any(map(_HEADING, blocks)):
            numbers = [
                self._objects.add(b"<</S/%b%b%d>>" % (blocks[number].tag, common, number))
                for number in range(first, last)
            ]
        elif first < last:
            identifiers = _IDENTIFIERS[first:last]
            numbers = self._objects.add_similar(b"<</S/P" + common, identifiers, b">>")
        number = self._objects.reserve()
        self._open = _Element(number, parent, blocks[last].tag, page, [b"%d" % last])
        added = references((*numbers, number))
        self._tree.add(added, len(blocks) - first)
        return added

    def finish(self) -> int:
        """Write the unfinished elements; return the object number of the structure tree root.

        Call this once, after the last page.
        """
        self._close_links()
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
        if self._open:
            self._write(self._open)
        self._open = None

    def _close_links(self, but: Container[Link] = ()) -> None:
        """Write the unfinished links, except those that may continue on the next page."""
        for link in [link for link in self._links if link not in but]:
            self._write(self._links.pop(link))

    def _write(self, element: _Element) -> None:
        kids = element.kids
        content = b"[%b]" % b" ".join(kids) if len(kids) > 1 else kids[0]
        self._objects.add(
            b"<</S/%b/P %d 0 R/Pg %d 0 R/K %b>>"
            % (element.tag, element.parent, element.page, content),
            element.number,
        )

    def _content(self, node: TreeNode, parent: int | None) -> bytes:
        """Return the dictionary of a group, or of the document element at the root."""
        if parent is None:
            return b"<</S/Document/P %d 0 R/K[%b]>>" % (self._root, node.references)
        return b"<</S/Div/P %d 0 R/K[%b]>>" % (parent, node.references)
