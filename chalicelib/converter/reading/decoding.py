"""Decodes a stream of bytes to a stream of text without losing any of it."""

import codecs
from collections.abc import Iterator, Sequence
from copy import copy
from functools import partial

from chalicelib.converter.detection import holes, utf8
from chalicelib.converter.detection.encoding import (
    ASCII,
    UTF_16,
    Encoding,
    charset_of_lines,
    needs_recognition,
    recognise,
)
from chalicelib.converter.detection.parts import BYTES, Parts
from chalicelib.converter.reading.compression import Readable
from chalicelib.errors import NotText

# Text is decoded, cleaned and laid out by the block. The size is that of a compromise between
# the cost of a block and the memory it takes on its way, several times its own size.
BLOCK = 256 * 1024

_LINE_ENDS = "\n\r\f\x85\u2028\u2029"

# Undecodable bytes are marked with a code point that no decoder yields for decodable ones (a
# lone surrogate), to be counted and distinguished from a U+FFFD that was in the text.
_MARK = "\udfff"
_HANDLER = "chalicelib.mark-undecodable"


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return _MARK, error.end


codecs.register_error(_HANDLER, _mark)


class Decoding:
    """An iterable over the text, in pieces whose bounds depend on the bytes only.

    It can be iterated over once; pieces may be empty, and an empty text has one. `bytes_read` is
    the number of bytes read so far. Once the text has been read, `encoding` is final, `replaced` is
    the number of undecodable places that became U+FFFD, and `repaired` the number of stray bytes in
    UTF-8 that were decoded in another charset; `holes` is the number of long runs of NULs, and
    `hole_bytes` their bytes in all.
    Iterating raises NotText if the bytes are not text.
    """

    def __init__(
        self,
        source: Readable,
        declared: str | None = None,
        likely: Sequence[str] = (),
        block: int = BLOCK,
    ) -> None:
        """`declared` is the charset that the sender named, if any.

        `likely` are codecs that decide, in order, where the bytes alone do not, and `block` is the
        number of bytes to decode at once.
        """
        self._source = source
        self._declared = declared
        self._likely = likely
        self._block = block
        self._parts = Parts()
        self._form = BYTES
        self._decoder: codecs.IncrementalDecoder | None = None
        self._repair: utf8.Repair | None = None
        self._bytes_in = ASCII
        self._parts_read: list[Encoding] = []
        self._is_marked = True
        self._column = 0
        self._splitter = holes.Splitter()
        self._offset = 0  # in the current part, modulo the bytes of a character
        self._owed = b""  # NULs at the end of a hole that begin a character
        self._ends_line = True
        self._undecodable = 0
        self.holes = 0
        self.hole_bytes = 0
        self.repaired = 0
        self.bytes_read = 0

    @property
    def encoding(self) -> Encoding:
        """The encoding of the text so far; see `Encoding.of` for that of several parts."""
        return Encoding.of(self._parts_read or [self._bytes_in])

    @property
    def replaced(self) -> int:
        """Number of places so far that could not be decoded, each of which became U+FFFD."""
        return self._undecodable

    def __iter__(self) -> Iterator[str]:
        block = self._after_leading_nuls()
        is_first = True
        while block or is_first:
            following = self._read() if block else b""
            if is_first:
                self._begin(block + following, whole=len(following) < self._block)
            is_first = False
            yield self._decode(block, following)
            block = following

    def _after_leading_nuls(self) -> bytes:
        """Return the first block that is not all NULs.

        Raises NotText if the whole text is NULs, of which there is at least one.
        """
        nuls = 0
        block = self._read()
        while block and not block.strip(b"\0"):
            nuls += len(block)
            block = self._read()
        if nuls and not block:
            raise NotText("This is not a text file: it has nothing but NUL bytes.")
        self._splitter = holes.Splitter(nuls)
        return block

    def _read(self) -> bytes:
        """Read one block, which is full unless the source ends, even if single reads are short."""
        parts: list[bytes] = []
        missing = self._block
        while missing and (part := self._source.read(missing)):
            parts.append(part)
            missing -= len(part)
        block = b"".join(parts)
        self.bytes_read += len(block)
        return block

    def _begin(self, sample: bytes, *, whole: bool) -> None:
        """Choose the decoder, or stay with plain ASCII until something else turns up."""
        encoding = recognise(sample, whole=whole, declared=self._declared, likely=self._likely)
        if encoding.name in UTF_16:
            self._form = encoding.name
        else:
            self._bytes_in = encoding
        self._parts = Parts(self._form, is_single=encoding.is_single_part)
        self._use(encoding)
        self._is_at_start = True

    def _use(self, encoding: Encoding) -> None:
        """Decode what follows with this encoding."""
        self._offset = 0
        self._decoder, self._repair = None, None
        if encoding == ASCII:
            return
        if encoding not in self._parts_read:
            self._parts_read.append(encoding)
        errors = "surrogateescape" if encoding.name == "utf-8" else _HANDLER
        self._decoder = codecs.getincrementaldecoder(encoding.name)(errors)
        if encoding.name == "utf-8":
            charset = next(iter(self._likely), "cp1252")
            self._repair = utf8.Repair(
                charset, partial(charset_of_lines, likely=self._likely), self._block
            )

    def _decode(self, block: bytes, following: bytes) -> str:
        final = not following
        text = []
        pieces = [*self._splitter.feed(block, final=final)]
        for at, piece in enumerate(pieces):
            if isinstance(piece, int):
                text.append(self._hole(piece))
            else:
                ahead = [later for later in pieces[at + 1 :] if isinstance(later, bytes)]
                data, self._owed = self._owed + piece, b""
                text.append(self._piece(data, ahead, following))
        if final:
            text += (self._piece(self._owed, [], b"", final=True), self._text(b"", final=True))
        return "".join(text)

    def _piece(
        self, piece: bytes, ahead: list[bytes], following: bytes, *, final: bool = False
    ) -> str:
        """Return the text of a piece of a block, in which there are no holes."""
        before = copy(self._parts)
        text = []
        for form, data in self._parts.feed(piece, final=final):
            if form != self._form:
                text.append(self._text(b"", final=True))
                self._form = form
                self._use(self._bytes_in if form == BYTES else UTF_16[form])
                self._is_marked = True
            if form == BYTES and self._decoder is None:
                if needs_recognition(data):
                    whole = len(following) < self._block
                    self._recognise(
                        before, b"".join([piece, *ahead, holes.without(following)]), whole=whole
                    )
                elif ASCII not in self._parts_read:
                    self._parts_read.append(ASCII)
            text.append(self._text(data, final=False))
        return self._shown("".join(text))

    def _shown(self, text: str) -> str:
        if text:
            self._ends_line = text[-1] in _LINE_ENDS
        return text

    def _hole(self, length: int) -> str:
        """Return what is shown of a hole, after the text before it.

        Its first and last NULs may be half of a character of several bytes.
        """
        unit = self._unit
        missing = min(-(self._offset + len(self._parts.held)) % unit, length)
        text = self._piece(bytes(missing), [], b"", final=True)
        text += self._shown(self._text(b"", final=True))
        if self._decoder:
            self._decoder.reset()
        self._is_at_start = True
        self._owed = bytes((length - missing) % unit)
        length -= missing + len(self._owed)
        self.holes += 1
        self.hole_bytes += length
        if self._bytes_in.record:
            self._column = (self._column + length) % self._bytes_in.record
        return text + holes.note(length) + ("\n" if self._ends_line else "")

    @property
    def _unit(self) -> int:
        """Bytes of a character's shortest form in the part that is being read."""
        if self._form != BYTES:
            return 2
        return 4 if self._bytes_in.name.startswith("utf-32") else 1

    def _recognise(self, parts: Parts, ahead: bytes, *, whole: bool) -> None:
        """Choose the decoder for what has only been ASCII so far.

        `ahead` begins with the piece that is not. Looking into the following block too keeps a
        character that starts at the very end of this one from being all there is to judge by.
        """
        pieces = parts.feed(ahead, final=whole)
        sample = b"".join(data for form, data in pieces if form == BYTES)
        self._bytes_in = recognise(sample, whole=whole, likely=self._likely)
        if ASCII in self._parts_read and self._bytes_in.keeps_ascii:
            self._parts_read.remove(ASCII)
        self._use(self._bytes_in)

    def _text(self, data: bytes, *, final: bool) -> str:
        """Return the next characters of the part that is being read."""
        if self._decoder is None:
            return str(data, "ascii")
        self._offset += len(data)
        text = self._decoder.decode(data, final)
        if self._repair:
            text = self._repair.feed(text, at_start=self._is_at_start, final=final)
            self._undecodable += self._repair.take_replaced()
            self.repaired += self._repair.take_repaired()
        elif _MARK in text:
            self._undecodable += text.count(_MARK)
            text = text.replace(_MARK, "\ufffd")
        if text:
            if self._is_marked:
                text = text.removeprefix("\ufeff")  # a byte order mark is not part of the text
                self._is_marked = False
            self._is_at_start = False
        return self._lines(text) if self._bytes_in.record else text

    def _lines(self, text: str) -> str:
        """Return fixed records as lines."""
        if not text:
            return ""
        length = self._bytes_in.record or 1
        at = -self._column
        self._column = (self._column + len(text)) % length
        lines = [text[max(start, 0) : start + length] for start in range(at, len(text), length)]
        end = "" if self._column else "\n"
        return "\n".join(lines) + end
