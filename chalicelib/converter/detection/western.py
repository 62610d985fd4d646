"""Chooses the charset of text in Latin letters, where a statistical detector is unreliable.

A price list or a log has too few bytes beyond ASCII for statistics: the detector takes `20°C` for
Hebrew. So each candidate is judged by the characters that it yields in their contexts
(`plausibility`, `letter_frequencies`).
"""

import re
import unicodedata
from collections.abc import Callable, Sequence

from chalicelib.converter.detection import letter_frequencies
from chalicelib.converter.detection.plausibility import fits, is_latin, is_letter

_ASCII = bytes(range(0x80))
_WORDS = re.compile(r"[^\W\d_]+")
# Bytes side by side, which are characters of East Asia or words of another script, except for two
# of Windows-1252's quotation marks, dashes and the ellipsis.
_ADJACENT = re.compile(
    rb"(?<![\x80-\xff])(?![\x85\x91-\x94\x96\x97\xab\xbb]{2}(?![\x80-\xff]))[\x80-\xff]{2}"
)
# Lines and shades as code page 437 and its relatives have them.
_LINES = re.compile(rb"\xc4{4}|\xcd{4}|\xdb{4}|[\xb0-\xb2]{4}")
_BOXES = re.compile("[\u2500-\u259f]")
_BOX_IN_WORD = re.compile("[A-Za-z]+[\u2500-\u259f]+[a-z]+")
_LETTER_BESIDE_NUMBER = re.compile(
    r"(?:(?<=[0-9])|(?<=[0-9] ))[^\W\d_](?![^\W\d_])|(?<![^\W\d_])[^\W\d_](?= ?[0-9])"
)
_OF_DOS = [name for name in letter_frequencies.CHARSETS if name.startswith(("cp4", "cp7", "cp8"))]
_OTHERS = re.compile("[^\0-\x7f]")

# What the detector's answer is worth beside the letters' frequencies: once, for each byte, and for
# its confidence in a charset of DOS or Mac OS. Those of Windows and ISO differ in few letters,
# whose frequencies tell more.
_OTHER_PLATFORMS = ("cp4", "cp7", "cp8", "mac")
_DETECTED, _DETECTED_EACH, _CONFIDENCE = 1.0, 0.3, 25.0
_MAX_CONFIDENCE = 0.15
_MAX_ALTERNATIVES = 2

# Bytes whose letters and words are looked at, of those that the detector gets.
_ENOUGH = 16 * 1024


def charsets(
    sample: bytes, detect: Callable[[bytes], tuple[str, float]], likely: Sequence[str] = ()
) -> tuple[list[str], bool]:
    """Return the charset, at most two that are about as likely, and whether the detector decided.

    The sample has bytes beyond ASCII. `detect` is the detector, which returns a charset and its
    confidence from 0 to 1; it is not asked if a sparse sample has nothing but signs. The first of
    the `likely` charsets in which the sample makes sense is its only charset.
    """
    for name in likely:
        if makes_sense(sample, name):
            return [name], False
    near = sample[:_ENOUGH]
    candidates = letter_frequencies.ranked(near) if _is_sparse(sample) else []
    if candidates:
        best = candidates[0][1]
        if not _letters(sample, best) and makes_sense(sample, best):
            return _doubtful(sample, candidates), False
    detected, confidence = detect(sample)
    sample = near
    text = sample.decode(detected, "replace")
    if _LINES.search(sample) and not _BOXES.search(text):
        return _doubtful(sample, letter_frequencies.ranked(sample, _OF_DOS)), False
    is_single_byte = len(text) == len(sample)
    if not _is_latin_text(text) and not _mixes_scripts(text, is_single_byte=is_single_byte):
        return [detected], True
    candidates = candidates or letter_frequencies.ranked(sample)
    if detected not in letter_frequencies.CHARSETS and is_single_byte:
        candidates = sorted(
            candidates + letter_frequencies.ranked(sample, [detected]), reverse=True
        )
    trust = 0.0
    if _is_latin_text(text) and is_single_byte:
        if detected.startswith(_OTHER_PLATFORMS):
            trust = _CONFIDENCE * min(confidence, _MAX_CONFIDENCE)
        bonus = _DETECTED + _DETECTED_EACH * letter_frequencies.weight(sample) + trust
        candidates = [
            (score + bonus * (sample.decode(name, "replace") == text), name)
            for score, name in candidates
        ]
        # Of charsets that read the sample alike, the detector's choice is taken.
        candidates.sort(key=lambda pair: (-pair[0], pair[1] != detected))
    return _doubtful(sample, candidates, letter_frequencies.DOUBT + trust), False


def _doubtful(
    sample: bytes, candidates: list[tuple[float, str]], doubt: float = letter_frequencies.DOUBT
) -> list[str]:
    """Return the best charset, and those that decode the sample differently but nearly as well."""
    best, first = candidates[0]
    readings = {sample.decode(first, "replace"): first}
    for score, name in candidates[1:]:
        if best - score > doubt or len(readings) > _MAX_ALTERNATIVES:
            break
        readings.setdefault(sample.decode(name, "replace"), name)
    return list(readings.values())


def _is_sparse(sample: bytes) -> bool:
    """Return whether most of the sample is ASCII and its other bytes stand apart."""
    others = len(sample.translate(None, _ASCII))
    return 0 < others * 4 <= len(sample) and not _ADJACENT.search(sample)


def _letters(sample: bytes, name: str) -> set[str]:
    """Return the distinct letters beyond ASCII in a sample."""
    return set(filter(is_letter, _OTHERS.findall(sample.decode(name, "replace"))))


def _is_latin_text(text: str) -> bool:
    """Return whether there are letters beyond ASCII, nearly all of them Latin."""
    others = [letter for letter in _OTHERS.findall(text[:20_000]) if is_letter(letter)]
    return sum(map(is_latin, others)) * 10 >= len(others) * 9


def _mixes_scripts(text: str, *, is_single_byte: bool) -> bool:
    """Return whether half of the words with letters that are not Latin have ASCII letters too.

    Each counts once. In a charset of one byte a character, a letter beside a number is no word, as
    it may be a sign in another, and part of a box within a word is a letter in another.
    """
    words = {word for word in _WORDS.findall(text) if not all(map(is_latin, word))}
    mixed = sum(not word.isascii() and any(map(str.isascii, word)) for word in words)
    if is_single_byte:
        in_words = len(set(_BOX_IN_WORD.findall(text)))
        words = words.difference(_LETTER_BESIDE_NUMBER.findall(text))
        return (mixed + in_words) * 2 >= len(words) + in_words
    return mixed * 2 >= len(words) > 0


def makes_sense(sample: bytes, name: str) -> bool:
    """Return whether the charset `name` decodes a sample to Latin text.

    All of its letters are Latin, and its letters and signs beyond ASCII fit their contexts; there
    are no box drawings and no controls beyond ASCII.
    """
    try:
        text = sample.decode(name)
    except UnicodeDecodeError:
        return False
    others = set(_OTHERS.findall(text))
    if not all(is_latin(character) for character in others if is_letter(character)):
        return False
    if any(unicodedata.category(one) == "Cc" or "\u2500" <= one <= "\u259f" for one in others):
        return False
    return all(fits(text, match.start()) for match in _OTHERS.finditer(text))
