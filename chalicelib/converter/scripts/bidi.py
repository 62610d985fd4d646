"""The order in which text of both directions is read: the Unicode Bidirectional Algorithm, UAX #9.

The algorithm is fpdf2's, which goes through a text character by character, at half a megabyte a
second. It is given less: stretches that get the same level whatever is around them are one
character to it, so that a sentence in Arabic with a number in it is five.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import accumulate, groupby
from typing import NamedTuple
from unicodedata import bidirectional

from fpdf.bidi import BIDI_BRACKETS, BidiParagraph, auto_detect_base_direction
from fpdf.enums import TextDirection

# Stretches that fpdf2 is given at once. It recurses over neutral ones, and a paragraph may be all
# brackets; where one is longer, its parts are taken for paragraphs of the same direction.
_AT_ONCE = 300

# Brackets that may be open at once; at one more, no further pairs are looked for (BD16).
_MAX_OPEN_BRACKETS = 63

_STAND_INS = {
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


class _StandIns(dict[int, str]):
    """A table for `str.translate`: each character becomes one that stands for its class."""

    def __missing__(self, code_point: int) -> str:
        character = chr(code_point)
        bidi_class = bidirectional(character) or "L"  # of what is not assigned (BD1)
        explicit = bidi_class not in _STAND_INS
        itself = explicit or character in BIDI_BRACKETS
        stand_in = self[code_point] = character if itself else _STAND_INS[bidi_class]
        return stand_in


_STAND_IN = _StandIns()
_LETTERS = "a\u05d0\u0627"

# What stays neutral between two letters of one direction (N1), and so takes theirs. Separators
# and terminators do if no number is next to them, and there is none within a stretch.
_NEUTRAL = "!\u0300\u200c+#,"
_STRETCHES = re.compile(
    "|".join(
        [f"{letter}(?:[{letter}{_NEUTRAL}]*{letter})?\u0300*" for letter in _LETTERS]
        + ["1+", "\u0661+", "#+", "![!\u200c]*", r"[\s\S]"]
    )
)

# Words and what is neutral between them, of frequent characters. A regular expression finds
# these ten times sooner than the table tells their classes; the first letter then stands for all.
_FREQUENT = [chr(code) for code in (*range(0x20, 0x7F), *range(0x590, 0x700))]
_MEMBERS = {
    classes: "".join(re.escape(one) for one in _FREQUENT if one.translate(_STAND_IN) in classes)
    for classes in (*_LETTERS, _NEUTRAL)
}
_PLAIN = re.compile(
    "|".join(
        [
            f"[{_MEMBERS[one]}](?:[{_MEMBERS[one]}{_MEMBERS[_NEUTRAL]}]*[{_MEMBERS[one]}])?"
            for one in _LETTERS
        ]
        + [r"[\s\S]"]
    )
)

_CONTROLS = "\u202a-\u202e\u2066-\u2069"  # embeddings, overrides and isolates
# The blocks of all characters that may be among the next, as DerivedBidiClass.txt reserves them.
_MAY_BE_RIGHT = re.compile(
    "[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff"
    f"{_CONTROLS}]"
)
_RIGHT = re.compile(f"[\u05d0\u0627\u0661{_CONTROLS}]")
_EXPLICIT = re.compile(f"[{_CONTROLS}]")
_MIXED = re.compile(f"[a1\u0661\t{_CONTROLS}]")


class DirectionalRun(NamedTuple):
    """A stretch of text, from `start` to `end`, of one embedding level."""

    start: int
    end: int
    level: int


def directional_runs(paragraph: str, base: int | None = None) -> tuple[int, list[DirectionalRun]]:
    """The level of a paragraph, and its runs in the order in which they were typed.

    A level is even for text that goes from left to right. `base` is the paragraph's if it is
    known; else the first letter decides (P2, P3).
    """
    if not base and not _MAY_BE_RIGHT.search(paragraph):
        return 0, [DirectionalRun(0, len(paragraph), 0)]
    plain = _PLAIN.findall(paragraph)
    reach = list(accumulate(map(len, plain), initial=0))
    classes = "".join([one[0] for one in plain]).translate(_STAND_IN)
    if not base and not _RIGHT.search(classes):
        return 0, [DirectionalRun(0, len(paragraph), 0)]
    if base != 0 and not _MIXED.search(classes):
        return 1, [DirectionalRun(0, len(paragraph), 1)]
    stretches = _STRETCHES.findall(classes)
    bounds = [reach[end] for end in accumulate(map(len, stretches), initial=0)]
    units = "".join([stretch[0] for stretch in stretches])
    if base is None:
        base = int(auto_detect_base_direction(units) is TextDirection.RTL)
    found = []
    at = 0
    for level, same in groupby(_levels(units, base)):
        end = at + sum(1 for _ in same)
        found.append(DirectionalRun(bounds[at], bounds[end], level))
        at = end
    return base, found


def _levels(units: str, base: int) -> Iterator[int]:
    """The level of each character of a paragraph."""
    for start, end in _apart(units):
        levels = _resolved(units[start:end], base)
        yield from levels if end == len(units) else levels[:-1]


def _apart(units: str) -> Iterator[tuple[int, int]]:
    """Start and end of parts that do not depend on one another but for the letter they share.

    What is between two letters takes its direction from them, unless it is between brackets or
    something explicit is in the paragraph.
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
    while len(units) - start > _AT_ONCE:
        yield start, start + _AT_ONCE
        start += _AT_ONCE - 1
    yield start, len(units)


@lru_cache(maxsize=4096)
def _resolved(units: str, base: int) -> tuple[int, ...]:
    """Their levels; that of a character which has none (X9) is that of the one before."""
    direction = TextDirection.RTL if base else TextDirection.LTR
    levels: list[int] = []
    level = base
    for character in BidiParagraph(units, direction).get_characters():
        levels += [level] * (character.character_index - len(levels))
        level = character.embedding_level
    return *levels, *([level] * (len(units) - len(levels)))


def visual(levels: Iterable[int]) -> tuple[int, ...]:
    """Places of the parts of a row in the order in which they are seen from the left (L2)."""
    return _visual(tuple(levels))


@lru_cache(maxsize=4096)
def _visual(levels: tuple[int, ...]) -> tuple[int, ...]:
    places = list(range(len(levels)))
    highest = max(levels, default=0)
    lowest_odd = min((level for level in levels if level % 2), default=highest + 1)
    for lowest in range(highest, lowest_odd - 1, -1):
        at = 0
        while at < len(places):
            end = at
            while end < len(places) and levels[places[end]] >= lowest:
                end += 1
            places[at:end] = places[at:end][::-1]
            at = max(end, at + 1)
    return tuple(places)
