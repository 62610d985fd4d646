"""Complex scripts, the fonts for them, and the division of text into runs of one font.

Text of these scripts joins, stacks, reorders or runs from right to left. It is not drawn on the
grid, as its letters have many widths.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple
from unicodedata import bidirectional, category, normalize

from chalicelib.converter.fonts.face import Face
from chalicelib.converter.fonts.font import IGNORABLE
from chalicelib.converter.scripts.decomposed import (
    COMPOSED_FACE,
    LETTER_FACE,
    SECOND_CHARACTERS,
    SEQUENCES,
)


@dataclass(frozen=True)
class Script:
    """A script: its Unicode blocks, as a regular expression's set, and its fonts by preference."""

    blocks: str
    faces: tuple[Face, ...]

    @cached_property
    def character(self) -> re.Pattern[str]:
        """Matches one character of the blocks."""
        return re.compile(f"[{self.blocks}]")

    @cached_property
    def first_font_characters(self) -> frozenset[str]:
        """Characters of the first font that are of this script or common to all scripts."""
        others = [script for script in SCRIPTS if script is not self]
        return frozenset(
            character
            for character in self.faces[0].characters
            if (
                self.character.match(character)
                or category(character)[0] in "MPSZN"
                or IGNORABLE.match(character)
            )
            and not any(script.character.match(character) for script in others)
        )

    @cached_property
    def first_font_text(self) -> re.Pattern[str]:
        """Matches any text that needs only the first font; faster than a set of characters."""
        return re.compile(f"[{''.join(map(re.escape, self.first_font_characters))}]*")

    @cached_property
    def word(self) -> re.Pattern[str]:
        """Matches a word of the script's letters and marks that the first font has.

        It starts with a letter of the first block; other blocks have characters of no script.
        """
        letters = [character for character in self._supported if category(character) == "Lo"]
        first = "".join(letter for letter in letters if self.blocks[0] <= letter <= self.blocks[2])
        marks = [character for character in self._supported if category(character) in ("Mn", "Mc")]
        return re.compile(f"[{first}][{''.join(letters + marks)}]*")

    @cached_property
    def rtl(self) -> bool:
        """Whether the script is written from right to left."""
        return any(bidirectional(character) in ("R", "AL") for character in self._supported)

    @property
    def _supported(self) -> list[str]:
        """Characters of the script that its first font has, sorted."""
        return sorted(filter(self.character.match, self.faces[0].characters))

    @cached_property
    def run(self) -> re.Pattern[str]:
        """Matches text of the script, including the first font's characters of no script.

        It may begin with these, and have characters of the script that no font has.
        """
        characters = "".join(map(re.escape, self.first_font_characters))
        return re.compile(f"[{self.blocks}{characters}{IGNORABLE.pattern[1:]}+")


def _noto(name: str, scale: float, rise: int = 0, excluded: str = "") -> Face:
    """Return a Noto face; `rise` is in thousandths of the body font's size.

    Scale and rise keep all but the tallest stacks and the deepest marks within the row.
    """
    return Face(name, f"{name}-Regular.ttf", scale=scale, rise=rise, excluded=excluded)


_ARABIC = (
    # Noto Naskh 2.004 draws these signs, one of which is END OF AYAH, over the preceding word.
    _noto("NotoNaskhArabic", 1.0, excluded="\u0601\u0603\u06dd"),
    _noto("NotoSansArabic", 0.9),
)

