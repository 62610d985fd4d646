"""From rows of text to the operators of a content stream (PDF 32000-1, clauses 8 and 9).

The code of a character is its byte in WinAnsiEncoding where a whole page has such characters
only, else the low 16 bits of its code point in the font for its plane. Either way a page is
made with a few operations on whole strings.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate, groupby

from chalicelib.converter.cleaning import BOLD, BOTH, PLAIN, UNDERLINED, Styled
from chalicelib.converter.fonts import BODY, CELL, Face, Repertoire, Slot, number
from chalicelib.converter.fonts import BOLD as BOLD_FACE
from chalicelib.converter.geometry import Geometry
from chalicelib.converter.labels import Labels
from chalicelib.converter.layout import Page

ANSI_FONT = b"/F0"
_RUN = re.compile(r"(.)\1*")
_STROKE = 0.04  # of the size: what makes a font bold that has no bold face


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


def artifact(operators: bytes) -> bytes:
    """Marked as no part of the text (14.8.2.2), as headers, footers and marks are."""
    return b"/Artifact BMC\n" + operators + b"EMC\n" if operators else b""


class Painter:
    """Paints pages; knows afterwards which characters were drawn with which font."""

    def __init__(self, geometry: Geometry, repertoire: Repertoire) -> None:
        self._geometry = geometry
        self._repertoire = repertoire
        self._ansi_seen = b"\n"
        self._bold_seen: set[int] = set()
        self.labels = Labels()
        g = geometry
        left, above = g.margin, g.first_baseline + g.leading
        self._start = b"BT\n%.2f TL\n%.2f %.3f Td\n" % (g.leading, left, above)
        self._ansi_start = ANSI_FONT + b" %g Tf\n(" % g.size
        self._marks = [self._mark(row) for row in range(g.rows)]

    @property
    def ansi_characters(self) -> str:
        """What was drawn with the one-byte font."""
        return self._ansi_seen.decode("cp1252").replace("\n", "")

    @property
    def bold_characters(self) -> set[int]:
        """What was drawn with the bold face."""
        return self._bold_seen

    def page(self, page: Page) -> bytes:
        """Operators that draw the rows, then the marks of those that go on from the last."""
        rows = page.rows
        marks = artifact(b"".join(self._marks[row] for row in page.continued))
        if not any(rows):
            return marks
        styled = any(isinstance(row, Styled) for row in rows)
        code = None if styled else _ansi("\n".join(rows))
        if code is not None:
            self.see_ansi(code)
            text = escaped(code).replace(b"\n", b")'\n(")
            return self._start + self._ansi_start + text + b")'\nET\n" + marks
        pen = _Pen(self, self._geometry.size)
        text = pen.rows(rows)
        over = self._underlines(rows) + self._numbers(rows)
        return self._start + text + b"ET\n" + artifact(over) + marks

    def line(self, text: str, x: float, y: float, size: float) -> bytes:
        """Operators that draw one line of text on its own."""
        return b"BT\n0 TL\n%.3f %.3f Td\n" % (x, y) + _Pen(self, size).rows([text]) + b"ET\n"

    def ansi_line(self, text: str, x: float, y: float, size: float) -> bytes:
        """The same for text that is known to be in WinAnsiEncoding."""
        code = text.encode("cp1252")
        return b"BT\n%b %g Tf\n%.3f %.3f Td\n(%b) Tj\nET\n" % (
            ANSI_FONT,
            size,
            x,
            y,
            escaped(code),
        )

    def see_ansi(self, code: bytes) -> None:
        """Remember that the one-byte font needs these characters."""
        if new := code.translate(None, self._ansi_seen):
            self._ansi_seen += bytes(sorted(set(new)))

    def see_bold(self, text: str) -> None:
        """Remember that the bold face needs these characters."""
        self._bold_seen.update(map(ord, text))

    def letters(self, text: str) -> str:
        """The text with every character replaced by the letter of its slot."""
        return text.translate(self._repertoire)

    def slot(self, letter: str) -> Slot:
        """What the letter stands for."""
        return self._repertoire.slots[letter]

    def cells(self, text: str) -> int:
        """Cells that the text takes."""
        return sum(self.slot(letter).cells for letter in self.letters(text))

    def _mark(self, row: int) -> bytes:
        """A hooked arrow in the margin: this row goes on with the line above."""
        g = self._geometry
        reach = min(0.6 * g.cell, 0.4 * g.margin)
        right, bottom = g.margin - 0.4 * reach, g.baseline(row) + 0.25 * g.size
        left, top, head = right - reach, bottom + 0.3 * g.size, 0.3 * reach
        return (
            b"%.2f w %.2f %.2f m %.2f %.2f l %.2f %.2f l S\n"
            % (0.04 * g.size, left, top, left, bottom, right, bottom)
        ) + b"%.2f %.2f m %.2f %.2f l %.2f %.2f l S\n" % (
            right - head,
            bottom + head,
            right,
            bottom,
            right - head,
            bottom - head,
        )

    def _underlines(self, rows: list[str]) -> bytes:
        g = self._geometry
        lines: list[bytes] = []
        for index, row in enumerate(rows):
            if not isinstance(row, Styled):
                continue
            column = 0
            for style, piece in _stretches(row):
                width = self.cells(piece)
                if style in (UNDERLINED, BOTH):
                    x = g.margin + column * g.cell
                    y = g.baseline(index) - 0.12 * g.size
                    lines.append(
                        b"%.2f %.2f %.2f %.2f re f\n" % (x, y, width * g.cell, 0.05 * g.size)
                    )
                column += width
        return b"".join(lines)

    def _numbers(self, rows: list[str]) -> bytes:
        """The numbers of characters that no font has, over their empty cells."""
        g = self._geometry
        out: list[bytes] = []
        for index, row in enumerate(rows):
            slots = [self.slot(letter) for letter in self.letters(row)]
            if not any(slot.numbered for slot in slots):
                continue
            columns = accumulate((slot.cells for slot in slots), initial=0)
            for character, slot, column in zip(row, slots, columns, strict=False):
                if slot.numbered:
                    x = g.margin + column * g.cell
                    label = number(ord(character))
                    out.append(self.labels.draw(label, x, g.baseline(index), g.size))
        return b"".join(out)


def _ansi(text: str) -> bytes | None:
    """The text in WinAnsiEncoding (annex D), if it can be."""
    if text.isascii():
        return text.encode("ascii")
    try:
        return text.encode("cp1252")
    except UnicodeEncodeError:
        return None


def _stretches(row: str) -> Iterator[tuple[str, str]]:
    """The row divided where its style changes."""
    if not isinstance(row, Styled):
        yield PLAIN, str(row)
        return
    at = 0
    for style, letters in groupby(row.styles):
        end = at + sum(1 for _ in letters)
        yield style, row[at:end]
        at = end


class _Pen:
    """The text state of a content stream: what is set stays set, so it is set on change only."""

    def __init__(self, painter: Painter, size: float) -> None:
        self._painter = painter
        self._size = size
        self._state: tuple[bytes, float, float] = (b"", 0.0, 0.0)
        self._stretch = 100.0
        self._bold = False

    def rows(self, rows: list[str]) -> bytes:
        out: list[bytes] = []
        letters = self._painter.letters("\n".join(rows)).split("\n")
        for row, row_letters in zip(rows, letters, strict=True):
            out.append(b"T*\n")
            if isinstance(row, Styled):
                at = 0
                for style, piece in _stretches(row):
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
            yield from self._run(text, self._painter.slot(letters[0]), bold=bold, first=True)
            return
        for match in _RUN.finditer(letters):
            slot = self._painter.slot(match[1])
            piece = text[match.start() : match.end()]
            yield from self._run(piece, slot, bold=bold, first=not match.start())

    def _run(self, text: str, slot: Slot, *, bold: bool, first: bool) -> Iterable[bytes]:
        face = slot.face
        if bold and face is BODY and all(BOLD_FACE.glyph(ord(one)) for one in text):
            face, bold = BOLD_FACE, False
            self._painter.see_bold(text)
        yield self._set(face, slot, bold=bold)
        code = b"(" + escaped(_code(text, slot.plane)) + b")"
        if slot.cells or not first:
            yield code + b"Tj\n"
            return
        # A mark is drawn over what is before it; where nothing is, over what comes next.
        shift = CELL / face.scale * 100 / slot.stretch
        yield b"[%.4g %b %.4g]TJ\n" % (-shift, code, shift)

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


def _code(text: str, plane: int) -> bytes:
    """Two bytes a character: the low 16 bits of its code point."""
    if not plane:
        return text.encode("utf-16-be")
    wide = text.encode("utf-32-be")
    code = bytearray(len(wide) // 2)
    code[0::2], code[1::2] = wide[2::4], wide[3::4]
    return bytes(code)
