import codecs
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.converter.reading.decoding import Decoding
from chalicelib.converter.report import Basis
from tests.converter.reading.decoded import FRENCH, GUESSED, JAPANESE, KOREAN, RUSSIAN, read
from tests.converter.texts import texts


@pytest.mark.parametrize(("codec", "text"), GUESSED, ids=[codec for codec, _ in GUESSED])
def test_text_in_an_undeclared_legacy_encoding_is_read(codec: str, text: str) -> None:
    text = (text + "\n") * 8
    got, decoding = read(text.encode(codec))
    assert got == text
    assert decoding.encoding.basis is Basis.GUESSED
    assert decoding.replaced == 0


@pytest.mark.parametrize(
    ("mark", "codec"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_a_byte_order_mark_decides_and_is_not_shown(mark: bytes, codec: str) -> None:
    got, decoding = read(mark + JAPANESE.encode(codec))
    assert got == JAPANESE
    assert (decoding.encoding.name, decoding.encoding.basis) == (codec, Basis.CERTAIN)


@pytest.mark.parametrize(("codec", "text"), GUESSED[:20], ids=[codec for codec, _ in GUESSED[:20]])
def test_a_declared_charset_decides_if_the_bytes_fit(codec: str, text: str) -> None:
    got, decoding = read(text.encode(codec), codec.upper())
    assert got == text
    assert decoding.encoding.basis is Basis.DECLARED


@pytest.mark.parametrize(
    "declared",
    ["utf-8", "ascii", "no-such-charset", "hex", "rot13", "idna", "utf-16", "", " ", "a\0b"],
)
def test_a_declared_charset_that_does_not_fit_is_ignored(declared: str) -> None:
    text = RUSSIAN * 8
    got, decoding = read(text.encode("koi8-r"), declared)
    assert got == text
    assert decoding.encoding.basis is Basis.GUESSED


@pytest.mark.parametrize("declared", ["ascii", "US-ASCII"])
def test_ascii_that_was_declared_may_go_on_in_a_superset_of_it(declared: str) -> None:
    text = "plain\n" * 2000 + "Größe\n"
    got, decoding = read(text.encode(), declared, block=4096)
    assert got == text
    assert decoding.replaced == 0


def test_ascii_in_a_declared_superset_may_go_on_in_that() -> None:
    text = "camelCase\n" * 2000 + "© 2026\n"
    got, decoding = read(text.encode("koi8-r"), "koi8-r")
    assert got == text
    assert decoding.encoding.basis is Basis.DECLARED


def test_a_declared_charset_that_is_not_known_says_nothing_of_damaged_utf8() -> None:
    source = RUSSIAN.encode() + b" \xe9"
    assert read(source, "no-such-charset")[1].encoding.basis is Basis.GUESSED
    assert read(source, "UTF8")[1].encoding.basis is Basis.DECLARED


def test_text_that_stops_being_ascii_late_is_still_recognised() -> None:
    text = "plain ascii\n" * 5000 + RUSSIAN * 20
    for codec in ("utf-8", "cp1251"):
        got, decoding = read(text.encode(codec))
        assert got == text
        assert decoding.encoding.name == codec


def test_a_character_at_the_end_of_a_block_is_judged_with_the_next_block() -> None:
    source = b"x" * 4095 + (FRENCH * 4).encode("cp1252").replace(b"T", b"\xe9")
    got, decoding = read(source)
    assert got == source.decode("cp1252")
    assert decoding.replaced == 0


def test_a_character_that_the_sample_cuts_in_two_does_not_damage_utf8() -> None:
    text = "plain ascii\n" + "a" * 8179 + "\nx" + "é" * 5000
    got, decoding = read(text.encode(), block=4096)
    assert got == text
    assert decoding.encoding.basis is Basis.CERTAIN


def test_the_last_line_may_be_the_first_that_is_not_ascii() -> None:
    text = "plain ascii\n" * 20 + "café"
    for codec in ("utf-8", "cp1252"):
        assert read(text.encode(codec), block=64)[0] == text


def test_iso_2022_is_recognised_wherever_it_begins() -> None:
    text = "plain ascii\n" * 10_000 + JAPANESE
    got, decoding = read(text.encode("iso2022_jp"), block=256 * 1024)
    assert got == text
    assert decoding.encoding.name.startswith("iso2022_jp")


@pytest.mark.parametrize("times", [1, 1000])
def test_an_escape_that_switches_to_nothing_leaves_ascii_as_it_is(times: int) -> None:
    source = b"price \x1b$5\n" * times
    assert read(source)[1].encoding.basis is Basis.CERTAIN
    text, decoding = read(source + "Größe\n".encode())
    assert text.endswith("$5\nGröße\n")
    assert decoding.encoding.name == "utf-8"


def test_bytes_that_a_charset_lacks_are_replaced_and_counted() -> None:
    text = KOREAN * 8
    source = text.encode("euc-kr") + b"\xff " + text.encode("euc-kr") + b"\xff"
    got, decoding = read(source, "euc-kr", block=64)
    assert got == f"{text}\ufffd {text}\ufffd"
    assert (decoding.repaired, decoding.replaced) == (0, 2)


def test_stray_bytes_in_utf8_are_decoded_as_windows_1252_and_counted() -> None:
    head = RUSSIAN * 200
    got, decoding = read(head.encode("utf-8") + b" \xe9t\xe9 then more\n" + b"tail " * 5000)
    assert got.startswith(head)
    assert got[len(head) :].replace("tail ", "") == " été then more\n"
    assert (decoding.repaired, decoding.replaced) == (2, 0)


def test_a_replacement_character_in_the_text_is_not_counted() -> None:
    got, decoding = read("known \ufffd unknown".encode())
    assert got == "known \ufffd unknown"
    assert decoding.replaced == 0


def test_damaged_utf8_is_decoded_as_utf8() -> None:
    source = (RUSSIAN * 20).encode()
    got, decoding = read(source[:500] + b"\xff" + source[500:-3])
    assert decoding.encoding.name == "utf-8"
    assert decoding.repaired == 1
    assert decoding.replaced == 1
    assert got.count("\ufffd") == 1


def test_a_stray_nul_does_not_make_a_text_utf16() -> None:
    for text in ("a\0b", "ab\0c", "one line\n\0\0\0another\n"):
        assert read(text.encode())[0] == text


def test_an_empty_file_is_plain_text() -> None:
    got, decoding = read(b"")
    assert got == ""
    assert decoding.encoding.basis is Basis.CERTAIN


class Dripping(io.BytesIO):
    """Returns at most as many bytes from each read as `sizes` says."""

    def __init__(self, source: bytes, sizes: Iterator[int]) -> None:
        super().__init__(source)
        self._sizes = sizes

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(size or 1, next(self._sizes)))


@given(texts(st.text(max_size=8)), st.lists(st.integers(1, 40), min_size=1), st.integers(1, 64))
def test_the_result_does_not_depend_on_reads_or_blocks(
    text: str, sizes: list[int], block: int
) -> None:
    def cycle() -> Iterator[int]:
        while True:
            yield from sizes

    source = codecs.BOM_UTF8 + text.encode("utf-8", "ignore")
    expected = source.decode("utf-8-sig")
    assert "".join(Decoding(Dripping(source, cycle()), None, (), max(block, 8))) == expected


def test_every_sample_file_in_another_language_is_decoded_without_loss() -> None:
    folder = Path(__file__).parents[3] / "data" / "languages"
    if not folder.is_dir():
        pytest.skip("data/languages is not there")
    for path in sorted(folder.glob("*.txt")):
        assert read(path.read_bytes(), block=256 * 1024)[1].replaced == 0, path.name
