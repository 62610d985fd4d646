"""Two columns of text on a page (`pdf-columns`)."""

import io
from dataclasses import replace

import pikepdf
import pypdfium2
import pytest
from hypothesis import given, settings
from PIL import Image, ImageChops

from chalicelib.converter import Options
from chalicelib.converter.drawing.geometry import Geometry
from chalicelib.converter.options import (
    FONT_SIZES,
    MARGINS,
    Fit,
    Orientation,
    PageSize,
    Switch,
)
from tests.converter.converted import made
from tests.converter.recognition.test_page_links import LONG, targets
from tests.converter.tags import read
from tests.converter.texts import COMPLEX, MARKED, STRUCK, WIDE, WORDS, texts

TWO = Options(columns=2, fit=Fit.NONE)
GEOMETRY = Geometry.of(TWO)
ROWS = GEOMETRY.rows
SECOND = GEOMETRY.column_offset(1)


def lines(count: int) -> str:
    return "".join(f"line {number}\n" for number in range(1, count + 1))


def place(pdf: bytes, text: str, page: int = 0) -> tuple[float, float]:
    """Return where a text is on a page: its left edge, and its baseline, in points."""
    with pypdfium2.PdfDocument(pdf) as document:
        textpage = document[page].get_textpage()
        found = textpage.search(text, match_case=True, match_whole_word=True).get_next()
        assert found, f"{text} is not on page {page}"
        left, bottom, _, _ = textpage.get_charbox(found[0], loose=True)
        return left, bottom


def test_a_page_is_filled_from_left_to_right() -> None:
    result = made(lines(3 * ROWS), TWO)
    assert result.report.pages == 2
    assert result.report.page_format == "a4 portrait, 10 pt, 2 columns"
    left, top = place(result.pdf, "line 1")
    right, same_top = place(result.pdf, f"line {ROWS + 1}")
    assert right - left == pytest.approx(SECOND, abs=0.5)
    assert same_top == pytest.approx(top, abs=0.5)
    assert place(result.pdf, f"line {ROWS}")[0] == pytest.approx(left, abs=0.5)
    assert place(result.pdf, f"line {2 * ROWS + 1}", 1) == pytest.approx((left, top), abs=0.5)
    assert result.pages[0].split() == lines(2 * ROWS).split()


SMALLEST = Options(
    page_size=PageSize.A5,
    font_size=FONT_SIZES[1],
    margin=MARGINS[1],
    columns=2,
    line_numbers=Switch.ON,
)


@pytest.mark.parametrize("numbers", list(Switch))
@pytest.mark.parametrize("margin", [MARGINS[0], 15.0, 30.0, MARGINS[1]])
@pytest.mark.parametrize("size", [FONT_SIZES[0], 10.0, 20.0, FONT_SIZES[1]])
@pytest.mark.parametrize("paper", [PageSize.A5, PageSize.A4])
def test_columns_do_not_touch(paper: PageSize, size: float, margin: float, numbers: Switch) -> None:
    options = Options(
        columns=2, page_size=paper, font_size=size, margin=margin, line_numbers=numbers
    )
    geometry = Geometry.of(options)
    text = geometry.columns * geometry.cell
    end, beginning = geometry.left + text, geometry.left + geometry.column_offset(1)
    room = 6 * geometry.number_size * 0.602 + 1.3 * geometry.cell if numbers is Switch.ON else 0
    mark = 0.84 * geometry.cell  # of a row from right to left, or from left to right
    if options == SMALLEST:  # its rows are wider than its columns
        assert beginning - end > room
        assert beginning + text < geometry.width
        return
    assert beginning - end >= room + mark
    assert beginning - end >= 2 * mark
    assert beginning + text <= geometry.width - geometry.margin + 0.01
    assert beginning + text > geometry.width - geometry.margin - geometry.cell


