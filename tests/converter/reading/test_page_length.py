"""Print files whose sequences for the printer set the number of lines of a page."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.converter import Options, Orientation
from chalicelib.converter.options import CarriageControl
from chalicelib.converter.reading.cleaning import Cleaner, CleanText
from chalicelib.converter.reading.page_length import PageLength
from tests.converter.converted import made
from tests.converter.texts import BREAKS, Cuts, cuts, texts


def lines_per_page(*pieces: str) -> int | None:
    cleaner = Cleaner()
    for piece in pieces:
        cleaner.clean(piece, last=False)
    cleaner.clean("", last=True)
    return cleaner.lines_per_page


def paged(length: int, *pieces: str) -> str:
    page_length = PageLength(length)
    return "".join(page_length.feed(CleanText(piece, frozenset())).text for piece in pieces)


def body(lines: int) -> str:
    return "".join(f"line {number}\n" for number in range(1, lines + 1))


@pytest.mark.parametrize(
    ("sequences", "lines"),
    [
        ("", None),
        ("\x1bE", None),
        ("\x1b&l66P", 60),  # half an inch is blank at both ends
        ("\x1b&l8d88P", 80),
        ("\x1b&l88p8D", 80),
        ("\x1b&l0l66P", 63),
        ("\x1b&l66p0L", 63),
        ("\x1b&l66P\x1b&l64F", 64),
        ("\x1b&l1o66p4e58F", 58),
        ("\x1bE\x1b%-12345X@PJL SET X=1\n\x1b&l51F", 51),
        ("\x1b&l0P", None),
        ("\x1b&l-5F", None),
        ("\x1b&l..F", None),
        ("\x1b&l9999F", None),
        ("\x1b@\x1bCB", 66),
        ("\x1b@\x1bCB\x1bN\x06", 60),
        ("\x1b@\x1bCB\x1bN\x06\x1bO", 66),
        ("\x1bC\x11", 17),
        ("\x1b@\x1bC\x00\x0b", 66),
        ("\x1bC\x00\x0b", 66),
        ("\x1b@\x1b0\x1bC\x00\x0b", 88),
        ("\x1b@\x1b0\x1b2\x1bC\x00\x0b", 66),
        ("\x1b@\x1bC\x00\x0c", 72),
    ],
)
def test_a_sequence_before_the_text_sets_the_length_of_pages(
    sequences: str, lines: int | None
) -> None:
    assert lines_per_page(f"{sequences}text\n") == lines
    for at in range(len(sequences)):
        assert lines_per_page(sequences[:at], f"{sequences[at:]}text\n") == lines


def test_nothing_is_left_of_the_sequences() -> None:
    for sequence in ("\x1bC\x00\x0b", "\x1b@\x1b0\x1bO\x1b2", "\x1b@\x1bC\x00\x0c\x1bN\x06"):
        assert Cleaner().clean(f"{sequence}text\n", last=True).text == "text\n"


@pytest.mark.parametrize("before", ["text\n", "\u65e5\n", "\x07\n", "\x1b[1mtext\x1b[0m\n"])
def test_a_sequence_behind_text_does_not(before: str) -> None:
    assert lines_per_page(f"{before}\x1b&l51F\n") is None
    assert lines_per_page(before, "\x1b&l51F\n") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\nb\nc\n", "a\nb\n\fc\n"),
        ("a\nb\n", "a\nb\n"),
        ("a\nb", "a\nb"),
        ("a\nb\n\fc\n", "a\nb\n\fc\n"),
        ("a\n\fb\nc\nd\n", "a\n\fb\nc\n\fd\n"),
        ("a\n\fb\f\nc\nd\n", "a\n\fb\f\nc\n\fd\n"),
        ("\n\n\n\n", "\n\n\f\n\n"),
        ("a\nb\n\nc", "a\nb\n\f\nc"),
    ],
)
def test_pages_end_after_that_number_of_lines(text: str, expected: str) -> None:
    assert paged(2, text) == expected
    for at in range(len(text)):
        assert paged(2, text[:at], text[at:]) == expected


@given(texts(["a", "bc", *BREAKS], min_parts=1, max_parts=60), cuts(), st.integers(1, 5))
@settings(max_examples=200)
def test_no_page_has_more_lines_and_nothing_else_changes(
    text: str, cuts: Cuts, length: int
) -> None:
    result = paged(length, *cuts.pieces(text))
    assert result.replace("\f", "") == text.replace("\f", "")
    pages = result.split("\f")
    assert all(page.removesuffix("\n").count("\n") < length for page in pages)


def test_pages_of_a_print_file_are_pages_of_the_pdf() -> None:
    pages = made(f"\x1bE\x1b&l66P{body(130)}\x1bE").pages
    assert [page.split("\n")[0].strip() for page in pages] == ["line 1", "line 61", "line 121"]


def test_each_long_page_of_a_print_file_fits_one_page_of_the_pdf() -> None:
    result = made(f"\x1b@\x1bCB{body(132)}")
    assert result.report.pages == 2
    assert [page.split("\n")[0].strip() for page in result.pages] == ["line 1", "line 67"]


@pytest.mark.parametrize(
    ("sequences", "lines"),
    [("\x1b@\x1bCB", 66), ("\x1b@\x1b0\x1bC\0\x0b", 88), ("\x1b&l8d88P", 80)],
)
def test_the_only_page_of_a_print_file_fits_one_page_of_the_pdf(sequences: str, lines: int) -> None:
    assert made(f"{sequences}{body(lines)}").report.pages == 1
    assert made(f"{sequences}{body(lines + 1)}").report.pages == 2
    given = Options(font_size=12, orientation=Orientation.LANDSCAPE)
    assert made(f"{sequences}{body(lines)}", given).report.page_format == "a4 landscape, 12 pt"


def test_carriage_control_that_was_asked_for_decides_where_pages_begin() -> None:
    text = "\x1b&l2F1one\n two\n three\n1four\n"
    pages = made(text, Options(carriage_control=CarriageControl.ASA)).pages
    assert [page.split() for page in pages] == [["one", "two", "three"], ["four"]]


def test_styles_are_kept_where_a_page_ends() -> None:
    text = "\x1b&l1F\x1b&d0Done\ntwo\nthree\n"
    result = made(text)
    plain = made(text.replace("\x1b&l1F", ""))
    assert result.report.pages == 3
    assert plain.report.pages == 1
    assert result.letters.startswith("one")
