import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from wcwidth import wcwidth

from chalicelib.converter.fonts.face import CELL
from chalicelib.converter.layout.grid import Grid
from chalicelib.converter.layout.rows import MAX_CHARACTERS_PER_CELL, ComposedRow
from chalicelib.converter.reading.cleaning import Cleaner
from chalicelib.converter.styles.styled_line import StyledLine
from tests.converter.layout.laid_out import (
    ANY_CHARACTERS,
    STRUCK_TEXTS,
    WIDTHS,
    cells,
    cells_in_need,
    lay_out,
    lay_out_in_short_pieces,
    rows_of,
    seen,
)
from tests.converter.texts import (
    BREAKS,
    COMPLEX,
    MARKED,
    WIDE,
    WORDS,
    Cuts,
    cuts,
    texts,
)
from tests.examples import examples


def test_a_row_breaks_at_the_last_space_that_fits() -> None:
    assert rows_of("the quick brown fox jumps", 12) == ["the quick ", "brown fox ", "jumps"]


def test_blanks_behind_the_last_word_that_fits_need_no_room() -> None:
    assert rows_of("the quick brown", 9) == ["the quick ", "brown"]
    assert rows_of("record" + " " * 40 + "\nnext", 10) == ["record" + " " * 4, "next"]
    assert rows_of("é漢" + " " * 40 + "\nnext", 10) == ["é漢" + " " * 7, "next"]


def test_a_word_longer_than_a_row_is_cut_at_the_edge() -> None:
    assert rows_of("abcdefghijklmnop", 5) == ["abcde", "fghij", "klmno", "p"]


def test_an_indented_long_word_leaves_no_empty_row() -> None:
    assert rows_of("    abcdefgh", 6) == ["    ab", "cdefgh"]
    assert rows_of(" abcdefgh", 6) == [" abcde", "fgh"]


def test_wide_characters_take_two_cells() -> None:
    assert rows_of("日本語日本語日", 5) == ["日本", "語日", "本語", "日"]


def test_a_cluster_is_never_divided() -> None:
    family = "👨\u200d👩\u200d👧"
    assert rows_of("ab" + "e\u0301" * 4, 4) == ["abe\u0301e\u0301", "e\u0301e\u0301"]
    assert rows_of("xyz" + family, 4) == ["xyz", family]
    assert rows_of("12345" + "🇩🇪", 6) == ["12345", "🇩🇪"]
    assert rows_of("12345" + "か\u3099", 6) == ["12345", "か\u3099"]


def test_a_mark_without_a_letter_gets_a_blank_as_its_base() -> None:
    assert rows_of("\u0301a\nb\u0301") == [" \u0301a", "b\u0301"]


def test_so_does_one_at_the_start_of_a_long_line_and_no_other() -> None:
    rows = lay_out_in_short_pieces("\u0301" + "a" * 30)[0].rows
    assert "|".join(rows) == " \u0301" + "a" * 19 + "|" + "a" * 11
    for text in ("e\u0301" * 14, "x" + "e\u0301" * 14):
        assert "|".join(lay_out_in_short_pieces(text)[0].rows) == text


def test_tabs_go_to_the_next_multiple_of_eight_columns() -> None:
    assert rows_of("a\tb\n\tc\n12345678\td", 40) == ["a       b", "        c", "12345678        d"]
    assert rows_of("日本\tx\ne\u0301\ty", 40) == ["日本    x", "e\u0301\ty"]
    (row,) = lay_out("e\u0301\ty", 40)[0].rows
    assert isinstance(row, ComposedRow)
    assert [piece.advance for piece in row.pieces] == [CELL, 7 * CELL, CELL]


def test_tabs_of_overstruck_lines_keep_their_columns_and_styles() -> None:
    (row,) = lay_out("日\ta\ba\t_\bb\tc", 40)[0].rows
    assert isinstance(row, StyledLine)
    assert (str(row), row.styles) == (
        "日      a       b       c",
        "-" * 7 + "b" + "-" * 7 + "u" + "-" * 8,
    )


