"""What is drawn, and where: fonts, underlines and places of characters, as PDF readers see them."""

import io
from dataclasses import replace
from itertools import pairwise

import pikepdf
import pytest

from chalicelib.converter import Options
from tests.converter.converted import ABOUT, made
from tests.converter.drawing.drawn import (
    GEOMETRY,
    TOLERANCE,
    Character,
    all_characters,
    characters,
)

# Operators that a page's contents have; whatever else is there is a slip (32000-1, table 51).
OPERATORS = set(
    "BT ET Tf TL Td Tm T* Tj TJ ' Tz Tr w q Q cm Do re S f BMC BDC EMC".split()  # noqa: SIM905
)


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


@pytest.mark.parametrize("text", [f"漢{bold('字')}漢", f"क{bold('ख')}ग", f"שלום {bold('ם')} של"])
def test_bold_letters_without_a_bold_font_are_drawn_with_a_stroke(text: str) -> None:
    modes = []
    mode = 0.0
    for operator, operands in operators(made(text).pdf):
        if operator == "Tr":
            mode = operands[0]
        if operator in ("Tj", "TJ"):
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
    baseline = GEOMETRY.baseline(0)
    for operator, operands in operators(pdf):
        if operator == "re":
            _, bottom, _, height = operands
            assert 0.02 * GEOMETRY.size < height < 0.1 * GEOMETRY.size
            assert baseline - 0.2 * GEOMETRY.size < bottom
            assert bottom + height < baseline


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
    "invisible",
    ["\u200b", "\u2060", "\u034f", "\u00ad\u200b", "\u200b\u2060", "\u200b" * 9, "\u2060" * 20],
)
def test_characters_without_width_do_not_move_the_others(invisible: str) -> None:
    with_them, without = (
        [one for one in characters(made(text).pdf) if one.text in "abc"]
        for text in (f"漢a{invisible}b{invisible}c", "漢abc")
    )
    for one, other in zip(with_them, without, strict=True):
        assert one.x == pytest.approx(other.x, abs=TOLERANCE)


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


@pytest.mark.parametrize("count", [2, 9, 20])
@pytest.mark.parametrize("mark", ["\u200b", "\u2060", "\U000e0041"])
def test_equal_characters_without_width_are_all_there(mark: str, count: int) -> None:
    found = characters(made(f"漢{mark * count}b").pdf)
    units = [one.text for one in found]  # of UTF-16
    text = "".join(units).encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    assert text == f"漢{mark * count}b"
    places = [one.x for one in found[1:-1] if one.text == units[1]]
    assert all(abs(a - b) > 0.07 * GEOMETRY.size for a, b in pairwise(places))
    assert max(places) - min(places) < GEOMETRY.cell + TOLERANCE
    assert found[-1].x - found[0].x == pytest.approx(2 * GEOMETRY.cell, abs=TOLERANCE)


COLUMNS = GEOMETRY.columns


@pytest.mark.parametrize(
    ("line", "columns"),
    [
        ("a漢b", {"a": 0, "漢": 1, "b": 3}),
        ("é漢é\tx", {"漢": 1, "x": 8}),
        ("e\u0301\ta\t漢\tb", {"a": 8, "漢": 16, "b": 24}),
        ("a\te\u0301b\tc", {"a": 0, "b": 9, "c": 16}),
        ("漢\te\u0301漢\t\tc", {"c": 24}),
        ("क\tx\ty", {"x": 8, "y": 16}),
        ("😀\tx🙂y", {"x": 8, "y": 11}),
        ("漢ሀሁ漢b", {"ሁ": 3, "漢": 4, "b": 6}),
        ("\u05d0", {"\u05d0": COLUMNS - 1}),
        ("\u05d0\u05d1", {"\u05d0": COLUMNS - 1, "\u05d1": COLUMNS - 2}),
        ("\u05d0 x", {"\u05d0": COLUMNS - 1, "x": COLUMNS - 2.5}),
        ("\u05d0 漢x", {"\u05d0": COLUMNS - 1, "漢": COLUMNS - 4.5, "x": COLUMNS - 2.5}),
        (f"\u05d0 {bold('B')}x", {"\u05d0": COLUMNS - 1, "B": COLUMNS - 3.5, "x": COLUMNS - 2.5}),
    ],
)
def test_each_character_is_in_its_column(line: str, columns: dict[str, float]) -> None:
    found = {one.text: one for one in characters(made(line).pdf)}
    tolerance = 0.1 * GEOMETRY.cell if "\u05d0" in columns else TOLERANCE  # it is a bit wider
    for text, column in columns.items():
        place = GEOMETRY.margin + column * GEOMETRY.cell
        assert found[text].x == pytest.approx(place, abs=tolerance)
        assert found[text].y == pytest.approx(GEOMETRY.baseline(0), abs=TOLERANCE)


