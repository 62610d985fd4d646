"""Paper, tabs, header, footer and watermark."""

import io
import re

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageChops

from chalicelib.converter import Options, PageSize
from chalicelib.converter.document.running_lines import RunningLine
from chalicelib.converter.drawing.geometry import Geometry
from chalicelib.converter.options import Orientation, Switch
from chalicelib.errors import BadOption
from tests.converter.converted import ABOUT, made, tool
from tests.converter.tags import read

TEXT = "".join(f"line {n}\n" for n in range(150))


def with_options(**options: str) -> Options:
    return Options.parse({"pdf-" + name.replace("_", "-"): one for name, one in options.items()})


def lines_of(pdf: bytes) -> list[list[str]]:
    """The lines of each page as poppler reads them."""
    text = tool("pdftotext", "-layout", "-", "-", document=pdf)
    return [
        [line.strip() for line in page.splitlines() if line.strip()]
        for page in text.split("\f")[:-1]
    ]


@pytest.mark.parametrize(
    ("size", "width", "height"),
    [
        ("a3", 297, 420),
        ("a4", 210, 297),
        ("a5", 148, 210),
        ("letter", 215.9, 279.4),
        ("legal", 215.9, 355.6),
    ],
)
def test_paper_has_its_size(size: str, width: float, height: float) -> None:
    points = [length * 72 / 25.4 for length in (width, height)]
    for orientation, expected in (("portrait", points), ("landscape", points[::-1])):
        pdf = made("x", with_options(page_size=size, orientation=orientation)).pdf
        with pypdfium2.PdfDocument(pdf) as document:
            assert document[0].get_size() == pytest.approx(expected, abs=0.3)
    assert size in list(PageSize)


@pytest.mark.parametrize("orientation", list(Orientation))
@pytest.mark.parametrize("size", list(PageSize))
def test_digits_are_whole_on_paper_of_any_size(size: PageSize, orientation: Orientation) -> None:
    options = Options(line_numbers=Switch.ON, page_size=size, orientation=orientation)
    largest = Options(line_numbers=Switch.ON, page_size=PageSize.A3)
    difference = ImageChops.difference(_line_numbers(options), _line_numbers(largest))
    assert max(difference.tobytes()) <= 2


def _line_numbers(options: Options) -> Image.Image:
    """The picture of the numbers of the first lines of a page."""
    geometry = Geometry.of(options)
    x, y = round(geometry.left, 2), round(geometry.first_baseline, 2)
    with pypdfium2.PdfDocument(made(TEXT, options).pdf) as document:
        document[0].set_mediabox(x - 40, y - 120, x - 2.1, y + 11.9)
        picture: Image.Image = document[0].render(scale=4, grayscale=True).to_pil()
    return picture


