"""Embedding levels and visual order of mixed-direction text: the Unicode Bidirectional Algorithm.

The algorithm (UAX #9) is fpdf2's, which processes a text character by character, at half a megabyte
a second. To give it less to do, each sequence of characters that gets the same level in any context
is replaced by one character, its unit: an Arabic sentence with a number in it has five units.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import accumulate, groupby
from typing import NamedTuple
from unicodedata import bidirectional

from fpdf.bidi import BIDI_BRACKETS, BidiParagraph, auto_detect_base_direction
from fpdf.enums import TextDirection

_MAX_UNITS = 300
"""Maximum units passed to fpdf2 in one call.

It recurses over neutral units, and a paragraph may consist of brackets only. Parts of a longer
paragraph are resolved as paragraphs of the same direction.
"""

_MAX_OPEN_BRACKETS = 63
"""Maximum nesting of brackets; beyond it, UAX #9 stops pairing brackets (BD16)."""

_REPRESENTATIVES = {
    "L": "a",
    "R": "\u05d0",
    "AL": "\u0627",
    "EN": "1",
    "AN": "\u0661",
    "ES": "+",
    "ET": "#",
    "CS": ",",
    "NSM": "\u0300",
    "BN": "\u200c",
    "S": "\t",
    "WS": "!",
    "ON": "!",
}


class _ClassTable(dict[int, str]):
    """Table for `str.translate` that maps each character to the representative of its class."""

    def __missing__(self, code_point: int) -> str:
        character = chr(code_point)
        bidi_class = bidirectional(character) or "L"  # for unassigned code points (BD1)
        explicit = bidi_class not in _REPRESENTATIVES
        keep = explicit or character in BIDI_BRACKETS
        representative = character if keep else _REPRESENTATIVES[bidi_class]
        if len(self) == _MAX_CLASSES:
            self.clear()
        self[code_point] = representative
        return representative


_CLASS_TABLE = _ClassTable()

_LETTERS = "a\u05d0\u0627"
"""Representatives of the strong classes L, R and AL."""

_NEUTRAL = "!\u0300\u200c+#,"
"""Representatives that take the direction of the letters around them if both have the same (N1).

Separators and terminators do so if no number is next to them, and a unit of letters has none.
"""

_UNIT = re.compile(
    "|".join(
        [f"{letter}(?:[{letter}{_NEUTRAL}]*{letter})?\u0300*" for letter in _LETTERS]
        + ["1+", "\u0661+", "#+", "![!\u200c]*", r"[\s\S]"]
    )
)

_MAX_CLASSES = 8192
"""Maximum characters whose class is kept."""

_FREQUENT = [chr(code) for code in (*range(0x20, 0x7F), *range(0x590, 0x700))]
_MEMBERS = {
    classes: "".join(
        re.escape(character)
        for character in _FREQUENT
        if character.translate(_CLASS_TABLE) in classes
    )
    for classes in (*_LETTERS, _NEUTRAL)
}
_MEMBERS["a"] += "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\U00020000-\U0003ffff"
_WORDS = re.compile(
    "|".join(
        [
            f"[{_MEMBERS[letter]}]"
            f"(?:[{_MEMBERS[letter]}{_MEMBERS[_NEUTRAL]}]*[{_MEMBERS[letter]}])?"
            for letter in _LETTERS
        ]
        + [r"[\s\S]"]
    )
)
"""Matches words of frequent characters with the neutral ones between them, else one character.

Ideographs and Hangul syllables, all of them left-to-right, count as frequent.
This is ten times faster than translating every character: the first letter stands for the match.
"""

_CONTROLS = "\u202a-\u202e\u2066-\u2069"
"""Explicit directional embeddings, overrides and isolates."""

_MAY_BE_RTL = re.compile(
    "[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff"
    f"{_CONTROLS}]"
)
"""Matches a character of a block that DerivedBidiClass.txt reserves for right-to-left scripts."""

_RTL = re.compile(f"[\u05d0\u0627\u0661{_CONTROLS}]")
_EXPLICIT = re.compile(f"[{_CONTROLS}]")
_NOT_ONLY_RTL = re.compile(f"[a1\u0661\t{_CONTROLS}]")


