"""Which font draws a character, and how wide it is on the grid.

The grid's cell is the advance of the body font. Every other font is scaled so that its half
and full width fill exactly one and two cells; what still differs is squeezed or stretched.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from unicodedata import category

import uharfbuzz as hb
from wcwidth import wcwidth

FOLDER = Path(__file__).parent.parent / "fonts"

CELL = 602  # advance of the body font, in thousandths of its size
ASCENT, DESCENT = 928, 236  # of the body font (its hhea table), likewise
FALLBACK_SCALE = 2 * CELL / 1000  # a full-width glyph of 1 em becomes two cells


@dataclass(frozen=True)
class Face:
    """A font file. `scale` is the size it is drawn at, relative to the body font's."""

    name: str
    file: str
    index: int = 0
    scale: float = 1.0
    blank: bool = False  # draws every character as a space

    @cached_property
    def face(self) -> hb.Face:
        """The font, mapped into memory; what is never looked at is never read."""
        return hb.Face(hb.Blob.from_file_path(str(FOLDER / self.file)), self.index)

    @cached_property
    def _font(self) -> hb.Font:
        return hb.Font(self.face)

    def glyph(self, code_point: int) -> int | None:
        """The glyph's number in the font file, or None if the font lacks the character."""
        glyph: int | None = self._font.get_nominal_glyph(0x20 if self.blank else code_point)
        return glyph

    def advance(self, glyph: int) -> int:
        """The glyph's advance in thousandths of the size it is drawn at."""
        units: int = self._font.get_glyph_h_advance(glyph)
        upem: int = self.face.upem
        return round(units * 1000 / upem)


BODY = Face("DejaVuSansMono", "DejaVuSansMono.ttf")
BOLD = Face("DejaVuSansMono-Bold", "DejaVuSansMono-Bold.ttf")
BLANK = Face("DejaVuSansMono-Blank", "DejaVuSansMono.ttf", blank=True)
CJK = Face("WenQuanYiMicroHeiMono", "wqy-microhei.ttc", 1, FALLBACK_SCALE)
LAST = Face("Unifont", "unifont.ttf", 0, FALLBACK_SCALE)
ASTRAL = Face("UnifontUpper", "unifont_upper.ttf", 0, FALLBACK_SCALE)
CHAIN = (BODY, CJK, LAST, ASTRAL)

# Default_Ignorable_Code_Point of Unicode's DerivedCoreProperties.txt, without the soft hyphen,
# which is visible in plain text. Fonts of last resort draw a box for them; they are to be
# there for whoever copies the text, and not to be seen.
_IGNORABLE = (
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
)


class Drawn(StrEnum):
    """What becomes of a character."""

    GLYPH = "glyph"
    NUMBER = "number"  # no font has it: its U+XXXX is drawn


@dataclass(frozen=True, slots=True)
class Slot:
    """All that a run of characters must share to be drawn in one go."""

    drawn: Drawn
    face: Face
    plane: int
    cells: int
    advance: int  # in thousandths of the size it is drawn at

    @property
    def stretch(self) -> float:
        """Horizontal scaling in percent that makes the glyph fill its cells."""
        if self.drawn is Drawn.NUMBER:
            return 100.0
        natural = self.advance * self.face.scale
        wanted = self.cells * CELL
        return 100.0 if not wanted or abs(natural - wanted) < 1 else 100 * wanted / natural


def number(code_point: int) -> str:
    """How a character that no font has is drawn."""
    return f"U+{code_point:04X}"


def choose(code_point: int) -> Slot:
    """The first font of the chain that has the character in its proper width, or at all."""
    character = chr(code_point)
    cells = wcwidth(character)
    plane = code_point >> 16
    if any(first <= code_point <= last for first, last in _IGNORABLE):
        return Slot(Drawn.GLYPH, BLANK, plane, max(cells, 0), CELL)
    slots = [
        _slot(face, code_point, glyph, cells)
        for face in CHAIN
        if (glyph := face.glyph(code_point)) is not None
    ]
    if slots and category(character) != "Cs":
        return next((slot for slot in slots if slot.stretch == 100.0), slots[0])
    return Slot(Drawn.NUMBER, BODY, 0, len(number(code_point)), CELL)


def _slot(face: Face, code_point: int, glyph: int, cells: int) -> Slot:
    advance = face.advance(glyph)
    if cells < 0:  # a control character: the picture of it in the font of last resort
        cells = max(1, round(advance * face.scale / CELL))
    if cells and not advance:  # a mark that the font would set over its neighbour
        return Slot(Drawn.NUMBER, BODY, 0, len(number(code_point)), CELL)
    return Slot(Drawn.GLYPH, face, code_point >> 16, cells, advance)


class Repertoire(dict[int, str]):
    """A table for `str.translate`: each character becomes the letter of its slot.

    Made as characters turn up, so it also knows which characters a text has.
    """

    _FIRST = 0xF0000  # letters are private-use code points

    def __init__(self) -> None:
        super().__init__({0x0A: "\n"})
        self.slots: dict[str, Slot] = {}
        self._letters: dict[Slot, str] = {}

    def __missing__(self, code_point: int) -> str:
        letter = self[code_point] = self.letter(choose(code_point))
        return letter

    def letter(self, slot: Slot) -> str:
        """The letter that stands for a slot."""
        if slot not in self._letters:
            letter = chr(self._FIRST + len(self._letters))
            self._letters[slot] = letter
            self.slots[letter] = slot
        return self._letters[slot]

    def drawn_with(self, face: Face) -> Iterable[tuple[int, int]]:
        """Plane and code point of every character met so far that the face draws."""
        for code_point, letter in self.items():
            slot = self.slots.get(letter)
            if slot and slot.face is face and slot.drawn is Drawn.GLYPH:
                yield slot.plane, code_point


class Widths(dict[int, str]):
    """A table for `str.translate`: each character becomes a character of as many cells."""

    def __init__(self, repertoire: Repertoire) -> None:
        super().__init__()
        self._repertoire = repertoire

    def __missing__(self, code_point: int) -> str:
        cells = self._repertoire.slots[self._repertoire[code_point]].cells
        width = self[code_point] = chr(cells)
        return width
