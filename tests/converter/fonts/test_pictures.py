import dataclasses
import io
from typing import cast

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageChops

from chalicelib.converter import Options
from chalicelib.converter.drawing.geometry import Geometry
from chalicelib.converter.fonts.face import ASCENT, CELL, DESCENT
from chalicelib.converter.fonts.pictures import PICTURE_CELLS, EmojiPictures, pictures_of
from chalicelib.converter.pdf.objects import ObjectWriter
from tests.converter.converted import ABOUT, Made, made, tool
from tests.converter.scripts.test_emoji import FAMILY, KISS, RECOMMENDED, SCOTLAND

PAGE = 100  # points, either way
SCALE = 4  # pixels of a point
RED, BLUE = (244, 67, 54), (25, 118, 210)  # the large squares
WHITE = (255, 255, 255)


def page(emoji: list[str], size: float = 20, x: float = 30, y: float = 40) -> bytes:
    """A PDF with emoji one upon the other."""
    sink = io.BytesIO()
    objects, drawn = ObjectWriter(sink, "1.7"), EmojiPictures()
    content = objects.add_stream(b"".join(drawn.draw(one, x, y, size) for one in emoji))
    tree = objects.reserve()
    leaf = objects.add(
        b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %d %d]/Contents %d 0 R"
        b"/Resources<</XObject<<%b>>>>>>" % (tree, PAGE, PAGE, content, drawn.write(objects))
    )
    objects.add(b"<</Type/Pages/Count 1/Kids[%d 0 R]>>" % leaf, tree)
    catalog = objects.add(b"<</Type/Catalog/Pages %d 0 R>>" % tree)
    objects.close(catalog, objects.add(b"<<>>"), "<00><00>")
    return sink.getvalue()


def seen(document: bytes) -> Image.Image:
    """The page as pdfium draws it."""
    with pypdfium2.PdfDocument(document) as opened:
        return cast("Image.Image", opened[0].render(scale=SCALE).to_pil().convert("RGB"))


def colour(image: Image.Image, x: float, y: float) -> object:
    """The colour at a place in points from the lower left."""
    return image.getpixel((round(x * SCALE), round((PAGE - y) * SCALE)))


def test_every_recommended_sequence_is_one_picture() -> None:
    assert [emoji for emoji in RECOMMENDED if len(pictures_of(emoji)) != 1] == []


def test_different_emoji_have_different_pictures() -> None:
    assert len(set(map(pictures_of, RECOMMENDED))) == len(RECOMMENDED)
    assert pictures_of("❤\ufe0f") == pictures_of("❤")
    assert pictures_of("☝\ufe0f🏽") == pictures_of("☝🏽") != pictures_of("☝🏿")


@pytest.mark.parametrize(
    ("emoji", "parts"),
    [("👨\u200d🍎", ["👨", "🍎"]), ("🍎🏽", ["🍎", "🏽"]), (f"{FAMILY}\u200d🔥", [FAMILY, "🔥"])],
)
def test_a_sequence_that_the_font_lacks_is_drawn_as_its_parts(emoji: str, parts: list[str]) -> None:
    assert pictures_of(emoji) == tuple(pictures_of(part)[0] for part in parts)


@pytest.mark.parametrize("text", ["x", "\U0001fae9", "😀\u200d\U0001fae9", "\ufe0f"])
def test_emoji_missing_from_the_font_have_no_pictures(text: str) -> None:
    assert pictures_of(text) == ()
    assert EmojiPictures().draw(text, 0, 0, 10) == b""


def test_a_picture_is_embedded_only_once() -> None:
    with pikepdf.open(io.BytesIO(page(["😀", FAMILY, "😀", KISS, SCOTLAND, "😀"]))) as pdf:
        images = dict(pdf.pages[0].Resources.XObject.items())
        assert len(images) == 4
        for image in images.values():
            assert image.ColorSpace[1] == "/DeviceRGB"  # the output intent is sRGB
            assert image.SMask.ColorSpace == "/DeviceGray"
            assert "/Interpolate" not in image  # ISO 19005-2, 6.2.8
            assert "/Interpolate" not in image.SMask
            for one in (image, image.SMask):
                assert len(one.read_bytes()) == one.Width * one.Height
            assert max(image.read_bytes()) <= image.ColorSpace[2]
            assert len(bytes(image.ColorSpace[3])) == 3 * (int(image.ColorSpace[2]) + 1)
        assert not pdf.check_pdf_syntax()


def test_equal_documents_have_equal_bytes() -> None:
    assert page(["😀", "🔥"]) == page(["😀", "🔥"])


@pytest.mark.parametrize("size", [6, 10, 14.5, 24])
def test_a_picture_is_in_the_middle_of_its_cells(size: float) -> None:
    x, y, cell = 30, 40, CELL * size / 1000
    image = seen(page(["🟥"], size, x, y))
    blank = Image.new("RGB", image.size, "white")
    box = cast("tuple[int, ...]", ImageChops.difference(image, blank).getbbox())
    left, top, right, bottom = (edge / SCALE for edge in box)
    assert (left + right) / 2 == pytest.approx(x + PICTURE_CELLS / 2 * cell, abs=0.3)
    middle = (ASCENT - DESCENT) / 2 * size / 1000
    assert PAGE - (top + bottom) / 2 == pytest.approx(y + middle, abs=0.3)
    assert 0.85 * PICTURE_CELLS * cell < right - left < PICTURE_CELLS * cell + 0.3
    assert 0.85 * PICTURE_CELLS * cell < bottom - top < (ASCENT + DESCENT) * size / 1000 + 0.3


