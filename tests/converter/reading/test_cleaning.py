import pytest
from hypothesis import given, settings

from chalicelib.converter.reading.cleaning import Cleaner
from chalicelib.converter.reading.overstrikes import overstruck
from chalicelib.converter.styles.styled_line import PLAIN, StyledLine
from tests.converter.texts import STRUCK, Cuts, cuts, texts
from tests.examples import examples


def clean(*pieces: str) -> str:
    cleaner = Cleaner()
    text = "".join(cleaner.clean(piece, last=False).text for piece in pieces)
    return text + cleaner.clean("", last=True).text


def test_every_kind_of_line_end_ends_a_line_once() -> None:
    assert clean("a\nb\r\nc\rd\x85e\u2028f\u2029g\r\rh\n\ri") == "a\nb\nc\nd\ne\nf\ng\n\nh\ni"


def test_a_line_end_divided_between_pieces_is_one_line_end() -> None:
    assert clean("a\r", "\nb\r", "c\r") == "a\nb\nc\n"


@pytest.mark.parametrize(
    "sequence",
    [
        "\x1b[31m",
        "\x1b[0m",
        "\x1b[38;2;255;0;0m",
        "\x1b[2J",
        "\x1b[?25l",
        "\x1b[10;20H",
        "\x1b]0;window title\x07",
        "\x1b]8;;https://example.org\x1b\\",
        "\x1b(B",
        "\x1b7",
        "\x1bP1$r0m\x1b\\",
        "\x9b1m",
    ],
)
def test_terminal_escapes_are_removed_completely(sequence: str) -> None:
    assert clean(f"before{sequence}after") == "beforeafter"
    for at in range(1, len(sequence)):
        assert clean(f"before{sequence[:at]}", f"{sequence[at:]}after") == "beforeafter"


@pytest.mark.parametrize("escape", ["\x1b[K", "\x9b0m", "\x1b]0;title\x07", "\x1b7"])
def test_an_escape_between_cr_and_lf_leaves_one_line_end(escape: str) -> None:
    """Progress bars go back, clear the line and go on."""
    text = f"done\r{escape}\nnext\r{escape}"
    assert clean(text) == "done\nnext\n"
    for at in range(1, len(text)):
        assert clean(text[:at], text[at:]) == "done\nnext\n"


CONTROLS = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, 0xFEFF)]
ESCAPES = [
    "\x1b[K",
    "\x1b[1;31m",
    "\x1b]0;t\x07",
    "\x1b]8;;u\x1b\\",
    "\x1b(B",
    "\x9b2J",
    "\x1bP1\x1b",
]


@settings(max_examples=examples(500))
@given(texts(CONTROLS, ESCAPES, ["\r\n", "a", "[", "m", "é"], min_parts=5), cuts(1, 6))
def test_the_result_does_not_depend_on_where_pieces_end(text: str, cut: Cuts) -> None:
    assert clean(*cut.pieces(text)) == clean(text)


def test_an_unfinished_escape_removes_no_text() -> None:
    assert clean("a\x1b]title without end\nnext line\n") == "a\u241b]title without end\nnext line\n"
    assert clean("the end\x1b") == "the end\u241b"


def test_control_characters_are_shown() -> None:
    assert clean("\0\x01\x07\x0b\x1f\x7f") == "␀␁␇␋␟␡"
    assert clean("tab\tfeed\f") == "tab\tfeed\f"


def styled(line: str) -> tuple[str, str]:
    result = overstruck(line)
    return str(result), result.styles if isinstance(result, StyledLine) else PLAIN * len(result)


def test_overstrikes_of_nroff_become_bold_and_underlined() -> None:
    assert styled("N\bNA\bAME x") == ("NAME x", "bb----")
    assert styled("_\bl_\bs -l") == ("ls -l", "uu---")
    assert styled("l\b_s") == ("ls", "u-")
    assert styled("_\bx\bx") == ("x", "+")
    assert styled("_\b_") == ("_", "b")
    assert styled("漢\b漢") == ("漢", "b")
    assert styled("+\bo item") == ("\u2022 item", "------")


def test_other_backspaces_are_shown_without_losing_text() -> None:
    assert styled("a\bb") == ("a␈b", "---")
    assert styled("\bx\b") == ("␈x␈", "---")


@given(texts(STRUCK, ["a", "b", "_", "\b"]))
def test_an_overstruck_line_has_a_style_for_every_character(line: str) -> None:
    text, styles = styled(line)
    assert len(styles) == len(text)
    assert "\b" not in text


def test_a_line_is_equal_to_one_with_the_same_text_and_styles_only() -> None:
    assert overstruck("a\bab") == overstruck("a\ba" + "b") != overstruck("ab\bb")
    assert overstruck("a\ba") != "a" == overstruck("a")
    assert overstruck("a\ba") != "a"
