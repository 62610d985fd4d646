"""Makes content streams of rows of text (PDF 32000-1, clauses 8 and 9).

The code of a character is its byte in WinAnsiEncoding if all of the page is in that encoding, else
the low 16 bits of its code point, in the font for its plane. Both take only a few operations on
whole strings for a page.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from math import ceil
from typing import TYPE_CHECKING, TypeAlias

from chalicelib.converter.drawing.code_point_labels import Labels
from chalicelib.converter.drawing.content_sequences import Mark
from chalicelib.converter.drawing.continuation_marks import ContinuationMarks
from chalicelib.converter.drawing.decorations import Span, background, lines
from chalicelib.converter.drawing.geometry import Geometry
from chalicelib.converter.drawing.line_numbers import LineNumbers, drawn
from chalicelib.converter.drawing.marked_rows import MARK, joined, marked
from chalicelib.converter.drawing.pen import Pen, plain, repeats
from chalicelib.converter.fonts.face import ASCENT, CELL
from chalicelib.converter.fonts.font import FontSelector, GridFont
from chalicelib.converter.fonts.pictures import EmojiPictures
from chalicelib.converter.layout.page import Page
from chalicelib.converter.layout.rows import ComposedRow, RowPiece, is_complex
from chalicelib.converter.pdf.objects import escape_string
from chalicelib.converter.styles.styled_line import PLAIN, StyledLine, style_runs
from chalicelib.converter.styles.styles import style_of

if TYPE_CHECKING:
    from chalicelib.converter.layout.composer import Composer

ANSI_FONT = b"/F0"
PlacedRow: TypeAlias = tuple[str, float]
"""A row and its baseline, in points."""

_UNLIMITED_COLUMNS = 1_000_000
"""Cells of a row that is never broken."""


def artifact(operators: bytes) -> bytes:
    """Mark operators as an artifact (14.8.2.2), such as header, footer or a continuation mark."""
    return b"/Artifact BMC\n" + operators + b"EMC\n" if operators else b""


class Painter:
    """Paints pages, and records which characters were drawn with which font."""

    def __init__(
        self,
        geometry: Geometry,
        repertoire: FontSelector,
        composer: Callable[[int], "Composer"],
        *,
        line_numbers: bool = False,
    ) -> None:
        """`composer` returns a composer for rows of so many cells."""
        self._geometry = geometry
        self._composer = composer
        self._repertoire = repertoire
        self._ansi_seen = b"\n" + MARK
        self._bold_seen: set[int] = set()
        self.continuation_marks = ContinuationMarks(geometry)
        self.labels = Labels()
        self._line_numbers = LineNumbers() if line_numbers else None
        self.pictures = EmojiPictures()
        g = geometry
        left, above = g.left, g.first_baseline + g.leading
        #: Operators that open the text object for `page`.
        self.opening = b"BT\n%.2f TL\n%.2f %.3f Td\n%b %g Tf\n" % (
            g.leading,
            left,
            above,
            ANSI_FONT,
            g.size,
        )
        self._baselines = g.baselines()

    @property
    def ansi_characters(self) -> str:
        """The characters drawn with the one-byte font."""
        return self._ansi_seen[2:].decode("cp1252")

    @property
    def bold_characters(self) -> set[int]:
        """The code points drawn with the bold face."""
        return self._bold_seen

    def page(self, page: Page, marks: Sequence[Mark] = (), first: int = 0) -> bytes:
        """Return operators that draw the rows, and marks at rows that continue the one above.

        A text object is open before and after them. `marks` are the places where marked-content
        sequences begin, the first with the first row; each ends where the next begins. `first` is
        the number of the first sequence.
        """
        rows = page.rows
        baselines = self._geometry.baselines(page.shifts) if page.shifts else self._baselines
        is_plain = plain(rows)
        shapes = self.continuation_marks.draw(page, baselines)
        if self._line_numbers:
            numbers = self._line_numbers.of(page)
            shapes += drawn(numbers, self._geometry, baselines, self.labels)
        if not any(rows):
            return _aside(shapes)
        code = _ansi(rows, marks) if is_plain else None
        if code is not None:
            self.see_ansi(code)
            return marked(escape_string(code), b"\n", MARK, marks, first) + _aside(shapes)
        text = self._pen(self._geometry.size, page.shifts).rows(rows, marks, first)
        placed = list(zip(rows, baselines, strict=False))
        if is_plain:  # without styles and emoji
            missing = self._repertoire.any_missing("".join(rows))
            return text + _aside((self._numbers(placed) if missing else b"") + shapes)
        spans = list(self._spans(placed))
        return (
            self._backgrounds(spans)
            + text
            + _aside(self._lines(spans) + self._numbers(placed) + self._emoji(placed) + shapes)
        )

    def column(self, number: int, page: Page, marks: Sequence[Mark], first: int) -> bytes:
        """Return operators like those of `page`, for a column that is counted from 0."""
        text = self.page(page, marks, first)
        if number == 0:
            return text
        place = b"1 0 0 1 %.2f 0 cm\n" % self._geometry.column_offset(number)
        return b"ET\nq " + place + self.opening + text + b"ET\nQ\nBT\n"

    def line(self, text: str, x: float, y: float, size: float) -> bytes:
        """Return operators that draw one line of text, in a text object of its own."""
        if (code := _ansi([text])) is not None:
            self.see_ansi(code)
            return self.ansi_line(text, x, y, size)
        row = self._composed(text) if is_complex(text) else text
        pictures = self._pictures(row, x, y, size) if isinstance(row, ComposedRow) else b""
        opening = b"BT\n0 TL\n%.3f %.3f Td\n" % (x, y)
        return opening + self._pen(size).rows([row]) + b"ET\n" + pictures

    def ansi_line(self, text: str, x: float, y: float, size: float) -> bytes:
        """Return operators that draw one line of text in WinAnsiEncoding."""
        code = text.encode("cp1252")
        return b"BT\n%b %g Tf\n%.3f %.3f Td\n(%b) Tj\nET\n" % (
            ANSI_FONT,
            size,
            x,
            y,
            escape_string(code),
        )

    def see_ansi(self, code: bytes) -> None:
        """Record that the one-byte font needs these characters."""
        if new := code.translate(None, self._ansi_seen):
            self._ansi_seen += bytes(sorted(set(new)))

    def cells(self, text: str) -> int:
        """Return the number of cells that the text takes."""
        if text.isascii() and text.isprintable():
            return len(text)
        if is_complex(text):
            return ceil(sum(piece.advance for piece in self._composed(text).pieces) / CELL)
        return sum(slot.cells for slot in self._slots(text))

    def _composed(self, text: str) -> ComposedRow:
        """Compose text as one row that begins at the left, in either direction."""
        (row,) = self._composer(_UNLIMITED_COLUMNS).rows(text)
        row.indent = 0.0
        return row

    def _slots(self, text: str) -> list[GridFont]:
        """Return the font of each character."""
        return [self._repertoire.fonts[letter] for letter in text.translate(self._repertoire)]

    def _pen(self, size: float, shifts: Sequence[int] = ()) -> Pen:
        g = self._geometry
        drops = [shift * size / 1000 for shift in shifts]
        positions = (g.left, g.first_baseline, g.leading, drops)
        return Pen(self._repertoire, self._bold_seen, size, positions)

    def _spans(self, rows: Iterable[PlacedRow]) -> Iterator[Span]:
        """Yield the styled text of rows, with its place."""
        g = self._geometry
        for row, baseline in rows:
            if isinstance(row, ComposedRow):
                styled = {piece.style for piece in row.pieces} != {PLAIN}
                for piece, x in places(row, g.left, g.size) if styled else ():
                    if piece.style != PLAIN:
                        width = piece.advance * g.size / 1000
                        yield Span(style_of(piece.style), x, baseline, width)
            elif isinstance(row, StyledLine):
                column = 0
                for style, text in style_runs(row):
                    width = self.cells(text)
                    x = g.left + column * g.cell
                    yield Span(style_of(style), x, baseline, width * g.cell)
                    column += width

    def _lines(self, spans: Iterable[Span]) -> bytes:
        return b"".join(line for span in spans for line in lines(span, self._geometry.size))

    def _backgrounds(self, spans: Iterable[Span]) -> bytes:
        """Return operators that fill the backgrounds of text, before any of it."""
        g = self._geometry
        ascent = g.size * ASCENT / 1000
        filled = [
            background(span, ascent, g.leading - ascent) for span in spans if span.style.background
        ]
        if not filled:
            return b""
        shapes = artifact(b"q\n" + b"".join(filled) + b"Q\n")
        above = g.first_baseline + g.leading
        return b"ET\n" + shapes + b"BT\n%.2f %.3f Td\n" % (g.left, above)

    def _numbers(self, rows: Iterable[PlacedRow]) -> bytes:
        """Return operators that draw the code points of characters that no font has."""
        if not self._repertoire.has_missing:
            return b""
        g = self._geometry
        out: list[bytes] = []
        for row, baseline in rows:
            if isinstance(row, ComposedRow):
                out += self._numbers_of_pieces(row, baseline)
                continue
            if not self._repertoire.any_missing(row):
                continue
            slots = self._slots(row)
            columns = accumulate((slot.cells for slot in slots), initial=0)
            for character, slot, column in zip(row, slots, columns, strict=False):
                if slot.missing:
                    x = g.left + column * g.cell
                    out.append(self.labels.draw(ord(character), x, baseline, g.size))
        return b"".join(out)

    def _numbers_of_pieces(self, row: ComposedRow, y: float) -> Iterator[bytes]:
        """Yield operators that draw the code points of a row's characters without a font."""
        g = self._geometry
        for piece, x in places(row, g.left, g.size):
            slot = piece.font
            if isinstance(slot, GridFont) and slot.missing and isinstance(piece.shown, str):
                for n, one in enumerate(piece.shown):
                    yield self.labels.draw(ord(one), x + n * slot.cells * g.cell, y, g.size)

    def _emoji(self, rows: Iterable[PlacedRow]) -> bytes:
        """Return operators that draw the emoji of rows."""
        g = self._geometry
        return b"".join(
            self._pictures(row, g.left, baseline, g.size)
            for row, baseline in rows
            if isinstance(row, ComposedRow)
        )

    def _pictures(self, row: ComposedRow, left: float, y: float, size: float) -> bytes:
        """Return operators that draw a row's emoji over their empty cells."""
        drawn = self.pictures.draw
        shown = places(row, left, size)
        return b"".join([drawn(piece.emoji, x, y, size) for piece, x in shown if piece.emoji])


def places(row: ComposedRow, left: float, size: float) -> Iterator[tuple[RowPiece, float]]:
    """Yield the pieces of a row and the x coordinate of each; `left` is the row's; in points."""
    reach = row.indent
    for piece in row.pieces:
        yield piece, left + reach * size / 1000
        reach += piece.advance


def _aside(operators: bytes) -> bytes:
    """Return operators that draw shapes as an artifact, between two text objects.

    Shapes may not be in one (8.2, figure 9).
    """
    return b"ET\n" + artifact(operators) + b"BT\n" if operators else b""


def _ansi(rows: list[str], marks: Sequence[Mark] = ()) -> bytes | None:
    """Return the rows in WinAnsiEncoding (annex D), or None if they need a pen."""
    text = joined(rows, marks)
    if text.isascii():
        return text.encode("ascii")
    if repeats(rows):
        return None  # accented capitals may touch equal text above; see `pen`
    try:
        return text.encode("cp1252")
    except UnicodeEncodeError:
        return None
