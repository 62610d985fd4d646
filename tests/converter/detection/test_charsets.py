"""Charsets of single bytes: what tells them apart, and when that is doubtful."""

import io
from collections.abc import Sequence

import pytest

from chalicelib.converter.detection import letter_frequencies
from chalicelib.converter.detection.ebcdic import PAGES
from chalicelib.converter.detection.encoding import Encoding, recognise
from chalicelib.converter.reading.decoding import Decoding
from chalicelib.converter.report import Step
from chalicelib.converter.warning import WarningCode, encoding_doubtful

FRENCH = "Où est la forêt ? Là, près de l’église, où les élèves français ont reçu un thé chaud.\n"
GERMAN = "Größere Straßen führen über schöne Brücken, für die Übung gab es früher keine Äpfel.\n"
SPANISH = "El niño comió según él mismo más de lo que está bien, y mañana será más fácil.\n"
DANISH = "Han er født på en ø og går gerne på stranden, når været er sådan, og det er for ham.\n"
SWEDISH = "Att han är född på en ö och går på stranden, när vädret är så här, det vet alla.\n"
ITALIAN = "La città è più bella di quello che si dice, però la libertà non è una virtù di tutti.\n"
POLISH = "Każdy człowiek ma prawo do życia, wolności i nie jest to źle, że są oni równi.\n"
CZECH = "Všichni lidé rodí se svobodní a sobě rovní, že jsou nadáni rozumem a svědomím.\n"
ICELANDIC = "Það er svo á Íslandi og hver maður er frjáls, en þeim ber að breyta öðrum eins.\n"

WRITTEN = [
    ("cp1252", FRENCH),
    ("cp850", FRENCH),
    ("mac_roman", FRENCH),
    ("cp1252", GERMAN),
    ("cp850", GERMAN),
    ("mac_roman", GERMAN),
    ("cp1252", SPANISH),
    ("cp850", SPANISH),
    ("mac_roman", SPANISH),
    ("cp1250", POLISH),
    ("cp852", POLISH),
    ("iso8859-2", CZECH),
    ("cp852", CZECH),
    ("cp865", DANISH),
    ("cp861", ICELANDIC),
]
PAGES_OF = [
    ("cp273", GERMAN),
    ("cp1141", GERMAN),
    ("cp277", DANISH),
    ("cp278", SWEDISH),
    ("cp280", ITALIAN),
    ("cp284", SPANISH),
    ("cp297", FRENCH.replace("’", "'")),
    ("cp500", "It is over! The list [of names] | is here, and that was the end of it!\n"),
    ("cp871", ICELANDIC),
]


def encoding_of(source: bytes, likely: Sequence[str] = ()) -> Encoding:
    return recognise(source, whole=True, likely=likely)


def read(source: bytes) -> str:
    return "".join(Decoding(io.BytesIO(source)))


@pytest.mark.parametrize("times", [1, 5, 60])
@pytest.mark.parametrize(("charset", "text"), WRITTEN)
def test_prose_of_one_or_many_sentences_is_decoded(charset: str, text: str, times: int) -> None:
    text = text.replace("’", "'") if charset.startswith(("cp8", "iso")) else text
    assert read((text * times).encode(charset)) == text * times


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("mac-roman", "anda samvete frihet är handla\n"),
        ("mac-latin2", "jednat sobě jednat svědomím s\n"),
        ("cp850", "sollen Freiheit, und Äpfel un\n"),
        ("mac-latin2", "všechna Jsou do a touto spolu\n"),
        ("cp865", "Alle må på og ånd. De\nmå ånd.\n"),
        ("cp1252", "els drets són iguals, és així\n"),
        ("cp1252", "Han går på stranden när det är\n"),
        ("iso8859-2", "że to nie jest być może się\n"),
    ],
)
def test_a_few_words_are_enough(charset: str, text: str) -> None:
    assert read(text.encode(charset)) == text


