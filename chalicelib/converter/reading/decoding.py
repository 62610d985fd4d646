"""Decodes a stream of bytes to a stream of text without losing any of it."""

from collections.abc import Iterator, Sequence
from copy import copy

from chalicelib.converter.detection import holes
from chalicelib.converter.detection.encoding import (
    ASCII,
    UTF_16,
    Encoding,
    needs_recognition,
    recognise,
)
from chalicelib.converter.detection.parts import BYTES, Parts
from chalicelib.converter.reading.compression import Readable
from chalicelib.converter.reading.part_decoder import PartDecoder
from chalicelib.errors import NotText

# Text is decoded, cleaned and laid out by the block. The size is that of a compromise between
# the cost of a block and the memory it takes on its way, several times its own size.
BLOCK = 256 * 1024

_LINE_ENDS = "\n\r\f\x85\u2028\u2029"


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
        self._bytes_in = ASCII
        self._part = PartDecoder(ASCII, likely, block)
        self._parts_read: list[Encoding] = []
        self._splitter = holes.Splitter()
        self._owed = b""  # NULs at the end of a hole that begin a character
        self._ends_line = True
        self._replaced = self._repaired = 0  # in the parts before this one
        self.holes = 0
        self.hole_bytes = 0
        self.bytes_read = 0

    @property
    def encoding(self) -> Encoding:
        """The encoding of the text so far; see `Encoding.of` for that of several parts."""
        return Encoding.of(self._parts_read or [self._bytes_in])

    @property
    def replaced(self) -> int:
        """Number of places so far that could not be decoded, each of which became U+FFFD."""
        return self._replaced + self._part.replaced

    @property
    def repaired(self) -> int:
        """Number of stray bytes in UTF-8 so far that were decoded in another charset."""
        return self._repaired + self._part.repaired

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

    def _use(self, encoding: Encoding, *, is_new_form: bool = False) -> None:
        """Decode what follows with this encoding."""
        last = self._part
        self._replaced += last.replaced
        self._repaired += last.repaired
        self._part = PartDecoder(
            encoding,
            self._likely,
            self._block,
            may_have_mark=is_new_form or last.may_have_mark,
            begins_text=last.begins_text,
        )
        if encoding not in (ASCII, *self._parts_read):
            self._parts_read.append(encoding)

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
            last = self._piece(self._owed, [], b"", final=True)
            text += (last, self._part.decode(b"", final=True))
        return "".join(text)

    def _piece(
        self, piece: bytes, ahead: list[bytes], following: bytes, *, final: bool = False
    ) -> str:
        """Return the text of a piece of a block, in which there are no holes."""
        before = copy(self._parts)
        text = []
        for form, data in self._parts.feed(piece, final=final):
            if form != self._form:
                text.append(self._part.decode(b"", final=True))
                self._form = form
                encoding = self._bytes_in if form == BYTES else UTF_16[form]
                self._use(encoding, is_new_form=True)
            if form == BYTES and self._part.is_ascii:
                if needs_recognition(data):
                    whole = len(following) < self._block
                    self._recognise(
                        before, b"".join([piece, *ahead, holes.without(following)]), whole=whole
                    )
                elif ASCII not in self._parts_read:
                    self._parts_read.append(ASCII)
            text.append(self._part.decode(data, final=False))
        return self._shown("".join(text))

    def _shown(self, text: str) -> str:
        if text:
            self._ends_line = text[-1] in _LINE_ENDS
        return text

    def _hole(self, length: int) -> str:
        """Return what is shown of a hole, after the text before it.

        Its first and last NULs may be half of a character of several bytes.
        """
        before, behind = self._part.nuls_of_characters(length, len(self._parts.held))
        length -= before + behind
        text = self._piece(bytes(before), [], b"", final=True)
        text += self._shown(self._part.decode(b"", final=True))
        self._part.skip_hole(length)
        self._owed = bytes(behind)
        self.holes += 1
        self.hole_bytes += length
        return text + holes.note(length) + ("\n" if self._ends_line else "")

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
