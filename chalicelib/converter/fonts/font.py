"""Which font draws a character, and how wide it is on the grid.

The grid's cell is the advance of the body font. Every other font is scaled so that its half
and full width fill exactly one and two cells; what still differs is squeezed or stretched.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from unicodedata import category, mirrored

import uharfbuzz as hb

from chalicelib.converter.fonts.character_set import CharacterSet

_RUN = re.compile(r"(.)\1*", re.DOTALL)

FOLDER = Path(__file__).parent / "files"

CELL = 602  # advance of the body font, in thousandths of its size
ASCENT, DESCENT = 928, 236  # of the body font (its hhea table), likewise
FALLBACK_SCALE = 2 * CELL / 1000  # a full-width glyph of 1 em becomes two cells


@dataclass(frozen=True, eq=False)
class Face:
    """A font file. `scale` is the size it is drawn at, relative to the body font's.

    It draws `unfit` characters wrongly; they count as ones that it lacks.
    """

    name: str
    file: str
    index: int = 0
    scale: float = 1.0
    blank: int | None = None  # the character whose empty glyph stands for every other
    rise: int = 0  # of its baseline above the row's, in thousandths of the body font's size
    unfit: str = ""

    @cached_property
    def face(self) -> hb.Face:
        """The font, mapped into memory; what is never looked at is never read."""
        return hb.Face(hb.Blob.from_file_path(str(FOLDER / self.file)), self.index)

    @cached_property
    def font(self) -> hb.Font:
        return hb.Font(self.face)

    def glyph(self, code_point: int) -> int | None:
        """The glyph's number in the font file, or None if the font lacks the character."""
        glyph: int | None = self.font.get_nominal_glyph(self.blank or code_point)
        return glyph

    def left_edge(self, glyph: int) -> int:
        """How far left of the pen the glyph begins, in thousandths of its size, or 0."""
        extents = self.font.get_glyph_extents(glyph)
        upem: int = self.face.upem
        return max(0, round(-extents.x_bearing * 1000 / upem)) if extents else 0

    def advance(self, glyph: int) -> int:
        """The glyph's advance in thousandths of the size it is drawn at."""
        return self.thousandths(self.font.get_glyph_h_advance(glyph))

    def thousandths(self, units: int) -> int:
        """A width in units of the font file in whole thousandths of the size."""
        upem: int = self.face.upem
        return round(units * 1000 / upem)

    @cached_property
    def characters(self) -> frozenset[str]:
        """All characters that the font has."""
        return frozenset(map(chr, self.face.unicodes)).difference(self.unfit)

    @cached_property
    def mirror_images(self) -> dict[int, str]:
        """The characters that have a mirror image, by their glyphs."""
        found = ((self.glyph(ord(one)), one) for one in self.characters if mirrored(one))
        return {glyph: one for glyph, one in found if glyph is not None}

    def inked(self, glyph: int) -> bool:
        """Whether there is anything to be seen of the glyph."""
        extents = self.font.get_glyph_extents(glyph)
        return bool(extents and extents.width and extents.height)


def subset_without(tables: Iterable[str]) -> hb.SubsetInput:
    """What a subset of a font shall be, but for its glyphs: without hints and these tables."""
    wanted = hb.SubsetInput()
    wanted.flags = (
        hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NOTDEF_OUTLINE | hb.SubsetFlags.NO_LAYOUT_CLOSURE
    )
    wanted.drop_table_tag_set.update(int.from_bytes(tag.encode(), "big") for tag in tables)
    return wanted


BODY = Face("DejaVuSansMono", "DejaVuSansMono.ttf")
BOLD = Face("DejaVuSansMono-Bold", "DejaVuSansMono-Bold.ttf")
BLANK = Face("DejaVuSansMono-Blank", "DejaVuSansMono.ttf", blank=0x3164)
NOTHING = Face("DejaVuSansMono-Nothing", "DejaVuSansMono.ttf", blank=0x200B)
CJK = Face("WenQuanYiMicroHeiMono", "wqy-microhei.ttc", 1, FALLBACK_SCALE)
LAST = Face("Unifont", "unifont.ttf", 0, FALLBACK_SCALE)
ASTRAL = Face("UnifontUpper", "unifont_upper.ttf", 0, FALLBACK_SCALE)
CHAIN = (BODY, CJK, LAST, ASTRAL)
FACES = (*CHAIN, BLANK, NOTHING)

