"""Text with several fonts: the operators that draw it, with no more of them than it takes."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from chalicelib.converter.cleaning import BOLD, BOTH, PLAIN, Styled
from chalicelib.converter.fonts import BODY, Face, Repertoire, Slot
from chalicelib.converter.fonts import BOLD as BOLD_FACE

_RUN = re.compile(r"(.)\1*")
_STROKE = 0.04  # of the size: what makes a font bold that has no bold face

# pdfium takes text that is equal to text just above and touches it for a shadow, and leaves it
# out: half of a table's bars, every other of equal lines. Text of another size is none, so every
# other row is larger, by less than a twentieth of a point over its whole width.
_OTHER_ROWS = 1.0001


def font_name(face: Face, plane: int) -> bytes:
    """Resource name of the font for one plane of a face."""
    return f"/{face.name}.{plane}".encode()


def escaped(code: bytes) -> bytes:
    """The bytes as they stand in a literal string (7.3.4.2): a bare CR would become an LF."""
    return (
        code.replace(b"\\", b"\\\\")
        .replace(b"(", b"\\(")
        .replace(b")", b"\\)")
        .replace(b"\r", b"\\r")
    )


def stretches(row: str) -> Iterator[tuple[str, str]]:
    """The row divided where its style changes."""
    if not isinstance(row, Styled):
        yield PLAIN, str(row)
        return
    at = 0
    for style, letters in groupby(row.styles):
        end = at + sum(1 for _ in letters)
        yield style, row[at:end]
        at = end


class Pen:
    """The text state of a content stream: what is set stays set, so it is set on change only."""

    def __init__(self, repertoire: Repertoire, bold_seen: set[int], size: float) -> None:
        """`bold_seen` is told which characters the bold face needs; `size` is in points."""
        self._repertoire = repertoire
        self._bold_seen = bold_seen
        self._size = size
        self._state: tuple[bytes, float, float] = (b"", 0.0, 0.0)
        self._stretch = 100.0
        self._bold = False

    def rows(self, rows: list[str]) -> bytes:
        """Operators that draw each row one leading below the last."""
        out: list[bytes] = []
        letters = "\n".join(rows).translate(self._repertoire).split("\n")
        size = self._size
        for index, (row, row_letters) in enumerate(zip(rows, letters, strict=True)):
            out.append(b"T*\n")
            self._size = size * _OTHER_ROWS if index % 2 else size
            if isinstance(row, Styled):
                at = 0
                for style, piece in stretches(row):
                    end = at + len(piece)
                    out += self._runs(piece, row_letters[at:end], bold=style in (BOLD, BOTH))
                    at = end
            elif row:
                out += self._runs(row, row_letters, bold=False)
        if self._stretch != 100.0:
            out.append(b"100 Tz\n")
        if self._bold:
            out.append(b"0 Tr\n")
        return b"".join(out)

    def _runs(self, text: str, letters: str, *, bold: bool) -> Iterable[bytes]:
        if letters.count(letters[0]) == len(letters):
            yield from self._run(text, self._repertoire.slots[letters[0]], bold=bold)
            return
        for match in _RUN.finditer(letters):
            slot = self._repertoire.slots[match[1]]
            piece = text[match.start() : match.end()]
            yield from self._run(piece, slot, bold=bold)

    def _run(self, text: str, slot: Slot, *, bold: bool) -> Iterable[bytes]:
        face = slot.face
        if bold and face is BODY and all(BOLD_FACE.glyph(ord(one)) for one in text):
            face, bold = BOLD_FACE, False
            self._bold_seen.update(map(ord, text))
        yield self._set(face, slot, bold=bold)
        if not slot.cells and len(set(text)) < len(text):
            yield _apart(text, slot.plane)
        else:
            yield b"(" + escaped(_code(text, slot.plane)) + b")Tj\n"

    def _set(self, face: Face, slot: Slot, *, bold: bool) -> bytes:
        out = b""
        state = (font_name(face, slot.plane), self._size * face.scale, slot.stretch)
        if state != self._state:
            if state[:2] != self._state[:2]:
                out += b"%b %g Tf\n" % state[:2]
            if state[2] != self._stretch:
                out += b"%.4g Tz\n" % state[2]
                self._stretch = state[2]
            self._state = state
        if bold != self._bold:
            out += b"2 Tr %g w\n" % (_STROKE * self._size) if bold else b"0 Tr\n"
            self._bold = bold
        return out


def _apart(marks: str, plane: int) -> bytes:
    """Marks over one letter, each a little further right than the last, and the pen back.

    pdfium leaves a character out that is where an equal one of the last seven is, to within
    0.07 of its size.
    """
    out = b"["
    at = 0
    for index, mark in enumerate(marks):
        wanted = index % 8 * 80
        out += b"%d(%b)" % (at - wanted, escaped(_code(mark, plane)))
        at = wanted
    return out + b"%d]TJ\n" % at


def _code(text: str, plane: int) -> bytes:
    """Two bytes a character: the low 16 bits of its code point."""
    if not plane:
        return text.encode("utf-16-be")
    wide = text.encode("utf-32-be")
    code = bytearray(len(wide) // 2)
    code[0::2], code[1::2] = wide[2::4], wide[3::4]
    return bytes(code)
