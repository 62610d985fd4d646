import pytest
from hypothesis import given, settings

from chalicelib.converter.options import Options
from chalicelib.converter.reading.asa import CarriageControl, Recogniser
from chalicelib.converter.reading.cleaning import CleanText
from tests.converter.converted import made
from tests.converter.texts import Cuts, cuts, texts

REPORT = (
    "1MONTHLY REPORT      PAGE 1\n0ACCOUNT     AMOUNT\n 10001        12.50\n+_____\n"
    "-TOTAL        12.50\n1MONTHLY REPORT      PAGE 2\n 10002        99.00\n"
)


def obeyed(*pieces: str) -> str:
    control = CarriageControl()
    found = [control.feed(CleanText(piece, frozenset())) for piece in pieces]
    found.append(control.feed(CleanText("", frozenset()), last=True))
    return "".join(one.text for one in found)


def test_carriage_control_moves_the_paper_and_is_not_printed() -> None:
    assert obeyed(REPORT) == (
        "MONTHLY REPORT      PAGE 1\n\nACCOUNT     AMOUNT\n"
        "_\b1_\b0_\b0_\b0_\b1        12.50\n\n\nTOTAL        12.50\f"
        "MONTHLY REPORT      PAGE 2\n10002        99.00\n"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        (" a", "a\n"),
        ("0a\n", "\na\n"),
        ("1a\n1b", "a\fb\n"),
        ("+a\n", "a\n"),
        (" a\n+ b\n+  c\n", "abc\n"),
        (" a\n+b\n", "a\bb\n"),
        (" a\n\n b\n", "a\n\nb\n"),
        (" a\nno control\n", "a\nno control\n"),
    ],
)
def test_every_control_is_obeyed(text: str, expected: str) -> None:
    assert obeyed(text) == expected


LINES = ["1a\n", "0b\n", " c\n", "+_\n", "-d\n", "\n", "a", " ", "+"]


@settings(max_examples=300)
@given(texts(LINES, min_parts=2, max_parts=20), cuts(1, 6))
def test_where_pieces_end_changes_nothing(text: str, cut: Cuts) -> None:
    assert obeyed(*cut.pieces(text)) == obeyed(text)


def test_a_line_that_is_too_long_to_be_kept_is_printed_whole() -> None:
    assert obeyed("1" + "x" * 70_000, "y" * 70_000 + "\n z\n") == (
        "x" * 70_000 + "y" * 70_000 + "\nz\n"
    )


def recognised(*pieces: str) -> bool:
    recogniser = Recogniser()
    for piece in pieces:
        recogniser.see(piece)
    return recogniser.is_recognised


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (REPORT, True),
        ("1A\n B\n\n C\n", True),
        (REPORT + "x\n", False),
        ("x\n" + REPORT, False),
        (" indented\n lines\n", False),
        ("1\n0\n1\n", False),
        ("  1\n 12\n100\n", False),
        ("", False),
    ],
)
def test_carriage_control_is_recognised_if_every_line_has_it(text: str, expected: bool) -> None:
    assert recognised(text) is expected
    assert recognised(*text) is expected


def test_carriage_control_that_is_not_asked_for_is_printed_with_a_warning() -> None:
    document = made(REPORT)
    assert [one.code for one in document.report.warnings] == ["carriage-control"]
    assert "pdf-carriage-control" in document.report.warnings[0].message
    assert "1MONTHLY" in document.letters.replace(" ", "")
    assert document.report.pages == 1


def test_carriage_control_that_is_asked_for_is_obeyed_without_one() -> None:
    document = made(REPORT, options=Options.parse({"pdf-carriage-control": "ASA"}))
    assert document.report.warnings == ()
    assert document.report.pages == 2
    assert "1MONTHLY" not in document.letters.replace(" ", "")
