"""Marks in the margin of rows that continue the line of the row above: hooked arrows.

Their path, drawn for each row, would be as many bytes as the text of the row.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from chalicelib.converter.drawing.geometry import Geometry
from chalicelib.converter.layout.page import Page
from chalicelib.converter.layout.rows import ComposedRow

_NAMES = {False: b"/Continued", True: b"/ContinuedRTL"}
"""Resource name of the form for left-to-right and for right-to-left text."""


class ContinuationMarks:
    """Draws marks with one form XObject for each direction of the text."""

    def __init__(self, geometry: Geometry) -> None:
        self._geometry = geometry
        self._used: set[bool] = set()  # the directions (whether right-to-left) that have marks

    def draw(self, page: Page, baselines: Sequence[float]) -> bytes:
        """Return operators that draw the marks of a page, whose rows have these baselines."""
        ltr: list[float] = []
        rtl: list[float] = []
        for row in page.continued:
            text = page.rows[row]
            is_rtl = isinstance(text, ComposedRow) and text.rtl
            (rtl if is_rtl else ltr).append(baselines[row])
        return self._drawn_at(ltr, rtl=False) + self._drawn_at(rtl, rtl=True)

    def forms(self) -> dict[bytes, bytes]:
        """Return resource name and operators of the form of each direction that was drawn."""
        return {
            name: _arrow(self._geometry, rtl=rtl)
            for rtl, name in _NAMES.items()
            if rtl in self._used
        }

    def _drawn_at(self, baselines: Iterable[float], *, rtl: bool) -> bytes:
        """Return operators that draw a mark at each baseline, moving from one to the next."""
        moves = tuple(below - above for above, below in pairwise((0.0, *baselines)))
        if not moves:
            return b""
        self._used.add(rtl)
        draw = b"1 0 0 1 0 %.5g cm" + _NAMES[rtl] + b" Do\n"
        return b"q\n" + draw * len(moves) % moves + b"Q\n"


def _arrow(geometry: Geometry, *, rtl: bool) -> bytes:
    """Return operators for the mark of a row whose baseline is at 0."""
    g = geometry
    reach = min(0.6 * g.cell, 0.4 * g.margin)
    right, bottom = g.left - 0.4 * reach, 0.25 * g.size
    left, top, head = right - reach, bottom + 0.3 * g.size, 0.3 * reach
    if rtl:
        edge = g.left + g.margin + g.column_width  # of a column that is the other way round
        left, right, head = edge - left, edge - right, -head
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
