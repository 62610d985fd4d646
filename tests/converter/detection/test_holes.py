import codecs
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.converter.detection.holes import MIN_LENGTH, Splitter, without
from chalicelib.converter.reading.decoding import Decoding

LOG = "2026-11-02 07:00:00 INFO the job – “done” in 5 €, naïve café\n" * 8
GERMAN = "Größe, Straße und schöne Türen gehören für alle dazu: Übung macht den Meister\n" * 8
REPORT = "MONTHLY REPORT   PAGE 1\nACCOUNT 00417   BALANCE 1,204.50\n" * 8

ENCODED = [
    ("ascii", REPORT),
    ("utf-8", LOG),
    ("cp1252", GERMAN),
    ("utf-16-le", LOG),
    ("utf-16-be", LOG),
    ("utf-32-le", LOG),
    ("utf-32-be", LOG),
    ("cp037", REPORT),
]
LENGTHS = [16, 17, 18, 19, 53, 4096, 4097, 600_000]


def read(source: bytes, block: int = 256 * 1024) -> tuple[str, Decoding]:
    decoding = Decoding(io.BytesIO(source), None, (), block)
    return "".join(decoding), decoding


def hole(length: int, *, at_line_start: bool = True) -> str:
    return f"[{length:,} NUL bytes]" + ("\n" if at_line_start else "")


@pytest.mark.parametrize(("codec", "text"), ENCODED, ids=[codec for codec, _ in ENCODED])
@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("place", ["start", "middle", "end"])
def test_a_hole_is_one_short_note_in_any_encoding(
    codec: str, text: str, length: int, place: str
) -> None:
    unit = len("\n".encode(codec))
    length -= length % unit
    data = text.encode(codec)
    source = {
        "start": bytes(length) + data,
        "middle": data + bytes(length) + data,
        "end": data + bytes(length),
    }[place]
    got, decoding = read(source)
    expected = {
        "start": hole(length) + text,
        "middle": text + hole(length) + text,
        "end": text + hole(length),
    }[place]
    assert got == expected
    assert decoding.encoding.name == codec
    assert (decoding.holes, decoding.hole_bytes) == (1, length)
    assert (decoding.replaced, decoding.repaired) == (0, 0)


def test_a_hole_within_a_line_stays_within_it() -> None:
    assert read(b"one" + bytes(20) + b"two\n")[0] == "one" + hole(20, at_line_start=False) + "two\n"


def test_fewer_nuls_are_characters() -> None:
    assert read(b"one line" + bytes(MIN_LENGTH - 1) + b"another line\n" * 9)[0].count("\0") == 15


def test_records_that_are_padded_with_nuls_are_text() -> None:
    records = b"".join(name.ljust(32, b"\0") for name in (b"alpha", b"beta", b"gamma"))
    assert read(records)[0].replace("\n", "") == (
        "alpha[27 NUL bytes]beta[28 NUL bytes]gamma[27 NUL bytes]"
    )
    short = b"".join(name.ljust(12, b"\0") for name in (b"alpha", b"be", b"gam"))
    assert read(short)[0] == short.decode()


def test_a_character_that_a_hole_cuts_in_two_is_marked() -> None:
    source = LOG.encode() + "café".encode()[:-1] + bytes(100) + LOG.encode()
    got, decoding = read(source)
    assert got == LOG + "caf\ufffd" + hole(100, at_line_start=False) + LOG
    assert (decoding.replaced, decoding.repaired) == (1, 0)


def test_a_mark_before_a_hole_and_a_declared_charset_are_believed() -> None:
    marked = codecs.BOM_UTF16_LE + bytes(64) + "text\n".encode("utf-16-le")
    assert read(marked)[0] == hole(64) + "text\n"
    decoding = Decoding(io.BytesIO(bytes(64) + "Её дом\n".encode("koi8-r")), "koi8-r")
    assert "".join(decoding) == hole(64) + "Её дом\n"


def test_utf_16_that_follows_a_hole_in_a_text_in_ascii_is_read() -> None:
    source = b"plain log line\n" * 20 + bytes(4096) + codecs.BOM_UTF16_LE
    source += ("PowerShell goes on\r\n" * 20).encode("utf-16-le")
    got, _ = read(source)
    assert got == "plain log line\n" * 20 + hole(4096) + "PowerShell goes on\r\n" * 20


PIECES = st.lists(
    st.one_of(
        st.sampled_from([b"word ", b"line\n", b"\0", bytes(15), bytes(16), bytes(70)]),
        st.binary(max_size=5),
    ),
    max_size=12,
)


@given(PIECES, st.lists(st.integers(1, 40), min_size=1, max_size=8))
def test_nothing_is_lost_however_a_stream_is_cut(pieces: list[bytes], sizes: list[int]) -> None:
    data = b"".join(pieces)
    splitter = Splitter()
    found: list[bytes | int] = []
    at = 0
    while at < len(data):
        size = sizes[at % len(sizes)]
        found += splitter.feed(data[at : at + size], final=False)
        at += size
    found += splitter.feed(b"", final=True)
    assert b"".join(bytes(one) if isinstance(one, int) else one for one in found) == data
    whole = [*Splitter().feed(data, final=True)]
    assert [one for one in found if isinstance(one, int)] == [
        one for one in whole if isinstance(one, int)
    ]


@given(
    st.sampled_from(ENCODED),
    st.lists(st.sampled_from([4, 16, 20, 64, 300]), min_size=1, max_size=4),
    st.integers(16, 200),
)
@example(("utf-16-be", LOG), [16], 16)
def test_where_blocks_end_changes_nothing(
    encoded: tuple[str, str], lengths: list[int], block: int
) -> None:
    codec, text = encoded
    data = text.encode(codec)
    parts = [data, *(bytes(length) + data for length in lengths)]
    source = b"".join(parts)
    marks = {"utf-8": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE}
    marks |= {"utf-16-be": codecs.BOM_UTF16_BE, "utf-32-le": codecs.BOM_UTF32_LE}
    marks |= {"utf-32-be": codecs.BOM_UTF32_BE}
    if codec not in marks and codec != "ascii":
        return
    source = marks.get(codec, b"") + source
    assert read(source, block)[0] == read(source)[0]


def test_what_a_hole_leaves_in_a_sample_keeps_characters_in_their_places() -> None:
    assert without(b"ab" + bytes(17) + b"cd") == b"abcd"
    assert without(b"a\0b" + bytes(17) + b"c\0") == b"a\0b\0c\0"
