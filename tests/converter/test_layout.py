from functools import partial

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from wcwidth import wcwidth

from chalicelib.converter import layout as layout_module
from chalicelib.converter.cleaning import BOLD, PLAIN, Cleaner, Styled
from chalicelib.converter.composing import Composer
from chalicelib.converter.fonts import CELL, Repertoire, Widths
from chalicelib.converter.layout import Layout, Page
from chalicelib.converter.rows import TAB, Composed
from chalicelib.converter.shaping import Shaper

REPERTOIRE = Repertoire()
WIDTHS = Widths(REPERTOIRE)


def lay_out(text: str, columns: int = 20, rows: int = 5, piece: int = 0) -> list[Page]:
    layout = Layout(columns, rows, WIDTHS, partial(Composer, columns, Shaper(REPERTOIRE)))
    cleaner = Cleaner()
    pages: list[Page] = []
    for start in range(0, len(text), piece or len(text) or 1):
        cleaned = cleaner.clean(text[start : start + (piece or len(text))], last=False)
        pages += layout.feed(cleaned)
    pages += layout.feed(cleaner.clean("", last=True))
    return [*pages, *layout.finish()]


def rows_of(text: str, columns: int = 20) -> list[str]:
    return [str(row) for page in lay_out(text, columns, 1000) for row in page.rows]


def cells(row: str) -> float:
    """Cells that are not blanks at the end of the row, which need no room."""
    if isinstance(row, Composed):
        blanks = row[len(row.rstrip(" \t\u200b")) :]
        reach = sum(piece.advance for piece in row.pieces) / CELL
        return reach - len(blanks) * TAB if "\t" in blanks else reach - blanks.count(" ")
    return sum(ord(width) for width in row.translate(WIDTHS))


def test_a_row_breaks_at_the_last_space_that_fits() -> None:
    assert rows_of("the quick brown fox jumps", 12) == ["the quick ", "brown fox ", "jumps"]


def test_a_word_longer_than_a_row_is_cut_at_the_edge() -> None:
    assert rows_of("abcdefghijklmnop", 5) == ["abcde", "fghij", "klmno", "p"]


def test_an_indented_long_word_leaves_no_empty_row() -> None:
    assert rows_of("    abcdefgh", 6) == ["    ab", "cdefgh"]


def test_wide_characters_take_two_cells() -> None:
    assert rows_of("日本語日本語日", 5) == ["日本", "語日", "本語", "日"]


def test_a_cluster_is_never_torn() -> None:
    family = "👨\u200d👩\u200d👧"
    assert rows_of("ab" + "e\u0301" * 4, 4) == ["abe\u0301e\u0301", "e\u0301e\u0301"]
    assert rows_of("xyz" + family, 4) == ["xyz", family]
    assert rows_of("12345" + "🇩🇪", 6) == ["12345", "🇩🇪"]


def test_a_mark_without_a_letter_stands_on_a_blank() -> None:
    assert rows_of("\u0301a\nb\u0301") == [" \u0301a", "b\u0301"]


def test_tabs_go_to_the_next_multiple_of_eight_columns() -> None:
    assert rows_of("a\tb\n\tc\n12345678\td", 40) == ["a       b", "        c", "12345678        d"]
    assert rows_of("日本\tx\ne\u0301\ty", 40) == ["日本    x", "e\u0301\ty"]
    (row,) = lay_out("e\u0301\ty", 40)[0].rows
    assert isinstance(row, Composed)
    assert [piece.advance for piece in row.pieces] == [CELL, 7 * CELL, CELL]


def test_tabs_of_overstruck_lines_keep_their_columns_and_styles() -> None:
    (row,) = lay_out("日\ta\ba\t_\bb\tc", 40)[0].rows
    assert isinstance(row, Styled)
    assert (row, row.styles) == (
        "日      a       b       c",
        "-" * 7 + "b" + "-" * 7 + "u" + "-" * 8,
    )


def test_thousands_of_tabs_beside_a_wide_character_each_take_eight_columns() -> None:
    wide, *rows = rows_of("漢\n" + "0\t" * 5000, 80)
    assert wide == "漢"
    assert "".join(rows) == ("0" + " " * 7) * 5000


def test_rows_that_go_on_are_told_from_line_ends() -> None:
    (page,) = lay_out("short\n" + "x" * 45 + "\nshort", columns=20, rows=10)
    assert page.continued == [2, 3]


def test_a_form_feed_starts_a_page_and_the_last_one_no_empty_page() -> None:
    pages = lay_out("one\ftwo\n\f\fthree\n\f")
    assert [page.rows for page in pages] == [["one"], ["two"], [], ["three"]]


def test_a_full_page_before_a_form_feed_is_one_page() -> None:
    pages = lay_out("1\n2\n3\f4", rows=3)
    assert [page.rows for page in pages] == [["1", "2", "3"], ["4"]]


def test_an_empty_text_is_one_empty_page() -> None:
    assert [page.rows for page in lay_out("")] == [[]]


def test_pages_hold_as_many_rows_as_fit() -> None:
    pages = lay_out("\n".join(map(str, range(12))), rows=5)
    assert [len(page.rows) for page in pages] == [5, 5, 2]


TEXTS = st.text(
    alphabet=st.one_of(
        st.sampled_from("ab \t\n\f日本é\u0301\u200d👩🇩🇪\u0e31ท_\b"),
        st.characters(exclude_categories=["Cs", "Cc"], max_codepoint=0x1FFFF),
    ),
    max_size=200,
)


