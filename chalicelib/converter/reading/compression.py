"""Compressed text: HTTP's content codings gzip and deflate, and files in gzip's format.

Sources: RFC 9110 (8.4, Content-Encoding), RFC 1950 (zlib), RFC 1951 (deflate), RFC 1952 (gzip).
"""

import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from tempfile import TemporaryFile
from typing import BinaryIO, Protocol

from chalicelib.errors import Damaged, UnsupportedCoding

_CHUNK = 64 * 1024
_MAGIC = b"\x1f\x8b"
_SUFFIX = ".gz"


class Readable(Protocol):
    """What bytes are read from: at most `size` at a time, none at the end."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes, which is positive; none only at the end."""
        ...


class Coding(StrEnum):
    """A content coding that is decoded."""

    GZIP = "gzip"
    DEFLATE = "deflate"


_CODINGS = {"gzip": Coding.GZIP, "x-gzip": Coding.GZIP, "deflate": Coding.DEFLATE}
# `aws-chunked` is a way to upload (S3 User Guide, 'Signature calculations'), which S3 undoes.
_NOTHING = {"", "identity", "aws-chunked"}


def codings(content_encoding: str | None) -> list[Coding]:
    """Return the codings of a Content-Encoding in the order in which they are decoded: last first.

    None, `identity` and `aws-chunked` need no decoding. Raises UnsupportedCoding if any other one
    is neither gzip nor deflate.
    """
    names = [name.strip().lower() for name in (content_encoding or "").split(",")]
    for name in names:
        if name not in _NOTHING and name not in _CODINGS:
            raise UnsupportedCoding(
                f"The file's Content-Encoding is {name[:40]!a}, and only gzip and deflate are "
                "decoded: upload it again with one of these, or uncompressed."
            )
    return [_CODINGS[name] for name in reversed(names) if name not in _NOTHING]


def decoded(source: Readable, content_encoding: str | None, name: str) -> Readable:
    """Return what the source's text is read from: the source itself unless it is compressed.

    What its Content-Encoding names is undone. After that, a file whose `name` ends in `.gz` is
    decompressed if it is in gzip's format, which its first two bytes tell, read at once: programs
    that decode the Content-Encoding of what they fetch often keep the name.

    Raises UnsupportedCoding as `codings` does. Reading raises Damaged if the compressed bytes are
    cut off or damaged. Nothing of the text is kept in memory.
    """
    for coding in codings(content_encoding):
        source = _Decompressed(source, coding)
    if not name.lower().endswith(_SUFFIX):
        return source
    start = source.read(1)
    start += source.read(1) if start else b""
    source = _Preceded(start, source)
    return _Decompressed(source, Coding.GZIP) if start == _MAGIC else source


@contextmanager
def checked(
    source: Readable, content_encoding: str | None, name: str, check: Callable[[int], None]
) -> Iterator[Readable]:
    """Provide what `decoded` returns, after all of the text was decompressed once on trial.

    So a file that is damaged or too large is rejected before anything is made of it. `check` is
    called with the number of bytes decompressed so far, every 64 KiB; its exceptions are passed on.
    The compressed bytes are in a temporary file until the block ends; the text is not stored. A
    source that neither `content_encoding` nor `name` says is compressed is provided itself, without
    a trial. Raises UnsupportedCoding and Damaged as `decoded` does, but on entry.
    """
    if not codings(content_encoding) and not name.lower().endswith(_SUFFIX):
        yield source
        return
    with TemporaryFile() as file:
        text = decoded(_Recorded(source, file), content_encoding, name)
        size = 0
        while part := text.read(_CHUNK):
            size += len(part)
            check(size)
        file.seek(0)
        yield decoded(file, content_encoding, name)


class _Preceded:
    """A source of which a few bytes have been read already."""

    def __init__(self, start: bytes, source: Readable) -> None:
        self._start = start
        self._source = source

    def read(self, size: int, /) -> bytes:
        if not self._start:
            return self._source.read(size)
        part, self._start = self._start[:size], self._start[size:]
        return part


