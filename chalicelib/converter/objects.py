"""PDF objects written as they are made, so that no more of a document than one page is kept."""

from array import array
from io import RawIOBase
from typing import BinaryIO

from deflate import zlib_compress

_BUFFER = 256 * 1024  # bytes; pages are small and sinks may be raw files
_XREF_ROWS = 4096  # written at a time

# libdeflate's output depends on its version and this level alone, not on the processor as that
# of faster libraries does: the same upload must give the same bytes on any machine.
_LEVEL = 1


class Objects:
    """The body of a PDF file (32000-1, 7.5.3), its cross-reference table and its trailer."""

    def __init__(self, sink: BinaryIO | RawIOBase, version: str) -> None:
        self._sink = sink
        self._offsets = array("Q", [0])
        self._buffer = bytearray()
        self._flushed = 0
        # Bytes above 127 tell programs that transfer files that this one is binary (7.5.2).
        self._write(b"%%PDF-%b\n%%\xe9\xeb\xf1\xbf\n" % version.encode())

    @property
    def last(self) -> int:
        """The highest object number in use."""
        return len(self._offsets) - 1

    def reserve(self) -> int:
        """A number for an object that is written later."""
        self._offsets.append(0)
        return self.last

    def add(self, content: bytes, number: int | None = None) -> int:
        """Write an object, under a reserved number if one is given; returns its number."""
        number = number or self.reserve()
        self._offsets[number] = self._flushed + len(self._buffer)
        self._write(b"%d 0 obj\n%b\nendobj\n" % (number, content))
        return number

    def add_stream(self, data: bytes, entries: bytes = b"", number: int | None = None) -> int:
        """Write a stream with further `entries` in its dictionary, compressed if that helps."""
        packed = zlib_compress(data, _LEVEL)
        if len(packed) + len(b"/Filter/FlateDecode") < len(data):
            entries, data = entries + b"/Filter/FlateDecode", bytes(packed)
        return self.add(
            b"<<%b/Length %d>>\nstream\n%b\nendstream" % (entries, len(data), data), number
        )

    def add_whole(self, text: str, number: int) -> None:
        """Write an object that comes with its frame, as fpdf2 serialises them."""
        self._offsets[number] = self._flushed + len(self._buffer)
        self._write(text.encode("latin-1") + b"\n")

    def close(self, catalog: int, info: int, identifier: str) -> None:
        """Write the cross-reference table and the trailer (7.5.4, 7.5.5)."""
        start = self._flushed + len(self._buffer)
        count = len(self._offsets)
        self._write(b"xref\n0 %d\n0000000000 65535 f \n" % count)
        for first in range(1, count, _XREF_ROWS):
            rows = self._offsets[first : first + _XREF_ROWS]
            self._write(b"".join(b"%010d 00000 n \n" % offset for offset in rows))
        self._write(
            b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[%b]>>\nstartxref\n%d\n%%%%EOF\n"
            % (count, catalog, info, identifier.encode(), start)
        )
        self._flush()

    def _write(self, data: bytes) -> None:
        self._buffer += data
        if len(self._buffer) >= _BUFFER:
            self._flush()

    def _flush(self) -> None:
        view = memoryview(bytes(self._buffer))
        self._flushed += len(view)
        self._buffer.clear()
        while view:  # a raw sink may take less than it is given
            view = view[self._sink.write(view) or 0 :]
