"""Draws text in several fonts with as few operators as possible."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from operator import eq
from typing import TypeAlias

from chalicelib.converter.drawing.content_sequences import Mark
from chalicelib.converter.drawing.decorations import fill, stroke
from chalicelib.converter.drawing.marked_rows import joined, marked
from chalicelib.converter.fonts.face import BODY_FACE, BOLD_FACE, CELL, Face
from chalicelib.converter.fonts.font import FontSelector, GridFont, font_resource_name
from chalicelib.converter.layout.rows import ComposedRow
from chalicelib.converter.pdf.objects import escape_string
from chalicelib.converter.styles.colours import printed
from chalicelib.converter.styles.styled_line import PLAIN, slice_line, style_runs
from chalicelib.converter.styles.styles import style_of

_LINE_END = "\n".encode("utf-16-be")
_END = b"EMC\n"

_WIDE_MARK = "\f".encode("utf-16-be")

_BOLD_STROKE = 0.04
"""Width of the stroke, relative to the size, that makes a font bold that has no bold face."""

_OTHER_SIZE = 1.0001
"""Relative size of a row that has text in common with the row above.

pdfium takes text that touches equal text above it for a shadow, and leaves it out: half of a
table's bars, or every other of equal lines. This does not apply to text of another size. The
difference is less than a twentieth of a point over the width of a row.
"""

GridRun: TypeAlias = tuple[str, GridFont, str]
"""A run of text on the grid: the text, its font, and the letter of its style."""

_SLANT = 0.2126
"""Slant of italic text, which has no face of its own: the tangent of 12 degrees."""

RowPositions: TypeAlias = tuple[float, float, float, Sequence[float]]
"""The left edge of rows, the first baseline, the leading, and how far rows are below, if any is."""


def plain(rows: list[str]) -> bool:
    """Return whether no row has styles or is composed."""
    return set(map(type, rows)) == {str}


def repeats(rows: list[str]) -> bool:
    """Return whether any row is equal to the one above it and not empty."""
    return any(map(eq, rows, rows[1:])) and any(row == below != "" for row, below in pairwise(rows))


def _begin(number: int, tag: bytes) -> bytes:
    """Return the operator that begins a marked-content sequence."""
    return b"/%b<</MCID %d>>BDC\n" % (tag, number)


class Pen:
    """Draws rows, and keeps the text state, so that operators set only what changes."""

    def __init__(
        self,
        repertoire: FontSelector,
        bold_seen: set[int],
        size: float,
        positions: RowPositions,
    ) -> None:
        """`bold_seen` gets the code points drawn with the bold face; `size` is in points."""
        self._positions = positions
        self._colours: tuple[int, int] = (0, 0)  # of the text and its background
        self._reach = 0.0  # of the row's text so far, in thousandths of the size
        self._slanted = False
        self._moved = False  # whether the row has set a text matrix
        self._repertoire = repertoire
        self._bold_seen = bold_seen
        self._size = size
        self._state: tuple[bytes, float, float] = (b"", 0.0, 0.0)
        self._h_scale = 100.0
        self._bold = False

    def rows(self, rows: list[str], marks: Sequence[Mark] = (), first: int = 0) -> bytes:
        """Return operators that draw each row one leading below the last, unless it is shifted.

        `marks` are the places where marked-content sequences begin, the first with the first row;
        `first` is the number of that one.
        """
        out = self._at_once(rows, marks, first) or self._row_by_row(rows, marks, first)
        if self._h_scale != 100.0:
            out += b"100 Tz\n"
        if self._bold:
            out += b"0 Tr\n"
        return out + self._colour((0, 0))

    def _at_once(self, rows: list[str], marks: Sequence[Mark], first: int) -> bytes | None:
        """Return operators for rows that need only one font, or None if they need several."""
        text = "\n".join(rows)
        slot = self._repertoire.common_font(text)
        if slot is None or not slot.cells or slot.private or repeats(rows) or not plain(rows):
            return None
        lines = joined(rows, marks)
        code = _code(lines, slot.plane)
        if code.count(_LINE_END) > lines.count("\n") or code.count(_WIDE_MARK) > lines.count("\f"):
            return None  # the halves of two characters look like one
        shown = marked(escape_string(code), _LINE_END, _WIDE_MARK, marks, first)
        return self._set(slot.face, slot, bold=False) + shown

    def _row_by_row(self, rows: list[str], marks: Sequence[Mark], first: int) -> bytes:
        """Return operators for rows that need several fonts, styles or sizes."""
        out: list[bytes] = []
        sizes = [self._size, self._size * _OTHER_SIZE]
        above: set[str | bytes] = set()
        begins: dict[int, dict[int, bytes]] = {}
        for number, mark in enumerate(marks):
            begin = (_END if number else b"") + _begin(first + number, mark.tag)
            begins.setdefault(mark.row, {})[mark.place] = begin
        for at, row in enumerate(rows):
            within = begins.get(at, {})
            out += (within.pop(0, b""), self._next_row(at))
            self._reach = row.indent if isinstance(row, ComposedRow) else 0.0
            runs: list[tuple[GridRun, bytes]] = []
            texts: set[str | bytes]
            if isinstance(row, ComposedRow):
                texts = {piece.shown for piece in row.pieces}
            else:
                runs += self._marked_runs(row, within)
                texts = {text for (text, _, _), _ in runs}
            if not above.isdisjoint(texts):
                sizes.reverse()
            self._size = sizes[0]
            above = texts
            if isinstance(row, ComposedRow):
                out += self._composed(row, at, within)
            for (text, slot, style), begin in runs:
                bold = style != PLAIN and style_of(style).bold
                out += (begin, self._begin_style(style, at), self._drawn(text, slot, bold=bold))
                self._reach += slot.cells * len(text) * CELL
            if self._moved:
                out.append(self._upright(at, 0.0))  # where the next row's T* counts from
                self._moved = False
        return b"".join(out) + (_END if marks else b"")

    def _next_row(self, row: int) -> bytes:
        """Return the operator that moves to the start of a row from that of the row above."""
        _, _, leading, drops = self._positions
        if not drops or not (further := drops[row] - (drops[row - 1] if row else 0.0)):
            return b"T*\n"
        return b"0 %.3f Td\n" % (-leading - further)

    def _begin_style(self, style: str, row: int) -> bytes:
        """Return operators that set colour and slant of the text that comes next in a row."""
        if style == PLAIN and not self._slanted and self._colours == (0, 0):
            return b""
        wanted = style_of(style)
        out = self._colour((wanted.foreground, wanted.background))
        if wanted.italic:
            self._slanted = True
            return out + self._matrix(row, self._reach, _SLANT)
        return out + self._upright(row, self._reach) if self._slanted else out

    def _colour(self, colours: tuple[int, int]) -> bytes:
        if colours == self._colours:
            return b""
        self._colours = colours
        if colours == (0, 0):
            return b"0 g 0 G\n"
        colour = printed(*colours)
        return fill(colour) + stroke(colour)

    def _upright(self, row: int, reach: float) -> bytes:
        """Return operators that end slanted text and move to a place of a row.

        `reach` is the advance of the row's text before it, in thousandths of the type size.
        """
        self._slanted = False
        return self._matrix(row, reach, 0.0)

    def _matrix(self, row: int, reach: float, slant: float) -> bytes:
        self._moved = True
        left, baseline, leading, drops = self._positions
        y = baseline - row * leading - (drops[row] if drops else 0.0)
        return b"1 0 %g 1 %.2f %.2f Tm\n" % (slant, left + reach * self._size / 1000, y)

    def _composed(self, row: ComposedRow, at: int, begins: Mapping[int, bytes]) -> Iterable[bytes]:
        """Yield operators that draw a composed row; `begins` has operators by piece."""
        gap = row.indent
        for number, (font, shown, advance, style, _, _, _) in enumerate(row.pieces):
            bold = style != PLAIN and style_of(style).bold
            if number in begins:
                yield begins[number]
            if changed := self._begin_style(style, at):
                yield changed
                gap = 0.0 if changed.endswith(b"Tm\n") else gap
            if not isinstance(font, GridFont) and isinstance(shown, bytes):
                scale = font.face.scale
                yield self._select(font.name, self._size * scale, 100.0, bold=bold)
                yield b"[%d(%b)]TJ\n" % (-gap / scale, shown) if gap else b"(%b)Tj\n" % shown
                gap = 0.0
            elif isinstance(font, GridFont) and isinstance(shown, str):
                if gap:
                    yield self._set(font.face, font, bold=bold)
                    yield b"[%d]TJ\n" % (-gap * 100 / (font.face.scale * font.h_scale))
                yield self._drawn(shown, font, bold=bold)
                gap = advance - font.cells * len(shown) * CELL
            self._reach += advance

    def _marked_runs(
        self, row: str, begins: Mapping[int, bytes]
    ) -> Iterator[tuple[GridRun, bytes]]:
        """Yield each run of a row, and the operators that begin a sequence there."""
        for start, end in pairwise([0, *begins, len(row)]):
            begin = begins.get(start, b"")
            for run in self._runs(slice_line(row, start, end)):
                yield run, begin
                begin = b""

    def _runs(self, row: str) -> Iterator[GridRun]:
        """Yield the runs of a row that have one font and one style."""
        for style, text in style_runs(row):
            for part, slot in self._repertoire.runs(text):
                yield part, slot, style

    def _drawn(self, text: str, slot: GridFont, *, bold: bool) -> bytes:
        """Return operators that draw a run of the grid."""
        face = slot.face
        if (
            bold
            and face is BODY_FACE
            and all(BOLD_FACE.glyph(ord(character)) for character in text)
        ):
            face, bold = BOLD_FACE, False
            self._bold_seen.update(map(ord, text))
        selected = self._set(face, slot, bold=bold)
        if not slot.cells and len(set(text)) < len(text):
            shown = _apart(text, slot.plane)
        else:
            shown = b"(%b)Tj\n" % escape_string(_code(text, slot.plane))
        return selected + (_spelled_out(text) + shown + _END if slot.private else shown)

    def _set(self, face: Face, slot: GridFont, *, bold: bool) -> bytes:
        """Return operators that select a face with the scaling of a grid font."""
        font = slot.resource_name if face is slot.face else font_resource_name(face, slot.plane)
        return self._select(font, self._size * face.scale, slot.h_scale, bold=bold)

    def _select(self, font: bytes, size: float, h_scale: float, *, bold: bool) -> bytes:
        """Return operators that select font, size, horizontal scaling and weight."""
        state = (font, size, h_scale)
        if state == self._state and bold == self._bold:
            return b""
        out = b""
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
    if len(text) == 1:
        return (ord(text) & 0xFFFF).to_bytes(2, "big")
    wide = text.encode("utf-32-be")
    code = bytearray(len(wide) // 2)
    code[0::2], code[1::2] = wide[2::4], wide[3::4]
    return bytes(code)
