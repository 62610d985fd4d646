"""Writing whose letters join, stack, reorder or run from right to left, and fonts for it.

Such text is not set on the grid: its fonts have letters of many widths.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple
from unicodedata import bidirectional, category

from chalicelib.converter.fonts.font import IGNORABLE, Face


@dataclass(frozen=True)
class Script:
    """Blocks of Unicode, as a regular expression's set, and fonts in order of preference."""

    blocks: str
    faces: tuple[Face, ...]

    @cached_property
    def has(self) -> re.Pattern[str]:
        """Matches one character of the blocks."""
        return re.compile(f"[{self.blocks}]")

    @cached_property
    def alone(self) -> frozenset[str]:
        """What of the first font is of the script or of none: text of it needs no other font."""
        others = [script for script in SCRIPTS if script is not self]
        return frozenset(
            one
            for one in self.faces[0].characters
            if (self.has.match(one) or category(one)[0] in "MPSZN" or IGNORABLE.match(one))
            and not any(script.has.match(one) for script in others)
        )

    @cached_property
    def whole(self) -> re.Pattern[str]:
        """Matches text that needs no font but the first, sooner than a set would tell."""
        return re.compile(f"[{''.join(map(re.escape, self.alone))}]*")

    @cached_property
    def words(self) -> re.Pattern[str]:
        """Matches a word of letters and marks of the script that its first font has.

        It begins with a letter of the first block: the few of others may be of no script.
        """
        letters = [one for one in self._own if category(one) == "Lo"]
        first = "".join(one for one in letters if self.blocks[0] <= one <= self.blocks[2])
        marks = [one for one in self._own if category(one) in ("Mn", "Mc")]
        return re.compile(f"[{first}][{''.join(letters + marks)}]*")

    @cached_property
    def rtl(self) -> bool:
        """Whether its letters go from right to left."""
        return any(bidirectional(one) in ("R", "AL") for one in self._own)

    @property
    def _own(self) -> list[str]:
        """Characters of the script that its first font has."""
        return sorted(filter(self.has.match, self.faces[0].characters))

    @cached_property
    def stretch(self) -> re.Pattern[str]:
        """Matches text of the script with all that its first font has of no script."""
        characters = "".join(map(re.escape, self.alone))
        return re.compile(f"[{self.blocks}{characters}{IGNORABLE.pattern[1:]}+")


def _noto(name: str, scale: float, rise: int = 0, unfit: str = "") -> Face:
    return Face(name, f"{name}-Regular.ttf", scale=scale, rise=rise, unfit=unfit)


# Scales and rises, in thousandths of the body font's size, are such that all but the tallest
# stacks and the deepest marks stay within a row.
# Noto Naskh 2.004 has these three signs, END OF AYAH among them, over the word before.
_ARABIC = (
    _noto("NotoNaskhArabic", 1.0, unfit="\u0601\u0603\u06dd"),
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

# The body font again, with its rules for where a mark goes on a letter.
MARKED = Face("DejaVuSansMono-Marked", "DejaVuSansMono-Marked.ttf")

# Right-to-left scripts that no font here sets.
_UNSET = "\u0800-\u085f\U00010800-\U00010fff\U0001e800-\U0001efff"
# Marks on letters of any script; those of symbols and half marks too.
_MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
# Embeddings, overrides and isolates turn text of any script round; joiner and variation selector
# make emoji of what is none without them.
_CONTROLS = "\u200d\u202a-\u202e\u2066-\u2069\ufe0f"

#: One character that a grid of cells cannot show properly.
COMPLEX = re.compile(f"[{_MARKS}{_CONTROLS}{_UNSET}{''.join(script.blocks for script in SCRIPTS)}]")

# Text of scripts without spaces between words: see `breaks` for where a row may end in it.
WITHOUT_SPACES = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u19e0-\u19ff\ua9e0-\ua9ff\uaa60-\uaa7f]"
)

# The scripts these are in share them with others, whose fonts have them too.
_SHARED = frozenset("\u060c\u061b\u061f\u0640\u0964\u0965")

