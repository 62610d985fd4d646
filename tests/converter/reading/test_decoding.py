import codecs
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.converter.reading.decoding import Decoding
from chalicelib.converter.report import Basis, Step
from chalicelib.errors import NotText
from tests.converter.texts import texts

RUSSIAN = "Все люди рождаются свободными и равными в своём достоинстве и правах. Они наделены. "
GREEK = "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα. "
JAPANESE = "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。"
CHINESE = "人人生而自由,在尊严和权利上一律平等。他们赋有理性和良心,并应以兄弟关系的精神相对待。"
TAIWANESE = "人人生而自由,在尊嚴和權利上一律平等。他們賦有理性和良心,並應以兄弟關係的精神相對待。"
KOREAN = "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다. "
FRENCH = "Tous les êtres humains naissent libres et égaux en dignité et en droits. L'été, à Noël. "
POLISH = "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw. "
HEBREW = "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם. כולם חוננו בתבונה ובמצפון. "
ARABIC = "يولد جميع الناس أحرارا متساوين في الكرامة والحقوق وقد وهبوا عقلا وضميرا. "
THAI = "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ "
UKRAINIAN = "Всі люди народжуються вільними і рівними у своїй гідності та правах. Їхній ґанок. "
TURKISH = "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar. Akıl ve vicdana. "

GUESSED = [
    ("cp1251", RUSSIAN),
    ("koi8-r", RUSSIAN),
    ("cp866", RUSSIAN),
    ("koi8-u", UKRAINIAN),
    ("cp1253", GREEK),
    ("iso8859-7", GREEK),
    ("shift_jis", JAPANESE),
    ("euc-jp", JAPANESE),
    ("iso2022_jp", JAPANESE),
    ("gb18030", CHINESE),
    ("gbk", CHINESE),
    ("big5", TAIWANESE),
    ("euc-kr", KOREAN),
    ("cp1252", FRENCH),
    ("iso8859-1", FRENCH),
    ("cp1250", POLISH),
    ("iso8859-2", POLISH),
    ("cp1255", HEBREW),
    ("cp1256", ARABIC),
    ("cp874", THAI),
    ("cp1254", TURKISH),
    ("utf-16-le", FRENCH),
    ("utf-16-be", JAPANESE + "\n"),
    ("utf-32-le", RUSSIAN),
    ("utf-32-be", KOREAN),
]


def read(
    source: bytes, declared: str | None = None, block: int = 4096, likely: Sequence[str] = ()
) -> tuple[str, Decoding]:
    decoding = Decoding(io.BytesIO(source), declared, likely, block)
    return "".join(decoding), decoding


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


BINARY = [
    (b"PK\x03\x04\x14\x00\x06\x00" + bytes(60), "ZIP"),
    (b"%PDF-1.7\n1 0 obj\n", "PDF"),
    (b"\x7fELF\x02\x01\x01" + bytes(57), "Linux program"),
    (b"MZ\x90\x00\x03" + bytes(59), "Windows program"),
    (b"\x89PNG\r\n\x1a\n" + bytes(50), "image"),
    (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(50), "image"),
    (b"GIF89a\x01\x00\x01\x00\x00" + bytes(30), "image"),
    (b"\x1f\x8b\x08\x00\x00\x00\x00\x00" + bytes(range(256)), "gzip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "Office"),
    (b"SQLite format 3\0" + bytes(100), "SQLite"),
    (b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(90), "7-Zip"),
    (b"{\\rtf1\\ansi hello}", "RTF"),
    (b"notes.txt".ljust(257, b"\0") + b"ustar\x0000" + bytes(200), "tar"),
    (b"notes.txt".ljust(100, b"\0") + b"000644 \0" * 3 + b"00000000017 " + bytes(400), "tar"),
    (bytes(1000), "nothing but NUL"),
    (bytes(600_000), "nothing but NUL"),
    (bytes(range(9)) * 20, "control characters that no text has"),
    (bytes(4096) + bytes(range(9)) * 20, "control characters that no text has"),
    (bytes(4096) + b"\x89PNG\r\n\x1a\n" + bytes(50), "image"),
    (b"TZif2" + bytes(15) + bytes(range(1, 20)) * 9 + b"\nUTC0\n", "control characters"),
]


@pytest.mark.parametrize(("source", "kind"), BINARY, ids=[kind for _, kind in BINARY])
@pytest.mark.parametrize("declared", [None, "utf-8", "iso-8859-1"])
def test_a_binary_file_is_rejected_with_its_kind(
    source: bytes, kind: str, declared: str | None
) -> None:
    if declared and b"\0" not in source:
        pytest.skip("declared as text, and nothing in it says otherwise")
    with pytest.raises(NotText, match=kind):
        read(source, declared)


@pytest.mark.parametrize("size", [1000, 5000, 400_000])
@pytest.mark.parametrize("seed", range(5))
def test_encrypted_or_compressed_data_without_a_signature_is_rejected(size: int, seed: int) -> None:
    data = Random(seed).randbytes(size)  # noqa: S311 - the same inputs in every run
    with pytest.raises(NotText, match="may be encrypted or compressed"):
        read(data)


def test_text_with_a_few_kinds_of_controls_is_text() -> None:
    """Symbols of DOS, frames of serial lines, separators of fields and records."""
    text = (
        "\x01Größe\x02 und Länge\x03\x04 für die Tür\x05\x06\x1c\x1d\x1e\x1f und für alle\x10\x11\n"
    )
    for encoding in ("cp850", "cp1252", "utf-8"):
        assert "\x1e" in read((text * 50).encode(encoding))[0]
    every = "".join(map(chr, range(32))) + "für alle ist das ein Text mit vielen Zeichen darin. "
    assert read((every * 20).encode())[0] == every * 20


@pytest.mark.parametrize(
    "start", ["BM", "MZ", "PK", "GIF8", "%!PS", "RIFF", "%PDF is a format", "ID3"]
)
def test_text_that_begins_like_a_binary_file_is_text(start: str) -> None:
    text = start + " für die Größe der Tür, über Äpfel und schöne Straßen\n"
    assert read(text.encode())[0] == text
    assert read((text * 20).encode("cp1252"))[0] == text * 20


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
