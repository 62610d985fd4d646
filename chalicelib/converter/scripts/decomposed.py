"""Letters that are spelled with several characters: kana with sound marks, and jamo of Hangul.

macOS, among others, stores names of files so (UAX #15, NFD). On the grid, the second character
would be drawn over the first: these are drawn as the letter or syllable that they make.
"""

from contextlib import suppress
from dataclasses import replace
from unicodedata import lookup, name

from chalicelib.converter.fonts.face import CJK_FACE

_SOUND_MARKS = "\u3099\u309a"
_VOWELS = "\u1160-\u11a7\ud7b0-\ud7c6"
_FINAL_CONSONANTS = "\u11a8-\u11ff\ud7cb-\ud7fb"

SECOND_CHARACTERS = f"{_SOUND_MARKS}{_VOWELS}{_FINAL_CONSONANTS}"
"""Characters that are part of the letter or syllable before them, as a regular expression's set."""

_VOICED_KANA = (
    "うかきくけこさしすせそたちつてとはひふへほゝウカキクケコサシスセソタチツテトハヒフヘホヽ"
)
_KANA = f"[{_VOICED_KANA}]\u3099|[はひふへほハヒフヘホ]\u309a"

# The Unicode Standard, 3.12: the jamo of syllables that have a character of their own.
_WITHOUT_FINAL = "".join(map(chr, range(0xAC00, 0xD7A4, 28)))
_SYLLABLE = (
    f"(?:[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?|[{_WITHOUT_FINAL}][\u11a8-\u11c2])"
    f"(?![{_VOWELS}{_FINAL_CONSONANTS}])"
)

# Syllables of old Korean, which Unifont draws with one jamo over the other.
_OLD_SYLLABLE = f"[\u1100-\u115f\ua960-\ua97c]+[{_VOWELS}]+[{_FINAL_CONSONANTS}]*"


def _letters() -> dict[int, str]:
    """Return what shows each second character that stands alone."""
    letters = {0x3099: "\u309b", 0x309A: "\u309c"}
    for code_point in (*range(0x1161, 0x1200), *range(0xD7B0, 0xD7FC)):
        _, _, letter = name(chr(code_point), "").rpartition("SEONG ")
        with suppress(KeyError):
            letters[code_point] = lookup(f"HANGUL LETTER {letter}")
    return letters


COMPOSED_FACE = replace(CJK_FACE, name=f"{CJK_FACE.name}-Composed")
"""The CJK font for letters and syllables, which HarfBuzz composes of their characters."""

LETTER_FACE = replace(CJK_FACE, name=f"{CJK_FACE.name}-Letters", substitutes=_letters())
"""The CJK font for jamo and sound marks that stand alone, shown as letters."""

_LONE = "".join(map(chr, LETTER_FACE.substitutes))

SEQUENCES = (
    f"(?P<composed>(?:{_KANA})+|(?:{_SYLLABLE})+)|(?P<old>{_OLD_SYLLABLE})|(?P<lone>[{_LONE}]+)"
)
"""Pattern of letters and syllables for COMPOSED_FACE, `old` ones, and jamo for LETTER_FACE."""
