"""Where a row may end in scripts that have no spaces between words.

BudouX tells the words of Thai. Those of Lao, Khmer and Burmese no library tells that could be
relied on: there a row ends between syllables, as far as a few letters show them.
"""

import re
from functools import cache, lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

from chalicelib.converter.scripts.script import WITHOUT_SPACES

if TYPE_CHECKING:
    from budoux import Parser

# Vowels that are typed before the consonant they follow (Unicode's Logical_Order_Exception).
_LEADING = "\u0e40-\u0e44\u0ec0-\u0ec4"
# Vowels that go on with the next letter; a tone mark may be in between.
_OPEN = "\u0e31\u0e37\u0eb1\u0ebb\u17d0"
_TONES = "\u0e48-\u0e4b\u0ec8-\u0ecb"
# Vowels, signs of repetition and punctuation (UAX #14's class BA) that end what is before them.
_FOLLOWING = (
    "\u0e30\u0e32\u0e33\u0e45\u0e46\u0e5a\u0e5b\u0eb0\u0eb2\u0eb3\u0ebd\u0ec6"
    "\u104a\u104b\u17d4-\u17d8\u17da\ua9e6\uaa70"
)
# Signs that a letter is not spoken, or ends a syllable; those of Burmese have nothing but a dot
# between the letter and them, or they are tones.
_SILENT = r"\w(?:\W{,3}[\u0e4c\u0ecc\u17cb-\u17cd\u17d1]|\u1037?[\u1039\u103a])"
# A consonant without vowel begins no syllable of Lao, where each has one (B. Wilson on tex-hyphen,
# April 2010), unless it begins two consonants; two that are vowels too may follow. Of Khmer it may
# begin one: then the row ends somewhat earlier.
_BARE = (
    "[\u0e81\u0e87\u0e8d\u0e94\u0e99\u0e9a\u0ea1\u0ea7\u0ead]"
    "(?![\u0ea7\u0ead\u0eb0-\u0ebd\u0ec8-\u0ece])"
    "|[\u1780-\u17a2](?![\u17b6-\u17d3])"
)

# Matches where a syllable goes on, which UAX #14 leaves to dictionaries in these scripts and
# forbids in others (LB28a), and within a number (LB25).
_TORN = re.compile(
    rf"(?<=[{_LEADING}{_OPEN}])|(?<=[{_OPEN}][{_TONES}])|(?<=\d)(?=\d)"
    rf"|[{_FOLLOWING}]|{_SILENT}|{_BARE}"
)

_THAI = re.compile("[\u0e00-\u0e7f]{2}")

# Characters that BudouX looks at before a place, and behind it.
_SEEN = 3


def between_syllables(line: str, at: int) -> bool:
    """Whether both sides of `line[at]`, where a cluster begins, are of such a script and apart."""
    around = map(WITHOUT_SPACES.match, line[at - 1 : at + 1])
    return all(around) and not _TORN.match(line, at)


def between_words(line: str, at: int) -> bool:
    """Whether a word ends before `line[at]`, or may end as far as is known.

    It does not depend on where rows begin: the answer is that for the whole line.
    """
    if not _THAI.match(line, at - 1):
        return True
    start = max(0, at - _SEEN)
    return _ends_thai_word(line[start : at + _SEEN], at - start)


@lru_cache(maxsize=4096)
def _ends_thai_word(text: str, at: int) -> bool:
    return at in accumulate(map(len, _thai().parse(text)))


@cache
def _thai() -> "Parser":
    from budoux import load_default_thai_parser  # 10 ms, for rows of Thai alone

    return load_default_thai_parser()
