"""Reads the logical structure of a PDF back: elements, and the text of their marked content."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf

_ENTRY = re.compile(rb"<([0-9A-Fa-f]+)> (?:<([0-9A-Fa-f]+)> )?<([0-9A-Fa-f]+)>")


@dataclass
class Link:
    """A Link element: its text, and the annotations that it refers to."""

    text: str = ""
    uris: list[str] = field(default_factory=list)
    descriptions: list[str] = field(default_factory=list)
    pages: list[int] = field(default_factory=list)
    areas: int = 0


@dataclass
class Element:
    """A structure element with content: its type, its text in reading order, and its links."""

    tag: str
    text: str
    number: int
    links: list[Link] = field(default_factory=list)


@dataclass
class Tagged:
    """What is tagged in a document: elements in reading order.

    `untagged` is the text that is neither in an element nor an artifact.
    """

    elements: list[Element]
    artifacts: str
    untagged: str
    groups: set[str]

    @property
    def text(self) -> str:
        return "".join(element.text for element in self.elements)


def read(pdf: bytes) -> Tagged:
    """Read the structure; asserts that structure, content and the tree of parents agree."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return _Reader(document).read()


class _Reader:
    def __init__(self, document: pikepdf.Pdf) -> None:
        self.document = document
        self.maps: dict[tuple[int, int], dict[int, str]] = {}
        self.artifacts = ""
        self.untagged = ""
        self.groups: set[str] = set()
        self.contents: dict[tuple[int, int], str] = {}
        self.owners: dict[tuple[int, int], int] = {}
        self.annotations: dict[int, int] = {}
        self.numbers = {page.obj.objgen[0]: n for n, page in enumerate(document.pages)}
        for page in document.pages:
            self._page(page)

    def read(self) -> Tagged:
        root = self.document.Root.StructTreeRoot
        parents = dict(numbers(root.ParentTree))
        assert root.ParentTreeNextKey > max(parents, default=-1)
        owners: dict[tuple[int, int], int] = {}
        annotations: dict[int, int] = {}
        for page in self.document.pages:
            for identifier, element in enumerate(parents.pop(int(page.obj.StructParents))):
                owners[page.obj.objgen[0], identifier] = element.objgen[0]
            for annotation in page.obj.get("/Annots", []):
                assert page.obj.Tabs == "/S"
                key = int(annotation.StructParent)
                annotations[annotation.objgen[0]] = parents.pop(key).objgen[0]
        assert not parents, "keys of nothing"
        elements = list(self._elements(root.K, root))
        assert self.owners == owners, "content and parents disagree"
        assert set(self.owners) == set(self.contents), "content in no element"
        assert self.annotations == annotations, "annotations and parents disagree"
        assert not self.untagged.strip()
        return Tagged(elements, self.artifacts, self.untagged, self.groups)

    def _elements(self, node: pikepdf.Object, parent: pikepdf.Object) -> Iterator[Element]:
        """Yield the elements with content below a node, which is one or a group."""
        assert node.P.objgen == parent.objgen
        element = Element(str(node.S), "", node.objgen[0])
        inner = []
        for kid in _kids(node):
            if _is_content(kid):
                element.text += self._content(node, kid)
            elif kid.S == "/Link":
                assert kid.P.objgen == node.objgen
                element.links.append(self._link(kid))
                element.text += element.links[-1].text
            else:
                inner.append(kid)
        if inner:
            self.groups.add(str(node.S))
            assert not element.text
        else:
            yield element
        for kid in inner:
            yield from self._elements(kid, node)

    def _link(self, node: pikepdf.Object) -> Link:
        link = Link()
        for kid in _kids(node):
            if not isinstance(kid, int) and kid.get("/Type") == "/OBJR":
                assert kid.Obj.objgen[0] not in self.annotations
                self.annotations[kid.Obj.objgen[0]] = node.objgen[0]
                link.uris.append(str(kid.Obj.A.URI))
                link.descriptions.append(str(kid.Obj.Contents))
                link.pages.append(self.numbers[kid.Pg.objgen[0]])
                link.areas += len(kid.Obj.QuadPoints) // 8
            else:
                link.text += self._content(node, kid)
        return link

    def _content(self, node: pikepdf.Object, kid: Any) -> str:
        """The text of a marked-content sequence, which only one element may have."""
        key = (
            (node.Pg.objgen[0], kid) if isinstance(kid, int) else (kid.Pg.objgen[0], int(kid.MCID))
        )
        assert key not in self.owners, "content in two elements"
        self.owners[key] = node.objgen[0]
        return self.contents[key]

    def _page(self, page: pikepdf.Page) -> None:
        number = page.obj.objgen[0]
        font: dict[int, str] = {}
        size = 2
        marks: list[tuple[str, int | None]] = []
        for instruction in pikepdf.parse_content_stream(page):
            operator, operands = str(instruction.operator), list(instruction.operands)
            if operator in ("BMC", "BDC") and str(operands[0]) != "/Span":
                assert not marks, "an artifact or tagged content is within another"
            if operator == "BMC":
                marks.append((str(operands[0]), None))
            elif operator == "BDC":
                identifier = operands[1].get("/MCID")
                marks.append((str(operands[0]), None if identifier is None else int(identifier)))
                if identifier is not None:
                    assert (number, int(identifier)) not in self.contents
                    self.contents[number, int(identifier)] = ""
            elif operator == "EMC":
                marks.pop()
            elif operator == "Tf":
                chosen = page.resources.Font[str(operands[0])]
                font, size = self._map(chosen), 1 if chosen.Subtype == "/TrueType" else 2
            elif operator in ("Tj", "'", "TJ"):
                strings = operands[0] if operator == "TJ" else operands
                codes = b"".join(bytes(one) for one in strings if isinstance(one, pikepdf.String))
                self._add(number, marks, _decoded(codes, size, font))
            elif operator in ("Do", "f", "S"):
                assert [tag for tag, _ in marks] == ["/Artifact"]
        assert not marks

    def _add(self, page: int, marks: list[tuple[str, int | None]], text: str) -> None:
        owner = [identifier for _, identifier in marks if identifier is not None]
        assert len(owner) <= 1
        if owner:
            self.contents[page, owner[0]] += text
        elif any(tag == "/Artifact" for tag, _ in marks):
            self.artifacts += text
        else:
            self.untagged += text

    def _map(self, font: pikepdf.Object) -> dict[int, str]:
        if font.objgen not in self.maps:
            self.maps[font.objgen] = to_unicode(bytes(font.ToUnicode.read_bytes()))
        return self.maps[font.objgen]


