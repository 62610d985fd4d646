import gzip
import io
import re
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.converter.reading.compression import Readable, checked, decoded
from chalicelib.errors import Damaged, UnsupportedCoding

TEXT = b"".join(b"line %d: the quick brown fox\n" % number for number in range(20_000))


def raw_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


def read(source: Readable, size: int = 4096) -> bytes:
    parts = []
    while part := source.read(size):
        assert len(part) <= size
        parts.append(part)
    return b"".join(parts)


def text_of(data: bytes, content_encoding: str | None = None, name: str = "a.txt") -> bytes:
    return read(decoded(io.BytesIO(data), content_encoding, name))


CODED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "GZIP": gzip.compress,
    "deflate": zlib.compress,
    "Deflate": raw_deflate,
    "aws-chunked,gzip": gzip.compress,
    "gzip, aws-chunked": gzip.compress,
    "deflate, gzip": lambda data: gzip.compress(zlib.compress(data)),
    "identity": bytes,
    "aws-chunked": bytes,
    "": bytes,
}


@pytest.mark.parametrize("content_encoding", CODED)
@pytest.mark.parametrize("text", [b"", b"a", TEXT])
def test_content_is_decoded_as_its_encoding_says(content_encoding: str, text: bytes) -> None:
    assert text_of(CODED[content_encoding](text), content_encoding) == text


@pytest.mark.parametrize("content_encoding", ["br", "zstd", "compress", "gzip, br", "gzip;q=1"])
def test_an_unknown_encoding_is_refused_by_its_name(content_encoding: str) -> None:
    name = content_encoding.removeprefix("gzip, ")
    with pytest.raises(UnsupportedCoding, match=re.escape(name)):
        text_of(b"text", content_encoding)


@pytest.mark.parametrize("name", ["a.log.gz", "A.TXT.GZ"])
def test_a_name_that_ends_in_gz_is_decompressed_if_it_is_compressed(name: str) -> None:
    for text in (b"", b"a", b"\x1f", TEXT):
        assert text_of(text, None, name) == text
        assert text_of(gzip.compress(text), None, name) == text
        assert text_of(gzip.compress(text), "gzip", name) == text
        assert text_of(gzip.compress(gzip.compress(text)), "gzip", name) == text


def test_other_names_are_not_decompressed_without_an_encoding() -> None:
    assert text_of(gzip.compress(b"a")).startswith(b"\x1f\x8b")


@given(st.lists(st.binary(max_size=50), min_size=1, max_size=6), st.integers(0, 700))
def test_members_follow_one_another_and_blocks_are_padded(parts: list[bytes], nuls: int) -> None:
    data = b"".join(map(gzip.compress, parts)) + bytes(nuls)
    assert text_of(data, "gzip") == b"".join(parts)


@given(st.binary(max_size=2000), st.integers(1, 300))
def test_how_much_is_read_at_once_changes_nothing(data: bytes, size: int) -> None:
    assert read(decoded(io.BytesIO(gzip.compress(data * 5)), "gzip", "a"), size) == data * 5


@pytest.mark.parametrize("coding", ["gzip", "deflate", "Deflate"])
def test_a_stream_that_is_cut_off_names_the_place(coding: str) -> None:
    data = CODED[coding](TEXT)
    for length in (3, 20, len(data) // 2, len(data) - 1):
        with pytest.raises(Damaged, match=rf"cut off at byte {length:,}, after [\d,]+ bytes"):
            text_of(data[:length], coding)


def test_a_stream_that_is_damaged_names_the_place() -> None:
    data = bytearray(gzip.compress(TEXT))
    middle = len(data) // 2
    data[middle : middle + 200] = bytes(200)
    with pytest.raises(Damaged, match="is damaged at byte") as raised:
        text_of(bytes(data), "gzip")
    place = int(re.findall(r"at byte ([\d,]+)", str(raised.value))[0].replace(",", ""))
    assert middle <= place <= len(data)


def test_a_wrong_checksum_and_bytes_behind_the_end_are_damage() -> None:
    data = bytearray(gzip.compress(b"text"))
    data[-6] ^= 1
    with pytest.raises(Damaged, match="is damaged at byte"):
        text_of(bytes(data), "gzip")
    whole = gzip.compress(b"text")
    with pytest.raises(Damaged, match=f"goes on after its end at byte {len(whole)}, after 4 bytes"):
        text_of(whole + b"more", "gzip")
    with pytest.raises(Damaged, match=r"is not in gzip's format at byte 0"):
        text_of(b"plain text", "gzip")


class Bomb(Exception):
    pass


def test_a_bomb_is_stopped_where_it_becomes_too_large() -> None:
    compressor = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    bomb = b"".join(compressor.compress(bytes(1 << 20)) for _ in range(64)) + compressor.flush()
    sizes = []

    def check(size: int) -> None:
        sizes.append(size)
        if size > 1_000_000:
            raise Bomb

    with pytest.raises(Bomb), checked(io.BytesIO(bomb), "gzip", "a.txt", check):
        raise AssertionError("nothing of it must be handed out")
    assert 1_000_000 < sizes[-1] <= 1_000_000 + (1 << 16)


@pytest.mark.parametrize(
    ("data", "coding", "name"),
    [
        (gzip.compress(TEXT), "gzip", "a.txt"),
        (gzip.compress(TEXT), None, "a.log.gz"),
        (TEXT, None, "a.log.gz"),
        (TEXT, None, "a.txt"),
    ],
)
def test_what_was_checked_is_then_read_from_its_beginning(
    data: bytes, coding: str | None, name: str
) -> None:
    with checked(io.BytesIO(data), coding, name, lambda _: None) as source:
        assert read(source) == TEXT
