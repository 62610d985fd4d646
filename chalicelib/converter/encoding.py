"""Which encoding a text is in, from what was declared and from its first bytes.

In this order: a byte order mark, as in WHATWG's Encoding Standard (6, "decode"); what was declared,
if the bytes decode strictly; the pattern of NULs that UTF-16 and UTF-32 leave; strict UTF-8;
Windows-1252 for ASCII with a few symbols or letters; a statistical detector.
"""

import codecs
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

from chalicelib.converter.conversion import Basis
from chalicelib.converter.signature import looks_like
from chalicelib.errors import NotText

_WINDOW = 64 * 1024  # bytes the detector looks at; more changed no answer that was tried

# Codecs of Python that are text encodings to it, but to nobody who sends text.
_NOT_CHARSETS = {"idna", "mbcs", "oem", "punycode", "raw-unicode-escape", "undefined"}
_NOT_CHARSETS |= {"unicode-escape", "utf-7"}

_ASCII_BYTES = bytes(range(0x80))
_ADJACENT = re.compile(rb"[\x80-\xff]{2}")

# Distinct bytes beyond ASCII up to which a text is read as Windows-1252 without a detector.
_SPARSE_KINDS = 3

_MARKS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec of Python by its canonical name, and how sure it is that it is the right one."""

    name: str
    basis: Basis


ASCII = Encoding("ascii", Basis.CERTAIN)


def recognise(sample: bytes, *, whole: bool, declared: str | None = None) -> Encoding:
    """Find the encoding of a text that begins with `sample` (all of it if `whole`).

    Raises NotText, naming what it looks like, if it is no text in any encoding.
    """
    if name := _marked(sample):
        return Encoding(name, Basis.CERTAIN)
    if declared and (name := _accepted(declared, sample, whole=whole)):
        return Encoding(name, Basis.DECLARED)
    if name := _from_nuls(sample, whole=whole):
        return Encoding(name, Basis.GUESSED)
    if kind := looks_like(sample[:_WINDOW]):
        raise NotText(f"This is not a text file: it looks like {kind}.")
    if sample.isascii() and not _switches_charsets(sample):
        return ASCII
    if _decodes(sample, "utf-8", whole=whole):
        if not sample.isascii():
            return Encoding("utf-8", Basis.CERTAIN)
    elif _mostly_utf8(sample):
        return Encoding("utf-8", Basis.GUESSED)
    if _is_sparse_cp1252(sample):
        return Encoding("cp1252", Basis.GUESSED)
    return Encoding(_detected(sample), Basis.GUESSED)


def _marked(sample: bytes) -> str | None:
    """Return the codec whose byte order mark the sample begins with, or None."""
    return next((name for mark, name in _MARKS if sample.startswith(mark)), None)


def needs_recognition(block: bytes) -> bool:
    """Whether a text that was plain ASCII so far stops being so in this block."""
    return not block.isascii() or _switches_charsets(block)


def _switches_charsets(block: bytes) -> bool:
    """ISO-2022 is all ASCII bytes; it announces two-byte sets with ESC $ (ECMA-35)."""
    return b"\x1b" in block and b"\x1b$" in block  # the search for one byte is faster


def _accepted(declared: str, sample: bytes, *, whole: bool) -> str | None:
    """The codec for a declared charset, if the text can be in it."""
    try:
        name = codecs.lookup(declared.strip()).name
        "x".encode(name)  # raises LookupError for rot13, zip and the like
        # A charset that is all of ASCII or contains it says nothing about UTF-16's NULs.
        fits = name not in _NOT_CHARSETS and "\0" not in _decoded(sample, name, whole=whole)
    except (LookupError, ValueError):  # not known, not a text encoding, or not this one
        return None
    # Plain ASCII is every bit as well read as a superset of it, which the rest may need.
    return name if fits and name != "ascii" else None


def _decoded(sample: bytes, name: str, *, whole: bool) -> str:
    return codecs.getincrementaldecoder(name)("strict").decode(sample, final=whole)


def _decodes(sample: bytes, name: str, *, whole: bool) -> bool:
    try:
        _decoded(sample, name, whole=whole)
    except UnicodeDecodeError:
        return False
    return True


def _from_nuls(sample: bytes, *, whole: bool) -> str | None:
    """UTF-16 or UTF-32 without a mark: the NULs of Latin letters, blanks and line ends.

    They all fall on the same places, while a stray NUL in other text does not.
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
    # In bytes that are valid UTF-8 besides, only a majority of NULs says UTF-16.
    enough = share > 0.5 if _decodes(sample, "utf-8", whole=False) else share > 0.01
    if enough and least * 20 <= most and _plausible(sample, name, whole=whole):
        return name
    return None


def _plausible(sample: bytes, name: str, *, whole: bool) -> bool:
    """Whether the bytes decode to characters that people write."""
    try:
        text = _decoded(sample[:_WINDOW], name, whole=whole and len(sample) <= _WINDOW)
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


def _mostly_utf8(sample: bytes) -> bool:
    """UTF-8 with a few damaged places: one in ten of what is not ASCII, at the most."""
    text = sample.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    sound = sum(character > "\x7f" for character in text) - damaged
    return sound > damaged * 10


def _is_sparse_cp1252(sample: bytes) -> bool:
    """Return whether the sample is ASCII but for a few symbols or letters that stand apart.

    A degree sign, a currency or one accented name gives a statistical detector nothing to
    count; prose in another script has more kinds of letters, side by side.
    """
    others = sample.translate(None, _ASCII_BYTES)
    return (
        0 < len(set(others)) <= _SPARSE_KINDS
        and len(others) * 2 < len(sample)
        and not _ADJACENT.search(sample)
        and _decodes(sample, "cp1252", whole=True)
    )


def _detected(sample: bytes) -> str:
    from chardet import detect  # 40 ms to import, and most text never comes here

    # The first bytes that are not ASCII decide; some of what precedes them is context.
    first = next((at for at, byte in enumerate(sample) if byte > 0x7F), 0)
    start = max(0, first - _WINDOW // 8)
    guess = detect(sample[start : start + _WINDOW])["encoding"]
    try:
        name = codecs.lookup(guess or "cp1252").name
    except LookupError:
        return "cp1252"
    return "cp1252" if name == "ascii" else name
