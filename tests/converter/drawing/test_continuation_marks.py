"""Arrows beside the rows that continue the line of the row above."""

import io
from itertools import pairwise

import pikepdf
import pytest

from chalicelib.converter import Options
from chalicelib.converter.drawing.geometry import Geometry
from tests.converter.converted import made
from tests.converter.drawing.drawn import GEOMETRY, all_characters
from tests.converter.strokes import Stroke, strokes


def strokes_of(pdf: bytes) -> list[Stroke]:
    """The paths of straight lines that the first page strokes."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return list(strokes(opened.pages[0]))


@pytest.mark.parametrize("script", ["word ", "é漢 ", "नम ", "שלום "])
def test_an_arrow_in_the_margin_tells_that_a_row_goes_on(script: str) -> None:
    paths = [stroke.points for stroke in strokes_of(made(f"x\n{script * 150}").pdf)]
    hooks, heads = paths[0::2], paths[1::2]
    assert len(hooks) > 1
    is_rtl = script == "שלום "
    for row, (hook, head) in enumerate(zip(hooks, heads, strict=True), start=2):
        (start, corner, tip), (above, middle, below) = hook, head
        assert middle == tip
        assert (start[0], corner[1]) == (corner[0], tip[1])
        assert above[0] == below[0]
        assert above[1] - tip[1] == pytest.approx(tip[1] - below[1], abs=0.02)
        # Seen from the side of the text, which is where the arrow points to.
        reach = [GEOMETRY.width - x if is_rtl else x for x, _ in (start, above, tip)]
        assert 0.5 * GEOMETRY.margin < reach[0] < reach[1] < reach[2] < GEOMETRY.margin
        assert 0.4 < (reach[2] - reach[0]) / GEOMETRY.cell < 0.7
        assert 0.2 < (reach[2] - reach[1]) / (reach[2] - reach[0]) < 0.4
        assert GEOMETRY.margin - reach[2] < 0.5 * GEOMETRY.cell
        bottom, top = GEOMETRY.baseline(row), GEOMETRY.baseline(row) + 0.6 * GEOMETRY.size
        low, high = sorted([below[1], above[1]])
        assert bottom < low < tip[1] < high < start[1] < top


def test_arrows_are_beside_all_rows_that_go_on_in_either_direction() -> None:
    geometry = Geometry.of(Options(font_size=7.25))
    text = "\n".join(script * 70 for script in ("word ", "שלום ") * 4)
    pdf = made(text, Options(font_size=7.25)).pdf
    rows = [
        (round((geometry.baseline(0) - one.y) / geometry.leading), one.text >= "\u0590")
        for one in all_characters(pdf)
        if geometry.footer_baseline + 1 < one.y < geometry.header_baseline - 1
    ]
    expected = [
        (row, is_rtl)
        for (_, was_rtl), (row, is_rtl) in pairwise(sorted(set(rows)))
        if is_rtl == was_rtl
    ]
    tips = [hook.points[-1] for hook in strokes_of(pdf)[0::2]]
    places = [
        ((geometry.baseline(0) + 0.25 * 7.25 - y) / geometry.leading, x > geometry.width / 2)
        for x, y in tips
    ]
    assert [is_right for _, is_right in sorted(places)] == [is_rtl for _, is_rtl in expected]
    assert sorted(place for place, _ in places) == pytest.approx(
        [row for row, _ in expected], abs=0.01
    )
    assert {is_rtl for _, is_rtl in expected} == {False, True}


def test_arrows_are_thin_lines() -> None:
    widths = [stroke.width for stroke in strokes_of(made("word " * 60).pdf)]
    assert widths
    assert all(0.02 * GEOMETRY.size <= width <= 0.1 * GEOMETRY.size for width in widths)
