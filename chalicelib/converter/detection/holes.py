"""Holes: long runs of NUL bytes within text, where nothing was ever written.

A log that is truncated while its writer goes on at its old place begins with one; a power cut and
preallocation leave them at the end; fixed records are padded with them.
"""

import re
from collections.abc import Iterator

MIN_LENGTH = 16
"""NUL bytes from which on a run is a hole; fewer are shown as control characters."""

_HOLE = re.compile(rb"\0{%d,}" % MIN_LENGTH)


def without(sample: bytes, unit: int = 2) -> bytes:
    """Return a sample of a text without its holes.

    If there are other NULs, characters may have several bytes. Then the remainder of each hole's
    length divided by `unit`, the bytes of a character, stays as NULs, so that the characters after
    it are not shifted.
    """
    if 0 not in sample:
        return sample
    text = _HOLE.sub(b"", sample)
    if 0 not in text:
        return text
    return _HOLE.sub(lambda hole: bytes(len(hole[0]) % unit), sample)


class Splitter:
    """Divides a stream into text and holes, however it is cut into blocks."""

    def __init__(self, nuls: int = 0) -> None:
        """`nuls` is how many NUL bytes precede the first block."""
        self._nuls = nuls  # at the end of what was fed; more may follow

    def feed(self, block: bytes, *, final: bool) -> Iterator[bytes | int]:
        """Yield the text of a block as bytes, and each hole as its length, in order.

        NULs at the end of a block are held back until the next one, unless the block is `final`:
        the last one. A block without NULs is yielded as it is, even if it is empty.
        """
        if self._nuls == 0 and 0 not in block:
            yield block
            return
        data = block.lstrip(b"\0")
        self._nuls += len(block) - len(data)
        if data or final:
            before, self._nuls = self._nuls, 0
            if before >= MIN_LENGTH:
                yield before
            else:
                data = bytes(before) + data
        if not final:
            kept = data.rstrip(b"\0")
            self._nuls += len(data) - len(kept)
            data = kept
        at = 0
        for hole in _HOLE.finditer(data):
            if hole.start() > at:
                yield data[at : hole.start()]
            yield hole.end() - hole.start()
            at = hole.end()
        if at < len(data):
            yield data[at:]


def note(length: int) -> str:
    """Return the text that is shown in place of a hole of `length` bytes."""
    return f"[{length:,} NUL bytes]"
