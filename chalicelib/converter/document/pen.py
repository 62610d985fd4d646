"""Draws text in several fonts with as few operators as possible."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from operator import eq
from typing import TypeAlias

from chalicelib.converter.fonts.font import (
    BODY_FACE,
    BOLD_FACE,
    CELL,
    Face,
    FontSelector,
    GridFont,
    font_resource_name,
)
from chalicelib.converter.layout.rows import ComposedRow
from chalicelib.converter.pdf.objects import escape_string
from chalicelib.converter.reading.cleaning import BOLD, BOTH, style_runs

_LINE_END = "\n".encode("utf-16-be")
_END = b"EMC\n"

MARK = b"\f"
"""Precedes the code of a row with which a marked-content sequence begins."""

_BOLD_STROKE = 0.04
"""Width of the stroke, relative to the size, that makes a font bold that has no bold face."""

_OTHER_SIZE = 1.0001
"""Relative size of a row that has text in common with the row above.

pdfium takes text that touches equal text above it for a shadow, and leaves it out: half of a
table's bars, or every other of equal lines. This does not apply to text of another size. The
difference is less than a twentieth of a point over the width of a row.
"""

GridRun: TypeAlias = tuple[str, GridFont, bool]
"""A run of text on the grid: the text, its font, and whether it is bold."""


def plain(rows: list[str]) -> bool:
    """Return whether no row has styles or is composed."""
    return set(map(type, rows)) == {str}


def repeats(rows: list[str]) -> bool:
    """Return whether any row is equal to the one above it and not empty."""
    return any(map(eq, rows, rows[1:])) and any(row == below != "" for row, below in pairwise(rows))


def divided(rows: list[str], starts: Sequence[int]) -> list[str]:
    """Return the rows with a MARK before each of `starts` but the first; no row has one before."""
    if len(starts) < 2:
        return rows
    rows = rows[:]
    for at in starts[1:]:
        rows[at] = "\f" + rows[at]
    return rows


def marked(parts: list[bytes], line_end: bytes, starts: Sequence[int]) -> bytes:
    """Return operators that draw escaped strings of rows, each in a marked-content sequence.

    Without `starts` there are no marked-content sequences.
    """
    shown = [b"(" + part.replace(line_end, b")'\n(") + b")'\n" for part in parts]
    if not starts:
        return b"".join(shown)
    return b"".join(_begin(number) + part + _END for number, part in enumerate(shown))


def _begin(number: int) -> bytes:
    """Return the operator that begins a marked-content sequence."""
    return b"/P<</MCID %d>>BDC\n" % number


class Pen:
    """Draws rows, and keeps the text state, so that operators set only what changes."""

    def __init__(self, repertoire: FontSelector, bold_seen: set[int], size: float) -> None:
        """`bold_seen` gets the code points drawn with the bold face; `size` is in points."""
        self._repertoire = repertoire
        self._bold_seen = bold_seen
        self._size = size
        self._state: tuple[bytes, float, float] = (b"", 0.0, 0.0)
        self._h_scale = 100.0
        self._bold = False

    def rows(self, rows: list[str], starts: Sequence[int] = ()) -> bytes:
        """Return operators that draw each row one leading below the last.

        `starts` are the indices of the rows with which marked-content sequences begin.
        """
        out = self._at_once(rows, starts) or self._row_by_row(rows, starts)
        if self._h_scale != 100.0:
            out += b"100 Tz\n"
        if self._bold:
            out += b"0 Tr\n"
        return out

    def _at_once(self, rows: list[str], starts: Sequence[int]) -> bytes | None:
        """Return operators for rows that need only one font, or None if they need several."""
        text = "\n".join(rows)
        slot = self._repertoire.common_font(text)
        if slot is None or not slot.cells or slot.private or repeats(rows) or not plain(rows):
            return None
        code = _code("\n".join(divided(rows, starts)), slot.plane)
        if code.count(_LINE_END) >= len(rows):
            return None  # the halves of two characters look like one
        parts = escape_string(code).split(_LINE_END + b"\0" + MARK)
        return self._set(slot.face, slot, bold=False) + marked(parts, _LINE_END, starts)

    def _row_by_row(self, rows: list[str], starts: Sequence[int]) -> bytes:
        """Return operators for rows that need several fonts, styles or sizes."""
        out: list[bytes] = []
        sizes = [self._size, self._size * _OTHER_SIZE]
        above: set[str | bytes] = set()
        marks = {row: _begin(number) for number, row in enumerate(starts)}
        for at, row in enumerate(rows):
            if at in marks:
                out += (_END, marks[at]) if at else (marks[at],)
            out.append(b"T*\n")
            runs = [] if isinstance(row, ComposedRow) else list(self._runs(row))
            pieces = row.pieces if isinstance(row, ComposedRow) else []
            texts = {text for text, _, _ in runs} | {piece.shown for piece in pieces}
            if not above.isdisjoint(texts):
                sizes.reverse()
            self._size = sizes[0]
            above = texts
            if isinstance(row, ComposedRow):
                out += self._composed(row)
            for text, slot, bold in runs:
                out += self._drawn(text, slot, bold=bold)
        return b"".join(out) + (_END if starts else b"")

    def _composed(self, row: ComposedRow) -> Iterable[bytes]:
        """Yield operators that draw a composed row."""
        gap = row.indent
        for font, shown, advance, style, _ in row.pieces:
            bold = style in (BOLD, BOTH)
            if not isinstance(font, GridFont) and isinstance(shown, bytes):
                scale = font.face.scale
                yield self._select(font.name, self._size * scale, 100.0, bold=bold)
                yield b"[%d(%b)]TJ\n" % (-gap / scale, shown) if gap else b"(%b)Tj\n" % shown
                gap = 0.0
            elif isinstance(font, GridFont) and isinstance(shown, str):
                if gap:
                    yield self._set(font.face, font, bold=bold)
                    yield b"[%d]TJ\n" % (-gap * 100 / (font.face.scale * font.h_scale))
                yield from self._drawn(shown, font, bold=bold)
                gap = advance - font.cells * len(shown) * CELL

    def _runs(self, row: str) -> Iterator[GridRun]:
        """Yield the runs of a row that have one font and are bold or not."""
        for style, text in style_runs(row):
            bold = style in (BOLD, BOTH)
            if not text:
                continue
            if slot := self._repertoire.common_font(text):
                yield text, slot, bold
                continue
            for part, slot in self._repertoire.runs(text):
                yield part, slot, bold

    def _drawn(self, text: str, slot: GridFont, *, bold: bool) -> Iterable[bytes]:
        """Yield operators that draw a run of the grid."""
        face = slot.face
        if (
            bold
            and face is BODY_FACE
            and all(BOLD_FACE.glyph(ord(character)) for character in text)
        ):
            face, bold = BOLD_FACE, False
            self._bold_seen.update(map(ord, text))
        yield self._set(face, slot, bold=bold)
        if slot.private:
            yield _spelled_out(text)
        if not slot.cells and len(set(text)) < len(text):
            yield _apart(text, slot.plane)
        else:
            yield b"(" + escape_string(_code(text, slot.plane)) + b")Tj\n"
        if slot.private:
            yield _END

    def _set(self, face: Face, slot: GridFont, *, bold: bool) -> bytes:
        """Return operators that select a face with the scaling of a grid font."""
        font = slot.resource_name if face is slot.face else font_resource_name(face, slot.plane)
        return self._select(font, self._size * face.scale, slot.h_scale, bold=bold)

    def _select(self, font: bytes, size: float, h_scale: float, *, bold: bool) -> bytes:
        """Return operators that select font, size, horizontal scaling and weight."""
        out = b""
        state = (font, size, h_scale)
        if state != self._state:
            if state[:2] != self._state[:2]:
                out += b"%b %g Tf\n" % state[:2]
            if h_scale != self._h_scale:
                out += b"%.4g Tz\n" % h_scale
                self._h_scale = h_scale
            self._state = state
        if bold != self._bold:
            out += b"2 Tr %g w\n" % (_BOLD_STROKE * self._size) if bold else b"0 Tr\n"
            self._bold = bold
        return out


def _spelled_out(text: str) -> bytes:
    """Return the start of a sequence with the text as /ActualText (ISO 19005-2, 6.2.11.7.3)."""
    return b"/Span<</ActualText<FEFF%b>>>BDC\n" % text.encode("utf-16-be").hex().upper().encode()


def _apart(marks: str, plane: int) -> bytes:
    """Return operators that draw marks on one letter, each a little further right than the last.

    pdfium leaves out a character that is within 0.07 of its size from an equal one among the last
    seven.
    """
    out = b"["
    at = 0
    for index, mark in enumerate(marks):
        wanted = index % 8 * 80
        out += b"%d(%b)" % (at - wanted, escape_string(_code(mark, plane)))
        at = wanted
    return out + b"%d]TJ\n" % at


def _code(text: str, plane: int) -> bytes:
    """Return the low 16 bits of each code point, in two bytes."""
    if not plane:
        return text.encode("utf-16-be")
    wide = text.encode("utf-32-be")
    code = bytearray(len(wide) // 2)
    code[0::2], code[1::2] = wide[2::4], wide[3::4]
    return bytes(code)