@pytest.mark.parametrize("sign", ["20°C", "5 µm", "© 2026", "±1 V", "it’s", "½ full", "Acme™"])
@pytest.mark.parametrize("lines", [1, 20, 300])
def test_the_same_sign_on_every_line_stays_a_sign(sign: str, lines: int) -> None:
    text = f"2026-01-31 08:12 host1 started {sign}\n" * lines
    assert read(text.encode("cp1252")) == text


@pytest.mark.parametrize("name", ["NÚÑEZ", "GARCÍA", "MÜLLER", "ÅSE", "FRANÇOIS"])
def test_a_report_in_capitals_with_one_accented_name_is_in_a_windows_charset(name: str) -> None:
    text = f"CUSTOMER {name}\n" + "4374 BALANCE DUE          8371.00\n" * 20
    assert read(text.encode("cp1252")) == text


def test_boxes_are_in_a_dos_charset() -> None:
    text = "╔═══════╗\n║ Größe ║\n╚═══════╝\n"
    assert read(text.encode("cp850")) == text


@pytest.mark.parametrize("name", sorted(PAGES))
def test_every_code_page_decodes_what_it_encodes(name: str) -> None:
    letters = "ABCXYZ abcxyz 0189 .,()+-"
    assert letters.encode(name).decode(name) == letters
    assert len(set(bytes(range(256)).decode(name))) == 256


@pytest.mark.parametrize(
    ("name", "byte", "character"),
    [
        ("cp277", 0x6A, "ø"),
        ("cp278", 0xC0, "ä"),
        ("cp280", 0x79, "ù"),
        ("cp284", 0x6A, "ñ"),
        ("cp285", 0x5B, "£"),
        ("cp297", 0xC0, "é"),
        ("cp1047", 0xAD, "["),
        ("cp1141", 0x9F, "€"),
        ("cp1142", 0x5A, "€"),
        ("cp1148", 0x9F, "€"),
        ("cp1149", 0x4A, "Þ"),
    ],
)
def test_code_pages_have_ibm_s_characters(name: str, byte: int, character: str) -> None:
    assert bytes([byte]).decode(name) == character


@pytest.mark.parametrize(("page", "text"), PAGES_OF)
def test_code_pages_of_mainframes_are_distinguished(page: str, text: str) -> None:
    text = text * 5 + ("5 €\n" if page == "cp1141" else "")
    assert read(text.encode(page)) == text
    assert encoding_of(text.encode(page)).step is Step.EBCDIC


@pytest.mark.parametrize("page", ["cp037", "cp273", "cp500"])
@pytest.mark.parametrize("end", ["\n", "\x85"])
def test_tables_of_mainframes_may_have_no_blanks(page: str, end: str) -> None:
    text = f"9356;All;1.50;paid{end}6630;one;12.00;open{end}" * 2
    assert read(text.encode(page)) == text
    assert encoding_of(text.encode(page)).step is Step.EBCDIC


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("cp1251", "5%;все;люди;рождаются;свободными;и;равными;100%"),
        ("koi8-r", "5%;все;люди;рождаются;свободными;и;равными;100%"),
        ("cp866", "5%;все;люди;рождаются;свободными;и;равными;100%"),
        (
            "shift_jis",
            "すべての人間は、5%生まれながらにして自由であり、かつ、尊厳と権利とについて100%",
        ),
        ("gb18030", "人人生而自由,在尊严和权利上一律平等。5%他们赋有理性和良心,100%"),
    ],
)
def test_other_tables_without_blanks_are_not_of_mainframes(charset: str, text: str) -> None:
    assert read(text.encode(charset)) == text


@pytest.mark.parametrize(("page", "sign"), [("cp037", "£"), ("cp037", "$"), ("cp1140", "€")])
def test_a_currency_of_a_mainframe_is_beside_numbers(page: str, sign: str) -> None:
    text = f"TOTAL {sign}5.00 AND {sign}12.50\nPAID {sign}3.00\n"
    assert read(text.encode(page)) == text


