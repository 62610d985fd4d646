"""Asks a statistical detector for the encoding of a text, and corrects two kinds of answers.

chardet knows how frequent pairs of small letters are. Text in capitals, such as a list of names,
looks to it like small letters of other charsets, and half-width katakana, as banks in Japan
exchange them, like anything.
"""

import codecs
import re
import unicodedata
from collections.abc import Iterator

_CASED = (
    *("cp1251", "koi8-r", "koi8-u", "cp866", "cp1125", "iso8859-5", "mac-cyrillic", "cp855"),
    *("cp1253", "iso8859-7", "cp737", "mac-greek", "cp869"),
)
"""Charsets of scripts other than Latin that have capitals."""

_SURE = 0.3
"""Confidence from which an answer is not doubted. Of text in capitals, it is about 0.1."""

_FACTOR = 1.3
"""How much higher the detector's confidence must be for a text in small letters."""

_MOST_CAPITALS = 0.6
"""Share of a text's letters that are capitals, at least, if it counts as written in these."""

_SIGN_IN_WORD = re.compile(r"(?<=[^\W\d_])[^\w\0-\x7f](?=[^\W\d_])")

_MAX_SIGNS = 0.02  # for each letter

_ENOUGH = 4096  # bytes of which the detector is asked again, for each charset

_RUNS = re.compile(rb"[\x80-\xff]+")

# Letters of half-width katakana in Shift JIS, with their sound marks.
_KATAKANA = re.compile(rb"(?:[\xb3\xb6-\xc4\xca-\xce]\xde|[\xca-\xce]\xdf|[\xa1-\xdd])+")
_MIN_KATAKANA = 8  # bytes, or it may be a few signs
_FREQUENT_KATAKANA = bytes(range(0xB1, 0xC0))  # vowels and the rows of k and s
_MIN_FREQUENT = 0.1
_MIN_ODD = 0.2  # share of words with an odd number of bytes


def detect(window: bytes) -> tuple[str, float]:
    """Return the codec in which a window of a text probably is, and a confidence from 0 to 1.

    Beside words in another script, lines in ASCII do not count, as the detector takes them for
    evidence of a language without such words. An answer that cannot be right, such as ASCII, is
    replaced by cp1252 with 0.0.
    """
    if not _has_other_script(window):
        return _detected(window)
    lines = b"".join([line for line in window.splitlines(True) if not line.isascii()])
    if _is_half_width_katakana(lines):
        return "cp932", _SURE
    name, confidence = _detected(lines)
    if confidence < _SURE:
        for charset, likelihood in _of_capitals(lines[:_ENOUGH]):
            if likelihood > _FACTOR * confidence:
                name, confidence = charset, likelihood / _FACTOR
    return name, confidence


def _has_other_script(window: bytes) -> bool:
    """Return whether most bytes beyond ASCII are side by side, as are those of no Latin word."""
    runs = _RUNS.findall(window)
    return 2 * sum(len(run) for run in runs if len(run) > 1) > sum(map(len, runs))


def _is_half_width_katakana(lines: bytes) -> bool:
    """Return whether all bytes beyond ASCII are half-width katakana, some with sound marks."""
    words = _RUNS.findall(lines)
    letters = b"".join(words)
    has_sound_marks = b"\xde" in letters or b"\xdf" in letters
    is_of_words = len(letters) >= max(_MIN_KATAKANA, 2 * len(words))
    # Characters of Chinese and Korean have two bytes, so that all of their words are even.
    distinct = set(words)
    odd = sum(len(word) % 2 for word in distinct)
    is_of_words = is_of_words and odd >= _MIN_ODD * len(distinct)
    # Capitals of Windows-1251 are where the other letters of katakana are.
    frequent = len(letters) - len(letters.translate(None, _FREQUENT_KATAKANA))
    is_frequent = frequent >= _MIN_FREQUENT * len(letters)
    return has_sound_marks and is_of_words and is_frequent and all(map(_KATAKANA.fullmatch, words))


def _of_capitals(lines: bytes) -> Iterator[tuple[str, float]]:
    """Yield each charset in which the text is mostly in capitals, and how likely it is.

    That is the detector's confidence in this charset if the text were in small letters.
    """
    for name in _CASED:
        try:
            text = lines.decode(name)
            small = text.lower().encode(name)
        except UnicodeError:  # some bytes or small letters are not in this charset
            continue
        if _is_in_capitals(text):
            detected, confidence = _detected(small)
            if small.decode(detected, "replace") == text.lower():
                yield name, confidence


def _is_in_capitals(text: str) -> bool:
    """Return whether the letters beyond ASCII are of one script, and most of them capitals.

    Signs within words are letters of another charset.
    """
    letters = [one for one in text if not one.isascii() and one.isalpha()]
    if len(_SIGN_IN_WORD.findall(text)) > _MAX_SIGNS * len(letters):
        return False
    scripts = {unicodedata.name(letter, "").partition(" ")[0] for letter in letters}
    return len(scripts) == 1 and sum(map(str.isupper, letters)) >= _MOST_CAPITALS * len(letters)


def _detected(data: bytes) -> tuple[str, float]:
    """Return the codec that chardet detects, and its confidence."""
    from chardet import detect as guess_of  # 40 ms to import, and most text never comes here

    guess = guess_of(data)
    try:
        name = codecs.lookup(guess["encoding"] or "ascii").name
    except LookupError:
        name = "ascii"
    # The detector knows EBCDIC, in which text that is mostly ASCII makes no sense.
    is_usable = name != "ascii" and keeps_ascii(name)
    return (name, guess["confidence"]) if is_usable else ("cp1252", 0.0)


def keeps_ascii(name: str) -> bool:
    """Return whether ASCII letters and digits have the same bytes in an encoding.

    Raises LookupError if Python has no codec of this name.
    """
    return _PRINTABLE.decode(name, "replace") == _PRINTABLE.decode()


_PRINTABLE = bytes(range(0x30, 0x3A)) + bytes(range(0x41, 0x5B)) + bytes(range(0x61, 0x7B))
