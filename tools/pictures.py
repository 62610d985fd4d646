"""Make the pictures of docs/options.md: `make pictures`.

Each shows what an option does: a text, converted with two or more values of the option, or the
logical structure of these PDFs if the option changes nothing that is visible.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
from PIL import Image, ImageDraw, ImageFont

from chalicelib.converter import Options, Source, convert
from chalicelib.converter.fonts.face import BODY_FACE, FONT_FOLDER
from chalicelib.converter.options import OPTIONS

PROJECT = Path(__file__).parent.parent
FOLDER = PROJECT / "docs/options"

_SHADES = bytes(round(grey / 17) for grey in range(256))  # 16 grey levels: four bits a pixel
_PALETTE = [grey * 17 for grey in range(16) for _ in range(3)]
_GAP = 12  # pixels between panels
_LABEL = 22  # pixels in height of the label above a panel
_TREE_WIDTH = 200  # pixels of a panel that lists structure elements, and of each of its lines
_TREE_LINE = 17
_FONT = ImageFont.truetype(
    str(FONT_FOLDER / BODY_FACE.file), 13, layout_engine=ImageFont.Layout.BASIC
)

Box = tuple[float, float, float, float]

_TOP: Box = (0, 30, 595.28, 80)
_BOTTOM: Box = (0, 761, 595.28, 811)


@dataclass(frozen=True)
class Picture:
    """A text, and the values of an option with which it is shown, side by side.

    An empty value is shown as "not set". `box` is the part of the first page that is shown, in
    points from its top left corner, or None for all of it; `dpi` are the pixels per inch, and 0
    stands for a list of the structure elements instead. `rows` is the number of rows of panels.
    """

    text: bytes
    values: tuple[str, ...]
    dpi: int
    box: Box | None = None
    rows: int = 1


def _sample(name: str) -> bytes:
    return (PROJECT / "data" / name).read_bytes()


def _prose() -> bytes:
    """Return prose that fills a page."""
    return b"\n".join([_sample("prose.txt")] * 4)


def _text() -> bytes:
    """Return prose without its centred titles."""
    prose = _sample("prose.txt")
    return prose[prose.index(b"It is a truth") :]


_LOG = b"".join(
    b"2026-11-23T08:%02d:%02dZ INFO  [worker-%d] reports.Converter - reports/%05d.txt took %d ms "
    b"(%d pages, %d bytes)\n"
    % (n // 2, n * 17 % 60, n % 4, n, 40 + n * 37 % 90, 1 + n % 9, 9000 + n * 977)
    for n in range(100)
)
_REPORT = (
    b"1MONTHLY REPORT\n0ITEM         AMOUNT\n PAPER         12.50\n INK            7.25\n"
    b"0TOTAL         19.75\n+_____         _____\n"
)
_SOURCE = (
    b"def area(width, height):\n"
    b'    """Return the area of a rectangle with sides of these lengths, which must not be '
    b'negative, in the square of their unit."""\n'
    b"    return width * height\n\n\nprint(area(3, 4))\n"
)
_TABS = (
    b"id\tname\tamount\n1\tAda\t12.50\n22\tZoe\t7.25\n\n"
    b"if ready:\n\tstart()\n\tif fast:\n\t\trun()\n"
)
_LIST = b"".join(b"%3d squared is %6d\n" % (n, n * n) for n in range(1, 121))
# Texts so short that their bytes alone do not decide on the encoding.
_MENU = "SOLD: 5 £, 20 °C\n".encode("cp850")
_INVOICE = "CLIENTE: PEÑA\n".encode("cp850")

_CHAPTERS = (
    b"# Cities\n\nThis report has one chapter.\n\n"
    b"## Oslo\n\n709,037 inhabitants, see\nhttps://example.com/oslo\n"
)

PICTURES = {
    "page_size": Picture(_prose(), ("a5", "a4", "letter", "legal", "a3"), 22),
    "orientation": Picture(_prose(), ("portrait", "landscape"), 36),
    "font_size": Picture(_text(), ("8", "10", "14"), 90, (36, 53, 290, 143)),
    "margin": Picture(_prose(), ("5", "15", "50"), 32),
    "charset": Picture(_MENU, ("", "cp850"), 110, (36, 52, 270, 78)),
    "charsets": Picture(_INVOICE, ("", "cp850,windows-1252"), 110, (36, 52, 210, 78)),
    "tagged": Picture(_CHAPTERS, ("on", "off"), 0),
    "language": Picture(b"City figures: https://example.com/\n", ("", "en"), 0),
    "carriage_control": Picture(_REPORT, ("none", "asa"), 110, (36, 53, 220, 150)),
    "fit": Picture(_LOG, ("none", "auto", "landscape"), 34),
    "line_numbers": Picture(_SOURCE, ("off", "on"), 80, (0, 53, 595.28, 153), rows=2),
    "columns": Picture(_LIST, ("1", "2"), 36),
    "header": Picture(_prose(), ("{name}", "{date} {name}", "none"), 80, _TOP, rows=3),
    "footer": Picture(
        _prose(), ("page {page} of {pages}", "{name}: {page}", "none"), 80, _BOTTOM, rows=3
    ),
    "tab_size": Picture(_TABS, ("8", "4"), 100, (36, 53, 270, 160)),
    "watermark": Picture(_prose(), ("", "DRAFT"), 36),
}
"""The picture of each option, by the name of its field."""


