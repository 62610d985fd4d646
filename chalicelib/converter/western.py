"""The charset of text that is ASCII but for a few symbols, quotation marks or accented letters.

A statistical detector has nothing to count in a price list or a log: it takes `20°C` for Hebrew.
What each candidate makes of such bytes in their places tells more: a sign between two letters, an
opening quotation mark behind a word or a capital within a word speak against it.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence

_ASCII = bytes(range(0x80))
_ANY_LETTERS = 0x80
_WORDS = re.compile(r"[^\W\d_]+")
# Bytes side by side, which are characters of East Asia or words of another script, except for two
# of Windows-1252's quotation marks, dashes and the ellipsis.
_ADJACENT = re.compile(
    rb"(?<![\x80-\xff])(?![\x85\x91-\x94\x96\x97\xab\xbb]{2}(?![\x80-\xff]))[\x80-\xff]{2}"
)
_OTHERS = re.compile("[^\0-\x7f]")

# Distinct letters beyond ASCII up to which the places of bytes decide. Prose in a language that
# has more of them gives a detector enough to go by.
_MAX_LETTERS = 3

# In order of preference. Files of DOS and the classic Mac OS are far rarer than those of Windows.
_CANDIDATES = ("cp1252", "cp850", "mac-roman")

_OPENING = "\u2018\u201c\u00ab\u2039\u00bf\u00a1"
_LOW_QUOTES = "\u201a\u201e"
_BETWEEN_LETTERS = "\u2019\u2014\u2026\u00b7\u00ad\u00a0"
_CURRENCIES = "\u00a2\u00a3\u00a4\u00a5\u20ac"
_POWERS = "\u00b2\u00b3\u00b9"
_NOT_LETTERS = "\u00aa\u00ba\u00b5\u0192\u03c0\u2126\u02c6\u02dc"


def is_sparse(sample: bytes) -> bool:
    """Return whether most of the sample is ASCII and its other bytes stand apart."""
    others = len(sample.translate(None, _ASCII))
    return 0 < others * 4 <= len(sample) and not _ADJACENT.search(sample)


def charset(sample: bytes, detect: Callable[[bytes], str], likely: Sequence[str] = ()) -> str:
    """Return the charset of a sparse sample; `detect` is the detector that other samples go to.

    The first of the `likely` ones in which the sample makes sense is its charset.

    The detector is asked unless there are nothing but signs, and believed if what it makes of the
    sample is words in Latin letters, of which there are several.
    """
    if name := _first(likely, sample, _ANY_LETTERS):
        return name
    name = _first(_CANDIDATES, sample, _MAX_LETTERS)
    if name and not _letters(sample, name):
        return name
    detected = detect(sample)
    if len(_letters(sample, detected)) > 1 and _makes_sense(sample, detected, _ANY_LETTERS):
        return detected
    return name or instead_of(detected, sample)


def instead_of(detected: str, sample: bytes, likely: Sequence[str] = ()) -> str:
    """Return the first likely charset in which the sample makes sense, else the detected one.

    If the detected one mixes scripts within words, it is wrong, as code page 862 is for a text
    in code page 850 with `Gr\u00f6\u00dfe` in it: return a Western one instead.
    """
    if name := _first(likely, sample, _ANY_LETTERS):
        return name
    text = sample.decode(detected, "replace")
    if len(text) < len(sample) or not _mixes_scripts(text):
        return detected
    return _first(_CANDIDATES, sample, _ANY_LETTERS) or "cp1252"


def _first(names: Sequence[str], sample: bytes, max_letters: int) -> str | None:
    """Return the first charset in which the sample makes sense, with so many letters at most."""
    return next((name for name in names if _makes_sense(sample, name, max_letters)), None)


def _letters(sample: bytes, name: str) -> set[str]:
    """Return the distinct letters beyond ASCII in a sample."""
    return set(filter(_is_letter, _OTHERS.findall(sample.decode(name, "replace"))))


def _mixes_scripts(text: str) -> bool:
    """Return whether half of the words with letters that are not Latin have ASCII letters too."""
    words = [word for word in _WORDS.findall(text) if not all(map(_is_latin, word))]
    mixed = sum(not word.isascii() and any(map(str.isascii, word)) for word in words)
    return mixed * 2 >= len(words) > 0


def _makes_sense(sample: bytes, name: str, max_letters: int) -> bool:
    """Return whether all bytes fit in their places, with so many distinct letters at most."""
    try:
        text = sample.decode(name)
    except UnicodeDecodeError:
        return False
    others = set(_OTHERS.findall(text))
    letters = [*filter(_is_letter, others)]
    if len(letters) > max_letters or not all(map(_is_latin, letters)):
        return False
    if any(unicodedata.category(one) == "Cc" or "\u2500" <= one <= "\u259f" for one in others):
        return False
    return all(_fits(text, match.start()) for match in _OTHERS.finditer(text))


def _fits(text: str, at: int) -> bool:
    """Return whether the character is one that people write in this place."""
    character = text[at]
    before, after = _neighbours(text, at)
    if _is_letter(character):
        return _letter_fits(text, at)
    if character in _LOW_QUOTES:
        return not before.isalnum() and not after.isspace()
    if character in _OPENING:
        return not (before.isalnum() and after.isalnum())
    if character in _CURRENCIES and before.islower():
        return False
    if character in _POWERS and before.isalpha():
        return before in "mM" and not after.islower()
    return character in _BETWEEN_LETTERS or not (before.isalpha() and after.isalpha())


def _letter_fits(text: str, at: int) -> bool:
    """Return whether the letter belongs to a word and has the case of its neighbours."""
    letter = text[at]
    before, after = _neighbours(text, at)
    if not before.isalpha() and not after.isalpha():
        return letter.islower() and not before.isdigit() and not after.isdigit()
    if letter.isupper():
        # A capital within a word, or two of them before small letters, is of no word.
        follows_capital = before.isupper() and after.islower()
        precedes_capital = after.isupper() and text[at + 2 : at + 3].islower()
        return not (before.islower() or follows_capital or precedes_capital)
    return not (before.isupper() and (text[at - 2 : at - 1].isupper() or after.isupper()))


def _neighbours(text: str, at: int) -> tuple[str, str]:
    """Return the characters before and after a place; a blank where the text ends."""
    return text[at - 1] if at else " ", text[at + 1 : at + 2] or " "


def _is_letter(character: str) -> bool:
    return character.isalpha() and character not in _NOT_LETTERS


def _is_latin(letter: str) -> bool:
    if letter.isascii() or letter in _NOT_LETTERS:
        return True
    return unicodedata.name(letter, "").startswith("LATIN")
