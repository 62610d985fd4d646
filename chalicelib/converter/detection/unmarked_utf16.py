"""Detects UTF-16 and UTF-32 without a byte order mark by the positions of NULs."""

import codecs
import unicodedata
from collections import Counter

from chalicelib.converter.detection.signature import controls_in

_MIN_NUL_SHARE = 0.01
"""Share of two-byte units with a NUL above which a sample is UTF-16."""

_BLANKS = b"\t\r\n 0123456789.,:-"

_WINDOW = 64 * 1024
"""Bytes that are decoded to look for characters that are not used in text."""


def from_nuls(sample: bytes, *, whole: bool) -> str | None:
    """Return the codec if the sample is UTF-16 or UTF-32 without a byte order mark, or None.

    The NULs of Latin letters, blanks and line ends all have the same position in their units,
    which NULs in other text have not. `whole` is whether the sample is the whole text; otherwise
    its last character may be incomplete.
    """
    if not sample.count(0) or (whole and len(sample) % 2):
        return None
    for name, top, plane in (("utf-32-le", 3, 2), ("utf-32-be", 0, 1)):
        # Code points end at U+10FFFF: one byte of each word is 0, the next at most 16.
        possible = not sample[top::4].strip(b"\0") and max(sample[plane::4], default=255) <= 16
        if possible and _plausible(sample, name, whole=whole):
            return name
    first, second = sample[0::2].count(0), sample[1::2].count(0)
    name, most, least = (
        ("utf-16-le", second, first) if second > first else ("utf-16-be", first, second)
    )
    share = most / (len(sample) // 2 or 1)
    if _is_utf8(sample) and controls_in(sample) * 10 < len(sample):
        return None  # text with a few NULs in it
    # Few NULs suffice if all of them are high bytes of blanks, digits and line ends.
    enough = share > _MIN_NUL_SHARE or (least == 0 and _are_of_blanks(sample, name))
    if enough and least * 20 <= most and _plausible(sample, name, whole=whole):
        return name
    return None


def _are_of_blanks(sample: bytes, name: str) -> bool:
    """Return whether every NUL belongs to a blank, a digit or a line end."""
    low, high = (0, 1) if name == "utf-16-le" else (1, 0)
    pairs = zip(sample[low::2], sample[high::2], strict=False)
    return all(value in _BLANKS for value, top in pairs if not top)


def _plausible(sample: bytes, name: str, *, whole: bool) -> bool:
    """Return whether the bytes decode to characters that are used in text."""
    try:
        final = whole and len(sample) <= _WINDOW
        text = codecs.getincrementaldecoder(name)("strict").decode(sample[:_WINDOW], final=final)
    except UnicodeDecodeError:
        return False
    counts = Counter(text)
    odd = sum(
        count
        for character, count in counts.items()
        if unicodedata.category(character) in ("Cc", "Cn", "Co")
        and character not in "\b\t\n\v\f\r\x1b\x85"
    )
    return bool(text) and odd * 20 <= len(text)


def _is_utf8(sample: bytes) -> bool:
    """Return whether the sample is valid UTF-8."""
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(sample, final=False)
    except UnicodeDecodeError:
        return False
    return True
