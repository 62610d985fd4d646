"""The parts that all pages share: header, footer, and the start and end of the content stream.

Except for the page number, they are written once, and pages refer to them.
"""

from collections.abc import Iterator
from functools import cache
from itertools import chain
from typing import NamedTuple

from chalicelib.converter.document.running_lines import RunningLine
from chalicelib.converter.drawing.geometry import Geometry
from chalicelib.converter.drawing.marked_rows import FIRST_SEQUENCE
from chalicelib.converter.drawing.painter import ANSI_FONT, Painter, artifact
from chalicelib.converter.fonts.face import CELL
from chalicelib.converter.pdf.objects import ObjectWriter

_NUMBER_CELLS = 7
"""Number of cells that are left free for a page number."""


class Frame:
    """Writes pages whose content consists of three streams (PDF 32000-1, 7.8.2).

    The first opens a text object for the rows of text, in tagged documents mostly with their first
    marked-content sequence, and the last closes it. All pages share them, which makes the stream
    between them, the page's own, a tenth shorter.
    """

    def __init__(
        self,
        objects: ObjectWriter,
        painter: Painter,
        geometry: Geometry,
        resources: int,
        watermark: bytes = b"",
        *,
        tagged: bool,
    ) -> None:
        """`resources` is the object number of the resource dictionary of all pages.

        `watermark` has the operators of what is behind the text of every page. `tagged` is whether
        pages have marked-content sequences.
        """
        self._objects = objects
        self._painter = painter
        self._geometry = geometry
        self._resources = resources
        self._header = objects.reserve()
        self._total = objects.reserve()
        self._forms = b""  # entries of an /XObject resource dictionary
        behind = b""
        if watermark:
            behind = artifact(b"/Watermark Do\n")
            self._forms = b"/Watermark %d 0 R" % self.add_form(watermark)
        opening = behind + painter.opening
        self._opening = objects.add_stream(opening)
        self._tagged_opening = objects.add_stream(opening + FIRST_SEQUENCE) if tagged else None
        closing = b"\nEMC\nET\n" + artifact(b"/Total Do\n/Header Do\n")
        self._closing = objects.add_stream(closing)
        self._lines: list[_Line] = []  # that are not the same on all pages
        self._standard_footer = True
        self._footer_opening = cache(self._open_footer)

    def write_lines(self, header: RunningLine, footer: RunningLine | None) -> None:
        """Write header and footer; without one, the footer is the usual 'page 1 of 2'."""
        g = self._geometry
        self._standard_footer = footer is None
        operators = b""
        for line, baseline in ((header, g.header_baseline), (footer, g.footer_baseline)):
            if line and line.is_static:
                shown = self._shortened(line.texts[0], g.small_columns)
                operators += self._drawn(shown, g.margin, baseline)
            elif line:
                self._lines.append(self._changing(line, baseline))
        self.add_form(operators, self._header)

    def _drawn(self, text: str, x: float, y: float) -> bytes:
        return self._painter.line(text, x, y, self._geometry.small) if text.strip() else b""

    def _changing(self, line: RunningLine, baseline: float) -> "_Line":
        """Write a form for each fixed text of a line in which numbers of pages stand between them.

        The texts are shortened if there is too little room for the numbers. Return what is needed
        to draw the line on each page.
        """
        g = self._geometry
        number = len(self._lines)
        texts = (*line.texts, line.tail or "")
        room = g.small_columns - _NUMBER_CELLS * len(texts)
        if sum(map(self._painter.cells, texts)) > room:
            room = max(0, room // len(texts))
        parts = []
        for at, text in enumerate(line.texts):
            shown = self._shortened(text, room)
            name = b"/Line%d.%d" % (number, at)
            self._forms += b"%b %d 0 R" % (name, self.add_form(self._drawn(shown, 0, 0)))
            parts.append((name, self._painter.cells(shown) * g.small * CELL / 1000))
        tail = None if line.tail is None else self._shortened(line.tail, room)
        return _Line(baseline, parts, b"/Pages%d" % number, tail, line.is_rtl)

    def _shortened(self, text: str, cells: int) -> str:
        """Return the text, shortened in the middle if it does not fit into this number of cells."""
        if self._painter.cells(text) <= cells:
            return text
        half = (cells - 1) // 2
        tail = self._fitting(text[: -half - 1 : -1], half)[::-1]
        return self._fitting(text[:half], half) + "\u2026" + tail

    def add_page(self, text: bytes, page: int) -> bytes:
        """Write a page's own stream; return entries of the page's dictionary.

        `text` are the operators of its text, and `page` is its number, from 1.
        """
        opening = self._opening
        if self._tagged_opening and text.startswith(FIRST_SEQUENCE):
            opening = self._tagged_opening
            text = text[len(FIRST_SEQUENCE) :]
        number = self._objects.add_stream(text + self._own_lines(page))
        return b"/Resources %d 0 R/Contents[%d 0 R %d 0 R %d 0 R]" % (
            self._resources,
            opening,
            number,
            self._closing,
        )

    def finish(self, pages: int) -> bytes:
        """Write the number of pages; return entries of an /XObject resource dictionary."""
        g = self._geometry
        total = b""
        if self._standard_footer:
            total = self._painter.ansi_line(str(pages), g.total_x, g.footer_baseline, g.small)
        self.add_form(total, self._total)
        for line in self._lines:
            if line.tail is not None:
                text = f"{pages}{line.tail}"
                width = self._painter.cells(text) * g.small * CELL / 1000
                operators = self._drawn(text, g.width - width if line.is_rtl else 0, 0)
                self._forms += b"%b %d 0 R" % (line.total, self.add_form(operators))
        self._painter.see_ansi(b"page of 0123456789")
        return b"/Header %d 0 R/Total %d 0 R" % (self._header, self._total) + self._forms

    def add_form(
        self,
        operators: bytes,
        number: int | None = None,
        box: tuple[float, float, float] | None = None,
    ) -> int:
        """Write a form XObject (8.10), which many pages can draw; return its object number.

        `number` is a reserved object number, or None for the next one. `box` has its bottom, right
        and top edge, beyond which nothing is drawn. Without it, the form is as large as the page,
        and reaches a little below 0, so that letters on a baseline there are drawn whole.
        """
        g = self._geometry
        entries = b"/Type/XObject/Subtype/Form/BBox[0 %.2f %.2f %.2f]/Resources %d 0 R" % (
            *(box or (-g.small, g.width, g.height)),
            self._resources,
        )
        return self._objects.add_stream(operators, entries, number)

    def _own_lines(self, page: int) -> bytes:
        """Return operators for the page's own part of header and footer, in a text object."""
        footer = self._footer(page) if self._standard_footer else b"/Artifact BMC\n"
        if not self._lines:
            return footer
        lines = b"".join(chain.from_iterable(self._line(line, page) for line in self._lines))
        return b"ET\n" + artifact(lines) + b"BT\n" + footer

    def _footer(self, page: int) -> bytes:
        """Return operators for 'page n of ', which ends where the number of pages begins."""
        text = b"page %d of " % page
        return b"%b(%b)Tj" % (self._footer_opening(len(text)), text)

    def _open_footer(self, length: int) -> bytes:
        """Return operators that select the place of 'page n of ', a text of this length."""
        g = self._geometry
        x = g.total_x - length * g.small * CELL / 1000
        operators = b"/Artifact BMC\n%b %g Tf\n1 0 0 1 %.1f %.1f Tm\n"
        return operators % (ANSI_FONT, g.small, x, g.footer_baseline)

    def _line(self, line: "_Line", page: int) -> Iterator[bytes]:
        """Yield operators that draw a line with the number of the page."""
        g = self._geometry
        digits = str(page)
        number_width = len(digits) * g.small * CELL / 1000
        start = g.width - g.margin if line.is_rtl else g.margin
        done = 0.0  # of the line, from its start

        def left(width: float) -> float:
            return start - done - width if line.is_rtl else start + done

        for at, (name, width) in enumerate(line.parts):
            if at:
                yield self._painter.ansi_line(digits, left(number_width), line.baseline, g.small)
                done += number_width
            yield _placed(name, left(width), line.baseline)
            done += width
        if line.tail is not None:
            yield _placed(line.total, left(g.width), line.baseline)

    def _fitting(self, text: str, cells: int) -> str:
        """Return as much of the start of the text as fits into so many cells."""
        while self._painter.cells(text) > cells:
            text = text[:-1]
        return text


class _Line(NamedTuple):
    """A line whose texts are forms: their names and widths, and the name of the last of all.

    That one is written at the end, with the number of pages and the tail. If `is_rtl`, the line
    begins at the right margin, and that form's text ends at its right edge.
    """

    baseline: float
    parts: list[tuple[bytes, float]]
    total: bytes
    tail: str | None
    is_rtl: bool


def _placed(name: bytes, x: float, y: float) -> bytes:
    """Return operators that draw a form at a place."""
    return b"q 1 0 0 1 %.2f %.2f cm %b Do Q\n" % (x, y, name)