def test_parts_are_drawn_side_by_side_in_their_colours() -> None:
    image = seen(page(["🟥\u200d🟦"], size=20, x=30, y=40))
    width = PICTURE_CELLS * CELL * 20 / 1000
    assert colour(image, 30 + width / 2, 45) == RED
    assert colour(image, 30 + width * 1.5, 45) == BLUE
    assert colour(image, 30 + width * 2.5, 45) == colour(image, 25, 45) == WHITE


def images(document: Made) -> int:
    """How many images the first page may draw."""
    with pikepdf.open(io.BytesIO(document.pdf)) as pdf:
        named = cast("dict[str, pikepdf.Object]", pdf.pages[0].Resources.XObject)
        return sum(name.startswith("/Emoji") for name in named)


def cell(document: Made, row: int, column: float) -> tuple[int, ...]:
    """The colour in the middle of a cell of the first page's grid."""
    place = Geometry.of(Options())
    x = place.margin + (column + 0.5) * place.cell
    y = place.baseline(row) + 0.35 * place.size
    with pypdfium2.PdfDocument(document.pdf) as opened:
        image = opened[0].render(scale=SCALE).to_pil().convert("RGB")
    at = (round(x * SCALE), round((place.height - y) * SCALE))
    return cast("tuple[int, ...]", image.getpixel(at))


LINES = [
    "one 🚀 two",
    f"{FAMILY}{KISS}{SCOTLAND}",
    "1\ufe0f\u20e3 #\ufe0f\u20e3 ❤\ufe0f❤\u200d🔥 👍🏽👍🏿 🇩🇪🇫🇷",
    "日本語 🗾 です",
    "नमस्ते 🙏🏽 दुनिया",
    "tab\t✅\t❌",
]


@pytest.mark.parametrize("line", LINES)
def test_emoji_are_copied_as_they_were_typed(line: str) -> None:
    document = made(line)
    assert "".join(document.letters) == "".join(line.split())
    assert document.report.replaced == 0
    printed = tool("pdftotext", "-raw", "-", "-", document=document.pdf)
    assert "".join(line.split()) in "".join(printed.split())


@pytest.mark.slow
def test_each_recommended_sequence_is_drawn_and_copied() -> None:
    failed = []
    for sequence in RECOMMENDED:
        document = made(f"{sequence}|")
        if document.letters != f"{sequence}|" or images(document) != 1:
            failed.append((sequence, document.letters, images(document)))
    assert failed == []


def test_an_emoji_takes_two_cells_of_its_row() -> None:
    document = made("🟥|\nxx|\n日本🟦|\nabcd🟦|")
    assert [cell(document, 0, 0), cell(document, 0, 1)] == [RED, RED]
    assert [cell(document, 2, 4), cell(document, 3, 5)] == [BLUE, BLUE]
    bars = [cell(document, row, column) for row, column in ((0, 2), (1, 2), (2, 6), (3, 6))]
    assert all(max(bar) < 64 for bar in bars)


def test_rows_from_right_to_left_have_their_emoji_in_place() -> None:
    last = Geometry.of(Options()).columns - 1
    document = made("🟥\u05d0\u05d1🟦")
    assert cell(document, 0, last) == cell(document, 0, last - 1) == RED
    assert cell(document, 0, last - 4.5) == BLUE
    assert made("\u05d0\u05d1 ❤\ufe0f").letters == "\u05d0\u05d1❤\ufe0f"
    printed = tool("pdftotext", "-raw", "-", "-", document=made("\u05d0\u05d1 👍🏽").pdf)
    assert "👍🏽" in printed


def test_a_row_never_ends_within_an_emoji() -> None:
    columns = Geometry.of(Options()).columns
    document = made("a" + FAMILY * columns)
    rows = document.pages[0].split("\n")
    assert "".join(rows).strip() == "a" + FAMILY * columns
    assert all(row.startswith(("a", FAMILY)) and row.endswith(FAMILY) for row in rows)
    assert len(rows) == 3


def test_emoji_are_drawn_in_the_header() -> None:
    about = dataclasses.replace(ABOUT, name="plan 🟥.txt")
    place = Geometry.of(Options())
    x = place.margin + 6 * place.small * CELL / 1000
    with pypdfium2.PdfDocument(made("text", about=about).pdf) as opened:
        image = opened[0].render(scale=SCALE).to_pil().convert("RGB")
    y = place.height - place.header_baseline - 0.35 * place.small
    assert image.getpixel((round(x * SCALE), round(y * SCALE))) == RED


def test_characters_in_text_presentation_have_no_pictures() -> None:
    assert images(made("✓ ☎ ♥ © ™ ↔ 1 # ⌚\ufe0e")) == 0