SCRIPTS = (
    Script("\u0600-\u06ff\u0750-\u077f\u0870-\u08ff\ufb50-\ufdff\ufe70-\ufefc", _ARABIC),
    Script("\u0590-\u05ff\ufb1d-\ufb4f", (_noto("NotoSansHebrew", 1.0),)),
    Script("\u0700-\u074f\u0860-\u086f", (_noto("NotoSansSyriac", 0.95),)),
    Script("\u0780-\u07bf", (_noto("NotoSansThaana", 0.95),)),
    Script("\u07c0-\u07ff", (_noto("NotoSansNKo", 0.95),)),
    Script("\u0900-\u097f\u1cd0-\u1cff\ua8e0-\ua8ff", (_noto("NotoSansDevanagari", 0.97),)),
    Script("\u0980-\u09ff", (_noto("NotoSansBengali", 0.95),)),
    Script("\u0a00-\u0a7f", (_noto("NotoSansGurmukhi", 0.95),)),
    Script("\u0a80-\u0aff", (_noto("NotoSansGujarati", 0.95),)),
    Script("\u0b00-\u0b7f", (_noto("NotoSansOriya", 0.9),)),
    Script("\u0b80-\u0bff", (_noto("NotoSansTamil", 0.95),)),
    Script("\u0c00-\u0c7f", (_noto("NotoSansTelugu", 0.88, 20),)),
    Script("\u0c80-\u0cff", (_noto("NotoSansKannada", 0.88, 40),)),
    Script("\u0d00-\u0d7f", (_noto("NotoSansMalayalam", 0.95),)),
    Script("\u0d80-\u0dff", (_noto("NotoSansSinhala", 0.92),)),
    Script("\u0e00-\u0e7f", (_noto("NotoSansThai", 0.92),)),
    Script("\u0e80-\u0eff", (_noto("NotoSansLao", 0.86),)),
    Script("\u0f00-\u0fff", (_noto("NotoSerifTibetan", 0.72, 40),)),
    Script("\u1000-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f", (_noto("NotoSansMyanmar", 0.82, 40),)),
    Script("\u1780-\u17ff\u19e0-\u19ff", (_noto("NotoSansKhmer", 0.8, 60),)),
)

MARKED_FACE = Face("DejaVuSansMono-Marked", "DejaVuSansMono-Marked.ttf")
"""The body font with its rules for placing combining marks."""

_UNSUPPORTED_RTL = "\u0800-\u085f\U00010800-\U00010fff\U0001e800-\U0001efff"
"""Blocks of right-to-left scripts without a font of their own here."""

_MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
"""Combining marks for letters of any script, including half marks and marks for symbols."""

_COMPOSED = (
    "\u01fa-\u01fb\u1e14-\u1e17\u1e2e-\u1e2f\u1e4e-\u1e53\u1e64-\u1e67\u1e7a-\u1e7b\u1ea2-\u1eab"
    "\u1eae-\u1eaf\u1eb2-\u1eb5\u1eba-\u1ebb\u1ebe-\u1ec5\u1ec8-\u1ec9\u1ece-\u1ed7\u1ede-\u1edf"
    "\u1ee6-\u1ee7\u1eec-\u1eed\u1ef6-\u1ef7"
)
"""Letters with marks, most of them Vietnamese, that the body font lacks; it has their parts."""

_CONTROLS = "\u200d\u202a-\u202e\u2066-\u2069\ufe0f"
"""Directional embeddings, overrides and isolates, and the controls that form emoji sequences."""

_BLOCKS = "".join(script.blocks for script in SCRIPTS)

COMPLEX = re.compile(
    f"[{_MARKS}{_COMPOSED}{SECOND_CHARACTERS}{_CONTROLS}{_UNSUPPORTED_RTL}{_BLOCKS}]"
)
"""Matches a character that a grid of cells cannot show properly."""

SHAPED = re.compile(f"[{_BLOCKS}]")
"""Matches a character of a script with a font of its own."""

WITHOUT_SPACES = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u19e0-\u19ff\ua9e0-\ua9ff\uaa60-\uaa7f]"
)
"""Matches a character of a script without spaces between words (`southeast_asian_breaks`)."""

_SHARED = frozenset("\u060c\u061b\u061f\u0640\u0964\u0965")
"""Characters in the blocks of one script that other scripts use too, and have in their fonts."""

_MAX_CACHED_LENGTH = 16
"""Maximum characters of a text whose runs are cached, such as a number or a name."""


class ScriptRun(NamedTuple):
    """A run of text for one font, or for the grid if `face` is None."""

    start: int
    end: int
    face: Face | None


def itemize(text: str) -> Sequence[ScriptRun]:
    """Divide a text of one direction, which must not be empty, into runs that cover it.

    They are in typing order.
    """
    if text.isascii():
        return (ScriptRun(0, len(text), None),)
    character = text[0]
    if character == " " and text[1:2] not in _SHARED:
        character = text[1:2]  # of a word from right to left, which has its blank in front
    script = _script(character)
    if script and script.first_font_text.fullmatch(text):
        return (ScriptRun(0, len(text), script.faces[0]),)
    return _cached_runs(text) if len(text) <= _MAX_CACHED_LENGTH else tuple(_runs(text))


