"""Rows of composed lines that occur more than once."""

from chalicelib.converter.fonts.clusters import ClusterFont
from chalicelib.converter.fonts.font import FontSelector
from chalicelib.converter.layout.composer import Composer
from chalicelib.converter.layout.rows import ComposedRow
from chalicelib.converter.scripts.shaper import Shaper

HEBREW = "שלום עולם"


def fonts_of(rows: list[ComposedRow]) -> set[ClusterFont]:
    return {
        piece.font for row in rows for piece in row.pieces if isinstance(piece.font, ClusterFont)
    }


def test_an_equal_line_has_equal_rows_whatever_is_done_to_the_list() -> None:
    composer = Composer(10, Shaper(FontSelector()))
    rows = composer.rows(HEBREW * 3)
    first = rows[:]
    rows.clear()
    assert composer.rows(HEBREW * 3) == first
    assert len(first) > 2


def test_rows_do_not_depend_on_how_many_lines_were_before() -> None:
    shaper = Shaper(FontSelector())
    composer = Composer(10, shaper)
    lines = [f"{HEBREW} {number}" for number in range(300)]
    assert [composer.rows(line) for line in [*lines, *lines]] == [
        Composer(10, shaper).rows(line) for line in [*lines, *lines]
    ]


def test_a_line_in_another_direction_or_place_is_composed_for_it() -> None:
    composer = Composer(40, Shaper(FontSelector()))
    line = f"{HEBREW}\tab"
    at_start = composer.rows(line)
    assert composer.rows(line, rtl=False) != at_start
    assert composer.rows(line, start=1000.0) != at_start
    assert composer.rows(line) == at_start


def test_lines_after_a_flush_are_in_new_fonts() -> None:
    shaper = Shaper(FontSelector())
    composer = Composer(40, shaper)
    before = fonts_of(composer.rows(HEBREW))
    assert shaper.flush_fonts() == list(before)
    composer.shape_words([HEBREW])
    assert fonts_of(composer.rows(HEBREW)).isdisjoint(before)