# Default_Ignorable_Code_Point of Unicode's DerivedCoreProperties.txt, without the soft hyphen,
# which is visible in plain text. Fonts of last resort draw a box for them; they are to be
# there for whoever copies the text, and not to be seen.
IGNORABLE = re.compile(
    "[\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)


@dataclass(frozen=True)
class FontSlot:
    """All that a run of characters must share to be drawn in one go.

    `advance` is in thousandths of the size the face is drawn at, `stretch` in percent: the
    horizontal scaling that makes the glyph fill its cells. `numbered` characters are in no
    font: empty cells stand for them, over which a box with their number is drawn. `private` ones
    are of a Private Use Area: what they mean is agreed on elsewhere.
    """

    face: Face
    plane: int
    cells: int
    advance: int
    stretch: float = 100.0
    numbered: bool = False
    private: bool = False

    @cached_property
    def font(self) -> bytes:
        """Resource name of the font for the plane of the face."""
        return font_name(self.face, self.plane)


def font_name(face: Face, plane: int) -> bytes:
    """Resource name of the font for one plane of a face."""
    return f"/{face.name}.{plane}".encode()


# Cells of a character that no font has. pdfium takes text that is wider than two rows are high
# for text of the row above.
NUMBER_CELLS = 2


def choose(code_point: int) -> FontSlot:
    """The first font of the chain that has the character in its proper width, or at all."""
    if category(chr(code_point)) == "Co":
        return replace(_choose(code_point), private=True)
    return _choose(code_point)


def _choose(code_point: int) -> FontSlot:
    cells = _cells(code_point)
    if IGNORABLE.match(chr(code_point)):
        return _stretched(BLANK if cells > 0 else NOTHING, code_point, max(cells, 0))
    slots = [
        _stretched(face, code_point, cells) for face in CHAIN if face.glyph(code_point) is not None
    ]
    visible = [slot for slot in slots if slot.advance or not slot.cells]
    if visible:
        return next((slot for slot in visible if slot.stretch == 100.0), visible[0])
    return replace(_stretched(BLANK, code_point, NUMBER_CELLS), numbered=True)


def _cells(code_point: int) -> int:
    """The character's width by the terminals' convention, or -1 for a control character."""
    if 0x20 <= code_point < 0x7F:
        return 1
    from wcwidth import wcwidth  # 15 ms to import, and plain ASCII never comes here

    return wcwidth(chr(code_point))


def _stretched(face: Face, code_point: int, cells: int) -> FontSlot:
    """The slot of a character in one face, where it shall take so many cells.

    A control character takes as many as its picture in the font does, and so does a character
    that ought to have no width but has one in this font.
    """
    glyph = face.glyph(code_point) or 0
    advance = face.advance(glyph)
    if cells < 0 or (advance and not cells):
        cells = max(1, round(advance * face.scale / CELL))
    # A mark reaches back over its base, which may itself have been squeezed into one cell.
    natural = (advance if cells else face.left_edge(glyph)) * face.scale
    wanted = cells * CELL if cells else min(natural, CELL * 1.1)
    fits = not natural or abs(natural - wanted) < 1
    stretch = 100.0 if fits else 100 * wanted / natural
    return FontSlot(face, code_point >> 16, cells, advance, stretch)


class FontSelector(dict[int, str]):
    """A table for `str.translate`: each character becomes the letter of its slot.

    Made as characters turn up, so it also knows which characters a text has.
    """

    _FIRST = 0xF0000  # letters are private-use code points

    def __init__(self) -> None:
        super().__init__({0x0A: "\n"})
        self.slots: dict[str, FontSlot] = {}
        self._letters: dict[FontSlot, str] = {}
        self._numbered: set[str] = set()
        self._alphabets: dict[str, CharacterSet] = {}  # of each letter

    def __missing__(self, code_point: int) -> str:
        slot = choose(code_point)
        if slot.numbered:
            self._numbered.add(chr(code_point))
        letter = self[code_point] = self.letter(slot)
        self._alphabets[letter].add(chr(code_point))
        return letter

    def letter(self, slot: FontSlot) -> str:
        """The letter that stands for a slot."""
        if slot not in self._letters:
            letter = chr(self._FIRST + len(self._letters))
            self._letters[slot] = letter
            self.slots[letter] = slot
            self._alphabets[letter] = CharacterSet("\n")
        return self._letters[slot]

    def runs(self, text: str) -> Iterator[tuple[str, FontSlot]]:
        """The text divided where its slot changes."""
        for run in _RUN.finditer(text.translate(self)):
            yield text[run.start() : run.end()], self.slots[run[1]]

    def any_numbered(self, text: str) -> bool:
        """Whether the text has characters that no font has."""
        return bool(self._numbered) and not self._numbered.isdisjoint(text)

    def shared(self, text: str) -> FontSlot | None:
        """The slot that all characters of the text have, if there is one and it is known."""
        first = text.lstrip("\n")[:1]
        if not first or not self._alphabets[self[ord(first)]].covers(text):
            return None
        return self.slots[self[ord(first)]]

    def drawn_with(self, face: Face) -> Iterable[tuple[int, int]]:
        """Plane and code point of every character met so far that the face draws."""
        for code_point, letter in self.items():
            slot = self.slots.get(letter)
            if slot and slot.face is face:
                yield slot.plane, code_point


class Widths(dict[int, str]):
    """A table for `str.translate`: each character becomes a character of as many cells."""

    def __init__(self, repertoire: FontSelector) -> None:
        super().__init__()
        self._repertoire = repertoire

    def __missing__(self, code_point: int) -> str:
        cells = self._repertoire.slots[self._repertoire[code_point]].cells
        width = self[code_point] = chr(cells)
        return width
