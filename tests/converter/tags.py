"""Reads the logical structure of a PDF back: elements, and the text of their marked content."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf

_ENTRY = re.compile(rb"<([0-9A-Fa-f]+)> (?:<([0-9A-Fa-f]+)> )?<([0-9A-Fa-f]+)>")


@dataclass
class Element:
    """A structure element whose kids are content: its type, and its text in content order."""

    tag: str
    text: str
    number: int
    links: list[str] = field(default_factory=list)


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
        for page in document.pages:
            self._page(page)

    def read(self) -> Tagged:
        root = self.document.Root.StructTreeRoot
        parents = dict(numbers(root.ParentTree))
        assert root.ParentTreeNextKey > max(parents, default=-1)
        owners: dict[tuple[int, int], int] = {}
        for page in self.document.pages:
            for identifier, element in enumerate(parents[int(page.obj.StructParents)]):
                owners[page.obj.objgen[0], identifier] = element.objgen[0]
        elements = list(self._elements(root.K, root))
        claimed = [key for _, keys in elements for key in keys]
        assert len(claimed) == len(set(claimed)), "content in two elements"
        assert set(claimed) == set(self.contents), "content in no element"
        for found, keys in elements:
            for key in keys:
                assert owners.pop(key) == found.number
        assert not owners, "parents of no content"
        assert not self.untagged.strip()
        return Tagged([one for one, _ in elements], self.artifacts, self.untagged, self.groups)

    def _elements(
        self, node: pikepdf.Object, parent: pikepdf.Object
    ) -> Iterator[tuple[Element, list[tuple[int, int]]]]:
        assert node.P.objgen == parent.objgen
        kids = node.K if isinstance(node.K, pikepdf.Array) else [node.K]
        element = Element(str(node.S), "", node.objgen[0])
        keys: list[tuple[int, int]] = []
        inner = []
        kid: Any  # pikepdf gives integers as int, which its types do not say
        for kid in kids:
            if isinstance(kid, int):
                keys.append((node.Pg.objgen[0], kid))
            elif kid.get("/Type") == "/MCR":
                keys.append((kid.Pg.objgen[0], int(kid.MCID)))
            elif kid.get("/Type") == "/OBJR":
                element.links.append(str(kid.Obj.A.URI))
            else:
                inner.append(kid)
        element.text = "".join(self.contents[key] for key in keys)
        if keys or element.links:
            yield element, keys
        else:
            self.groups.add(str(node.S))
        for kid in inner:
            yield from self._elements(kid, node)

    def _page(self, page: pikepdf.Page) -> None:
        number = page.obj.objgen[0]
        font: dict[int, str] = {}
        size = 2
        marks: list[tuple[str, int | None]] = []
        for instruction in pikepdf.parse_content_stream(page):
            operator, operands = str(instruction.operator), list(instruction.operands)
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
