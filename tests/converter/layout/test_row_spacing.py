"""Rows whose ink reaches beyond their height, as pictures and as places of what belongs to them."""

import io
import random
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import cycle, pairwise
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import ImageChops, ImageFilter, ImageOps

from chalicelib.converter import Options
from chalicelib.converter.drawing.geometry import Geometry
from chalicelib.converter.options import Switch
from tests.converter.converted import made
from tests.converter.scripts import gallery
from tests.converter.strokes import strokes

SIZE = 24.0
OPTIONS = Options(font_size=SIZE)
GEOMETRY = Geometry.of(OPTIONS)
SCALE = 5  # pixels a point
LANDSCAPE = Options.parse({"pdf-font-size": "20", "pdf-orientation": "landscape"}, Options())

ARTICLES = sorted((Path(__file__).parents[1] / "scripts").glob("*.txt"))

MARKS = [chr(code) for code in range(0x300, 0x340) if code not in range(0x334, 0x339)]


def zalgo(text: str, marks: int, seed: int = 1) -> str:
    """The text with so many marks on each character."""
    draw = random.Random(seed)  # noqa: S311
    return "".join(letter + "".join(draw.choices(MARKS, k=marks)) for letter in text)


def operators(page: pikepdf.Page) -> Iterator[tuple[str, list[float]]]:
    """The operators of a page whose operands, if there are any, are numbers."""
    for instruction in pikepdf.parse_content_stream(page):
        with suppress(ValueError):
            yield str(instruction.operator), [float(str(one)) for one in instruction.operands]


