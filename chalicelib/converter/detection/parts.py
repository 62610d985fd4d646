"""Divides a stream into parts in UTF-16 and parts in an encoding of single bytes.

PowerShell's `>>` appends UTF-16 to a log in ASCII, to which other programs then append ASCII. A
part in UTF-16 begins at its byte order mark, or at the NULs of Latin letters, the high bytes of
Cyrillic, Greek, Hebrew or Arabic, or the line ends of any other script; it ends where words in
ASCII begin.
"""

import re
import unicodedata
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator

BYTES = ""
"""The form of a part in an encoding of single bytes."""

LITTLE, BIG = "utf-16-le", "utf-16-be"
"""The forms of parts in UTF-16."""

_MAX_LOOKBEHIND = 1024
"""Maximum bytes between the start of a line and the place where UTF-16 is recognized in it."""

_LOOKAHEAD = 64
"""Bytes after a place that are needed to decide whether a part begins there."""

_SHORT = 8
"""Bytes below which a piece before UTF-16 need not have words to be ASCII."""

# Matches four characters of Latin, or of scripts whose high byte is a control character that no
# text has; or a line end or blank between characters of any other script.
_START = {
    LITTLE: re.compile(rb"(?:[\t\r\n -~\xa0-\xff]\0|[\0-\xff][\x01-\x06\x0e-\x1a\x1e]){4}|[ \n]\0"),
    BIG: re.compile(rb"(?:\0[\t\r\n -~\xa0-\xff]|[\x01-\x06\x0e-\x1a\x1e][\0-\xff]){4}|\0[ \n]"),
}
_MARKS = {BOM_UTF16_LE: LITTLE, BOM_UTF16_BE: BIG}
_MARK = re.compile(rb"\xff\xfe|\xfe\xff")
_LINE_END = {LITTLE: b"\n\0", BIG: b"\0\n"}

# Match places where text in single bytes may follow: a line without NULs, much ASCII within a
# line, or the last line of the stream.
_LINE_START = {
    form: re.compile(re.escape(end) + rb"(?=[^\0]{16})") for form, end in _LINE_END.items()
}
_ASCII_RUN = re.compile(rb"[\t\r\n -~]{32,}")
_LAST_LINE = {
    form: re.compile(re.escape(end) + rb"(?=[^\0]+\Z)") for form, end in _LINE_END.items()
}
_NUL_FREE_END = re.compile(rb"(?:\n\0|\0\n)?[^\0]{0,%d}\Z" % _LOOKAHEAD)
_WORDS = re.compile(rb"[A-Za-z0-9 .,:\r\n\x80-\xff-]")
_CASE_JUMPS = re.compile(rb"[a-z][A-Z0-9]|[0-9][a-z]")


class Parts:
    """Divides a stream into its parts; the result does not depend on the size of the blocks.

    `form` is that of the last part so far, and `held` the bytes that cannot be judged before the
    next block.
    """

    def __init__(self, form: str = BYTES, *, is_single: bool = False) -> None:
        """`form` is that of the first part (BYTES, LITTLE or BIG), the only one if `is_single`."""
        self.form = form
        self._is_single = is_single
        self.held = b""

    def feed(self, block: bytes, *, final: bool) -> Iterator[tuple[str, bytes]]:
        """Yield form and bytes of each part, or what a block has of it, in order.

        Bytes that need the next block are held back, unless the block is `final`: the last one.
        """
        if self._is_single:
            yield self.form, block
            return
        data, self.held = self.held + block, b""
        at = 0
        while at < len(data):
            change = (_start if self.form == BYTES else _end)(data, at, self.form, final=final)
            end, form = change or (len(data), None)
            if form is None and not final:
                end = _undecided(data, at, end, self.form)
                self.held = data[end:]
            if end > at:
                yield self.form, data[at:end]
            if form is None:
                return
            at, self.form = end, form


def has_signs(block: bytes, at: int = 0) -> bool:
    """Return whether a part in UTF-16 may begin at index `at` of a block, or later.

    If there are neither NULs nor byte order marks, none can.
    """
    if block.find(0, at) >= 0:
        return True
    # Both marks have this byte, and the search for one is faster.
    return block.find(0xFF, at) >= 0 and any(block.find(mark, at) >= 0 for mark in _MARKS)


def split(sample: bytes, *, whole: bool) -> list[tuple[str, bytes]]:
    """Return form and bytes of the parts of a sample, which may begin in any form.

    If the sample is not the `whole` text, its last part includes the bytes that cannot be judged
    without what follows.
    """
    pieces = [*Parts().feed(sample, final=whole)]
    if not whole:
        rest = len(sample) - sum(len(data) for _, data in pieces)
        pieces.append((pieces[-1][0] if pieces else BYTES, sample[len(sample) - rest :]))
    return pieces


def begins_in_ascii(sample: bytes, *, whole: bool) -> bool:
    """Return whether a sample begins with lines in ASCII, or with words, that are not in UTF-16.

    The sample must not be empty; `whole` is whether it is the whole text.
    """
    form, first = split(sample, whole=whole)[0]
    is_line = first.endswith(b"\n") and first.isascii() and 0 not in first
    return form == BYTES and (is_line or _is_byte_text(first[:_LOOKAHEAD]))