def picture_path(name: str) -> Path:
    """Return the file of an option's picture, given the name of its field."""
    return FOLDER / f"{name.replace('_', '-')}.png"


def render(name: str) -> Image.Image:
    """Return the picture of an option, given the name of its field."""
    picture = PICTURES[name]
    (option,) = (one for one in OPTIONS if one.name == name)
    panels = []
    for value in picture.values:
        pdf = _converted(picture.text, Options.parse({option.key: value} if value else {}))
        image = _page(pdf, picture) if picture.dpi else _tree(pdf)
        panels.append(_labelled(value or "not set", image))
    columns = -(-len(panels) // picture.rows)
    rows = [
        _joined(panels[first : first + columns], vertically=False)
        for first in range(0, len(panels), columns)
    ]
    sheet = _joined(rows, vertically=True)
    indexed = Image.frombytes("P", sheet.size, sheet.tobytes().translate(_SHADES))
    indexed.putpalette(_PALETTE)
    return indexed


def _converted(text: bytes, options: Options) -> bytes:
    """Return the PDF of a text."""
    sink = io.BytesIO()
    about = Source("notes.txt", datetime(2026, 11, 24, 9, 30, tzinfo=UTC), "picture")
    convert(io.BytesIO(text), sink, about, options)
    return sink.getvalue()


def _page(pdf: bytes, picture: Picture) -> Image.Image:
    """Return an image of the first page, or of the part of it that the picture shows."""
    scale = picture.dpi / 72
    with pypdfium2.PdfDocument(pdf) as document:
        image: Image.Image = document[0].render(scale=scale, grayscale=True).to_pil()
    if picture.box is None:
        return image
    left, top, right, bottom = (round(edge * scale) for edge in picture.box)
    return image.crop((left, top, right, bottom))


def _tree(pdf: bytes) -> Image.Image:
    """Return an image of a list of the document's language and structure elements."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        language = document.Root.get("/Lang", "none")
        elements = [*_elements(document.Root.get("/StructTreeRoot"))]
        lines = [f"language: {language}", "", *(elements or ["no structure"])]
    image = Image.new("L", (_TREE_WIDTH, _TREE_LINE * len(lines) + 12), "white")
    pen = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        pen.text((10, 6 + _TREE_LINE * number), line, "black", _FONT)
    return image


def _elements(node: Any, depth: int = 0) -> Iterator[str]:
    """Yield the types of the structure elements below a node, indented by their depth."""
    if isinstance(node, pikepdf.Array):
        for kid in node:
            yield from _elements(kid, depth)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            yield "  " * depth + str(node.S).removeprefix("/")
            depth += 1
        yield from _elements(node.get("/K"), depth)


def _labelled(label: str, image: Image.Image) -> Image.Image:
    """Return an image with a thin frame, and a label above it."""
    width = max(image.width + 2, round(_FONT.getlength(label)))
    panel = Image.new("L", (width, image.height + 2 + _LABEL), "white")
    pen = ImageDraw.Draw(panel)
    pen.text((0, 2), label, "black", _FONT)
    panel.paste(image, (1, _LABEL + 1))
    pen.rectangle((0, _LABEL, image.width + 1, _LABEL + image.height + 1), outline="silver")
    return panel


def _joined(images: list[Image.Image], *, vertically: bool) -> Image.Image:
    """Return the images beside or below one another, on white."""
    size = [0, 0]
    along = int(vertically)
    places: list[int] = []
    for image in images:
        places.append(size[along] + (_GAP if places else 0))
        size[along] = places[-1] + image.size[along]
        size[1 - along] = max(size[1 - along], image.size[1 - along])
    sheet = Image.new("L", (size[0], size[1]), "white")
    for image, place in zip(images, places, strict=True):
        sheet.paste(image, (0, place) if vertically else (place, 0))
    return sheet


def main() -> None:
    """Write the pictures of all options."""
    FOLDER.mkdir(exist_ok=True)
    for name in PICTURES:
        path = picture_path(name)
        render(name).save(path, optimize=True)
        print(f"{path.relative_to(PROJECT)}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