class _Recorded:
    """A source whose bytes are written to a file as they are read."""

    def __init__(self, source: Readable, file: BinaryIO) -> None:
        self._source = source
        self._file = file

    def read(self, size: int, /) -> bytes:
        part = self._source.read(size)
        self._file.write(part)
        return part


class _Decompressed:
    """The bytes that a compressed source stands for; gzip may have several members (2.2)."""

    def __init__(self, source: Readable, coding: Coding) -> None:
        self._source = source
        self._coding = coding
        self._decoder: zlib._Decompress | None = None
        self._waiting = b""
        self._bytes_read = 0
        self._bytes_made = 0
        self._is_first = True
        self._is_over = False

    def read(self, size: int, /) -> bytes:
        while not self._is_over:
            decoder = self._decoder or self._begin()
            if decoder is None:
                break
            self._decoder = decoder
            is_at_end = not self._waiting and not self._fill()
            part = self._step(decoder, size)
            if decoder.eof:
                self._waiting, self._decoder = decoder.unused_data, None
            elif is_at_end and not part:
                raise self._damaged("is cut off", len(self._waiting))
            if part:
                self._bytes_made += len(part)
                return part
        return b""

    def _step(self, decoder: "zlib._Decompress", size: int) -> bytes:
        """Decompress what is waiting, as far as there is room for what comes of it."""
        before = decoder.copy()
        try:
            part = decoder.decompress(self._waiting, size)
        except zlib.error as error:
            raise self._damaged("is damaged", self._unread_at_fault(before)) from error
        self._waiting = decoder.unconsumed_tail
        return part

    def _begin(self) -> "zlib._Decompress | None":
        """Return the decoder of the next member; None if there is none."""
        while len(self._waiting) < len(_MAGIC) and self._fill():
            pass
        if not self._is_first:
            # Tapes and fixed blocks are padded with NULs, which gzip ignores.
            while not self._waiting.strip(b"\0") and self._fill():
                self._waiting = self._waiting[-_CHUNK:]
            self._waiting = self._waiting.lstrip(b"\0")
        if not self._waiting:
            self._is_over = True
            return None
        if self._coding is Coding.DEFLATE:
            if not self._is_first:
                raise self._damaged("goes on after its end", len(self._waiting))
            self._is_first = False
            return zlib.decompressobj(_window_bits(self._waiting))
        if not self._waiting.startswith(_MAGIC):
            what = "is not in gzip's format" if self._is_first else "goes on after its end"
            raise self._damaged(what, len(self._waiting))
        self._is_first = False
        return zlib.decompressobj(zlib.MAX_WBITS | 16)

    def _fill(self) -> bool:
        """Read more; whether there was any."""
        part = self._source.read(_CHUNK)
        self._waiting += part
        self._bytes_read += len(part)
        return bool(part)

    def _unread_at_fault(self, decoder: "zlib._Decompress") -> int:
        """Return how many of the waiting bytes come after those that can be decompressed."""
        for at in range(len(self._waiting)):
            try:
                decoder.decompress(self._waiting[at : at + 1])
            except zlib.error:
                return len(self._waiting) - at
        return 0

    def _damaged(self, what: str, unread: int) -> Damaged:
        return Damaged(
            f"The compressed data ({self._coding}) {what} at byte {self._bytes_read - unread:,}, "
            f"after {self._bytes_made:,} bytes of text: compress the text and upload it again."
        )


def _window_bits(start: bytes) -> int:
    """Return what tells zlib the format: HTTP's deflate is zlib's, and often none at all."""
    is_zlib = len(start) > 1 and start[0] & 0x0F == zlib.DEFLATED
    is_zlib = is_zlib and int.from_bytes(start[:2]) % 31 == 0
    return zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS
