"""From a stream of bytes to a stream of text, losing none of it."""

import codecs
import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from chalicelib.converter.encoding import ASCII, Encoding, needs_recognition, recognise

# Text is decoded, cleaned and laid out by the block. The size is that of a compromise between
# the cost of a block and the memory it takes on its way, several times its own size.
BLOCK = 256 * 1024

# Undecodable bytes are marked with a code point that no decoder yields for decodable ones (a
# lone surrogate), so that they can be told from a U+FFFD that was in the text, and counted.
_MARK = "\udfff"
_HANDLER = "chalicelib.mark-undecodable"


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return _MARK, error.end


codecs.register_error(_HANDLER, _mark)

# Bytes that are no UTF-8, as the handler `surrogateescape` hands them on: U+DC80 to U+DCFF.
_STRAYS = re.compile("[\udc80-\udcff]+")
_CUT_AT_START = re.compile("\\A[\udc80-\udcbf]{1,3}")
_CUT_AT_END = re.compile("[\udcc2-\udcf4][\udc80-\udcbf]{0,2}\\Z")


class Decoding:
    """Iterate over it for the text, in pieces whose bounds depend on the bytes alone.

    `encoding` is final once the text has been read; `replaced` counts the undecodable places
    that became U+FFFD, `repaired` the bytes in UTF-8 that are none and were read as Windows-1252;
    `bytes_read` is what the source has given so far.
    Raises NotText if the bytes are no text.
    """

    def __init__(
        self,
        source: BinaryIO,
        declared: str | None = None,
        likely: Sequence[str] = (),
        block: int = BLOCK,
    ) -> None:
        """`likely` are codecs that decide where the bytes alone do not, in order."""
        self._source = source
        self._declared = declared
        self._likely = likely
        self._block = block
        self._decoder: codecs.IncrementalDecoder | None = None
        self.encoding: Encoding = ASCII
        self.replaced = 0
        self.repaired = 0
        self.bytes_read = 0

    def __iter__(self) -> Iterator[str]:
        block = self._read()
        at_start = unmarked = True
        while block or at_start:
            following = self._read() if block else b""
            text = self._decode(block, following, at_start=at_start)
            if unmarked and text:
                text = text.removeprefix("\ufeff")  # a byte order mark is not part of the text
                unmarked = False
            at_start = False
            yield text
            block = following

    def _read(self) -> bytes:
        """Read one block; it is full unless the source has ended, however it hands it out."""
        parts: list[bytes] = []
        missing = self._block
        while missing and (part := self._source.read(missing)):
            parts.append(part)
            missing -= len(part)
        block = b"".join(parts)
        self.bytes_read += len(block)
        return block

    def _decode(self, block: bytes, following: bytes, *, at_start: bool) -> str:
        if self._decoder is None:
            if at_start or needs_recognition(block):
                self._recognise(block, following, at_start=at_start)
            if self._decoder is None:
                return str(block, "ascii")
        text = self._decoder.decode(block, final=not following)
        if self.encoding.name == "utf-8":
            return self._repair(text, at_start=at_start, at_end=not following)
        if _MARK in text:
            self.replaced += text.count(_MARK)
            text = text.replace(_MARK, "\ufffd")
        return text

    def _repair(self, text: str, *, at_start: bool, at_end: bool) -> str:
        """Read stray bytes in UTF-8 as Windows-1252, and mark a character that was cut in two."""
        if not _STRAYS.search(text):
            return text
        if at_start:
            text = _CUT_AT_START.sub(_MARK, text)
        if at_end:
            text = _CUT_AT_END.sub(_MARK, text)
        repaired = _STRAYS.sub(self._windows_1252, text)
        self.replaced += repaired.count(_MARK)
        return repaired.replace(_MARK, "\ufffd")

    def _windows_1252(self, strays: re.Match[str]) -> str:
        text = strays[0].encode("ascii", "surrogateescape").decode("cp1252", _HANDLER)
        self.repaired += len(text) - text.count(_MARK)
        return text

    def _recognise(self, block: bytes, following: bytes, *, at_start: bool) -> None:
        """Choose the decoder, or stay with plain ASCII until something else turns up.

        Looking into the following block too keeps a character that starts at the very end of
        this one from being all there is to judge by.
        """
        whole = len(following) < self._block
        declared = self._declared if at_start else None
        self.encoding = recognise(
            block + following, whole=whole, declared=declared, likely=self._likely
        )
        if self.encoding != ASCII:
            errors = "surrogateescape" if self.encoding.name == "utf-8" else _HANDLER
            self._decoder = codecs.getincrementaldecoder(self.encoding.name)(errors)
