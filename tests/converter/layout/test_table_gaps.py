"""Tables that are padded with blanks, in scripts whose letters have many widths."""

import pytest
from hypothesis import given, settings

from chalicelib.converter.fonts.face import CELL
from chalicelib.converter.fonts.font import FontSelector
from chalicelib.converter.layout.composer import Composer
from chalicelib.converter.layout.rows import ComposedRow
from chalicelib.converter.layout.table_gaps import PARTS_WITH_GAPS, cells, table_gaps
from chalicelib.converter.scripts.shaper import Shaper
from tests.converter.converted import made
from tests.converter.texts import texts

COLUMNS = 60
COMPOSER = Composer(COLUMNS, Shaper(FontSelector()))
PARTS = [
    "ไทย",
    "สระ ",
    "राम ",
    "สมชาย",
    "  ",
    "     ",
    " |",
    "|",
    "a",
    "12 ",
    "é\u0301",
    "漢",
    "\xad",
]


def places(row: ComposedRow, wanted: str) -> list[float]:
    """Where the pieces of a row begin that begin with a text, in cells."""
    at, found = row.indent, []
    for piece in row.pieces:
        if str(row)[piece.start : piece.end].startswith(wanted):
            found.append(round(at / CELL, 2))
        at += piece.advance
    return found


@pytest.mark.parametrize(
    "line",
    [
        "สมชาย      | 100",
        "ไทย        |   5",
        "| नाम      | 100",
        "| सीता देवी   | 20",
        "漢字 ไทย   │ 1",
    ],
)
def test_a_vertical_line_is_where_a_terminal_has_it(line: str) -> None:
    (row,) = COMPOSER.rows(line)
    bar = "│" if "│" in line else "|"
    wanted = [cells(line[:at]) for at, one in enumerate(line) if one == bar and at]
    assert set(wanted) <= set(places(row, bar))


def test_columns_without_lines_are_aligned_as_well() -> None:
    lines = ["ชื่อ         ราคา", "สมชาย      100", "abc ไทย      5"]
    starts = [places(COMPOSER.rows(line)[0], line.split()[-1]) for line in lines]
    assert starts == [[cells(line[: line.rindex(" ") + 1])] for line in lines]


def test_blanks_are_at_least_as_wide_as_on_the_grid() -> None:
    line = "ကြီးကြီးမားမား  |"  # wider than its cells
    (row,) = COMPOSER.rows(line)
    (gap,) = [piece for piece in row.pieces if piece.shown == "  "]
    assert gap.advance >= 2 * CELL


@pytest.mark.parametrize(
    "line", ["कहानी  " * 40, "कहानी है।  राम  है।", "राम\t   x", "abc   | 5", "漢字   | 5"]
)
def test_prose_and_lines_that_need_it_not_have_no_such_gaps(line: str) -> None:
    assert not table_gaps(line, COLUMNS)


def test_a_line_from_right_to_left_is_as_without_gaps() -> None:
    (row,) = COMPOSER.rows("שלום   |   עולם")
    assert not [piece for piece in row.pieces if piece.shown == "   "]


@settings(deadline=None)
@given(texts(PARTS, max_parts=20))
def test_no_text_is_lost_between_gaps(line: str) -> None:
    line = "ก" + line.replace("\n", "")
    assert "".join(PARTS_WITH_GAPS.findall(line)) == line
    rows = COMPOSER.rows(line)
    assert "".join(map(str, rows)) == line
    for row in rows:
        ends = sorted((piece.start, piece.end) for piece in row.pieces)
        assert [start for start, _ in ends] == [0, *(end for _, end in ends[:-1])]


def test_the_table_is_copied_as_it_was_typed() -> None:
    line = "สมชาย      | 100  | ไทย"
    assert made(line).pages[0].split() == line.split()
