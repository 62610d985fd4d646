"""Link annotations (PDF 32000-1, 12.5.6.5): what is clicked, and the URI that it leads to."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import count, repeat
from typing import TypeAlias

from chalicelib.converter.drawing.content_sequences import pieces_of
from chalicelib.converter.drawing.geometry import Geometry
from chalicelib.converter.drawing.painter import Painter, places
from chalicelib.converter.fonts.face import ASCENT, DESCENT
from chalicelib.converter.layout.page import Link, LinkSpan, Page
from chalicelib.converter.layout.rows import ComposedRow
from chalicelib.converter.pdf.objects import ObjectWriter, escape_string

# Left, bottom, right and top edge, in points.
_Box: TypeAlias = tuple[float, float, float, float]


class LinkAnnotations:
    """Writes an annotation for each link of a page's columns, of one area for each of its rows."""

    def __init__(self, objects: ObjectWriter, painter: Painter, geometry: Geometry) -> None:
        self._objects = objects
        self._painter = painter
        self._geometry = geometry

    def add_page(self, columns: Iterable[Page], first_key: int | None) -> dict[Link, Sequence[int]]:
        """Write annotations for each of a page's links; return their object numbers by link.

        They are in the order in which the links begin in its columns, of which there is mostly one.
        A link has an annotation in each column, since readers that know no quads take a link's
        rectangle, which would be most of the page. `first_key` is the first one's /StructParent,
        which the others continue; None if the document has no structure.
        """
        areas: dict[Link, list[list[_Box]]] = {}
        for number, page in enumerate(columns):
            left = self._geometry.left + self._geometry.column_offset(number)
            boxes: dict[Link, list[_Box]] = {}
            for span in page.links:
                boxes.setdefault(span.link, []).extend(self._boxes(page, span, left))
            for link, area in boxes.items():
                areas.setdefault(link, []).append(area)
        keys = repeat(None) if first_key is None else count(first_key)
        return {
            link: [self._add(link, area, next(keys)) for area in link_areas]
            for link, link_areas in areas.items()
        }

    def _boxes(self, page: Page, span: LinkSpan, left: float) -> Iterator[_Box]:
        """Yield the boxes of a link in a row; `left` is where its rows begin."""
        g = self._geometry
        row = page.rows[span.row]
        baseline = g.baseline(span.row, page.shift(span.row))
        bottom, top = baseline - g.size * DESCENT / 1000, baseline + g.size * ASCENT / 1000
        if isinstance(row, ComposedRow):
            pieces = list(places(row, left, g.size))
            for number in pieces_of(row, span):
                piece, x = pieces[number]
                yield x, bottom, x + piece.advance * g.size / 1000, top
            return
        left += self._painter.cells(row[: span.start]) * g.cell
        width = self._painter.cells(row[span.start : span.end]) * g.cell
        yield left, bottom, left + width, top

    def _add(self, link: Link, boxes: list[_Box], key: int | None) -> int:
        lefts, bottoms, rights, tops = zip(*boxes, strict=True)
        # The corners are in the order of the standard, counterclockwise from the lower left one.
        # Chromium takes the second and the fourth for opposite ones.
        quads = b" ".join(
            b"%.2f %.2f %.2f %.2f %.2f %.2f %.2f %.2f"
            % (left, bottom, right, bottom, right, top, left, top)
            for left, bottom, right, top in boxes
        )
        return self._objects.add(
            b"<</Type/Annot/Subtype/Link/F 4/Border[0 0 0]/Rect[%.2f %.2f %.2f %.2f]/QuadPoints[%b]"
            b"/Contents(%b)/A<</S/URI/URI(%b)>>%b>>"
            % (
                *(min(lefts), min(bottoms), max(rights), max(tops)),
                quads,
                escape_string(_text_string(link.text)),
                escape_string(link.uri.encode("ascii")),
                b"" if key is None else b"/StructParent %d" % key,
            )
        )


def _text_string(text: str) -> bytes:
    """Return a text string as it is encoded (7.9.2.2)."""
    return text.encode("ascii") if text.isascii() else b"\xfe\xff" + text.encode("utf-16-be")