@settings(max_examples=20)
@given(texts(WORDS, WIDE, COMPLEX, MARKED, STRUCK, ["\n", "\f", "\t"], min_parts=1, max_parts=20))
def test_all_text_is_in_the_narrowest_columns(text: str) -> None:
    wide = read(made(text).pdf).text
    assert sorted("".join(read(made(text, SMALLEST).pdf).text.split())) == sorted(
        "".join(wide.split())
    )


def test_a_form_feed_goes_on_with_the_next_column() -> None:
    result = made("one\ftwo\fthree\n", TWO)
    assert result.report.pages == 2
    assert place(result.pdf, "two")[0] - place(result.pdf, "one")[0] == pytest.approx(SECOND, 0.1)
    assert place(result.pdf, "three", 1)[0] == pytest.approx(place(result.pdf, "one")[0], 0.1)


@pytest.mark.parametrize("text", ["", "one\n", "\f\fx", "\n" * 3 * ROWS + "end"])
def test_an_incomplete_page_is_written(text: str) -> None:
    result = made(text, TWO)
    assert "".join(read(result.pdf).text.split()) == "".join(text.split())
    with pikepdf.open(io.BytesIO(result.pdf)) as document:
        assert len(document.pages) == result.report.pages


def test_a_paragraph_over_two_columns_and_pages_is_one_element() -> None:
    text = "before\n\n" + "word\n" * (3 * ROWS) + "\nafter\n"
    first, long, last = read(made(text, TWO).pdf).elements
    assert (first.text, last.text) == ("before", "after")
    assert long.text.split() in (["word"] * (3 * ROWS), ["word" * (3 * ROWS)])


@settings(max_examples=40)
@given(texts(WORDS, WIDE, COMPLEX, STRUCK, ["\n", "\n\n", "\f", "www.example.org "]))
def test_text_is_read_in_the_same_order_as_on_pages_as_wide_as_a_column(text: str) -> None:
    two = replace(TWO, orientation=Orientation.LANDSCAPE, font_size=12.0)
    one = replace(two, columns=1, orientation=Orientation.PORTRAIT, margin=39.0)
    assert Geometry.of(one).columns == Geometry.of(two).columns
    columns, plain = read(made(text * 4, two).pdf), read(made(text * 4, one).pdf)
    assert columns.text.split() == plain.text.split()
    assert not columns.untagged.strip()


LONG_HEBREW = "שלום עולם, " * 12
DRAWN = {
    "plain": "a plain line\n" * 3,
    "continued": "word " * 30,
    "right to left": LONG_HEBREW,
    "composed": "नमस्ते กำลัง ở ụ́ བརྒྱུད\n" * 3,
    "wide": "日本語テキスト\n" * 2,
    "colours": "\x1b[1;31mbold\x1b[0m \x1b[44;97mon blue\x1b[0m \x1b[3mslanted\x1b[0m\n",
    "coloured and composed": "\x1b[41mשלום\x1b[0m \x1b[4mनमस्ते\x1b[0m\n",
    "struck": "_\bu_\bn_\bd_\be_\br b\bbo\bol\bld\bd\n",
    "emoji": "😀 👍🏽 👩\u200d👧 🇩🇪\n",
    "without a font": "\U0001f7f0 \U000f0000 \ue000\n",
}


@pytest.mark.parametrize("text", DRAWN.values(), ids=DRAWN.keys())
@pytest.mark.parametrize("before", ["x", LONG_HEBREW + "\n\x1b[3mslanted bold\x1b[1;41m\n\x1b[0m"])
def test_text_looks_the_same_in_both_columns(before: str, text: str) -> None:
    first, _ = _columns(made(text, TWO).pdf)
    _, second = _columns(made(f"{before}\f{text}", TWO).pdf)
    assert first.getextrema() != ((255, 255), (255, 255), (255, 255)), "nothing is drawn"
    difference = ImageChops.difference(first, second).convert("L")
    assert max(difference.tobytes()) <= 2, f"a difference at {difference.getbbox()}"