def _undecided(data: bytes, at: int, end: int, form: str) -> int:
    """Return the index from which the data must be held back until the next block."""
    if form == BYTES:
        line = data.rfind(b"\n", at, end) + 1 or at
        return line if end - line <= _MAX_LOOKBEHIND else end - _LOOKAHEAD
    tail = _NUL_FREE_END.search(data, max(at, end - _LOOKAHEAD - 2))
    start = tail.start() if tail else end
    return start - (start - at) % 2


def _start(data: bytes, at: int, _: str, *, final: bool) -> tuple[int, str | None] | None:
    """Return where UTF-16 begins and its form, or None; no form if that needs the next block."""
    if not has_signs(data, at):
        return None
    position = at
    while True:
        signs = [(m.start(), form) for form, p in _START.items() if (m := p.search(data, position))]
        mark = _MARK.search(data, position)
        marked = mark.start() if mark else -1
        if mark:
            signs.append((marked, _MARKS[mark[0]]))
        if not signs:
            return None
        place = min(signs)[0]
        line = max(data.rfind(b"\n", at, place) + 1, at)
        if not final and len(data) - place < _LOOKAHEAD:
            return (line if place - line <= _MAX_LOOKBEHIND else place - _LOOKAHEAD), None
        starts = [
            (start, form)
            for sign, form in signs
            if sign <= place + 1 and not _ends_line_before(data, sign, form)
            for start in (at, line, sign)
            if sign - start <= _MAX_LOOKBEHIND and (sign - start) % 2 == 0
            if not _is_ascii(data[start:sign])
            if _is_utf16(data[start : start + _LOOKAHEAD], form, is_marked=start == marked)
        ]
        if starts:
            return min(starts)
        position = place + 1


def _is_ascii(piece: bytes) -> bool:
    """Return whether the bytes before a part in UTF-16 are ASCII text rather than part of it.

    Printable bytes may be either. They are ASCII if they are few or look like single-byte text.
    """
    is_printable = re.fullmatch(rb"[\t\r\n -~]+", piece)
    return bool(is_printable) and (len(piece) < _SHORT or _is_byte_text(piece))


def _ends_line_before(data: bytes, place: int, form: str) -> bool:
    """Return whether a line feed belongs to the text before a part in big-endian UTF-16."""
    is_end = form == LITTLE and data[place] == 0x0A and place > 0 and data[place - 1] != 0
    return is_end and bool(_START[BIG].match(data, place + 1))


def _end(data: bytes, at: int, form: str, *, final: bool) -> tuple[int, str | None] | None:
    """Return where the part in UTF-16 ends, and the form of the next part, or None."""
    starts = [m.end() for m in _LINE_START[form].finditer(data, at) if (m.start() - at) % 2 == 0]
    runs = [m.start() + (m.start() - at) % 2 for m in _ASCII_RUN.finditer(data, at)]
    for start in sorted({*starts, *runs}):
        if _is_byte_text(data[start : start + _LOOKAHEAD]):
            return start, BYTES
    last = _LAST_LINE[form].search(data, at) if final else None
    if last and (last.start() - at) % 2 == 0:
        length = len(data) - last.end()
        is_long = length % 2 == 1 or length >= 8
        if is_long and _is_byte_text(data[last.end() :]):
            return last.end(), BYTES
    return None


def _is_utf16(piece: bytes, form: str, *, is_marked: bool) -> bool:
    """Return whether a piece decodes from UTF-16 to text in one script, or in East Asian ones."""
    text = piece[: len(piece) // 2 * 2].decode(form, "replace").removeprefix("\ufeff")
    line = text.partition("\n")[0].strip() or text
    odd = sum(unicodedata.category(c) in _ODD and c not in "\t\r\n\f\x1b" for c in line)
    pairs = ((ord(c) >> 8, ord(c) & 0xFF) for c in line)
    # Kana have the high byte 0x30, that of the digit 0.
    ascii_pairs = sum(0x20 <= a < 0x7F and a != 0x30 and 0x20 <= b < 0x7F for a, b in pairs)
    rows = {ord(c) >> 8 for c in line if c not in " \ufffd"} - {0, 0x20}
    is_one_script = len(rows) <= 3 or all(0x2E <= row <= 0xD7 or row == 0xFF for row in rows)
    return (
        len(line) > 3 and odd == 0 and (is_marked or ascii_pairs * 2 <= len(line)) and is_one_script
    )


_ODD = {"Cc", "Cn", "Co", "Cs"}


def _is_byte_text(piece: bytes) -> bool:
    """Return whether a piece is text in single bytes or UTF-8, not East Asian text in UTF-16."""
    piece = piece.partition(b"\0")[0]
    if _CONTROL.search(piece):
        return False
    others = len(piece.translate(None, _ASCII))
    if others * 4 > len(piece):
        return len(_UTF_8.findall(piece)) >= 4 and not _UTF_8.sub(b"", piece[:-3]).translate(
            None, _ASCII
        )
    if len(_WORDS.findall(piece)) * 5 < len(piece) * 4 or len(_CASE_JUMPS.findall(piece)) * 8 > len(
        piece
    ):
        return False
    # Kana have the same high byte: it is every second one.
    return all(
        max(map(half.count, set(half)), default=0) * 2 <= len(half) + 1
        for half in (piece[0::2], piece[1::2])
    )


_ASCII = bytes(range(0x80))
_CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_UTF_8 = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
    rb"|[\xc2-\xf4][\x80-\xbf]{0,2}\Z"
)
