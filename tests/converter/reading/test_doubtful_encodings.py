"""Texts whose encoding a few bytes decide, is declared wrongly, or is damaged."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.converter.report import Basis, Step
from tests.converter.reading.decoded import FRENCH, JAPANESE, RUSSIAN, read


@pytest.mark.parametrize("declared", ["iso-8859-1", "windows-1251", "utf-16"])
def test_a_byte_order_mark_precedes_a_declared_charset(declared: str) -> None:
    text, decoding = read(codecs.BOM_UTF8 + "Größe: 5 €\n".encode(), declared)
    assert text == "Größe: 5 €\n"
    assert decoding.encoding.name == "utf-8"
    assert decoding.encoding.basis is Basis.CERTAIN


@pytest.mark.parametrize("lines", [1, 60])
@pytest.mark.parametrize(
    "line",
    [
        "TEMPERATURE 20°C",
        "Coffee, 250 g   € 4.99",
        "width 12 µm ±1",
        "© 2026 Example Ltd. – all rights reserved",
        "ACCOUNT HOLDER: JOSÉ GARCIA, BRANCH 12",
        "the cat’s bowl and the dog’s lead",
        "He said “no” and left",
        "PAID BY NÚÑEZ ON TIME AND IN FULL",
        "Chapter “One” – it’s about ‘two’… or «three» things • 4 € for Acme™ boxes",
    ],
)
def test_ascii_with_few_symbols_or_one_name_is_windows_1252(line: str, lines: int) -> None:
    expected = (line + "\n") * lines
    text, decoding = read(expected.encode("cp1252"))
    assert text == expected
    assert decoding.encoding.name == "cp1252"
    assert decoding.encoding.basis is Basis.GUESSED


@pytest.mark.parametrize("declared", ["iso-8859-1", "windows-1252", "windows-1251", "koi8-r"])
@pytest.mark.parametrize("text", ["Größe", "café", "forêt", "naïve – 5 €", "Все её"])
def test_utf8_declared_as_a_one_byte_charset_is_utf8(text: str, declared: str) -> None:
    got, decoding = read(text.encode(), declared)
    assert got == text
    assert (decoding.encoding.name, decoding.encoding.basis) == ("utf-8", Basis.CERTAIN)


@pytest.mark.parametrize(
    ("charset", "text"),
    [("koi8-r", "Все её"), ("koi8-r", "её"), ("iso8859-1", "Größe café"), ("cp1251", "Её дом")],
)
def test_text_in_the_one_byte_charset_that_was_declared_is_read_in_it(
    charset: str, text: str
) -> None:
    got, decoding = read(text.encode(charset), charset)
    assert got == text
    assert decoding.encoding.basis is Basis.DECLARED


@pytest.mark.parametrize("declared", [None, "utf-8"])
def test_a_log_in_utf8_with_one_line_in_windows_1252_is_utf8(declared: str | None) -> None:
    source = "GET /café 200\nGET /naïve 200\n".encode() + "GET /café 404\n".encode("cp1252")
    got, decoding = read(source, declared)
    assert got == "GET /café 200\nGET /naïve 200\nGET /café 404\n"
    assert (decoding.repaired, decoding.replaced) == (1, 0)
    assert decoding.encoding.basis is (Basis.DECLARED if declared else Basis.GUESSED)


def test_a_character_cut_in_two_at_either_end_of_utf8_is_marked() -> None:
    source = "5 € each\nIt’s fine, the café is open, 7 €".encode()
    got, decoding = read(source[3:-1])
    assert got == "\ufffd each\nIt’s fine, the café is open, 7 \ufffd"
    assert (decoding.repaired, decoding.replaced) == (0, 2)


def test_bytes_that_windows_1252_lacks_are_replaced_not_repaired() -> None:
    got, decoding = read("é è à ü – “ok”".encode() + b" \x81 \x9d end")
    assert got == "é è à ü – “ok” \ufffd \ufffd end"
    assert (decoding.repaired, decoding.replaced) == (0, 2)


@given(st.lists(st.sampled_from("aé€😀\n "), max_size=200), st.integers(8, 64))
def test_damaged_utf8_does_not_depend_on_where_blocks_end(letters: list[str], block: int) -> None:
    source = ("naïve café – 5 € " * 8 + "".join(letters)).encode()
    damaged = source[:-1] + b" \xe9t\xe9 \xe2\x80" + source[-1:] + b" end"
    whole, expected = read(codecs.BOM_UTF8 + damaged)
    got, decoding = read(codecs.BOM_UTF8 + damaged, block=block)
    assert got == whole
    assert (decoding.repaired, decoding.replaced) == (expected.repaired, expected.replaced)


@pytest.mark.parametrize(
    ("charset", "line"),
    [
        ("cp850", "Jörg hat 3 Brüder"),
        ("cp850", "un café et un thé"),
        ("cp850", "LIST OF FRANÇOIS AND MUÑOZ"),
        ("cp850", "Größe: 10 m²; Straße; été; niño; ÄÖÜ; français; là"),
        ("mac-roman", "He said \u201cno\u201d and left"),
        ("mac-roman", "die Würde des Menschen"),
    ],
)
def test_letters_that_make_no_sense_in_windows_1252_are_in_another_charset(
    charset: str, line: str
) -> None:
    assert read((line + "\n").encode(charset))[0] == line + "\n"


@pytest.mark.parametrize("end", ["\n", "\x85"])
def test_text_of_a_mainframe_is_read_as_ebcdic(end: str) -> None:
    text = f"MONTHLY REPORT   PAGE 1{end}ACCOUNT 00417   BALANCE 1,204.50{end}" * 4
    got, decoding = read(text.encode("cp037"))
    assert got == text
    assert (decoding.encoding.name, decoding.encoding.basis) == ("cp037", Basis.GUESSED)


def test_utf8_that_was_declared_is_believed_with_as_many_stray_bytes() -> None:
    got, decoding = read("café ".encode() + b"\xe9t cetera", "utf-8")
    assert got == "café ét cetera"
    assert (decoding.encoding.basis, decoding.repaired) == (Basis.DECLARED, 1)
    source = ("mot é ".encode() + b"l\xe9a ") * 15
    assert read(source, "utf-8")[0] == "mot é léa " * 15
    assert read(source)[1].encoding.name != "utf-8"


def test_one_character_of_utf8_in_a_text_that_is_cut_is_enough() -> None:
    assert read("5 € each".encode() + b" \xe2\x82")[0] == "5 € each \ufffd"


def test_at_signs_are_no_blanks_of_ebcdic() -> None:
    assert read(b"user@example.org @@@@ " + b"@" * 100 + b" caf\xe9")[0].endswith("@ café")


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("cp850", "PAID BY GARCÍA ON TIME"),
        ("cp850", "ZOË PAID 12"),
        ("mac-roman", "Número 5, página 3, año 2026"),
        ("iso8859-15", "Price: 4 € each"),
        ("cp1250", "Paweł i Łukasz"),
        ("cp273", "DIES IST EIN BERICHT\x85KONTO 00417\x85SUMME 12.50\x85"),
    ],
)
def test_a_stages_list_of_charsets_decides_what_bytes_alone_do_not(charset: str, text: str) -> None:
    got, decoding = read(text.encode(charset), likely=[charset])
    assert got == text
    assert (decoding.encoding.name, decoding.encoding.basis) == (charset, Basis.GUESSED)


def test_it_decides_where_a_text_stops_being_ascii() -> None:
    text = "PLAIN\n" * 2000 + "GARCÍA\n"
    got, decoding = read(text.encode("cp850"), likely=["cp850"])
    assert got == text
    assert decoding.encoding.step is Step.SETTING


@pytest.mark.parametrize("likely", ["cp850", "cp273", "cp1251"])
@pytest.mark.parametrize(
    "source",
    [
        "TEMPERATURE 20°C".encode("cp1252"),
        "größer, naïve café".encode(),
        b"plain",
        (RUSSIAN * 5).encode("koi8-r"),
        (FRENCH * 5).encode("cp1252"),
        (JAPANESE * 5).encode("shift_jis"),
    ],
)
def test_it_does_not_decide_what_bytes_tell(source: bytes, likely: str) -> None:
    assert read(source, likely=[likely])[0] == read(source)[0]


def test_a_text_of_two_encodings_that_looks_like_a_third_is_read() -> None:
    mixed = (
        b"i nhau trong ti\xcc\x80nh b\xc4\x83\xcc\x80n\xffh\xc6\xb0\xcc\x83u.\n\x82\xcd\x82\xdc"
        b"\x82\xbe\x96\xb3\x82\xa2\x81B\n\x81@\x82\xc7\x82\xb1\x82\xc5\x90\xb6\xf0\x9f\x91\xa8"
        b"\xe2\x80\x8d\x82\xbd\x82\xa9\x82\xc6\x82\xf1\x82\xc6"
    )
    text, _ = read(mixed)
    assert text.startswith("i nhau trong ti")
