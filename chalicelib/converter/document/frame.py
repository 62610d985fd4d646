"""What every page has around its text: header, footer, and how its operators begin and end.

All of it but the number of the page is written once, and pages refer to it.
"""

from chalicelib.converter.document.geometry import Geometry
from chalicelib.converter.document.painter import ANSI_FONT, Painter, artifact
from chalicelib.converter.fonts.font import CELL
from chalicelib.converter.pdf.objects import ObjectWriter
from chalicelib.converter.reading.cleaning import PICTURES


class Frame:
    """The contents of a page are three streams, which count as one (32000-1, 7.8.2).

    The first opens a text object for the rows of text and the last closes it; what is between
    them is the page's own, and a tenth shorter for it.
    """

    def __init__(
        self, objects: ObjectWriter, painter: Painter, geometry: Geometry, resources: int
    ) -> None:
        """`resources` is the number of the resource dictionary of all pages."""
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
        """The file's name, shortened in the middle if it does not fit."""
        g = self._geometry
        shown = name.translate(PICTURES)
        if self._painter.cells(shown) > g.small_columns:
            half = (g.small_columns - 1) // 2
            tail = self._fitting(shown[: -half - 1 : -1], half)[::-1]
            shown = self._fitting(shown[:half], half) + "\u2026" + tail
        line = self._painter.line(shown, g.margin, g.header_baseline, g.small) if shown else b""
        self.add_form(line, self._header)

    def add_page(self, text: bytes, page: int) -> bytes:
        """Write what a page has to itself; returns the entries of the page's dictionary."""
        number = self._objects.add_stream(text + self._footer(page))
        return b"/Resources %d 0 R/Contents[%d 0 R %d 0 R %d 0 R]" % (
            self._resources,
            self._opening,
            number,
            self._closing,
        )

    def finish(self, pages: int) -> bytes:
        """Write the number of pages; returns the entries of an /XObject resource dictionary."""
        g = self._geometry
        total = self._painter.ansi_line(str(pages), g.total_x, g.footer_baseline, g.small)
        self.add_form(total, self._total)
        self._painter.see_ansi(b"page of 0123456789")
        return b"/Header %d 0 R/Total %d 0 R" % (self._header, self._total)

    def add_form(self, operators: bytes, number: int | None = None) -> int:
        """Write a form XObject (8.10): drawn on many pages, stored once."""
        g = self._geometry
        entries = b"/Type/XObject/Subtype/Form/BBox[0 0 %.2f %.2f]/Resources %d 0 R" % (
            g.width,
            g.height,
            self._resources,
        )
        return self._objects.add_stream(operators, entries, number)

    def _footer(self, page: int) -> bytes:
        """'page n of ', ending where the total will begin, within the open text object."""
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
        """As much of the start of the text as fits into so many cells."""
        while self._painter.cells(text) > cells:
            text = text[:-1]
        return text