@pytest.mark.parametrize("row", ["plain", "é漢", "e\u0301", "नम", "שלום", bold("x"), "ÀÇ"])
def test_rows_are_one_leading_apart(row: str) -> None:
    found = characters(made(f"{row}\n" * 3 + f"\n{row}").pdf)
    baselines = [GEOMETRY.baseline(n) for n in (0, 1, 2, 4)]
    rows = sorted({round(one.y, 1) for one in found if one.text.isalpha()}, reverse=True)
    assert rows == pytest.approx(baselines, abs=0.1)


@pytest.mark.parametrize(
    ("line", "columns"),
    [
        ("ab\U00012000\U00012001c", [2, 4]),
        ("漢\U00012000漢\U00012001", [2, 6]),
        ("e\u0301\U00012000\U00012001c", [1, 3]),
        ("e\u0301\tx\U00012000e\u0301\U00012001", [9, 12]),
    ],
)
@pytest.mark.parametrize("row", [0, 2])
def test_numbers_of_characters_in_no_font_are_over_their_cells(
    line: str, columns: list[int], row: int
) -> None:
    boxes = [
        operands
        for operator, operands in operators(made("x\n" * row + line).pdf)
        if operator == "cm" and operands[0] == GEOMETRY.size / 1000
    ]
    places = [GEOMETRY.margin + column * GEOMETRY.cell for column in columns]
    assert [one[4] for one in boxes] == pytest.approx(places, abs=TOLERANCE)
    assert [one[5] for one in boxes] == pytest.approx(
        [GEOMETRY.baseline(row)] * len(boxes), abs=TOLERANCE
    )


@pytest.mark.parametrize(
    "name", ["notes.txt", "ñandú", "漢字", "नमस्ते", "e\u0301 x", "שלום", "🙂 x"]
)
def test_the_name_begins_at_the_margin_of_the_header(name: str) -> None:
    pdf = made("text", about=replace(ABOUT, name=name)).pdf
    header = [one for one in all_characters(pdf) if one.y > GEOMETRY.baseline(0) + GEOMETRY.size]
    assert min(one.x for one in header) == pytest.approx(GEOMETRY.margin, abs=TOLERANCE)
    assert header[0].y == pytest.approx(GEOMETRY.header_baseline, abs=TOLERANCE)
    assert len(header) >= len(name.replace(" ", "")) - 3


EVERYTHING = (
    f"plain é 漢字 {bold('BOLD')} {underlined('under')}\n漢{bold('字')} नमस्ते e\u0301 😀🙂 שלום\n"
    "\u05d0\U00012000\U00012001 \ue000\ue001 क\ue000\n" + "wrapped शब्द " * 30 + "\n\nx\n"
    "\n漢\n漢\n" + "漢\u200b\u200b\u200b" * 3
)


@pytest.mark.parametrize("tagged", ["on", "off"])
@pytest.mark.parametrize(
    "text", [EVERYTHING, "plain\n\nplain\n" + "x" * 200, "é\n\né\n", "漢\n\n字\n", "", "漢 " * 90]
)
def test_a_page_has_no_other_operators_than_it_needs(text: str, tagged: str) -> None:
    pdf = made(text, Options.parse({"pdf-tagged": tagged})).pdf
    assert {operator for operator, _ in operators(pdf)} <= OPERATORS
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert opened.check_pdf_syntax() == []


def test_what_follows_bold_and_stretched_text_is_neither() -> None:
    pdf = made(f"漢{bold('字')}\ue000{bold('ｱ')}").pdf
    state = {"Tz": 100.0, "Tr": 0.0}
    for operator, operands in operators(pdf):
        if operator in state:
            state[operator] = operands[0]
        if operator == "ET":
            assert state == {"Tz": 100.0, "Tr": 0.0}
