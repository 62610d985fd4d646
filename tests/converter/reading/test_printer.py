import pytest
from hypothesis import given, settings

from chalicelib.converter.reading.cleaning import Cleaner
from chalicelib.converter.reading.overstrikes import overstruck
from chalicelib.converter.styles.styled_line import PLAIN, StyledLine
from tests.converter.texts import Cuts, cuts, texts


def clean(*pieces: str) -> str:
    cleaner = Cleaner()
    text = "".join(cleaner.clean(piece, last=False).text for piece in pieces)
    return text + cleaner.clean("", last=True).text


def styled(text: str) -> tuple[str, str]:
    line = overstruck(clean(text))
    return str(line), line.styles if isinstance(line, StyledLine) else PLAIN * len(line)


PCL = [
    "\x1bE",
    "\x1b&l1O",
    "\x1b&l6d66P",
    "\x1b&l1o5.4C",
    "\x1b&k2G",
    "\x1b&a10L",
    "\x1b&a+5R",
    "\x1b(8U",
    "\x1b(0N",
    "\x1b(s0p16.67h8.5v0s0b0T",
    "\x1b)s3B",
    "\x1b*p300x400Y",
    "\x1b*t300R",
    "\x1b%0A",
    "\x1b%-12345X",
    "\x1b9",
    "\x1b=",
]
TEXT = ["\x1b&d0D", "\x1b&d@", "a", "1", "\n", "@PJL x\n"]
ESCP = [
    "\x1b@",
    "\x1bx1",
    "\x1bx\x01",
    "\x1bW1",
    "\x1bS0",
    "\x1bC\x0b",
    "\x1b3\x18",
    "\x1bk\x02",
    "\x1bM",
    "\x1b2",
    "\x1bl\x08",
    "\x1b!\x08",
]


@pytest.mark.parametrize("sequence", PCL + ESCP)
def test_a_printers_sequence_is_left_out_as_a_whole(sequence: str) -> None:
    assert clean(f"before{sequence}after\n") == "beforeafter\n"
    for at in range(1, len(sequence)):
        assert clean(f"before{sequence[:at]}", f"{sequence[at:]}after\n") == "beforeafter\n"


@pytest.mark.parametrize(
    "sequence", ["\x1bCB", "\x1b3$", "\x1bQP", "\x1bF", "\x0f", "\x12", "\x0e"]
)
def test_after_a_reset_any_argument_of_esc_p_is_left_out(sequence: str) -> None:
    assert clean(f"\x1b@before{sequence}after\n") == "beforeafter\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b&d0Dtwo words\x1b&d@ x", ("two words x", "uuuuuuuuu--")),
        ("\x1b-1ab\x1b-0c", ("abc", "uu-")),
        ("\x1b-\x01ab\x1b-\x00c", ("abc", "uu-")),
        ("\x1b(s3Bab\x1b(s0Bc", ("abc", "bb-")),
        ("\x1b@a\x1bEb\x1bFc", ("abc", "-b-")),
        ("\x1b@\x1b-1\x1bGb\x1bH\x1b-0c", ("bc", "+-")),
    ],
)
def test_underlining_and_bold_are_obeyed(text: str, expected: tuple[str, str]) -> None:
    assert styled(text) == expected


def test_underlining_goes_on_until_it_is_switched_off() -> None:
    assert clean("\x1b&d0Da\n", "b\n", "\x1b&d@c\n") == "_\ba\n_\bb\nc\n"


def test_job_control_is_left_out() -> None:
    job = "\x1b%-12345X@PJL SET RESOLUTION=600\r\n@PJL ENTER LANGUAGE=PCL\r\n"
    assert clean(job + "\x1bEtext\n\x1b%-12345X") == "text\n"
    assert clean(*[job[: len(job) // 2], job[len(job) // 2 :], "text\n@PJL\n"]) == "text\n@PJL\n"


@pytest.mark.parametrize("text", ["\x1b(0lqk\x1b(B text", "\x1b[1mbold\x1b[0m", "\x1b)0x"])
def test_sequences_of_terminals_stay_those_of_terminals(text: str) -> None:
    assert clean(text) in {"lqk text", "bold", "x"}


@settings(max_examples=400)
@given(
    texts(
        PCL, ESCP, ["\x1b&d0D", "\x1b&d@", "a", "1", "\n", "@PJL x\n"], min_parts=3, max_parts=20
    ),
    cuts(1, 6),
)
def test_where_pieces_end_changes_nothing(text: str, cut: Cuts) -> None:
    assert clean(*cut.pieces(text)) == clean(text)