_SHORT = 16  # characters of a text that is likely to be met again, as numbers and names are


class ScriptRun(NamedTuple):
    """A stretch of text for one font, or for the grid where `face` is None."""

    start: int
    end: int
    face: Face | None


def itemize(text: str) -> Sequence[ScriptRun]:
    """Divide text of one direction, in the order in which it was typed."""
    script = _script(text[0])
    if script and script.whole.fullmatch(text):
        return (ScriptRun(0, len(text), script.faces[0]),)
    return _of_short(text) if len(text) <= _SHORT else tuple(_items(text))


@lru_cache(maxsize=4096)
def _of_short(text: str) -> tuple[ScriptRun, ...]:
    return tuple(_items(text))


def _items(text: str) -> Iterator[ScriptRun]:
    for start, end, script in _stretches(text):
        if script is None:
            yield from _with_marks(text, start, end)
        elif script.whole.fullmatch(text, start, end):
            yield ScriptRun(start, end, script.faces[0])
        else:
            by_word = _by_word(text, start, end, script.faces)
            for face, group in groupby(by_word, attrgetter("face")):
                alike = list(group)
                yield ScriptRun(alike[0].start, alike[-1].end, face)


_WORD = re.compile(r"\S+\s*|\s+")
_OF_NO_SCRIPT = re.compile(f"[^{''.join(script.blocks for script in SCRIPTS)}]+")


def _stretches(text: str) -> Iterator[tuple[int, int, Script | None]]:
    """Start, end and script, where what is of no script goes with what is before it, or after."""
    at = 0
    while at < len(text):
        start = at
        leading = _OF_NO_SCRIPT.match(text, start)
        at = leading.end() if leading else start
        script = _script(text[at]) if at < len(text) else None
        if leading and script and (text[at] in _SHARED or not script.alone.issuperset(leading[0])):
            script = None
        if script and (stretch := script.stretch.match(text, start)):
            at = stretch.end()
        yield start, at, script


@lru_cache(maxsize=4096)
def _script(character: str) -> Script | None:
    """The first script that has the character, if there is one."""
    return next((script for script in SCRIPTS if script.has.match(character)), None)


def _has(face: Face, text: str) -> bool:
    """Whether the font has all that is to be seen of the text."""
    characters = face.characters
    return characters.issuperset(text) or all(map(IGNORABLE.match, set(text) - characters))


def _by_word(text: str, start: int, end: int, faces: tuple[Face, ...]) -> Iterator[ScriptRun]:
    """The same where the first font has not all of it; letters of a word join if one font can."""
    for word in _WORD.finditer(text, start, end):
        face = next((face for face in faces if _has(face, word[0])), None)
        if face:
            yield ScriptRun(word.start(), word.end(), face)
        else:
            yield from _by_character(text, word.start(), word.end(), faces)


def _by_character(text: str, start: int, end: int, faces: tuple[Face, ...]) -> Iterator[ScriptRun]:
    """The same where no font has all of it."""
    current: Face | None = None
    begin = start
    for at in range(start, end):
        one = text[at]
        if IGNORABLE.match(one):
            continue
        face = next((face for face in faces if one in face.characters), None)
        if face is not current and at > begin:
            yield ScriptRun(begin, at, current)
            begin = at
        current = face
    yield ScriptRun(begin, end, current)


_LETTER_WITH_MARKS = re.compile(f".[{_MARKS}]+")


def _with_marks(text: str, start: int, end: int) -> Iterator[ScriptRun]:
    """Letters on the grid, and those with marks, for which the body font has rules."""
    at = start
    for match in _LETTER_WITH_MARKS.finditer(text, start, end):
        if not _has(MARKED, match[0]):
            continue
        if match.start() > at:
            yield ScriptRun(at, match.start(), None)
        yield ScriptRun(match.start(), match.end(), MARKED)
        at = match.end()
    if at < end:
        yield ScriptRun(at, end, None)