def _columns(pdf: bytes) -> list[Image.Image]:
    """The pictures of the columns of the first page, with the marks beside them."""
    left = GEOMETRY.left - GEOMETRY.gap / 2
    bottom, top = GEOMETRY.margin + 20, GEOMETRY.height - GEOMETRY.margin - 12
    pictures: list[Image.Image] = []
    with pypdfium2.PdfDocument(pdf) as document:
        for x in (left, left + round(SECOND, 2)):  # as precise as the document
            document[0].set_mediabox(x, bottom, x + SECOND, top)
            pictures.append(document[0].render(scale=2).to_pil().convert("RGB"))
    return pictures


def test_header_footer_and_watermark_are_on_each_page_once() -> None:
    result = made(lines(3 * ROWS), replace(TWO, watermark="DRAFT"))
    assert result.footers == [(1, 2), (2, 2)]
    with pypdfium2.PdfDocument(result.pdf) as document:
        headers = [page.get_textpage().get_text_range().count("notes.txt") for page in document]
    assert headers == [1, 1]
    plain = made("line\n")
    for text in ("notes.txt", "page"):
        assert place(result.pdf, text) == pytest.approx(place(plain.pdf, text), abs=0.01)
    with pikepdf.open(io.BytesIO(result.pdf)) as document:
        for number, page in enumerate(document.pages, 1):
            content = b"".join(part.read_bytes() for part in page.Contents)
            assert content.count(b"/Watermark Do") == 1
            assert page.label == str(number)


def test_a_link_over_the_end_of_a_column_has_an_annotation_in_each() -> None:
    text = "x\n" * (ROWS - 1) + LONG + "\n"
    result = made(text, TWO)
    assert targets(result.pdf) == [[LONG, LONG]]
    with pikepdf.open(io.BytesIO(result.pdf)) as document:
        annotations = [
            ([*map(float, one.Rect)], [*map(float, one.QuadPoints)])
            for one in document.pages[0].Annots
        ]
    for column, (rectangle, quads) in enumerate(annotations):
        left = GEOMETRY.left + GEOMETRY.column_offset(column)
        assert quads[::8] == pytest.approx([left] * (len(quads) // 8), abs=0.5)
        right = left + GEOMETRY.columns * GEOMETRY.cell
        assert left - 0.5 < rectangle[0] < rectangle[2] < right + 0.5
    (link,) = [link for element in read(result.pdf).elements for link in element.links]
    assert (link.text, link.uris) == (LONG, [LONG, LONG])


def test_lines_are_numbered_across_columns() -> None:
    numbered = replace(TWO, line_numbers=Switch.ON)
    with pypdfium2.PdfDocument(made("\n" * (ROWS + 3) + "x", numbered).pdf) as document:
        picture = document[0].render(scale=2, grayscale=True).to_pil()
    geometry = Geometry.of(numbered)
    for column in range(2):
        right = 2 * (geometry.numbers_right + geometry.column_offset(column))
        top = 2 * (geometry.height - geometry.baseline(0) - geometry.number_size)
        box = (int(right - 10), int(top), int(right), int(top + 2 * geometry.number_size))
        assert min(picture.crop(box).tobytes()) < 200


def test_headings_of_both_columns_are_in_the_outline() -> None:
    text = "# One\n\ntext\n\f# Two\n\ntext\n\f# Three\n\ntext\n"
    with pikepdf.open(io.BytesIO(made(text, TWO).pdf)) as document:
        with document.open_outline() as outline:
            titles = [item.title for item in outline.root]
            destinations = [item.destination for item in outline.root]
        pages = [place[0].objgen for place in destinations if isinstance(place, pikepdf.Array)]
        first, second = (page.obj.objgen for page in document.pages)
    assert titles == ["One", "Two", "Three"]
    assert pages == [first, first, second]


def test_lines_fit_into_a_column() -> None:
    log = "".join(f"2026-11-28 12:00:{n:02} INFO [worker-{n}] took {n * 7} ms\n" for n in range(60))
    result = made(log, Options(columns=2))
    assert result.report.page_format == "a4 portrait, 8.5 pt, 2 columns"
    assert all(line in result.pages[0] for line in log.splitlines())