@lru_cache(maxsize=4096)
def _cached_runs(text: str) -> tuple[ScriptRun, ...]:
    return tuple(_runs(text))


def _runs(text: str) -> Iterator[ScriptRun]:
    """Yield the runs of a text for one font each."""
    for start, end, script in _script_spans(text):
        if script is None:
            yield from _letter_runs(text, start, end)
        elif script.first_font_text.fullmatch(text, start, end):
            yield ScriptRun(start, end, script.faces[0])
        else:
            word_runs = _word_runs(text, start, end, script.faces)
            for face, group in groupby(word_runs, attrgetter("face")):
                runs = list(group)
                yield ScriptRun(runs[0].start, runs[-1].end, face)


_WORD_AND_SPACE = re.compile(r"\S+\s*|\s+")
_OF_NO_SCRIPT = re.compile(f"[^{''.join(script.blocks for script in SCRIPTS)}]+")


def _script_spans(text: str) -> Iterator[tuple[int, int, Script | None]]:
    """Yield start, end and script of each part of a text.

    Characters of no script belong to the part before them, or else to the one after.
    """
    at = 0
    while at < len(text):
        start = at
        leading = _OF_NO_SCRIPT.match(text, start)
        at = leading.end() if leading else start
        script = _script(text[at]) if at < len(text) else None
        if (
            leading
            and script
            and (text[at] in _SHARED or not script.first_font_characters.issuperset(leading[0]))
        ):
            script = None
        if script and (run := script.run.match(text, start)):
            at = run.end()
        yield start, at, script


@lru_cache(maxsize=4096)
def _script(character: str) -> Script | None:
    """Return the first script whose blocks include the character, or None."""
    return next((script for script in SCRIPTS if script.character.match(character)), None)


def _has(face: Face, text: str) -> bool:
    """Return whether the font has every visible character of the text."""
    characters = face.characters
    return characters.issuperset(text) or all(map(IGNORABLE.match, set(text) - characters))


def _word_runs(text: str, start: int, end: int, faces: tuple[Face, ...]) -> Iterator[ScriptRun]:
    """Yield runs of text[start:end] by word: letters join only if one font has the whole word."""
    for word in _WORD_AND_SPACE.finditer(text, start, end):
        face = next((face for face in faces if _has(face, word[0])), None)
        if face:
            yield ScriptRun(word.start(), word.end(), face)
        else:
            yield from _character_runs(text, word.start(), word.end(), faces)


def _character_runs(
    text: str, start: int, end: int, faces: tuple[Face, ...]
) -> Iterator[ScriptRun]:
    """Yield runs of a word that no single font has, by the first font for each character."""
    current: Face | None = None
    begin = start
    for at in range(start, end):
        character = text[at]
        if IGNORABLE.match(character):
            continue
        face = next((face for face in faces if character in face.characters), None)
        if face is not current and at > begin:
            yield ScriptRun(begin, at, current)
            begin = at
        current = face
    yield ScriptRun(begin, end, current)


_LETTER = re.compile(f"{SEQUENCES}|(?P<marked>.[{_MARKS}]+|[{_COMPOSED}])")


def _letter_runs(text: str, start: int, end: int) -> Iterator[ScriptRun]:
    """Yield runs for the grid, and for letters of several characters that a font can draw."""
    at = start
    for match in _LETTER.finditer(text, start, end):
        if face := _letter_face(match):
            if match.start() > at:
                yield ScriptRun(at, match.start(), None)
            yield ScriptRun(match.start(), match.end(), face)
            at = match.end()
    if at < end:
        yield ScriptRun(at, end, None)


def _letter_face(match: re.Match[str]) -> Face | None:
    """Return the face that draws a match of _LETTER, or None if that is on the grid."""
    if match["composed"]:
        return COMPOSED_FACE
    if match["lone"]:
        return LETTER_FACE
    is_placed = match["marked"] and _has(MARKED_FACE, normalize("NFD", match[0]))
    return MARKED_FACE if is_placed else None
