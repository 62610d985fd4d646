"""What is drawn, and where: fonts, underlines and places of characters, as PDF readers see them."""

import ctypes
import io
from dataclasses import dataclass
from itertools import pairwise

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from chalicelib.converter import Options
from chalicelib.converter.document.geometry import Geometry
from tests.converter.converted import made

GEOMETRY = Geometry.of(Options())
TOLERANCE = 0.05  # points


@dataclass(frozen=True)
class Character:
    """A character as pdfium reads it; `x` and `y` are its origin in points."""

    text: str
    x: float
    y: float
    font: str


def characters(pdf: bytes) -> list[Character]:
    """Those of the first page, without blanks, header and footer."""
    with pypdfium2.PdfDocument(pdf) as document:
        text = document[0].get_textpage()
        found = [_character(text, index) for index in range(text.count_chars())]
    body = GEOMETRY.baseline(GEOMETRY.rows), GEOMETRY.baseline(0) + 1
    return [one for one in found if body[0] < one.y < body[1] and not one.text.isspace()]


def _character(text: pypdfium2.PdfTextPage, index: int) -> Character:
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium.FPDFText_GetCharOrigin(text, index, x, y)
    name = ctypes.create_string_buffer(100)
    pdfium.FPDFText_GetFontInfo(text, index, name, len(name), ctypes.c_int())
    code = pdfium.FPDFText_GetUnicode(text, index)
    return Character(chr(code), x.value, y.value, name.value.decode())


def operators(pdf: bytes) -> list[tuple[str, list[float]]]:
    """The operators of the first page with their operands, 0 for each that is no number."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        found = pikepdf.parse_content_stream(opened.pages[0])
        return [
            (str(one.operator), [_number(operand) for operand in one.operands]) for one in found
        ]


def _number(operand: object) -> float:
    try:
        return float(str(operand))
    except ValueError:
        return 0.0


def bold(text: str) -> str:
    return "".join(f"{one}\b{one}" for one in text)


def underlined(text: str) -> str:
    return "".join(f"_\b{one}" for one in text)


@pytest.mark.parametrize("before", ["", "é", "漢", "e\u0301 ", "क "])
def test_bold_letters_are_of_the_bold_font_and_no_others(before: str) -> None:
    found = characters(made(f"{before}plain {bold('BOLD')} plain").pdf)
    found = found[-len("plainBOLDplain") :]
    assert "".join(one.text for one in found) == "plainBOLDplain"
    assert [one.text.isupper() for one in found] == ["Bold" in one.font for one in found]


def test_bold_letters_without_a_bold_font_are_drawn_with_a_stroke() -> None:
    modes = []
    mode = 0.0
    for operator, operands in operators(made(f"漢{bold('字')}漢").pdf):
        if operator == "Tr":
            mode = operands[0]
        if operator == "Tj":
            modes.append(mode)
    assert modes[:3] == [0.0, 2.0, 0.0]


@pytest.mark.parametrize("before", ["", "ab ", "漢 ", "é ", "e\u0301 ", "क "])
def test_a_line_is_under_what_is_underlined(before: str) -> None:
    pdf = made(f"{before}{underlined('UNDER')}rest {underlined('X')}.").pdf
    found = characters(pdf)
    lines = sorted(
        (operands[0], operands[0] + operands[2])
        for operator, operands in operators(pdf)
        if operator == "re"
    )
    expected = sorted(
        (one.x, next_one.x)
        for one, next_one in ((runs[0], runs[-1]) for runs in _upper_runs(found))
    )
    assert len(lines) == len(expected) == 2
    for line, place in zip(lines, expected, strict=True):
        assert line == pytest.approx(place, abs=TOLERANCE)


def _upper_runs(found: list[Character]) -> list[list[Character]]:
    """Each run of capitals, and the character after it."""
    runs: list[list[Character]] = []
    for one, next_one in pairwise(found):
        if one.text.isascii() and one.text.isupper():
            if runs and runs[-1][-1] is one:
                runs[-1].append(next_one)
            else:
                runs.append([one, next_one])
    return runs


@pytest.mark.parametrize(
    "invisible", ["\u200b", "\u2060", "\u034f", "\u00ad\u200b", "\u200b\u2060"]
)
def test_characters_without_width_do_not_move_the_others(invisible: str) -> None:
    with_them, without = (
        [one for one in characters(made(text).pdf) if one.text in "abc"]
        for text in (f"漢a{invisible}b{invisible}c", "漢abc")
    )
    shift = GEOMETRY.cell * invisible.count("\u00ad")
    for index, (one, other) in enumerate(zip(with_them, without, strict=True)):
        assert one.x == pytest.approx(other.x + index * shift, abs=TOLERANCE)


@pytest.mark.parametrize("text", ["plain", "漢字", "नमस्ते", "שלום", "e\u0301", bold("bold"), "🙂"])
def test_fonts_reach_above_and_below_the_baseline(text: str) -> None:
    with pikepdf.open(io.BytesIO(made(text).pdf)) as opened:
        descriptors = [
            one
            for one in opened.objects
            if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/FontDescriptor"
        ]
        assert descriptors
        for one in descriptors:
            assert float(one.Ascent) > 500, one.FontName
            assert -600 < float(one.Descent) < 0, one.FontName
