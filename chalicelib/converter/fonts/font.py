"""Selects the font of each character on the grid, and its width in cells."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from unicodedata import category, east_asian_width

import uharfbuzz as hb

from chalicelib.converter.fonts.character_set import CharacterSet
from chalicelib.converter.fonts.face import (
    BLANK_FACE,
    BODY_FACE,
    CELL,
    FALLBACK_CHAIN,
    ZERO_WIDTH_FACE,
    Face,
)
from chalicelib.converter.fonts.terminal_cells import terminal_cells

_RUN_OF_ONE_KEY = re.compile(r"(.)\1*", re.DOTALL)

IGNORABLE = re.compile(
    "[\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
"""Matches a character that is kept in the text but drawn as nothing.

Default_Ignorable_Code_Point of Unicode's DerivedCoreProperties.txt, without the soft hyphen, which
is visible in plain text. Unifont would draw a box for each of them.
"""


_JAMO = re.compile("[\u1160-\u11ff\ud7b0-\ud7fb]")
"""Matches a vowel or final consonant of Hangul, which is drawn over a wide initial consonant."""


@dataclass(frozen=True)
class GridFont:
    """The font of a run on the grid: what its characters must share to be drawn together.

    `plane` is the Unicode plane that the PDF font covers. `advance` is in thousandths of the size
    the face is drawn at; `h_scale` is the horizontal scaling, in percent, with which the glyph
    fills its `cells`. Characters that are `missing` from all fonts are empty cells, over which
    their code point is drawn in a box. `private` ones are of a Private Use Area.
    """

    face: Face
    plane: int
    cells: int
    advance: int
    h_scale: float = 100.0
    missing: bool = False
    private: bool = False

    @cached_property
    def resource_name(self) -> bytes:
        """Name of the font in a /Font resource dictionary."""
        return font_resource_name(self.face, self.plane)


def font_resource_name(face: Face, plane: int) -> bytes:
    """Return the name, in a /Font resource dictionary, of the font for one plane of a face."""
    return f"/{face.name}.{plane}".encode()


MISSING_CELLS = 2
"""Cells of a character that no font has.

