"""Measures the ink of rows, composed or not."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from chalicelib.converter.fonts.ink import GRID_REACH, CharacterInk, Direction, Ink, InkSpan, union
from chalicelib.converter.layout.rows import PICTURE_INK, ComposedRow, RowPiece

if TYPE_CHECKING:
    from chalicelib.converter.fonts.clusters import ClusterFont
    from chalicelib.converter.fonts.font import GridFont


class RowInk:
    """The ink of a row; `characters` has that of text on the grid."""

    __slots__ = ("_characters", "_reach", "_row", "limit")

    def __init__(self, row: str, characters: CharacterInk) -> None:
        self._row = row
        self._characters = characters
        self._reach: Ink | None = None
        #: How far the row reaches at most, which is known without measuring text of the grid.
        self.limit = union((row.ink, GRID_REACH)) if isinstance(row, ComposedRow) else GRID_REACH

    @property
    def reach(self) -> Ink:
        """How far the row reaches above and below its baseline, measured when it is asked for."""
        if self._reach is None:
            self._reach = self._measured()
        return self._reach

    def _measured(self) -> Ink:
        row = self._row
        if not isinstance(row, ComposedRow):
            return self._characters.of(row)
        on_grid = "".join(map(_grid_text, row.pieces))  # faster than measuring each piece
        return union((row.ink, self._characters.of(on_grid))) if on_grid else row.ink

    def spans(self, direction: Direction, beyond: int) -> Sequence[InkSpan]:
        """Return the ink of clusters and characters of the row that reaches beyond a distance."""
        if not isinstance(self._row, ComposedRow):
            return self._characters.spans(self._row, 0.0, direction, beyond)
        found: list[InkSpan] = []
        left = self._row.indent
        for piece, codes in zip(self._row.pieces, self._row.codes, strict=True):
            if piece.emoji:
                if PICTURE_INK[direction] > beyond:
                    found.append((left, left + piece.advance, PICTURE_INK[direction]))
            elif isinstance(piece.shown, str):
                if text := _grid_text(piece):
                    found += self._characters.spans(text, left, direction, beyond)
            else:
                found += cast("ClusterFont", piece.font).spans(codes, left, direction, beyond)
            left += piece.advance
        return found


def _grid_text(piece: RowPiece) -> str:
    """Return the text of a piece if that is text of the grid that some font has, else none."""
    shown, font = piece.shown, piece.font
    return shown if isinstance(shown, str) and not cast("GridFont", font).missing else ""