def _kids(node: pikepdf.Object) -> list[Any]:
    """The kids of an element; pikepdf gives integers as int, which its types do not say."""
    return list(node.K) if isinstance(node.K, pikepdf.Array) else [node.K]


def _is_content(kid: Any) -> bool:
    return isinstance(kid, int) or kid.get("/Type") == "/MCR"


def _decoded(codes: bytes, size: int, font: dict[int, str]) -> str:
    places = range(0, len(codes), size)
    return "".join(font[int.from_bytes(codes[at : at + size], "big")] for at in places)


def to_unicode(cmap: bytes) -> dict[int, str]:
    """The text of each code, as a ToUnicode CMap says (9.10.3)."""
    table: dict[int, str] = {}
    within = False
    for line in cmap.splitlines():
        within = line.split()[-1:] in ([b"beginbfrange"], [b"beginbfchar"]) or (
            within and line not in (b"endbfrange", b"endbfchar")
        )
        if not within or not (match := _ENTRY.fullmatch(line)):
            continue
        first, last, target = match.groups()
        text = bytes.fromhex(target.decode()).decode("utf-16-be", "surrogatepass")
        for code in range(int(first, 16), int(last or first, 16) + 1):
            table[code] = text[:-1] + chr(ord(text[-1]) + code - int(first, 16))
    return table


def numbers(node: pikepdf.Object) -> Iterator[tuple[int, pikepdf.Object]]:
    """Keys and values of a number tree (7.9.7), whose keys rise and are within their limits."""
    if "/Nums" in node:
        entries = list(node.Nums)
        found = [(int(key), value) for key, value in zip(*[iter(entries)] * 2, strict=True)]
    else:
        found = [pair for kid in node.Kids for pair in numbers(kid)]
    keys = [key for key, _ in found]
    assert keys == sorted(set(keys))
    if "/Limits" in node:
        assert [int(limit) for limit in node.Limits] == [keys[0], keys[-1]]
    yield from found