More would not do: pdfium assigns text that is wider than the height of two rows to the row above.
"""


def choose_font(code_point: int) -> GridFont:
    """Return the first font of the chain with the character in its proper width, else any width."""
    if category(chr(code_point)) == "Co":
        return replace(_choose_font(code_point), private=True)
    return _choose_font(code_point)


def _choose_font(code_point: int) -> GridFont:
    """Return the font of a character, regardless of private use."""
    if IGNORABLE.match(chr(code_point)):
        cells = max(terminal_cells(code_point), 0)
        return _scaled(BLANK_FACE if cells else ZERO_WIDTH_FACE, code_point, cells)
    if BODY_FACE.glyph(code_point) is None and code_point not in _fallback_characters():
        return _missing_font(code_point >> 16)
    cells = terminal_cells(code_point)
    fonts = (
        _scaled(face, code_point, cells) for face in FALLBACK_CHAIN if _can_draw(face, code_point)
    )
    visible = (font for font in fonts if font.advance or not font.cells)
    best, best_rank = None, 4
    for font in visible:
        # A font that gives a mark a width would draw it beside its character.
        has_other_width = cells >= 0 and font.cells != cells
        rank = 2 * has_other_width + (font.h_scale != 100.0)
        if rank == 0:
            return font
        if rank < best_rank:
            best, best_rank = font, rank
    return best or _missing_font(code_point >> 16)


def _can_draw(face: Face, code_point: int) -> bool:
    """Return whether a face has a glyph for a character, and draws it if it is a visible one.

    Some fonts have a blank glyph for a visible character, such as U+FFFC.
    """
    glyph = face.glyph(code_point)
    if glyph is None:
        return False
    return face.has_ink(glyph) or category(chr(code_point)) in ("Zs", "Zl", "Zp", "Cc")


@cache
def _fallback_characters() -> hb.Set:
    """Return the code points of all fonts of the chain but the first."""
    characters = hb.Set()
    for face in FALLBACK_CHAIN[1:]:
        characters.update(face.hb_face.unicodes)
    return characters


@cache
def _missing_font(plane: int) -> GridFont:
    """Return the font of characters that no font has."""
    return replace(_scaled(BLANK_FACE, plane << 16, MISSING_CELLS), missing=True)


def _scaled(face: Face, code_point: int, cells: int) -> GridFont:
    """Return the font that makes a character of this face fill so many cells.

    A control character takes as many cells as its glyph in the font, and so does a character
    whose width should be zero but is not in this font.
    """
    glyph = face.glyph(code_point) or 0
    advance = face.advance(glyph)
    if cells < 0 or (advance and not cells):
        cells = max(1, round(advance * face.scale / CELL))
    # A mark extends back over its base, which may itself have been scaled to one cell.
    natural = (advance if cells else face.left_edge(glyph)) * face.scale
    is_wide = east_asian_width(chr(code_point)) == "W" or _JAMO.match(chr(code_point))
    base = 2 * CELL if is_wide else CELL * 1.1
    target = cells * CELL if cells else min(natural, base)
    fits = not natural or abs(natural - target) < 1
    h_scale = 100.0 if fits else 100 * target / natural
    return _grid_font(face, code_point >> 16, cells, advance, h_scale)


_grid_font = lru_cache(maxsize=1024)(GridFont)
"""Returns a font that is not made again for each of its characters."""


class FontSelector(dict[int, str]):
    """Table for `str.translate` that maps each character to the key of its grid font.

    Entries are added on first use, so the table also records which characters a document has.
    `fonts` has the font of each key; the keys are private-use characters.
    """

    _FIRST_KEY = 0xF0000

    def __init__(self) -> None:
        super().__init__({0x0A: "\n"})
        self.fonts: dict[str, GridFont] = {}
        self._keys: dict[GridFont, str] = {}
        self._characters: dict[str, CharacterSet] = {}  # by key
        self._missing: list[CharacterSet] = []  # those of the fonts of missing characters

    def __missing__(self, code_point: int) -> str:
        font = choose_font(code_point)
        key = self[code_point] = self._keys.get(font) or self._new_key(font)
        self._characters[key].add_code_point(code_point)
        return key

    def _new_key(self, font: GridFont) -> str:
        """Return the key of a new font."""
        key = self._keys[font] = chr(self._FIRST_KEY + len(self._keys))
        self.fonts[key] = font
        self._characters[key] = CharacterSet("\n")
        if font.missing:
            self._missing.append(self._characters[key])
        return key

    def runs(self, text: str) -> Iterator[tuple[str, GridFont]]:
        """Yield the runs of one font of a text, each with its font."""
        if font := self.common_font(text):
            yield text, font
            return
        for run in _RUN_OF_ONE_KEY.finditer(text.translate(self)):
            yield text[run.start() : run.end()], self.fonts[run[1]]

    @property
    def has_missing(self) -> bool:
        """Whether any character so far is in no font."""
        return bool(self._missing)

    def any_missing(self, text: str) -> bool:
        """Return whether the text has characters that no font has."""
        return any(characters.meets(text) for characters in self._missing)

    def common_font(self, text: str) -> GridFont | None:
        """Return the font of all characters of the text, or None if they differ or are new."""
        first = text.lstrip("\n")[:1]
        key = self[ord(first)] if first else ""
        return self.fonts[key] if key and self._characters[key].covers(text) else None

    def drawn_with(self, face: Face) -> dict[int, set[int]]:
        """Return the code points so far that a face draws, by their planes."""
        planes: dict[int, set[int]] = {}
        for key, font in self.fonts.items():
            if font.face is face:
                code_points = planes.setdefault(font.plane, set())
                code_points.update(self._characters[key].code_points)
                code_points.discard(0x0A)
        return planes


SOFT_HYPHEN = "\xad"
