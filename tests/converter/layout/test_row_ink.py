"""The ink of rows: of all their parts together, and of those that reach far."""

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.converter.fonts.font import FontSelector
from chalicelib.converter.fonts.ink import NO_INK, Direction, InkSpan
from chalicelib.converter.layout.composer import Composer
from chalicelib.converter.layout.row_ink import RowInk
from chalicelib.converter.scripts.shaper import Shaper

COMPOSER = Composer(60, Shaper(FontSelector()))

WORDS = ["كتاب", "جحع", "لله", "ẠÉ", "x\u0323\u0301", "ྐྵྨྲྱཱུ", "ไทย", "👩", "12 (a)", "שלום", "漢"]
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(" ".join)


def inks(text: str) -> list[RowInk]:
    """The ink of the rows of a text."""
    return [COMPOSER.ink(row) for row in COMPOSER.rows(text)]


def all_spans(ink: RowInk, direction: Direction) -> list[InkSpan]:
    """The ink of everything in a row that has any."""
    return sorted(ink.spans(direction, NO_INK.above))


@settings(deadline=None)
@given(TEXTS, st.sampled_from(Direction), st.integers(-300, 1500))
def test_ink_beyond_a_distance_is_all_ink_that_reaches_further(
    text: str, direction: Direction, beyond: int
) -> None:
    for ink in inks(text):
        expected = [span for span in all_spans(ink, direction) if span[2] > beyond]
        assert sorted(ink.spans(direction, beyond)) == expected


@settings(deadline=None)
@given(TEXTS, st.sampled_from(Direction))
def test_nothing_reaches_further_than_its_row(text: str, direction: Direction) -> None:
    for ink in inks(text):
        assert all(reach <= ink.reach[direction] for _, _, reach in all_spans(ink, direction))
        assert ink.reach[direction] <= ink.limit[direction]


@settings(deadline=None)
@given(st.lists(st.sampled_from(["كتاب", "جحع", "لله", "في"]), min_size=1).map(" ".join))
def test_a_row_reaches_as_far_as_its_furthest_cluster(text: str) -> None:
    for ink in inks(f"{text} إِلَيْهِ"):
        for direction in Direction:
            assert ink.reach[direction] == max(all_spans(ink, direction), key=lambda one: one[2])[2]
