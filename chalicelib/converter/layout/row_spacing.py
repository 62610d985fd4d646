"""Room for rows whose ink reaches beyond their height.

Rows are at the same distance. Where a row reaches beyond its height, as many scripts and stacked
marks do, it is as far from the others as its ink demands, and a page has fewer rows.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.converter.fonts.face import ASCENT, DESCENT
from chalicelib.converter.fonts.ink import ROW_GAP, Direction, Ink
from chalicelib.converter.layout.rows import ComposedRow

if TYPE_CHECKING:
    from chalicelib.converter.layout.composer import Composer
    from chalicelib.converter.layout.row_ink import RowInk

_LEADING = ASCENT + DESCENT

_BEYOND_PAGE = 300
"""How far ink may reach beyond the rows' part of a page, in thousandths of the type size.

Header and footer are 8 points away from it.
"""


_MAX_PAIRS = 2000
"""Maximum pairs of clusters that are compared; rows with more are at the distance that all need."""

_MIN_SPACE = 50
"""Horizontal distance of ink that is not one above the other, in thousandths of the type size."""


class _PlacedRow(NamedTuple):
    """A row and its baseline, from the top of the page down, in thousandths of the type size.

    `limit` is how far it reaches at most.
    """

    row: "RowInk"
    baseline: int
    limit: Ink
    is_tall: bool


class RowSpacing:
    """Divides rows into pages, with room for all rows, if any of the text needs more than usual."""

    def __init__(self, capacity: int, composer: Callable[[], "Composer"]) -> None:
        """`capacity` is the number of rows of a page; `composer` returns that of the rows."""
        self._capacity = capacity
        self._room = capacity * _LEADING
        self._composer = composer
        self._any_tall = False  # row of the text so far

    def see(self, rows: Iterable[str]) -> None:
        """Look at new rows. This must be called with all composed rows before `page`."""
        if not self._any_tall:
            self._any_tall = any(map(_is_tall, rows))

    def page(self, rows: Sequence[str], start: int = 0) -> tuple[int, Sequence[int]]:
        """Return the end of the page that starts with a row, and the shifts of its rows.

        The shifts are empty if the page has no row that needs more room than others.
        """
        end = min(start + self._capacity, len(rows))
        if not self._any_tall:
            return end, ()
        on_page = rows[start:end]
        if not any(map(_is_tall, on_page)):
            return end, ()
        shifts = self._shifts(on_page)
        return start + len(shifts), shifts if any(shifts) else ()

    def _shifts(self, rows: Sequence[str]) -> list[int]:
        """Return how far each row that fits on a page is below its place on the grid.

        Only where one of two rows is tall, their distance depends on their ink. Rows are measured
        only where that matters, as most rows of a page are not near a tall one.
        """
        placed: list[_PlacedRow] = []
        baseline = -DESCENT
        deepest = 0
        ink_of = self._composer().ink
        for row in rows:
            ink = ink_of(row)
            limit = self._bounded(ink.limit)
            baseline += _LEADING
            if not placed:
                baseline = max(baseline, self._bounded(ink.reach).above - _BEYOND_PAGE)
            new = _PlacedRow(ink, baseline, limit, _is_tall(row))
            baseline = self._clear(new, placed, deepest)
            new = new if baseline == new.baseline else new._replace(baseline=baseline)
            if placed and not self._fits(new):
                break
            placed.append(new)
            deepest = max(deepest, limit.below)
        return [one.baseline - ASCENT - _LEADING * row for row, one in enumerate(placed)]

    def _fits(self, row: "_PlacedRow") -> bool:
        """Return whether a row at its baseline is on the page."""
        room = self._room - row.baseline
        if row.limit.below - _BEYOND_PAGE > room:
            return max(DESCENT, self._bounded(row.row.reach).below - _BEYOND_PAGE) <= room
        return room >= DESCENT

    def _clear(self, row: "_PlacedRow", above: Sequence["_PlacedRow"], deepest: int) -> int:
        """Return the baseline at which a row's ink is clear of that of the rows above it.

        The row stays where it is if that is low enough. `deepest` is how far below its baseline
        any of the rows above it may reach.
        """
        baseline = row.baseline
        for upper in reversed(above):
            room = baseline - upper.baseline - ROW_GAP
            if deepest + row.limit.above <= room:
                break
            if (upper.is_tall or row.is_tall) and upper.limit.below + row.limit.above > room:
                needed = self._needed(upper, row, room)
                baseline = max(baseline, upper.baseline + needed + ROW_GAP)
        return baseline

    def _needed(self, upper: "_PlacedRow", lower: "_PlacedRow", room: int) -> int:
        """Return the distance at which the ink of two rows would touch, if more than the room."""
        below, above = self._bounded(upper.row.reach).below, self._bounded(lower.row.reach).above
        if below + above <= room:
            return 0
        # Of most scripts, more letters reach far below the baseline than above it.
        high = lower.row.spans(Direction.ABOVE, room - below)
        deep = upper.row.spans(Direction.BELOW, room - above) if high else ()
        if len(deep) * len(high) > _MAX_PAIRS:
            return below + above
        return max(
            [
                reach + depth
                for start, end, reach in high
                for left, right, depth in deep
                if left < end + _MIN_SPACE and start < right + _MIN_SPACE
            ],
            default=0,
        )

    def _bounded(self, reach: Ink) -> Ink:
        """Return how far a row reaches, at most half a page in each direction."""
        half = self._room // 2
        return reach if max(reach) <= half else Ink(min(reach.above, half), min(reach.below, half))


def _is_tall(row: str) -> bool:
    """Return whether the clusters of a row reach beyond its height."""
    return isinstance(row, ComposedRow) and (row.ink.above > ASCENT or row.ink.below > DESCENT)
