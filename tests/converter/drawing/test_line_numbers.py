"""The numbers of lines in the margin."""

import io
import re

import pikepdf
import pytest

from chalicelib.converter import Options
from chalicelib.converter.drawing.code_point_labels import Labels
from chalicelib.converter.drawing.geometry import Geometry
from chalicelib.converter.drawing.line_numbers import LineNumbers, drawn
from chalicelib.converter.options import FONT_SIZES, MARGINS, Switch
from tests.converter.converted import made, tool, without_blanks
from tests.converter.layout.laid_out import lay_out
from tests.converter.tags import read

ON = Options(line_numbers=Switch.ON)
LAST = "9" * 6
NUMBER = re.compile(r"q [^q]*? cm\n((?:/Label.*? Do\n(?:1 0 0 1 .*? cm\n)?)+)Q")
LABEL = re.compile("Label(..) Do")


def numbers(text: str, columns: int = 20, rows: int = 5) -> list[list[tuple[int, int]]]:
    """Rows with numbers on each page, and the numbers."""
    counter = LineNumbers()
    return [list(counter.of(page)) for page in lay_out(text, columns, rows)]


def test_each_line_has_a_number_and_rows_that_go_on_have_none() -> None:
    assert numbers("a\n\n" + "word " * 10 + "\nb\n") == [[(0, 1), (1, 2), (2, 3)], [(0, 4)]]


def test_a_line_that_goes_on_over_a_page_is_counted_once() -> None:
    assert numbers("word " * 30 + "\nb", rows=5) == [[(0, 1)], [(3, 2)]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\n\fb\nc", [[1], [2, 3]]),
        ("a\fb\nc", [[1], [1, 2]]),
        ("a\n\f\fb", [[1], [], [2]]),
        ("\fa", [[1]]),
        ("\n\n\fa\nb", [[3, 4]]),
        (" \fa\nb", [[1, 2]]),
        ("a\n\n\fb", [[1, 2], [3]]),
    ],
)
def test_a_form_feed_ends_no_line(text: str, expected: list[list[int]]) -> None:
    assert [[number for _, number in page] for page in numbers(text)] == expected


def drawn_numbers(pdf: bytes) -> list[str]:
    """The numbers as their digits are drawn, one form each."""
    found = []
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            page.contents_coalesce()
            content = page.Contents.read_bytes().decode("latin-1")
            parts = NUMBER.findall(content)
            found += ["".join(chr(int(code, 16)) for code in LABEL.findall(part)) for part in parts]
    return found


def test_numbers_are_drawn_on_every_page() -> None:
    document = made("".join(f"line {n}\n" for n in range(1, 201)), ON)
    assert drawn_numbers(document.pdf) == [str(n) for n in range(1, 201)]


@pytest.mark.parametrize(
    "text", ["plain\n", "漢字\n", "שלום\n", "\x1b[31mred\x1b[0m\n", "e\u0301\n"]
)
def test_numbers_are_no_text(text: str) -> None:
    document = made(text * 3, ON)
    assert drawn_numbers(document.pdf) == ["1", "2", "3"]
    assert document.letters == made(text * 3).letters
    tagged = read(document.pdf)
    assert tagged.untagged == ""
    assert sorted(without_blanks(tagged.text)) == sorted(document.letters)
    assert made(text * 3, ON).report.replaced == 0


def test_pages_without_numbers_are_as_they_were() -> None:
    assert made("a\nb\n", Options(line_numbers=Switch.OFF)).pdf == made("a\nb\n").pdf


def test_code_of_80_columns_still_fits_beside_the_numbers() -> None:
    assert Geometry.of(ON).columns >= 80
    assert Geometry.of(Options.parse({"pdf-page-size": "letter"}, ON)).columns >= 80


@pytest.mark.parametrize("size", [*FONT_SIZES, 10])
@pytest.mark.parametrize("margin", [*MARGINS, 15])
def test_the_number_of_any_line_is_on_paper_and_beside_the_text(size: float, margin: float) -> None:
    geometry = Geometry.of(Options(font_size=size, margin=margin, line_numbers=Switch.ON))
    width = len(LAST) * geometry.number_size * 0.602
    assert geometry.numbers_right - width >= 5 * 72 / 25.4 - 0.01
    assert geometry.numbers_right <= geometry.left - geometry.cell
    assert (
        geometry.left + geometry.columns * geometry.cell <= geometry.width - geometry.margin + 0.01
    )


def test_numbers_that_need_more_room_are_made_narrower() -> None:
    geometry = Geometry.of(ON)
    widths = [
        float(drawn(iter([(0, number)]), geometry, geometry.baselines(), Labels()).split()[5])
        * len(str(number))
        for number in (123_456, 12_345_678)
    ]
    assert widths[0] == pytest.approx(widths[1], rel=0.01)


def test_poppler_does_not_read_the_numbers() -> None:
    text = tool("pdftotext", "-", "-", document=made("one\ntwo\n", ON).pdf)
    assert "1" not in text.replace("page 1 of 1", "")
