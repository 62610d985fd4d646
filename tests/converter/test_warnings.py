import pytest

from tests.converter.converted import made


@pytest.mark.parametrize(
    ("source", "codes"),
    [
        (b"plain\n", []),
        ("é è à ü – “ok”".encode() + b" \x81 end", ["replaced"]),
        ("é è à ü – “ok”".encode() + b" \xe9t\xe9 end", ["repaired"]),
        (b"a log\n" * 5 + bytes(4096), ["holes"]),
        (b"bell \x07\n" * 3, ["controls-shown"]),
        (b"a\ba bold, _\b\xe2\x98\xba underlined\n", []),
        (b"x\b yz\b\b\n", ["controls-shown"]),
        (b"1PAGE\n line\n", ["carriage-control"]),
        (b"a log of a day without events \x07\n" * 5 + bytes(16), ["holes", "controls-shown"]),
    ],
)
def test_a_report_tells_what_to_look_at(source: bytes, codes: list[str]) -> None:
    warnings = made(source).report.warnings
    assert [one.code for one in warnings] == codes
    assert all(one.message.endswith(".") for one in warnings)


def test_sentences_count() -> None:
    (holes,) = made(b"a log\n" * 5 + bytes(4096)).report.warnings
    assert holes.message.startswith("1 run of NUL bytes (4,096 in all): ")
    (controls,) = made(b"bell \x07\n" * 3).report.warnings
    assert controls.message.startswith("3 control characters ")


@pytest.mark.parametrize("line", ["x\by, ", "\b, ", "\u2408 p\bq, "])
@pytest.mark.parametrize("count", [1, 3, 20_000])
def test_backspaces_that_are_shown_are_counted(line: str, count: int) -> None:
    """A line with 20,000 of them is laid out in pieces."""
    result = made((line * count).encode())
    (controls,) = result.report.warnings
    assert controls.message.split()[0] == f"{count:,}"
    assert result.letters.count("\u2408") == count * (1 + line.count("\u2408"))


def test_the_size_of_the_text_is_reported() -> None:
    assert made(b"12345\n").report.text_size == 6
