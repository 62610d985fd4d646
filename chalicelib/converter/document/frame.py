"""The parts that all pages share: header, footer, and the start and end of the content stream.

Except for the page number, they are written once, and pages refer to them.
"""

from chalicelib.converter.document.geometry import Geometry
from chalicelib.converter.document.painter import ANSI_FONT, Painter, artifact
from chalicelib.converter.fonts.font import CELL
from chalicelib.converter.pdf.objects import ObjectWriter
from chalicelib.converter.reading.cleaning import PICTURES


class Frame:
    """Writes pages whose content consists of three streams (PDF 32000-1, 7.8.2).

    The first opens a text object for the rows of text, and the last closes it. All pages share
    them, which makes the stream between them, the page's own, a tenth shorter.
    """

    def __init__(
        self, objects: ObjectWriter, painter: Painter, geometry: Geometry, resources: int
    ) -> None:
        """`resources` is the object number of the resource dictionary of all pages."""
        self._objects = objects
        self._painter = painter
        self._geometry = geometry
        self._resources = resources
        self._header = objects.reserve()
        self._total = objects.reserve()
        self._opening = objects.add_stream(painter.opening)
        closing = b"\nEMC\nET\n" + artifact(b"/Total Do\n/Header Do\n")
        self._closing = objects.add_stream(closing)

    def write_header(self, name: str) -> None:
        """Write the header with the file's name, shortened in the middle if it does not fit."""
        g = self._geometry
        shown = name.translate(PICTURES)
        if self._painter.cells(shown) > g.small_columns:
            half = (g.small_columns - 1) // 2
            tail = self._fitting(shown[: -half - 1 : -1], half)[::-1]
            shown = self._fitting(shown[:half], half) + "\u2026" + tail
        line = self._painter.line(shown, g.margin, g.header_baseline, g.small) if shown else b""
        self.add_form(line, self._header)

    def add_page(self, text: bytes, page: int) -> bytes:
        """Write a page's own stream; return entries of the page's dictionary.

        `text` are the operators of its text, and `page` is its number, from 1.
        """
        number = self._objects.add_stream(text + self._footer(page))
        return b"/Resources %d 0 R/Contents[%d 0 R %d 0 R %d 0 R]" % (
            self._resources,
            self._opening,
            number,
            self._closing,
        )

    def finish(self, pages: int) -> bytes:
        """Write the number of pages; return entries of an /XObject resource dictionary."""
        g = self._geometry
        total = self._painter.ansi_line(str(pages), g.total_x, g.footer_baseline, g.small)
        self.add_form(total, self._total)
        self._painter.see_ansi(b"page of 0123456789")
        return b"/Header %d 0 R/Total %d 0 R" % (self._header, self._total)

    def add_form(self, operators: bytes, number: int | None = None) -> int:
        """Write a form XObject (8.10), which many pages can draw; return its object number."""
        g = self._geometry
        entries = b"/Type/XObject/Subtype/Form/BBox[0 0 %.2f %.2f]/Resources %d 0 R" % (
            g.width,
            g.height,
            self._resources,
        )
        return self._objects.add_stream(operators, entries, number)

    def _footer(self, page: int) -> bytes:
        """Return operators for 'page n of ', which ends where the number of pages begins."""
        g = self._geometry
        text = b"page %d of " % page
        x = g.total_x - len(text) * g.small * CELL / 1000
        return b"/Artifact BMC\n%b %g Tf\n1 0 0 1 %.1f %.1f Tm\n(%b)Tj" % (
            ANSI_FONT,
            g.small,
            x,
            g.footer_baseline,
            text,
        )

    def _fitting(self, text: str, cells: int) -> str:
        """Return as much of the start of the text as fits into so many cells."""
        while self._painter.cells(text) > cells:
            text = text[:-1]
        return text
