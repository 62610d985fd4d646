"""How far glyphs and characters reach above and below their baseline."""

from collections.abc import Iterable
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from chalicelib.converter.fonts.face import CELL, Face
from chalicelib.converter.fonts.font import FontSelector


class Ink(NamedTuple):
    """How far something reaches above and below its baseline, in thousandths of the type size."""

    above: int
    below: int


class InkBox(NamedTuple):
    """Ink, and where it begins and ends on its row, in thousandths of the type size."""

    left: float
    right: float
    above: int
    below: int


class Direction(IntEnum):
    """In which direction ink reaches from the baseline: the index of that reach in `Ink`."""

    ABOVE = 0
    BELOW = 1


Edges: TypeAlias = tuple[int, int, int, int]
"""The least x and y and the greatest x and y of an outline, in units of the font file."""


InkSpan: TypeAlias = tuple[float, float, int]
"""Where ink begins and ends on its row, and how far it reaches in one direction.

All are in thousandths of the type size.
"""


ROW_GAP = 15
"""Minimum distance of the ink of neighbouring rows, in thousandths of the type size."""

NO_INK = Ink(-100_000, -100_000)
"""Of what is blank: it reaches nowhere."""


GRID_REACH = Ink(1300, 400)
"""How far characters of the grid reach at most, in any of its fonts."""


def union(inks: Iterable[Ink]) -> Ink:
    """Return how far several things reach that are on one baseline."""
    both = list(zip(*inks, strict=True))
    return Ink(max(both[0]), max(both[1])) if both else NO_INK


def glyph_edges(face: Face, glyph: int, x: int = 0, y: int = 0) -> Edges | None:
    """Return the edges of a glyph's outline at a position, if it has an outline."""
    extents = face.hb_font.get_glyph_extents(glyph)
    if not extents or not (extents.width or extents.height):
        return None
    left, top = x + extents.x_bearing, y + extents.y_bearing
    return left, top + extents.height, left + extents.width, top


@lru_cache(maxsize=8192)
def glyph_box(face: Face, glyph: int, x: int = 0, y: int = 0) -> InkBox | None:
    """Return the ink of a glyph at a position in units of the font file, if it has any."""
    edges = glyph_edges(face, glyph, x, y)
    if not edges or edges[1] == edges[3]:
        return None
    left, bottom, right, top = edges
    thousandths = 1000 * face.scale / face.hb_face.upem
    return InkBox(
        left * thousandths,
        right * thousandths,
        round(top * thousandths) + face.rise,
        round(-bottom * thousandths) - face.rise,
    )


# Short texts, such as blanks between words, whose ink is kept, and their maximum length.
_MAX_KEPT = 4096
_MAX_KEPT_LENGTH = 8

_MAX_CHARACTERS = 32_768
"""Maximum characters whose ink is kept, which no text of a single language reaches."""


class CharacterInk(dict[str, Ink]):
    """The ink of each character of the grid, found on first use."""

    def __init__(self, font_selector: FontSelector) -> None:
        super().__init__()
        self._font_selector = font_selector
        self._of_texts: dict[str, Ink] = {}

    def __missing__(self, character: str) -> Ink:
        font = self._font_selector.fonts[self._font_selector[ord(character)]]
        glyph = None if font.missing else font.face.glyph(ord(character))
        # Not among the cached boxes, as its ink is kept here.
        box = glyph_box.__wrapped__(font.face, glyph) if glyph else None
        if len(self) == _MAX_CHARACTERS:
            self.clear()
        ink = self[character] = Ink(box.above, box.below) if box else NO_INK
        return ink

    def of(self, text: str) -> Ink:
        """Return how far the characters of a text reach."""
        if len(text) == 1:
            return self[text]
        if len(text) > _MAX_KEPT_LENGTH:
            return union(map(self.__getitem__, set(text)))
        ink = self._of_texts.get(text)
        if ink is None:
            if len(self._of_texts) == _MAX_KEPT:
                self._of_texts.clear()
            ink = self._of_texts[text] = union(map(self.__getitem__, set(text)))
        return ink

    def spans(self, text: str, left: float, direction: Direction, beyond: int) -> list[InkSpan]:
        """Return the cells of characters reaching further than `beyond`; text begins at `left`."""
        found: list[InkSpan] = []
        if self.of(text)[direction] <= beyond:
            return found
        for character in text:
            reach = self[character][direction]
            right = (
                left + self._font_selector.fonts[self._font_selector[ord(character)]].cells * CELL
            )
            if reach > beyond:
                found.append((left, max(right, left + CELL), reach))
            left = right
        return found