def test_thousands_of_tabs_beside_a_wide_character_each_take_eight_columns() -> None:
    wide, *rows = rows_of("漢\n" + "0\t" * 5000, 80)
    assert wide == "漢"
    assert "".join(rows) == ("0" + " " * 7) * 5000


def test_rows_that_continue_a_line_are_distinguished_from_line_ends() -> None:
    (page,) = lay_out("short\n" + "x" * 45 + "\nshort", columns=20, rows=10)
    assert page.continued == [2, 3]


def test_rows_that_go_on_are_told_on_every_page_and_in_every_script() -> None:
    for text in ("x" * 20 * 12, "word " * 4 * 12, "שלום " * 4 * 12):
        pages = lay_out(text, columns=20, rows=5)
        assert [page.continued for page in pages] == [[1, 2, 3, 4], [0, 1, 2, 3, 4], [0, 1]]


def test_a_row_holds_as_many_characters_without_width_as_there_may_be() -> None:
    """A letter and 30 characters a column (UAX #15, Stream-Safe Text Format)."""
    text = ("a" + "\u2060" * 30) * 2
    assert rows_of(text, 2) == [text]
    assert rows_of(text + "\u2060", 2) == [text, "\u2060"]


def test_wide_characters_beside_complex_text_keep_their_width() -> None:
    rows = lay_out("日 שלום\n" + "日" * 15 + "\n", 20, cut=Cuts((7, 100)))[0].rows
    assert [str(row) for row in rows] == ["日 שלום", "日" * 10, "日" * 5]
    assert rows_of("שלום\n日\tx\nab\n") == ["שלום", "日      x", "ab"]


@pytest.mark.parametrize("first", ["שלום ", "latin "])
def test_a_long_line_has_the_direction_of_its_first_letter(first: str) -> None:
    pages = lay_out_in_short_pieces(first + "latin words " * 6 + "שלום " * 6 + "and latin " * 3)
    rows = [row for page in pages for row in page.rows if isinstance(row, ComposedRow)]
    assert len(rows) > 3
    assert {row.rtl for row in rows} == {first == "שלום "}


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


TEXTS = texts(WORDS, ["\t"], BREAKS, WIDE, COMPLEX, MARKED, ANY_CHARACTERS)


@settings(max_examples=examples(60))
@given(STRUCK_TEXTS, st.integers(8, 30), st.integers(2, 6))
def test_rows_and_pages_do_not_exceed_their_size(text: str, columns: int, rows: int) -> None:
    for page in lay_out(text, columns, rows):
        assert len(page.rows) <= rows
        assert all(cells_in_need(row) <= columns + 0.01 for row in page.rows)
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


@settings(max_examples=examples(300))
@example(["\t", "\t", " \u0e31", "_"], 8)
@given(st.lists(st.sampled_from(MARKED_BLANKS), min_size=3, max_size=25), st.integers(8, 14))
def test_a_blank_that_carries_a_mark_is_within_its_row(parts: list[str], columns: int) -> None:
    for page in lay_out("".join(parts), columns):
        assert all(cells_in_need(row) <= columns + 0.01 for row in page.rows)


@settings(max_examples=examples(60))
@given(TEXTS, st.integers(8, 30))
def test_no_character_is_lost_or_moved(text: str, columns: int) -> None:
    kept = "".join(rows_of(text, columns))
    expected = Cleaner().clean(text, last=True).text
    assert _without_blanks(kept) == _without_blanks(expected)


def _without_blanks(text: str) -> str:
    return "".join(one for one in text if one not in " \t\n\f\xad")


def test_cell_widths_are_those_of_wcwidth() -> None:
    for character in "aé日ｱ\u0301\u200b😀ก":
        assert cells(character) == wcwidth(character)


