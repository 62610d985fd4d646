import io
from typing import cast

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageChops

from chalicelib.converter.fonts import ASCENT, CELL, DESCENT
from chalicelib.converter.objects import Objects
from chalicelib.converter.pictures import CELLS, Pictures, pictures
from tests.converter.test_emoji import FAMILY, KISS, RECOMMENDED, SCOTLAND

PAGE = 100  # points, either way
SCALE = 4  # pixels of a point
RED, BLUE = (244, 67, 54), (25, 118, 210)  # the large squares


def page(emoji: list[str], size: float = 20, x: float = 30, y: float = 40) -> bytes:
    """A PDF with emoji one upon the other."""
    sink = io.BytesIO()
    objects, drawn = Objects(sink, "1.7"), Pictures()
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


@pytest.mark.parametrize("emoji", RECOMMENDED)
def test_every_recommended_sequence_is_one_picture(emoji: str) -> None:
    assert len(pictures(emoji)) == 1


def test_pictures_differ_where_emoji_do() -> None:
    assert len(set(map(pictures, RECOMMENDED))) == len(RECOMMENDED)
    assert pictures("❤\ufe0f") == pictures("❤")
    assert pictures("☝\ufe0f🏽") == pictures("☝🏽") != pictures("☝🏿")


@pytest.mark.parametrize(
    ("emoji", "parts"),
    [("👨\u200d🍎", ["👨", "🍎"]), ("🍎🏽", ["🍎", "🏽"]), (f"{FAMILY}\u200d🔥", [FAMILY, "🔥"])],
)
def test_a_sequence_that_the_font_lacks_is_drawn_as_its_parts(emoji: str, parts: list[str]) -> None:
    assert pictures(emoji) == tuple(pictures(part)[0] for part in parts)


@pytest.mark.parametrize("text", ["x", "\U0001fae9", "😀\u200d\U0001fae9", "\ufe0f"])
def test_what_the_font_lacks_has_no_pictures(text: str) -> None:
    assert pictures(text) == ()
    assert Pictures().draw(text, 0, 0, 10) == b""


def test_a_picture_is_in_the_file_once_however_often_it_is_drawn() -> None:
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
    assert (left + right) / 2 == pytest.approx(x + CELLS / 2 * cell, abs=0.3)
    middle = (ASCENT - DESCENT) / 2 * size / 1000
    assert PAGE - (top + bottom) / 2 == pytest.approx(y + middle, abs=0.3)
    assert 0.85 * CELLS * cell < right - left < CELLS * cell + 0.3
    assert 0.85 * CELLS * cell < bottom - top < (ASCENT + DESCENT) * size / 1000 + 0.3


def test_parts_stand_side_by_side_in_their_colours() -> None:
    image = seen(page(["🟥\u200d🟦"], size=20, x=30, y=40))
    width = CELLS * CELL * 20 / 1000
    assert colour(image, 30 + width / 2, 45) == RED
    assert colour(image, 30 + width * 1.5, 45) == BLUE
    assert colour(image, 30 + width * 2.5, 45) == colour(image, 25, 45) == (255, 255, 255)
