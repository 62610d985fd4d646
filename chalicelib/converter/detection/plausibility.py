"""Judges whether a character is plausible in its context, such as a letter within a word."""

import unicodedata

_OPENING = "\u2018\u201c\u00ab\u2039\u00bf\u00a1"
_LOW_QUOTES = "\u201a\u201e"
_BETWEEN_LETTERS = "\u2019\u2014\u2026\u00b7\u00ad\u00a0"
_CURRENCIES = "\u00a2\u00a3\u00a4\u00a5\u20ac"
_BEHIND = "\u2122\u00ae"
_POWERS = "\u00b2\u00b3\u00b9"
_NOT_LETTERS = "\u00aa\u00ba\u00b5\u0192\u03c0\u2126\u02c6\u02dc"


def fits(text: str, at: int) -> bool:
    """Return whether the character at index `at` is plausible between its neighbours.

    The ends of the text count as blanks. The rules are those for characters beyond ASCII, and for
    the ASCII characters that other charsets have in their place.
    """
    character = text[at]
    before, after = _neighbours(text, at)
    if is_letter(character):
        return _letter_fits(text, at)
    if character in _LOW_QUOTES:
        return not before.isalnum() and not after.isspace()
    if character in _OPENING:
        return not (before.isalnum() and after.isalnum())
    if character in "[{" and before.isalnum() and not after.isalnum():
        return False
    if character == "\u00b0" and after.islower():
        return False
    if character in _BEHIND and after.isalnum():
        return False
    if character in _CURRENCIES and before.islower():
        return False
    if character in _POWERS and before.isalpha():
        return before in "mM" and not after.islower()
    return character in _BETWEEN_LETTERS or not (before.isalpha() and after.isalpha())


def _letter_fits(text: str, at: int) -> bool:
    """Return whether the letter is part of a word, and its case agrees with its neighbours'."""
    letter = text[at]
    before, after = _neighbours(text, at)
    if not before.isalpha() and not after.isalpha():
        return letter.islower() and not before.isdigit() and not after.isdigit()
    if letter.isupper():
        # A capital within a word, or two capitals before small letters, do not occur in words.
        follows_capital = before.isupper() and after.islower()
        precedes_capital = after.isupper() and text[at + 2 : at + 3].islower()
        return not (before.islower() or follows_capital or precedes_capital)
    if after.isupper() and text[at + 2 : at + 3].isupper():
        return False  # a small letter before capitals
    return not (before.isupper() and (text[at - 2 : at - 1].isupper() or after.isupper()))


def _neighbours(text: str, at: int) -> tuple[str, str]:
    """Return the characters before and after an index; a blank at either end of the text."""
    return text[at - 1] if at else " ", text[at + 1 : at + 2] or " "


def is_letter(character: str) -> bool:
    """Return whether the character is a letter of which words consist.

    Letters that serve as signs, such as ª, µ and π, do not count.
    """
    return character.isalpha() and character not in _NOT_LETTERS


def is_latin(letter: str) -> bool:
    """Return whether a letter is Latin, or a symbol that occurs in Latin text, such as µ.

    Every ASCII character counts as Latin.
    """
    if letter.isascii() or letter in _NOT_LETTERS:
        return True
    return unicodedata.name(letter, "").startswith("LATIN")
