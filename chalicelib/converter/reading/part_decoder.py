"""Decodes one part of a text: a run of bytes that are all in one encoding."""

import codecs
from collections.abc import Sequence
from functools import partial

from chalicelib.converter.detection import utf8
from chalicelib.converter.detection.encoding import ASCII, UTF_16, Encoding, charset_of_lines

# Undecodable bytes are marked with a code point that no decoder yields for decodable ones (a
# lone surrogate), to be counted and distinguished from a U+FFFD that was in the text.
_MARK = "\udfff"
_HANDLER = "chalicelib.mark-undecodable"


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return _MARK, error.end


codecs.register_error(_HANDLER, _mark)


class PartDecoder:
    """Decodes the bytes of a part, given in any pieces.

    `replaced` is the number of its undecodable places, each of which became U+FFFD, and `repaired`
    the number of stray bytes in UTF-8 that were decoded in another charset.
    """

    def __init__(
        self,
        encoding: Encoding,
        likely: Sequence[str],
        block: int,
        *,
        may_have_mark: bool = True,
        begins_text: bool = True,
    ) -> None:
        """`likely` are codecs that decide on the charset of stray bytes in UTF-8.

        `block` is the maximum of bytes that are decoded at once. `may_have_mark` is whether a byte
        order mark at the start is no text, and `begins_text` whether nothing is known to precede
        the part, of whose first character a piece may then be missing.
        """
        self.may_have_mark = may_have_mark
        self.begins_text = begins_text
        self.replaced = 0
        self.repaired = 0
        self._unit = _unit(encoding)
        self._offset = 0  # modulo the bytes of a character
        self._records = _Records(encoding.record) if encoding.record else None
        self._decoder: codecs.IncrementalDecoder | None = None
        self._repair: utf8.Repair | None = None
        if encoding == ASCII:
            return
        errors = "surrogateescape" if encoding.name == "utf-8" else _HANDLER
        self._decoder = codecs.getincrementaldecoder(encoding.name)(errors)
        if encoding.name == "utf-8":
            charset = next(iter(likely), "cp1252")
            self._repair = utf8.Repair(charset, partial(charset_of_lines, likely=likely), block)

    @property
    def is_ascii(self) -> bool:
        """Whether only ASCII can be decoded."""
        return self._decoder is None

    def decode(self, data: bytes, *, final: bool) -> str:
        """Return the next characters; `final` is whether the part ends with these bytes."""
        if self._decoder is None:
            return str(data, "ascii")
        self._offset += len(data)
        text = self._decoder.decode(data, final)
        if self._repair:
            text = self._repair.feed(text, at_start=self.begins_text, final=final)
            self.replaced += self._repair.take_replaced()
            self.repaired += self._repair.take_repaired()
        elif _MARK in text:
            self.replaced += text.count(_MARK)
            text = text.replace(_MARK, "\ufffd")
        if text:
            if self.may_have_mark:
                text = text.removeprefix("\ufeff")  # a byte order mark is not part of the text
                self.may_have_mark = False
            self.begins_text = False
        return self._records.lines(text) if self._records else text

    def nuls_of_characters(self, length: int, held: int) -> tuple[int, int]:
        """Return how many of a hole's NULs belong to the characters before it and after it.

        `held` is the number of bytes before the hole that have not been decoded yet.
        """
        before = min(-(self._offset + held) % self._unit, length)
        return before, (length - before) % self._unit

    def skip_hole(self, length: int) -> None:
        """Continue after a hole of NULs, of which `length` belong to no character."""
        if self._decoder:
            self._decoder.reset()
        self.begins_text = True
        if self._records:
            self._records.skip(length)


class _Records:
    """Makes lines of the fixed records of a mainframe, which have no line ends."""

    def __init__(self, length: int) -> None:
        self._length = length
        self._column = 0

    def lines(self, text: str) -> str:
        """Return the next characters with a line end behind each record."""
        if not text:
            return ""
        length, at = self._length, -self._column
        self._column = (self._column + len(text)) % length
        lines = [text[max(start, 0) : start + length] for start in range(at, len(text), length)]
        return "\n".join(lines) + ("" if self._column else "\n")

    def skip(self, length: int) -> None:
        """Leave out this number of characters."""
        self._column = (self._column + length) % self._length


def _unit(encoding: Encoding) -> int:
    """Return the bytes of a character's shortest form."""
    if encoding.name in UTF_16:
        return 2
    return 4 if encoding.name.startswith("utf-32") else 1
