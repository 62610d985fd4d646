"""Finds the best of the places where a row may end."""

import re
from collections.abc import Iterator
from itertools import chain

from chalicelib.converter.fonts.font import SOFT_HYPHEN
from chalicelib.converter.line_breaking.uax14 import CLASSES, is_wide, may_end

# An address or a path is broken after these, whatever follows; between digits they are part of a
# number.
_WITHIN_ADDRESSES = frozenset("/-.?&=,;")

_AT_START_OF_WORDS = frozenset("/.!?:")

# Where a row of ASCII may end: after a blank; within words, after a sign.
_IN_ASCII = re.compile(r"(?<= )(?=[^ ])|(?<=[!-/:-@\[-`{-~])(?=[0-9A-Za-z(\[{<])")

# Maximum share of a row that stays empty so that it ends between words, and so that a word is not
# divided. A row that would be emptier ends within the word, at any place.
_BETWEEN_WORDS = 1 / 4
_IN_ONE_PIECE = 3 / 4
# The same so that an address is broken after its punctuation.
_BEHIND_PUNCTUATION = 1 / 2


def row_end(line: str, start: int, end: int) -> int:
    """Return where a row that begins at `start` and has room up to `end` ends.

    This is `start` if there is no better place than the end of the room. A row ends between words
    if that does not leave much of it empty, else within a long word, after punctuation. It never
    consists of indentation only.
    """
    begin = start
    while begin < end and line[begin] == " ":
        begin += 1
    room = end - start
    lowest = max(begin, end - int(room * _IN_ONE_PIECE) - 1)
    enough_after_punctuation = end - int(room * _BEHIND_PUNCTUATION)
    enough_between_words = end - int(room * _BETWEEN_WORDS)
    within = start
    near = max(lowest, enough_between_words)
    for at in chain(_places(line, near, end), _places(line, lowest, near)):
        if within > start and at < enough_between_words:
            break
        allowed = may_end(line, at, start) or _begins_word(line, at)
        if allowed and not _is_within_word(line, at):
            return at
        likely = allowed or _is_within_address(line, at, start)
        if likely and within == start and at >= enough_after_punctuation:
            within = at
    return within


def _places(line: str, lowest: int, end: int) -> Iterator[int]:
    """Yield the possible places after `lowest` up to `end`, from the last to the first."""
    fragment = line[lowest : end + 1]
    if fragment.isascii():
        yield from [lowest + match.start() for match in _IN_ASCII.finditer(fragment)][::-1]
    else:
        yield from range(end, lowest, -1)


def may_end_behind_blanks(line: str, at: int, start: int) -> bool:
    """Return whether a row may end before `line[at]`, which follows a blank."""
    return line[at].isalnum() or may_end(line, at, start) or _begins_word(line, at)


def _begins_word(line: str, at: int) -> bool:
    """Return whether a path, a file name or the like begins after a blank.

    UAX #14 does not break there, since it takes the sign for punctuation of the word before.
    """
    if line[at - 1] != " " or line[at] not in _AT_START_OF_WORDS:
        return False
    return line[at] == "/" or line[at + 1 : at + 2].isalnum()


def _is_within_word(line: str, at: int) -> bool:
    """Return whether both sides of a place look like parts of one word."""
    before = line[at - 1]
    if before == SOFT_HYPHEN or CLASSES[before] in ("SP", "ZW"):
        return False
    return not (before.isspace() or is_wide(before) or is_wide(line[at]) or before > "\u206f")


def _is_within_address(line: str, at: int, start: int) -> bool:
    before, after = line[at - 1], line[at]
    if before not in _WITHIN_ADDRESSES or after in _WITHIN_ADDRESSES or after == " ":
        return False
    if at - 1 <= start or line[at - 2] == " ":
        return False
    numeric = before in ".,-" and line[at - 2].isdigit() and after.isdigit()
    return not numeric and CLASSES[after] in ("AL", "NU", "HL", "PR", "PO")