@pytest.mark.parametrize("columns", [20, 23])
def test_blanks_at_the_end_of_a_line_take_no_row(columns: int) -> None:
    padded = "the quick brown fox." + " " * 112
    assert [row.rstrip() for row in rows_of(padded + "\nnext", columns)] == [
        "the quick brown fox.",
        "next",
    ]
    assert len(rows_of(" " * 132 + "\nx", columns)) == 2
    assert [row.rstrip() for row in rows_of("日" * 10 + " " * 50, 20)] == ["日" * 10]
    assert [row.rstrip() for row in rows_of("a\ba" + " " * 50, 20)] == ["a"]


@pytest.mark.parametrize("blanks", [17, 100, 70_000, 200_000])
def test_blanks_at_the_end_of_a_long_line_take_no_row(blanks: int) -> None:
    text = "word " * 15_000 + "end"
    rows = rows_of(text + " " * blanks + "\nnext", 80)
    assert [row.rstrip() for row in rows] == [row.rstrip() for row in rows_of(text + "\nnext", 80)]
    between = rows_of("a" + " " * blanks + "b", 80)
    assert between[-1].endswith("b")
    longest = 80 * MAX_CHARACTERS_PER_CELL
    assert len(between) == (1 if blanks < 80 else (blanks + 1) // longest + 2)


@settings(max_examples=300)
@given(st.lists(st.sampled_from(["a", "word", " ", "    ", "日", "\t"]), max_size=30), cuts())
def test_long_lines_with_blanks_are_laid_out_like_any_other(parts: list[str], cut: Cuts) -> None:
    text = "".join(parts)
    pages = lay_out_in_short_pieces(text, cut)
    assert list(map(seen, pages)) == list(map(seen, lay_out(text)))


@pytest.mark.parametrize("start", ["\f", "\r\f", "\n\f", "\r\n\f", " \f"])
def test_a_form_feed_before_all_text_makes_no_page(start: str) -> None:
    assert [page.rows for page in lay_out(start + "one\ftwo")] == [["one"], ["two"]]
    assert [page.rows for page in lay_out(start)] in ([[]], [[" "]])


@pytest.mark.parametrize(
    "end", ["\f", "\f\r\n", "\r\n\f\r\n\r\n", "\f \n", "\f\x1a", "\f\r\n\x1a\x1a"]
)
def test_a_form_feed_after_all_text_makes_no_page(end: str) -> None:
    pages = lay_out("one\ftwo" + end)
    assert [[row for row in page.rows if row] for page in pages] == [["one"], ["two"]]


def test_blank_lines_after_a_full_page_make_no_page() -> None:
    assert len(lay_out("1\n2\n3\n4\n5\n\n\n", rows=5)) == 1


@settings(max_examples=examples(300))
@given(texts(WORDS, ["(", "] ", '"', "/path", "--x ", "12.5", "é", "¿qué "]), st.integers(1, 40))
def test_rows_of_simple_text_are_those_of_any_text(text: str, columns: int) -> None:
    grid = Grid(columns, WIDTHS)
    assert grid.is_uniform(text)
    rows = [text[start:end] for start, end in grid.rows(text, uniform=True)]
    assert grid.divided([text], uniform=True) == (rows, [*range(1, len(rows))])


def test_underlined_blanks_at_the_end_of_a_line_need_room() -> None:
    text = "\x1b[4m" + "a" + " " * 25
    assert rows_of(text, 20) == ["a" + " " * 19, " " * 6]
    assert rows_of(text.replace("[4m", "[31m"), 20) == ["a" + " " * 19]


@settings(max_examples=examples(200))
@given(texts(WORDS, ["(", "]", " ", "://", "12.5", "-"], min_parts=1), st.integers(2, 12))
@example("https://example.org]", 19)
def test_blanks_that_can_be_seen_are_never_beyond_a_row(text: str, columns: int) -> None:
    line = text.replace("\n", " ") + " "
    rows = rows_of(f"\x1b[7m{line}", columns)
    assert "".join(rows) == line
    assert max(map(len, rows)) <= columns