@settings(max_examples=60)
@given(TEXTS, st.integers(8, 30), st.integers(2, 6))
def test_no_row_is_wider_and_no_page_longer_than_it_may_be(
    text: str, columns: int, rows: int
) -> None:
    for page in lay_out(text, columns, rows):
        assert len(page.rows) <= rows
        assert all(cells(row) <= columns for row in page.rows)
        assert all(0 <= row < len(page.rows) for row in page.continued)


MARKED_BLANKS = [
    "a",
    "_-",
    " ",
    "\t",
    " \u0e31",
    "\t\u0e31",
    " \u0301",
    "\u0e17",
    "\u05d0",
    "\u0915\u093f",
]


@settings(max_examples=300)
@example(["\t", "\t", " \u0e31", "_"], 8)
@given(st.lists(st.sampled_from(MARKED_BLANKS), min_size=3, max_size=25), st.integers(8, 14))
def test_a_blank_that_carries_a_mark_is_within_its_row(parts: list[str], columns: int) -> None:
    for page in lay_out("".join(parts), columns):
        assert all(cells(row) <= columns + 0.01 for row in page.rows)


@settings(max_examples=60)
@given(TEXTS.filter(lambda text: "\b" not in text), st.integers(8, 30))
def test_no_character_is_lost_or_moved(text: str, columns: int) -> None:
    kept = "".join(rows_of(text, columns))
    expected = Cleaner().clean(text, last=True).text
    assert _without_blanks(kept) == _without_blanks(expected)


def _without_blanks(text: str) -> str:
    return "".join(one for one in text if one not in " \t\n\f")


@settings(max_examples=60)
@given(TEXTS, st.integers(1, 50))
def test_where_pieces_end_changes_nothing(text: str, piece: int) -> None:
    assert lay_out(text, piece=piece) == lay_out(text)


@settings(max_examples=40)
@given(st.text(alphabet="ab 日é\tx_\b", max_size=300), st.integers(20, 60))
def test_a_line_too_long_to_wait_for_is_laid_out_like_any_other(text: str, piece: int) -> None:
    whole = lay_out(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layout_module, "_LONG", 12)
        assert [page.rows for page in lay_out(text, piece=piece)] == [page.rows for page in whole]


TOKENS = ["word ", "longerword", " ", "\t", "a\ba", "_\bb", "x\bx\b_", "\b", "日本", "\u00e9", "-"]


@settings(max_examples=150)
@given(st.lists(st.sampled_from(TOKENS), min_size=20, max_size=150), st.integers(7, 60))
def test_long_lines_with_styles_are_laid_out_like_any_other(tokens: list[str], piece: int) -> None:
    text = "".join(tokens)
    whole = lay_out(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layout_module, "_LONG", 12)
        pieces = lay_out(text, piece=piece)
    assert list(map(seen, pieces)) == list(map(seen, whole))


@settings(max_examples=100)
@given(
    st.lists(st.text("abABéÉ日", min_size=1, max_size=12), min_size=5, max_size=60),
    st.integers(5, 200),
)
def test_each_character_keeps_its_style_wherever_rows_and_pieces_end(
    words: list[str], piece: int
) -> None:
    """Capitals are bold in these texts, and nothing else is."""
    text = "".join(f"{one}\b{one}" if one.isupper() else one for one in " ".join(words))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layout_module, "_LONG", 12)
        pages = lay_out(text, piece=piece)
    rows = [row for page in pages for row, _ in seen(page)[0]]
    styles = "".join(styles for page in pages for _, styles in seen(page)[0])
    assert "".join(rows).split() == " ".join(words).split() or "".join(rows) == " ".join(words)
    assert styles == "".join(BOLD if one.isupper() else PLAIN for one in "".join(rows))


def test_a_long_line_with_a_mark_at_its_start_is_composed_to_the_end_of_its_row() -> None:
    text = "e\u0301longerword_\bb"
    (whole,) = lay_out(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layout_module, "_LONG", 12)
        (page,) = lay_out(text, piece=48)
    assert page.continued == []
    assert drawn(page) == drawn(whole)


def drawn(page: Page) -> list[list[tuple[bytes | str, str]]]:
    """What is drawn of each row, which must be composed, and in which styles."""
    rows = [row for row in page.rows if isinstance(row, Composed)]
    assert len(rows) == len(page.rows)
    return [[(piece.shown, piece.style) for piece in row.pieces] for row in rows]


def seen(page: Page) -> tuple[list[tuple[str, str]], list[int]]:
    """Text and styles of each row, and which rows are continued."""
    styles = [row.styles if isinstance(row, Styled) else PLAIN * len(row) for row in page.rows]
    return list(zip(map(str, page.rows), styles, strict=True)), page.continued


@pytest.mark.parametrize("count", [1, 100, 1000])
def test_strikes_are_not_torn_where_a_piece_of_a_long_line_ends(count: int) -> None:
    text = "x" * 70_000 + "\ba" * count + "y" * 10
    whole = [seen(page) for page in lay_out(text, 80, 60)]
    for piece in (70_000, 70_001, 70_002, 70_100, 70_255):
        assert [seen(page) for page in lay_out(text, 80, 60, piece)] == whole


def test_the_width_table_is_that_of_wcwidth_for_text_in_use() -> None:
    for character in "aé日ｱ\u0301\u200b😀ก":
        assert cells(character) == wcwidth(character)