def baselines(pdf: bytes) -> Iterator[list[float]]:
    """The baselines of the rows of each page, in points, as its operators place them."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            y = leading = 0.0
            rows = []
            for operator, numbers in operators(page):
                match operator:
                    case "TL":
                        leading = numbers[0]
                    case "Td" if not y:
                        y = numbers[1]
                    case "Td":
                        y += numbers[1]
                        rows.append(y)
                    case "T*" | "'":
                        y -= leading
                        rows.append(y)
            yield rows


def coloured(rows: Iterable[str]) -> str:
    """Rows of a text that are red and blue in turn."""
    colours = cycle(("\x1b[31m", "\x1b[34m"))
    return "\n".join(colour + row for colour, row in zip(colours, rows, strict=False))


def touching(rows: Iterable[str], options: Options = OPTIONS) -> list[int]:
    """The pages on which the ink of neighbouring rows touches, which must fit on a page each."""
    found = []
    with pypdfium2.PdfDocument(made(coloured(rows), options).pdf) as document:
        for number, page in enumerate(document):
            red, _, blue = page.render(scale=SCALE).to_pil().convert("RGB").split()
            is_red = ImageChops.subtract(red, blue).point(lambda level: 255 * (level > 80))
            is_blue = ImageChops.subtract(blue, red).point(lambda level: 255 * (level > 80))
            assert is_red.getbbox()
            assert is_blue.getbbox()
            if ImageChops.darker(is_red.filter(ImageFilter.MaxFilter(3)), is_blue).getbbox():
                found.append(number)
    return found


# Unifont, whose glyphs fill more than a row, draws the letters of these.
OF_UNIFONT = ("blt", "ccp", "jv-Java", "kkh-Lana", "sa-Gran")
SHAPED = [article for article in ARTICLES if article.stem not in OF_UNIFONT]


@pytest.mark.slow
def test_rows_of_many_scripts_do_not_touch() -> None:
    rows = [row for article in SHAPED for row in gallery.rows(article.stem)]
    assert not touching([*rows, "É" * 20, "█" * 9], LANDSCAPE)


@pytest.mark.slow
def test_rows_of_mixed_scripts_do_not_touch() -> None:
    rows = [gallery.rows(article.stem)[-1] for article in SHAPED]
    assert not touching(
        [row for pair in zip(rows, rows[::-1], strict=True) for row in pair], LANDSCAPE
    )


@pytest.mark.parametrize("marks", [2, 5, 31, 100])
def test_stacked_marks_do_not_touch_other_rows(marks: int) -> None:
    rows = ["Ägypten, jpgqy", zalgo("Zalgo", marks), "ÉÀÔ", "", zalgo("comes", marks), "x"]
    assert not touching(rows * 2)


def test_rows_are_further_apart_only_where_their_ink_would_touch() -> None:
    deep, high = "x\u0323\u0323\u0323", "x\u0301\u0301\u0301"
    (apart,) = distances(made(f"{deep} x\nx    {high}", OPTIONS).pdf)
    (near,) = distances(made(f"{deep} x\n{high} x", OPTIONS).pdf)
    assert apart == [pytest.approx(1, abs=0.01)]
    assert near[0] > 1.3


def distances(pdf: bytes) -> list[list[float]]:
    """How far each row is from the one above it, relative to the usual distance."""
    return [
        [(upper - lower) / GEOMETRY.leading for upper, lower in pairwise(rows)]
        for rows in baselines(pdf)
    ]


@pytest.mark.parametrize("below", ["d", "É", "👩", "漢"])
def test_ink_of_any_kind_is_clear_of_a_deep_row(below: str) -> None:
    deep = "x\u0323\u0323\u0323"
    (near,) = distances(made(f"{deep}\n{below}", OPTIONS).pdf)
    (apart,) = distances(made(f"{deep}\n    {below}", OPTIONS).pdf)
    assert near[0] > 1.05
    assert apart == [pytest.approx(1, abs=0.01)]


def test_only_rows_that_need_more_room_have_it() -> None:
    lines = ["a", "b", "xe\u0301y", "c", "x" + "\u0301" * 9, "d", "e"]
    (found,) = distances(made("\n".join(lines), OPTIONS).pdf)
    usual = pytest.approx(1, abs=0.01)
    assert found[:3] + found[4:] == [usual] * 5
    assert found[3] > 1.8


@pytest.mark.parametrize("text", ["كتاب جحع\n", "नमस्ते\n", "ไทย\n", "e\u0301\n", "שלום\n"])
def test_usual_text_has_as_many_rows_a_page_as_any_other(text: str) -> None:
    pages = distances(made(text * 2 * GEOMETRY.rows, OPTIONS).pdf)
    assert [len(page) + 1 for page in pages] == [GEOMETRY.rows] * 2
    assert all(distance == pytest.approx(1, abs=0.01) for page in pages for distance in page)


def test_the_height_of_a_row_is_bounded() -> None:
    lines = 30
    document = made((zalgo("Zalgo he comes", 100) + "\n") * lines)
    assert document.report.pages <= lines / 5
    assert max(map(len, document.pages)) > 0
    on_small_paper = Options.parse({"pdf-page-size": "a5", "pdf-font-size": "24"}, Options())
    assert made((zalgo("Za", 100) + "\n") * lines, on_small_paper).report.pages <= lines


@pytest.mark.parametrize("text", [zalgo("Zalgo", 40), "ྐྵྨྲྱཱུ" * 3])
def test_tall_rows_stay_between_header_and_footer(text: str) -> None:
    document = made(f"{text}\n" * 20, OPTIONS)
    top, bottom = (GEOMETRY.margin + 8 * 1.164 + edge for edge in (0, 0.5))
    with pypdfium2.PdfDocument(document.pdf) as opened:
        for page in opened:
            picture = ImageOps.invert(page.render(scale=SCALE, grayscale=True).to_pil())
            left, _, right, _ = picture.getbbox() or (0, 0, 0, 0)
            middle = picture.crop((left, int(top * SCALE), right, picture.height))
            box = middle.getbbox()
            assert box
            assert box[1] >= SCALE  # white below the header
            below = picture.height - int(bottom * SCALE)
            assert not picture.crop((left, below - SCALE, right, below)).getbbox()


def test_what_belongs_to_a_row_is_at_its_height() -> None:
    above = "x" + "\u0301" * 9
    address = "https://example.org/"
    lines = [above, "", "# First", "", above, "", "# Second", "", address, above, "wrapped " * 20]
    options = Options(font_size=SIZE, line_numbers=Switch.ON)
    pdf = made("\n".join(lines), options).pdf
    rows = next(baselines(pdf))
    with pikepdf.open(io.BytesIO(pdf)) as document:
        page = document.pages[0]
        drawn = list(operators(page))
        arrows = [stroke.points[0][1] for stroke in strokes(page)]
        left, bottom, right, top = map(float, page.Annots[0].Rect)
        quads = list(map(float, page.Annots[0].QuadPoints))
        with document.open_outline() as outline:
            tops = [float(item.to_dictionary_object(document).Dest[3]) for item in outline.root]
    numbers = [operands[5] for operator, operands in drawn if operator == "cm" and operands[0] != 1]
    assert numbers[: len(lines)] == pytest.approx(rows[: len(lines)], abs=0.05)
    link = rows[lines.index(address)]
    assert (bottom, top) == pytest.approx((link - 0.236 * SIZE, link + 0.928 * SIZE), abs=0.05)
    assert (min(quads[1::2]), max(quads[1::2])) == pytest.approx((bottom, top), abs=0.02)
    assert tops == pytest.approx([rows[row] + GEOMETRY.leading for row in (2, 6)], abs=0.6)
    wrapped = rows[len(lines) :]
    assert wrapped
    assert all(any(y < arrow < y + SIZE for arrow in arrows) for y in wrapped)
    assert left < right


def test_styles_are_at_the_height_of_their_rows() -> None:
    above = "x" + "\u0301" * 9
    coloured = f"{above}\n\x1b[3mslanted\x1b[0m plain \x1b[43mx\u0323 on yellow\x1b[0m\nend"
    pdf = made(coloured, OPTIONS).pdf
    with pikepdf.open(io.BytesIO(pdf)) as document:
        drawn = list(operators(document.pages[0]))
    heights = [operands[5] for operator, operands in drawn if operator == "Tm"]
    rectangles = [operands[1] for operator, operands in drawn if operator == "re"]
    first, second, last = next(baselines(made(f"{above}\nx\u0323\nend", OPTIONS).pdf))
    assert heights[:-1] == pytest.approx([second] * (len(heights) - 1), abs=0.05)
    assert len(heights) > 2
    assert {round(y, 1) for y in rectangles} == {round(second - 0.236 * SIZE, 1)}
    assert first - second == pytest.approx(second - last, abs=0.05)


def test_text_of_one_long_line_is_divided_into_pages_by_the_height_of_its_rows() -> None:
    document = made(zalgo("Zalgo ", 4) * 3000, OPTIONS)
    pages = distances(document.pdf)
    assert len(pages) > 3
    assert all(len(page) + 1 < GEOMETRY.rows for page in pages)
    assert document.letters.count("Z") == 3000
