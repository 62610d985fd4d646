"""Writes PDF objects as soon as they are made, so that memory does not grow with the document."""

from array import array
from collections.abc import Sequence
from io import RawIOBase
from typing import BinaryIO

from deflate import zlib_compress

from chalicelib.converter.pdf import predictor

_BUFFER_SIZE = 256 * 1024
"""Bytes that are collected before they are written: pages are small, and sinks may be raw files."""

_OBJECTS_PER_STREAM = 250
"""Objects in an object stream; the index of an object has one byte, which allows 256."""

_COMPRESSION_LEVEL = 4
"""Level of libdeflate, whose output depends on its version and this level only.

The output of faster libraries depends on the processor as well, but the same upload must give the
same bytes on any machine.
"""

_MIN_COMPRESSED = 80
"""Bytes from which on a stream is compressed.

Shorter ones are text that would not get smaller by the 25 bytes of /Filter and zlib's own. To find
that out takes two thirds of the time of an empty page.
"""


def escape_string(code: bytes) -> bytes:
    """Return bytes escaped for a literal string (7.3.4.2), without the parentheses around it.

    CR is escaped because a bare one would be read as an LF.
    """
    return (
        code.replace(b"\\", b"\\\\")
        .replace(b"(", b"\\(")
        .replace(b")", b"\\)")
        .replace(b"\r", b"\\r")
    )


def unescape_string(escaped: bytes) -> bytes:
    """Return the bytes that `escape_string` escaped."""
    if b"\\" not in escaped:
        return escaped
    parts = escaped.split(b"\\\\")
    return b"\\".join(
        [part.replace(b"\\(", b"(").replace(b"\\)", b")").replace(b"\\r", b"\r") for part in parts]
    )


def references(numbers: tuple[int, ...]) -> bytes:
    """Return references to objects (7.3.10), separated by spaces."""
    return (b"%d 0 R " * len(numbers))[:-1] % numbers


