"""Texts whose parts are in different encodings: each is read as what it is."""

import codecs
import io

import pytest

from chalicelib.converter.reading.decoding import Decoding
from chalicelib.converter.report import Basis, Step

LOG = "".join(f"2026-01-31 08:00:{n:02} started job {n} of user alice\r\n" for n in range(40))
ENGLISH = "".join(f"power shell line {n}: done\r\n" for n in range(40))
GERMAN = "".join(f"Zeile {n}: Größe geändert, früher 5 m²\r\n" for n in range(40))
RUSSIAN = "".join(f"Строка {n}: все люди рождаются свободными\r\n" for n in range(40))
CHINESE = "".join(f"第{n}行：人人生而自由，在尊严和权利上一律平等。\r\n" for n in range(40))
WITHOUT_NULS = "人人生而自由" * 100
ORDERS = ["utf-16-le", "utf-16-be"]
MARKS = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
BLOCKS = [61, 64, 4096, 256 * 1024]


def read(source: bytes, block: int = 4096) -> str:
    decoding = Decoding(io.BytesIO(source), block=block)
    text = "".join(decoding)
    assert decoding.replaced == 0
    return text


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("text", [ENGLISH, GERMAN, RUSSIAN, CHINESE, WITHOUT_NULS])
def test_utf16_with_a_mark_after_ascii(text: str, order: str, block: int) -> None:
    source = LOG.encode() + MARKS[order] + text.encode(order)
    assert read(source, block) == LOG + text


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("text", [ENGLISH, GERMAN, RUSSIAN])
@pytest.mark.parametrize("before", [LOG, LOG.replace("\r", ""), "a\r\n", "status: ok\r\n"])
def test_utf16_without_a_mark_after_ascii(before: str, text: str, order: str, block: int) -> None:
    assert read(before.encode() + text.encode(order), block) == before + text


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("text", [ENGLISH, GERMAN, RUSSIAN, CHINESE])
@pytest.mark.parametrize("mark", [True, False])
@pytest.mark.parametrize("after", [LOG, "done and finished\n"])
def test_ascii_after_utf16(mark: bool, text: str, order: str, block: int, after: str) -> None:
    source = (MARKS[order] if mark else b"") + text.encode(order) + after.encode()
    assert read(source, block) == text + after


@pytest.mark.parametrize("block", BLOCKS)
def test_parts_that_follow_one_another(block: int) -> None:
    orders = ["utf-8", "utf-16-le", "utf-8", "utf-16-be", "utf-8"]
    texts = [LOG, GERMAN, LOG, ENGLISH, LOG]
    source = b"".join(text.encode(order) for text, order in zip(texts, orders, strict=True))
    assert read(source, block) == "".join(texts)


@pytest.mark.parametrize(("charset", "text"), [("utf-8", RUSSIAN), ("cp1252", GERMAN)])
@pytest.mark.parametrize("order", ORDERS)
def test_utf16_within_text_that_is_not_ascii(charset: str, text: str, order: str) -> None:
    source = text.encode(charset) + MARKS[order] + ENGLISH.encode(order) + text.encode(charset)
    assert read(source) == text + ENGLISH + text


@pytest.mark.parametrize("order", ORDERS)
def test_other_text_than_ascii_after_utf16(order: str) -> None:
    for text in (GERMAN, "Zeile: Größe\r\n"):
        source = MARKS[order] + ENGLISH.encode(order) + text.encode("cp1252")
        assert read(source) == ENGLISH + text


@pytest.mark.parametrize("block", [64, 4096])
@pytest.mark.parametrize("name", ["garcía", "müller", "smith"])
@pytest.mark.parametrize("charset", ["utf-8", "cp1252"])
def test_nuls_that_end_fields_stay_nuls(charset: str, name: str, block: int) -> None:
    text = f"{name}\0 12 main street\0a\0berlin\0\0x\n" * 30
    assert read(text.encode(charset), block) == text


@pytest.mark.parametrize("text", [CHINESE, "すべての人間は、生まれながらにして自由であり\r\n" * 60])
@pytest.mark.parametrize("order", ORDERS)
def test_east_asian_characters_are_not_mistaken_for_ascii(text: str, order: str) -> None:
    assert read(MARKS[order] + text.encode(order)) == text


@pytest.mark.parametrize(
    ("source", "name", "basis", "step"),
    [
        (LOG.encode() + ENGLISH.encode("utf-16-le"), "ascii+utf-16-le", Basis.GUESSED, Step.NULS),
        (
            codecs.BOM_UTF16_BE + ENGLISH.encode("utf-16-be") + LOG.encode(),
            "utf-16-be+ascii",
            Basis.CERTAIN,
            Step.ASCII,
        ),
        (
            GERMAN.encode("cp1252") + codecs.BOM_UTF16_LE + GERMAN.encode("utf-16-le"),
            "cp1252+utf-16-le",
            Basis.GUESSED,
            Step.PLACES,
        ),
        (GERMAN.encode() + GERMAN.encode("utf-16-le"), "utf-8+utf-16-le", Basis.GUESSED, Step.NULS),
    ],
)
def test_the_encodings_of_all_parts_are_named_and_what_decided_the_first_guess(
    source: bytes, name: str, basis: Basis, step: Step
) -> None:
    decoding = Decoding(io.BytesIO(source))
    assert "Zeile" in (text := "".join(decoding)) or "shell" in text
    encoding = decoding.encoding
    assert (encoding.name, encoding.basis, encoding.step) == (name, basis, step)
    assert encoding.readings == ()


@pytest.mark.parametrize("block", [64, 100, 4096])
def test_surrogate_pairs_in_utf8_are_decoded_as_one_character(block: int) -> None:
    text = "smile 😀 and 🎉, naïve\n" * 40
    source = text.encode("utf-16", "surrogatepass").decode("utf-16")
    halves = "".join(
        c if c < "\U00010000" else "".join(map(chr, _surrogates(c))) for c in source
    ).encode("utf-8", "surrogatepass")
    assert read(halves, block) == text


def test_java_s_two_byte_nul_is_a_nul() -> None:
    assert read("naïve".encode() + b"\xc0\x80" + "café\n".encode()) == "naïve\0café\n"


def _surrogates(character: str) -> tuple[int, int]:
    rest = ord(character) - 0x10000
    return 0xD800 + (rest >> 10), 0xDC00 + (rest & 0x3FF)


@pytest.mark.parametrize("block", [256, 4096, 256 * 1024])
@pytest.mark.parametrize("share", [1, 3, 6])
@pytest.mark.parametrize(("charset", "other"), [("cp1251", RUSSIAN), ("cp1252", GERMAN)])
def test_lines_of_another_charset_in_utf8(charset: str, other: str, share: int, block: int) -> None:
    pairs = zip(RUSSIAN.splitlines(True), other.splitlines(True), strict=True)
    lines = [(a, b) for n, pair in enumerate(pairs) for a, b in [(pair, n % 10 < share)]]
    source = b"".join(a[1].encode(charset) if is_other else a[0].encode() for a, is_other in lines)
    expected = "".join(a[1] if is_other else a[0] for a, is_other in lines)
    assert read(source, block) == expected
