"""PDF objects written as they are made, so that no more of a document than one page is kept."""

import sys
from array import array
from io import RawIOBase
from itertools import accumulate
from typing import BinaryIO

from deflate import zlib_compress

_BUFFER = 256 * 1024  # bytes; pages are small and sinks may be raw files
_PACKED = 250  # objects in an object stream, of the 256 that a byte can count

# libdeflate's output depends on its version and this level alone, not on the processor as that
# of faster libraries does: the same upload must give the same bytes on any machine.
_LEVEL = 4


def escape_string(code: bytes) -> bytes:
    """The bytes as they stand in a literal string (7.3.4.2): a bare CR would become an LF."""
    return (
        code.replace(b"\\", b"\\\\")
        .replace(b"(", b"\\(")
        .replace(b")", b"\\)")
        .replace(b"\r", b"\\r")
    )


class ObjectWriter:
    """The body of a PDF file (32000-1, 7.5.3) and its cross-reference stream (7.5.8).

    Objects that are no streams are packed into object streams (7.5.7): the page's dictionary,
    with its row of a cross-reference table, would else be a tenth of a page's bytes.
    """

    def __init__(self, sink: BinaryIO | RawIOBase, version: str) -> None:
        self._sink = sink
        # As the cross-reference stream has them: eight bytes, of which the first is 1 for an
        # offset, 2 for a place in an object stream; then six for the offset or the stream's
        # number; and one for the place.
        self._entries = array("Q", [0])
        self._pending: list[tuple[int, bytes]] = []
        self._buffer = bytearray()
        self._flushed = 0
        # Bytes above 127 tell programs that transfer files that this one is binary (7.5.2).
        self._write(b"%%PDF-%b\n%%\xe9\xeb\xf1\xbf\n" % version.encode())

    @property
    def last(self) -> int:
        """The highest object number in use."""
        return len(self._entries) - 1

    def reserve(self) -> int:
        """A number for an object that is written later."""
        self._entries.append(0)
        return self.last

    def add(self, content: bytes, number: int | None = None) -> int:
        """Write an object, under a reserved number if one is given; returns its number."""
        number = number or self.reserve()
        self._pending.append((number, content))
        if len(self._pending) >= _PACKED:
            self._pack()
        return number

    def add_all(self, contents: list[bytes]) -> range:
        """Write objects; returns their numbers."""
        first = len(self._entries)
        numbers = range(first, first + len(contents))
        self._entries.extend([0] * len(contents))
        self._pending += zip(numbers, contents, strict=True)
        while len(self._pending) >= _PACKED:
            self._pack()
        return numbers

    def add_stream(self, data: bytes, entries: bytes = b"", number: int | None = None) -> int:
        """Write a stream with further `entries` in its dictionary, compressed if that helps."""
        packed = zlib_compress(data, _LEVEL)
        if len(packed) + len(b"/Filter/FlateDecode") < len(data):
            entries, data = entries + b"/Filter/FlateDecode", bytes(packed)
        number = number or self.reserve()
        self._locate(number)
        self._write(
            b"%d 0 obj\n<<%b/Length %d>>\nstream\n%b\nendstream\nendobj\n"
            % (number, entries, len(data), data)
        )
        return number

    def add_whole(self, text: str, number: int) -> None:
        """Write an object that comes with its frame, as fpdf2 serialises them."""
        self._locate(number)
        self._write(text.encode("latin-1") + b"\n")

    def close(self, catalog: int, info: int, identifier: str) -> None:
        """Write what is pending and the cross-reference stream, which is the trailer too."""
        self._pack()
        number = self.reserve()
        start = self._locate(number)
        entries = self._entries[:]
        if sys.byteorder == "little":
            entries.byteswap()
        self.add_stream(
            entries.tobytes(),
            b"/Type/XRef/Size %d/W[1 6 1]/Root %d 0 R/Info %d 0 R/ID[%b]"
            % (len(entries), catalog, info, identifier.encode()),
            number,
        )
        self._write(b"startxref\n%d\n%%%%EOF\n" % start)
        self._flush()

    def _pack(self) -> None:
        """Write the pending objects as one object stream."""
        if not self._pending:
            return
        pending, self._pending = self._pending[:_PACKED], self._pending[_PACKED:]
        numbers, contents = zip(*pending, strict=True)
        starts = accumulate((len(content) + 1 for content in contents[:-1]), initial=0)
        places = [b"%d %d" % place for place in zip(numbers, starts, strict=True)]
        head = b" ".join(places) + b"\n"
        body = b"\n".join(contents)
        stream = self.add_stream(
            head + body, b"/Type/ObjStm/N %d/First %d" % (len(places), len(head))
        )
        for entry, number in enumerate(numbers, 2 << 56 | stream << 8):
            self._entries[number] = entry

    def _locate(self, number: int) -> int:
        """Note that the object comes next; returns its offset."""
        offset = self._flushed + len(self._buffer)
        self._entries[number] = 1 << 56 | offset << 8
        return offset

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