@pytest.mark.parametrize("length", [80, 120, 132, 133])
def test_fixed_records_of_a_mainframe_become_lines(length: int) -> None:
    lines = [f"ACCOUNT {n:05}   BALANCE {n * 7}.50" for n in range(12)]
    source = "".join(line.ljust(length) for line in lines).encode("cp037")
    assert [line.rstrip() for line in read(source).splitlines()] == lines
    likely = Decoding(io.BytesIO(source), likely=["cp850", "cp500"])
    assert [line.rstrip() for line in "".join(likely).splitlines()] == lines
    assert (likely.encoding.name, likely.encoding.step) == ("cp500", Step.SETTING)


@pytest.mark.parametrize("block", [7, 64, 4096])
def test_records_are_lines_wherever_blocks_end(block: int) -> None:
    source = "".join(f"LINE {n}".ljust(80) for n in range(20)).encode("cp037")
    text = "".join(Decoding(io.BytesIO(source * 10), block=max(block, 800)))
    assert {len(line) for line in text.splitlines()} == {80}


def test_a_report_without_code_page_characters_is_not_doubtful() -> None:
    source = "MONTHLY REPORT   PAGE 1\nACCOUNT 00417   BALANCE 1,204.50\n".encode("cp500")
    assert encoding_of(source).readings == ()


def test_a_doubtful_encoding_is_reported_with_each_reading_of_the_first_word() -> None:
    source = "le mot suivant: l\x8a, et rien\n".encode("latin-1")
    readings = encoding_of(source).readings
    assert len(readings) in {2, 3}
    assert len({word for _, word in readings}) == len(readings)
    for name, word in readings:
        assert word == source.decode(name).split()[3]
    warning = encoding_doubtful(readings)
    assert warning.code is WarningCode.ENCODING_DOUBTFUL
    assert all(name in warning.message and word in warning.message for name, word in readings)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("l\x8a", "l\x8a"),
        ("l\x8a et rien", "l\x8a"),
        ("voil\x8a", "voil\x8a"),
        ("le mot l\x8a, et rien", "l\x8a,"),
        ("x" * 30 + "l\x8a" + "y" * 30, "x" * 19 + "l\x8a" + "y" * 19),
    ],
)
def test_the_first_word_is_told_whole_if_it_is_short(text: str, expected: str) -> None:
    readings = encoding_of(text.encode("latin-1")).readings
    assert len(readings) > 1
    for name, word in readings:
        assert word == expected.encode("latin-1").decode(name)


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("cp1252", FRENCH * 5),
        ("cp1252", "tea 5 £\ncoffee 4 £\n" * 30),
        ("cp850", GERMAN * 5),
        ("utf-8", FRENCH),
        ("koi8-r", "Все люди рождаются свободными и равными в своём достоинстве. " * 5),
    ],
)
def test_an_unambiguous_encoding_is_not_reported_as_doubtful(charset: str, text: str) -> None:
    assert encoding_of(text.encode(charset)).readings == ()


@pytest.mark.parametrize(
    ("source", "step"),
    [
        (b"\xef\xbb\xbfabc", Step.MARK),
        ("größer\n".encode("utf-16-le"), Step.NULS),
        (b"abc", Step.ASCII),
        ("größer".encode(), Step.UTF_8),
        ("größer, naïve, café ".encode() + b"\xe9", Step.DAMAGED_UTF_8),
        ("MONTHLY REPORT\nPAGE ONE\n".encode("cp037"), Step.EBCDIC),
        ("20°C".encode("cp1252"), Step.PLACES),
        (("Все люди рождаются свободными " * 4).encode("koi8-r"), Step.DETECTOR),
    ],
)
def test_the_step_that_decided_is_reported(source: bytes, step: Step) -> None:
    assert encoding_of(source).step is step


def test_the_steps_of_declarations_and_settings_are_reported() -> None:
    source = "GARCÍA".encode("cp850")
    assert encoding_of(source, likely=["cp850"]).step is Step.SETTING
    assert recognise(source, whole=True, declared="cp850").step is Step.DECLARED


def test_only_a_limited_number_of_bytes_is_scored() -> None:
    text = (FRENCH * 2000).encode("cp1252")
    assert letter_frequencies.ranked(text)[0][1] == "cp1252"