class DirectionalRun(NamedTuple):
    """A run of text of one embedding level, from index `start` to before `end`."""

    start: int
    end: int
    level: int


def may_be_rtl(text: str) -> bool:
    """Return whether any of the text may be right-to-left; False is certain. This is fast."""
    return _MAY_BE_RTL.search(text) is not None


def directional_runs(paragraph: str, base: int | None = None) -> tuple[int, list[DirectionalRun]]:
    """Return the embedding level of a paragraph, and its runs in typing order.

    Even levels are left-to-right, odd ones right-to-left. `base` is the paragraph's level, 0 or 1,
    if it is known; otherwise the first strong character decides (P2, P3), and without one it is 0.
    The runs cover the whole paragraph, and neighbours have different levels.
    """
    if not base and not may_be_rtl(paragraph):
        return 0, [DirectionalRun(0, len(paragraph), 0)]
    words = _WORDS.findall(paragraph)
    offsets = list(accumulate(map(len, words), initial=0))
    classes = "".join([word[0] for word in words]).translate(_CLASS_TABLE)
    if not base and not _RTL.search(classes):
        return 0, [DirectionalRun(0, len(paragraph), 0)]
    if base != 0 and not _NOT_ONLY_RTL.search(classes):
        return 1, [DirectionalRun(0, len(paragraph), 1)]
    groups = _UNIT.findall(classes)
    bounds = [offsets[end] for end in accumulate(map(len, groups), initial=0)]
    units = "".join([group[0] for group in groups])
    if base is None:
        base = int(auto_detect_base_direction(units) is TextDirection.RTL)
    runs = []
    start = 0
    for level, group in groupby(_levels(units, base)):
        end = start + len(list(group))
        runs.append(DirectionalRun(bounds[start], bounds[end], level))
        start = end
    return base, runs


def _levels(units: str, base: int) -> Iterator[int]:
    """Yield the level of each unit of a paragraph."""
    for start, end in _independent_parts(units):
        levels = _resolve(units[start:end], base)
        yield from levels if end == len(units) else levels[:-1]


def _independent_parts(units: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of parts that can be resolved separately; neighbours share a letter.

    Units between two letters depend on these only, except within brackets and in paragraphs
    with explicit controls.
    """
    start = 0
    if not _EXPLICIT.search(units):
        closing: list[str] = []
        last = len(units) - 1
        for at, unit in enumerate(units):
            if unit in BIDI_BRACKETS:
                if BIDI_BRACKETS[unit]["type"] == "o":
                    if len(closing) == _MAX_OPEN_BRACKETS:
                        break
                    closing.append(BIDI_BRACKETS[unit]["pair"])
                elif unit in closing:
                    while closing.pop() != unit:
                        pass
            elif unit in _LETTERS and not closing and start < at < last:
                yield start, at + 1
                start = at
    while len(units) - start > _MAX_UNITS:
        yield start, start + _MAX_UNITS
        start += _MAX_UNITS - 1
    yield start, len(units)


@lru_cache(maxsize=4096)
def _resolve(units: str, base: int) -> tuple[int, ...]:
    """Return the level of each unit; one that has no level (X9) gets that of its predecessor."""
    direction = TextDirection.RTL if base else TextDirection.LTR
    levels: list[int] = []
    level = base
    for character in BidiParagraph(units, direction).get_characters():
        levels += [level] * (character.character_index - len(levels))
        level = character.embedding_level
    return *levels, *([level] * (len(units) - len(levels)))


def visual_order(levels: Iterable[int]) -> tuple[int, ...]:
    """Return the indices of a row's runs in the order from left to right (L2).

    `levels` are the embedding levels of the runs in typing order.
    """
    return _visual_order(tuple(levels))


@lru_cache(maxsize=4096)
def _visual_order(levels: tuple[int, ...]) -> tuple[int, ...]:
    order = list(range(len(levels)))
    highest = max(levels, default=0)
    lowest_odd = min((level for level in levels if level % 2), default=highest + 1)
    for lowest in range(highest, lowest_odd - 1, -1):
        start = 0
        while start < len(order):
            end = start
            while end < len(order) and levels[order[end]] >= lowest:
                end += 1
            order[start:end] = order[start:end][::-1]
            start = max(end, start + 1)
    return tuple(order)
