"""Measures the ink of rows, composed or not."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from chalicelib.converter.fonts.ink import CharacterInk, Direction, Ink, InkSpan, union
from chalicelib.converter.layout.rows import PICTURE_INK, ComposedRow, RowPiece

if TYPE_CHECKING:
    from chalicelib.converter.fonts.clusters import ClusterFont
    from chalicelib.converter.fonts.font import GridFont


class RowInk:
    """The ink of a row; `characters` has that of text on the grid.

    `reach` is how far the row reaches above and below its baseline.
    """

    __slots__ = ("_characters", "_row", "reach")

    def __init__(self, row: str, characters: CharacterInk) -> None:
        self._row = row
        self._characters = characters
        self.reach = self._reach()

    def _reach(self) -> Ink:
        """Return how far the row reaches."""
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
