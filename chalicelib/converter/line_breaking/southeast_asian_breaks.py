"""Line breaking in scripts without spaces between words.

BudouX finds the words of Thai. No reliable library finds those of Lao, Khmer and Burmese, so rows
of these scripts end between syllables, as far as some letters indicate them.
"""

import re
from functools import cache, lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

from chalicelib.converter.scripts.script import WITHOUT_SPACES

if TYPE_CHECKING:
    from budoux import Parser

# Vowels typed before their consonant (Unicode's Logical_Order_Exception).
_LEADING = "\u0e40-\u0e44\u0ec0-\u0ec4"
# Vowels that continue with the next letter; a tone mark may be in between.
_OPEN = "\u0e31\u0e37\u0eb1\u0ebb\u17d0"
_TONES = "\u0e48-\u0e4b\u0ec8-\u0ecb"
# Vowels, signs of repetition and punctuation (UAX #14's class BA) that end what is before them.
_FOLLOWING = (
    "\u0e30\u0e32\u0e33\u0e45\u0e46\u0e5a\u0e5b\u0eb0\u0eb2\u0eb3\u0ebd\u0ec6"
    "\u104a\u104b\u17d4-\u17d8\u17da\ua9e6\uaa70"
)
# Letters with a sign that they are silent or end a syllable. In Burmese only a dot may be between
# letter and sign; otherwise the sign is a tone.
_SILENT = r"\w(?:\W{,3}[\u0e4c\u0ecc\u17cb-\u17cd\u17d1]|\u1037?[\u1039\u103a])"
# In Lao, a consonant without a vowel does not begin a syllable (B. Wilson on tex-hyphen, April
# 2010), except before another consonant or one of the two that are also vowels. In Khmer it may
# begin one, in which case the row ends a little earlier.
_BARE = (
    "[\u0e81\u0e87\u0e8d\u0e94\u0e99\u0e9a\u0ea1\u0ea7\u0ead]"
    "(?![\u0ea7\u0ead\u0eb0-\u0ebd\u0ec8-\u0ece])"
    "|[\u1780-\u17a2](?![\u17b6-\u17d3])"
)

# Matches places within a syllable, where UAX #14 relies on dictionaries for these scripts and
# forbids breaks in others (LB28a), and within a number (LB25).
_WITHIN_SYLLABLE = re.compile(
    rf"(?<=[{_LEADING}{_OPEN}])|(?<=[{_OPEN}][{_TONES}])|(?<=\d)(?=\d)"
    rf"|[{_FOLLOWING}]|{_SILENT}|{_BARE}"
)

_THAI = re.compile("[\u0e00-\u0e7f]{2}")

_CONTEXT = 3
"""Characters before and after a place that BudouX's decision depends on."""


def between_syllables(line: str, at: int) -> bool:
    """Return whether a row may end before the cluster at `line[at]`, between two syllables.

    False unless the characters on both sides are of scripts without spaces. `at` is more than 0.
    """
    around = map(WITHOUT_SPACES.match, line[at - 1 : at + 1])
    return all(around) and not _WITHIN_SYLLABLE.match(line, at)


def between_words(line: str, at: int) -> bool:
    """Return whether a word ends before `line[at]`; True unless the characters there are Thai.

    `at` is more than 0. The result does not depend on where the row begins.
    """
    if not _THAI.match(line, at - 1):
        return True
    start = max(0, at - _CONTEXT)
    return _ends_thai_word(line[start : at + _CONTEXT], at - start)


@lru_cache(maxsize=4096)
def _ends_thai_word(text: str, at: int) -> bool:
    """Return whether BudouX ends a word before index `at`."""
    return at in accumulate(map(len, _thai().parse(text)))


@cache
def _thai() -> "Parser":
    from budoux import load_default_thai_parser  # takes 10 ms, only needed for Thai

    return load_default_thai_parser()
