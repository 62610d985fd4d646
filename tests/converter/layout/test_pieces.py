"""Pages do not depend on the pieces in which a text comes, nor on how long its lines are."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chalicelib.converter.fonts.face import CELL
from chalicelib.converter.layout import long_line
from chalicelib.converter.layout.rows import TAB, ComposedRow
from chalicelib.converter.styles.styled_line import BOLD, PLAIN
from tests.converter.layout.laid_out import (
    ANY_CHARACTERS,
    STRUCK_TEXTS,
    cells,
    drawn,
    lay_out,
    lay_out_in_short_pieces,
    seen,
    styles_of,
)
from tests.converter.texts import (
    BREAKS,
    COMPLEX,
    MARKED,
    STRUCK,
    WIDE,
    WORDS,
    Cuts,
    cuts,
    tell,
    texts,
)
from tests.examples import examples


@settings(max_examples=examples(150))
@given(STRUCK_TEXTS, cuts())
def test_the_result_does_not_depend_on_where_pieces_end(text: str, cut: Cuts) -> None:
    pages = lay_out(text, cut=cut)
    tell("pieces", len(cut.pieces(text)))
    tell("rows", sum(len(page.rows) for page in pages))
    assert list(map(seen, pages)) == list(map(seen, lay_out(text)))


@settings(max_examples=examples(300))
@example("א" + "abcd " * 20 + "x\ty", Cuts((66,)))
@example("א" + "abcd " * 20 + "x\ty", Cuts((67, 1)))
@given(texts(WORDS, ["\t"], WIDE, COMPLEX, MARKED, STRUCK, ANY_CHARACTERS), cuts())
def test_the_rows_of_a_long_line_do_not_depend_on_where_pieces_end(text: str, cut: Cuts) -> None:
    pages = lay_out_in_short_pieces(text, cut)
    tell("pieces", len(cut.pieces(text)))
    tell("rows", sum(len(page.rows) for page in pages))
    assert list(map(seen, pages)) == list(map(seen, lay_out_in_short_pieces(text)))


@settings(max_examples=examples(300))
@given(texts(WORDS, ["\t"], WIDE, STRUCK), cuts())
def test_long_lines_are_laid_out_like_any_other(text: str, cut: Cuts) -> None:
    pages = lay_out_in_short_pieces(text, cut)
    tell("rows", sum(len(page.rows) for page in pages))
    assert list(map(seen, pages)) == list(map(seen, lay_out(text)))


@settings(max_examples=examples(150))
@given(texts(WORDS, WIDE, ["\t"]), cuts())
def test_tabs_of_a_long_composed_line_go_to_multiples_of_eight_cells(text: str, cut: Cuts) -> None:
    line = "e\u0301" + text + "\t."
    column: float = 0
    for word in line.split("\t")[:-1]:
        column += sum(map(cells, word))
        column += TAB - column % TAB
    rows = [row for page in lay_out_in_short_pieces(line, cut) for row in page.rows]
    composed = [row for row in rows if isinstance(row, ComposedRow)]
    assert composed == rows
    reach = sum(piece.advance for row in composed for piece in row.pieces)
    assert reach == pytest.approx((column + 1) * CELL)


@settings(max_examples=examples(100))
@given(
    st.lists(st.text("abABéÉ日", min_size=1, max_size=12), min_size=5, max_size=60),
    cuts(5, 200),
)
def test_each_character_keeps_its_style_wherever_rows_and_pieces_end(
    words: list[str], cut: Cuts
) -> None:
    """Capitals are bold in these texts, and nothing else is."""
    text = "".join(f"{one}\b{one}" if one.isupper() else one for one in " ".join(words))
    pages = lay_out_in_short_pieces(text, cut)
    rows = [row for page in pages for row in page.rows]
    styles = "".join(map(styles_of, rows))
    assert "".join(rows).split() == " ".join(words).split() or "".join(rows) == " ".join(words)
    assert styles == "".join(BOLD if one.isupper() else PLAIN for one in "".join(rows))


def test_a_long_line_that_comes_with_its_end_is_laid_out_like_any_other() -> None:
    text = "word longerword " * 5 + "\nnext\n"
    pages = lay_out_in_short_pieces(text)
    assert list(map(seen, pages)) == list(map(seen, lay_out(text)))


@given(texts(WORDS, BREAKS, min_parts=1, max_parts=12), st.integers(8, 40))
def test_a_text_has_a_line_that_is_too_long_or_none(text: str, longest: int) -> None:
    lines = text.split("\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_line, "MAX_LENGTH", longest)
        too_long = [long_line.is_too_long(line) for line in lines]
        assert too_long == [len(list(long_line.pieces(line))) > 1 for line in lines]
        assert long_line.any_too_long(text) == any(too_long)


def test_a_long_line_with_a_mark_at_its_start_is_composed_to_the_end_of_its_row() -> None:
    text = "e\u0301longerword_\bb"
    (whole,) = lay_out(text)
    (page,) = lay_out_in_short_pieces(text)
    assert page.continued == []
    assert drawn(page) == drawn(whole)


@pytest.mark.parametrize("count", [1, 100, 1000])
def test_overstrikes_are_not_divided_at_the_end_of_a_piece(count: int) -> None:
    text = "x" * 70_000 + "\ba" * count + "y" * 10
    whole = [seen(page) for page in lay_out(text, 80, 60)]
    for piece in (70_000, 70_001, 70_002, 70_100, 70_255):
        assert [seen(page) for page in lay_out(text, 80, 60, Cuts((piece,)))] == whole