class ObjectWriter:
    """The body of a PDF file (32000-1, 7.5.3) and its cross-reference stream (7.5.8).

    Objects that are not streams are packed into object streams (7.5.7). Otherwise a page's
    dictionary and its row in a cross-reference table would be a tenth of the page's bytes.

    `version` is that of PDF, such as 1.7. The sink is only written to, in sequence; it is neither
    flushed nor closed.
    """

    def __init__(self, sink: BinaryIO | RawIOBase, version: str) -> None:
        self._sink = sink
        # Entries of the cross-reference stream, of eight bytes each: the first is 1 for an object
        # in the file, 2 for one in an object stream; then six bytes for the offset or the
        # stream's number; and one for the index in the stream.
        self._entries = array("Q", [0])
        self._streams = 0  # number of streams so far
        # The objects of the next object stream: numbers, where each starts, contents (of which some
        # are joined), and where the next one starts.
        self._numbers: list[int] = []
        self._starts: list[int] = []
        self._contents: list[bytes] = []
        self._end = 0
        self._buffer = bytearray()
        self._flushed = 0
        # Bytes above 127 show programs that transfer files that this one is binary (7.5.2).
        self._write(b"%%PDF-%b\n%%\xe9\xeb\xf1\xbf\n" % version.encode())

    @property
    def last_number(self) -> int:
        """The highest object number that was used or reserved; 0 if there is none."""
        return len(self._entries) - 1

    def reserve(self) -> int:
        """Return the next object number, for an object that is written later."""
        self._entries.append(0)
        return len(self._entries) - 1

    def add(self, content: bytes, number: int | None = None) -> int:
        """Write a serialized object that is not a stream; return its number.

        `number` is a reserved number, or None for the next one. The object is written with others,
        by `close` at the latest.
        """
        number = number or self.reserve()
        self._numbers.append(number)
        self._starts.append(self._end)
        self._contents.append(content)
        self._end += len(content) + 1
        if len(self._numbers) == _OBJECTS_PER_STREAM:
            self._pack()
        return number

    def add_similar(self, start: bytes, middles: Sequence[bytes], end: bytes) -> range:
        """Write objects like `add` that differ in the middle only; return their numbers.

        The middles must have the same length, and there must be at most as many as fit into an
        object stream. This is faster than adding each.
        """
        count = len(middles)
        if len(self._numbers) + count > _OBJECTS_PER_STREAM:
            self._pack()
        first = len(self._entries)
        numbers = range(first, first + count)
        self._entries.extend([0] * count)
        self._numbers += numbers
        content = start + (end + b"\n" + start).join(middles) + end
        self._contents.append(content)
        behind = self._end + len(content) + 1
        self._starts += range(self._end, behind, (len(content) + 1) // count)
        self._end = behind
        return numbers

    def add_stream(
        self,
        data: bytes,
        entries: bytes = b"",
        number: int | None = None,
        *,
        is_predicted: bool = False,
    ) -> int:
        """Write a stream, compressed if it is not short and gets smaller; return its number.

        `entries` are further entries of its dictionary, serialized, besides /Length and /Filter.
        `number` is a reserved number, or None for the next one. A stream that a predictor has
        encoded is always compressed, because only filters decode it.
        """
        if is_predicted or len(data) >= _MIN_COMPRESSED:
            compressed = zlib_compress(data, _COMPRESSION_LEVEL)
            if is_predicted or len(compressed) + len(b"/Filter/FlateDecode") < len(data):
                entries, data = entries + b"/Filter/FlateDecode", bytes(compressed)
        number = number or self.reserve()
        self._record_offset(number)
        self._streams += 1
        self._write(
            b"%d 0 obj\n<<%b/Length %d>>\nstream\n%b\nendstream\nendobj\n"
            % (number, entries, len(data), data)
        )
        return number

    def add_serialized(self, text: str, number: int) -> None:
        """Write an object that is serialized with `obj` and `endobj`, as by fpdf2, in Latin-1.

        `number` is its number in the text, which must have been reserved.
        """
        self._record_offset(number)
        self._write(text.encode("latin-1") + b"\n")

    def close(self, catalog: int, info: int, identifier: str) -> None:
        """Write pending objects and the cross-reference stream, which is also the trailer.

        `catalog` and `info` are object numbers, and `identifier` the content of the /ID array: two
        strings, serialized. Nothing may be written afterwards; the sink stays open.
        """
        self._pack()
        number = self.reserve()
        start = self._record_offset(number)
        # Entries of one object stream count up, which those of pages and their streams do not.
        is_predicted = len(self._entries) > _OBJECTS_PER_STREAM and self._streams < number // 3
        data = (predictor.encoded if is_predicted else predictor.serialized)(self._entries)
        self.add_stream(
            data,
            b"/Type/XRef/Size %d/W[1 6 1]/Root %d 0 R/Info %d 0 R/ID[%b]%b"
            % (
                number + 1,
                catalog,
                info,
                identifier.encode(),
                predictor.DECODE_PARMS if is_predicted else b"",
            ),
            number,
            is_predicted=is_predicted,
        )
        self._write(b"startxref\n%d\n%%%%EOF\n" % start)
        self._flush()

    def _pack(self) -> None:
        """Write the pending objects as one object stream."""
        numbers, starts, contents = self._numbers, self._starts, self._contents
        if not numbers:
            return
        self._numbers, self._starts, self._contents, self._end = [], [], [], 0
        pairs = numbers * 2
        pairs[::2], pairs[1::2] = numbers, starts
        head = (b"%d %d " * len(numbers))[:-1] % (*pairs,) + b"\n"
        body = b"\n".join(contents)
        stream = self.add_stream(
            head + body, b"/Type/ObjStm/N %d/First %d" % (len(numbers), len(head))
        )
        for entry, number in enumerate(numbers, 2 << 56 | stream << 8):
            self._entries[number] = entry

    def _record_offset(self, number: int) -> int:
        """Record that the object is written next; return its offset in the file."""
        offset = self._flushed + len(self._buffer)
        self._entries[number] = 1 << 56 | offset << 8
        return offset

    def _write(self, data: bytes) -> None:
        """Append data to the buffer, and flush it when it is full."""
        self._buffer += data
        if len(self._buffer) >= _BUFFER_SIZE:
            self._flush()

    def _flush(self) -> None:
        """Write the buffer to the sink."""
        view = memoryview(bytes(self._buffer))
        self._flushed += len(view)
        self._buffer.clear()
        while view:  # a raw sink may write only a part
            view = view[self._sink.write(view) or 0 :]
