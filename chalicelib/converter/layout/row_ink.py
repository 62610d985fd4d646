"""Measures the ink of rows, composed or not."""

from collections.abc import Iterator

from chalicelib.converter.fonts.clusters import ClusterFont
from chalicelib.converter.fonts.ink import CharacterInk, Direction, Ink, InkSpan, union
from chalicelib.converter.layout.rows import ComposedRow


class RowInk:
    """Measures rows, of which `characters` has the ink of text on the grid."""

    def __init__(self, characters: CharacterInk) -> None:
        self._characters = characters

    def of(self, row: str) -> Ink:
        """Return how far a row reaches above and below its baseline."""
        of_text = self._characters.of
        if not isinstance(row, ComposedRow):
            return of_text(row)
        on_grid = (of_text(piece.shown) for piece in row.pieces if isinstance(piece.shown, str))
        return union((*row.inks, *on_grid))

    def spans(self, row: str, direction: Direction, beyond: int) -> Iterator[InkSpan]:
        """Yield the ink of clusters and characters of a row that reaches further than `beyond`."""
        of_text = self._characters.spans
        if not isinstance(row, ComposedRow):
            yield from of_text(row, 0.0, direction, beyond)
            return
        left = row.indent
        for piece, ink, codes in zip(row.pieces, row.inks, row.codes, strict=True):
            if piece.emoji and ink[direction.value] > beyond:
                yield left, left + piece.advance, ink[direction.value]
            elif isinstance(piece.shown, str):
                yield from of_text(piece.shown, left, direction, beyond)
            elif ink[direction.value] > beyond and isinstance(piece.font, ClusterFont):
                yield from piece.font.spans(codes, left, direction, beyond)
            left += piece.advance