@pytest.mark.parametrize("text", ["a\tb", "漢\tb", "e\u0301\tb", "\x1b[1ma\x1b[0m\tb"])
@pytest.mark.parametrize("size", ["1", "4", "8", "32"])
def test_tabs_go_to_multiples_of_their_size(text: str, size: str) -> None:
    cell = 10 * 0.602
    document = made(text, with_options(tab_size=size))
    words = re.findall(r'xMin="([\d.]+)".*>(.*)</word', _boxes(document.pdf))
    start, place = float(words[0][0]), float(next(x for x, word in words if word.endswith("b")))
    width = 2 if text[0] == "漢" else 1
    stop = -(-(width + 1) // int(size)) * int(size) if int(size) > 1 else width + 1
    if int(size) > 2:
        assert round((place - start) / cell) == stop
    else:
        assert "b" in document.letters


def _boxes(pdf: bytes) -> str:
    return tool("pdftotext", "-bbox", "-", "-", document=pdf)


def test_header_and_footer_say_what_was_chosen() -> None:
    options = with_options(
        header="{name} of {date}, page {page}", footer="Seite {page} von {pages}, {Page} {x} 漢字"
    )
    pages = lines_of(made(TEXT, options).pdf)
    assert len(pages) == 3
    for number, lines in enumerate(pages, 1):
        assert lines[0] == f"notes.txt of 2026-11-24, page {number}"
        assert lines[-1] == f"Seite {number} von 3, {{Page}} {{x}} 漢字"


@pytest.mark.parametrize("text", ["דף {page} מתוך {pages} סך", "صفحة {page} من {pages}"])
def test_a_line_in_hebrew_or_arabic_goes_from_right_to_left(text: str) -> None:
    options = with_options(header=text, footer="none")
    with pypdfium2.PdfDocument(made(TEXT, options).pdf) as document:
        page = document[1].get_textpage()
        drawn = [
            (page.get_text_range(n, 1), page.get_charbox(n)) for n in range(page.count_chars())
        ]
    bottom = Geometry.of(options).header_baseline - 5
    left = {character: box[0] for character, box in drawn if box[1] > bottom}
    order = sorted(left, key=lambda one: -left[one])
    letters = [order.index(one) for one in (text[0], "2", text[text.index("}") + 2], "3")]
    assert letters == sorted(letters)
    assert left[text[0]] == pytest.approx(595.28 - Geometry.of(options).margin, abs=12)


@pytest.mark.parametrize(
    ("text", "is_rtl"),
    [
        ("דף {page} מתוך {pages}", True),
        ("דוח 2026 עמ' {page}", True),
        ("{page} דף", True),
        ("דוח {page}/{pages}", False),
        ("תקציב 2026-{page}", False),
        ("דוח שנתי, Page {page} of {pages}", False),
        ("page {page} of {pages}", False),
    ],
)
def test_numbers_within_text_from_left_to_right_stay_in_it(text: str, is_rtl: bool) -> None:
    assert RunningLine.of(text, ABOUT).is_rtl is is_rtl


def test_a_header_may_be_chosen_alone() -> None:
    first, *_, last = lines_of(made(TEXT, with_options(header="{page}")).pdf)[1]
    assert (first, last) == ("2", "page 2 of 3")


def test_none_is_nothing() -> None:
    pages = lines_of(made(TEXT, with_options(header="none", footer="None")).pdf)
    assert [line for page in pages for line in page] == TEXT.splitlines()


def test_what_a_name_has_in_braces_is_not_filled_in() -> None:
    about = RunningLine.of("{name}", ABOUT.__class__("{page} {pages}.txt", ABOUT.created_at, "1"))
    assert about == RunningLine(("{page} {pages}.txt",))


def test_lines_that_do_not_fit_are_shortened() -> None:
    long = "word " * 39
    pages = lines_of(
        made("x", with_options(header=long, footer=long[:150] + "{page} of {pages}")).pdf
    )
    assert "…" in pages[0][0]
    assert "…" in pages[0][-1]
    assert pages[0][-1].endswith("1 of 1")


@pytest.mark.parametrize("line", ["{pages} {page}", "{pages}{pages}"])
def test_the_number_of_pages_is_the_last(line: str) -> None:
    with pytest.raises(BadOption, match="pdf-footer"):
        with_options(footer=line)


@pytest.mark.parametrize(
    ("name", "value"), [("header", "x" * 201), ("tab_size", "0"), ("tab_size", "2.5")]
)
def test_values_that_are_not_allowed_are_refused(name: str, value: str) -> None:
    with pytest.raises(BadOption, match=name.replace("_", "-")):
        with_options(**{name: value})


@pytest.mark.parametrize("word", ["DRAFT", "草案 é", "سري", "मसौदा", "e\u0301"])
def test_a_watermark_is_seen_behind_the_text_and_is_no_text(word: str) -> None:
    plain, marked = (made(TEXT, options) for options in (Options(), with_options(watermark=word)))
    assert marked.pages == plain.pages
    tagged = read(marked.pdf)
    assert (tagged.untagged, tagged.text) == ("", read(plain.pdf).text)
    with pikepdf.open(io.BytesIO(marked.pdf)) as document:
        assert document.check_pdf_syntax() == []
    for page in (0, 2):
        assert _greys(marked.pdf, page) > _greys(plain.pdf, page) + 1000


def _greys(pdf: bytes, page: int) -> int:
    """Pixels of a page that are of the watermark's grey."""
    with pypdfium2.PdfDocument(pdf) as document:
        colours = document[page].render().to_pil().convert("L").getcolors() or ()
    greys: int = {colour: count for count, colour in colours}.get(224, 0)
    return greys
