import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.converter.reading.carriage_returns import MAX_LINE
from chalicelib.converter.reading.cleaning import Cleaner
from chalicelib.converter.reading.overstrikes import overstruck
from chalicelib.converter.styles.styled_line import PLAIN, StyledLine
from tests.converter.texts import Cuts, cuts, texts


def clean(*pieces: str) -> str:
    cleaner = Cleaner()
    text = "".join(cleaner.clean(piece, last=False).text for piece in pieces)
    return text + cleaner.clean("", last=True).text


def lines(text: str) -> list[tuple[str, str]]:
    """The lines of a text with their styles."""
    shown = [overstruck(line) for line in clean(text).split("\n")]
    return [
        (str(one), one.styles if isinstance(one, StyledLine) else PLAIN * len(one)) for one in shown
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Title\r_____\n", [("Title", "uuuuu")]),
        ("Title\rTitle\r\n", [("Title", "bbbbb")]),
        ("Title\rTitle\rTitle\n", [("Title", "bbbbb")]),
        ("Title\r_____\rTitle\n", [("Title", "+++++")]),
        ("_____\rTitle\n", [("Title", "uuuuu")]),
        ("  two words\r  _________\n", [("  two words", "--uuuuuuuuu")]),
        ("a b c\r  b\n", [("a b c", "--b--")]),
        ("ab\r_____\n", [("ab___", "uu---")]),
        ("text\r      \n", [("text", "----")]),
        ("50%\r   \rdone\n", [("50%", "---"), ("done", "----")]),
        ("Title\x1b[0m\r\x1b[4m_____\n", [("Title", "uuuuu")]),
    ],
)
def test_what_is_plainly_an_overstrike_is_bold_or_underlined(
    text: str, expected: list[tuple[str, str]]
) -> None:
    assert lines(text) == [*expected, ("", "")]


@pytest.mark.parametrize(
    "parts",
    [
        ["10%", "20%", "30%"],
        ["#    ", "##   ", "###  "],
        ["Progress: 1 of 3", "Progress: 2 of 3"],
        ["[=>  ]", "[==> ]"],
        ["abc", "", "def"],
        ["abc", "abcd"],
    ],
)
def test_what_is_no_overstrike_is_lines_of_their_own(parts: list[str]) -> None:
    assert clean("\r".join(parts) + "\n") == "\n".join(parts) + "\n"


def test_texts_whose_lines_end_in_cr_have_no_overstrikes() -> None:
    assert clean("Title\r_____\r\rText\rText\r") == "Title\n_____\n\nText\nText\n"


def test_a_carriage_return_at_the_start_of_a_line_moves_nothing() -> None:
    """Serial consoles end lines with LF CR."""
    assert clean("U-Boot\n\rDRAM\n\r\n\r\rend") == "U-Boot\nDRAM\n\nend"
    assert clean("\x1b[1m\n\r\x1b[0mbold\n") == "\nbold\n"


def test_cr_cr_lf_is_one_line_end() -> None:
    assert clean("a\r\r\nb\r\r\n\r\r\nc\r\n") == "a\nb\n\nc\n"
    assert clean("a\r", "\r", "\nb\r\r", "\n") == "a\nb\n"
    assert clean("a\r\x1b[K\r\x1b[K\nb") == "a\nb"


@pytest.mark.parametrize(
    "end", ["\x1a", "\x1a" * 128, "\x1a" * 5000, "\x1a\r\n", "\x1a\x1a\r\n\x1a"]
)
def test_marks_of_the_end_at_the_end_are_left_out(end: str) -> None:
    assert clean("dos text\r\nlast line\r\n" + end) == "dos text\nlast line\n"
    assert clean("dos text\r\nlast line", end[:1], end[1:]) == "dos text\nlast line"


def test_marks_of_the_end_elsewhere_are_shown() -> None:
    assert clean("one\x1atwo\x1a\nthree\n") == "one␚two␚\nthree\n"


STRIKES = [
    "Title\r_____\n",
    "a\ra\n",
    "10%\r20%\n",
    "x\r\r\n",
    "\f",
    "\r",
    "\n",
    "\x1a",
    "_",
    "a",
    " ",
]


@settings(max_examples=500)
@given(texts(STRIKES, ["\x1b[K", "\x1b&d0D", "é"], min_parts=3, max_parts=25), cuts(1, 6))
def test_where_pieces_end_changes_nothing(text: str, cut: Cuts) -> None:
    assert clean(*cut.pieces(text)) == clean(text)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.sampled_from([1, 4, 9, MAX_LINE // 2, MAX_LINE - 2, MAX_LINE]), max_size=5),
    cuts(700, 5000),
)
def test_where_pieces_of_long_lines_end_changes_nothing(lengths: list[int], cut: Cuts) -> None:
    text = "\n".join("a" * length + "\r" + "_" * length + "\rb" for length in lengths) + "\r\n"
    assert clean(*cut.pieces(text)) == clean(text)
