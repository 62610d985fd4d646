"""Which encoding a text is in, from what was declared and from its first bytes.

In this order: a byte order mark, as in WHATWG's Encoding Standard (6, "decode"); what was
declared, if the bytes decode strictly and are not plainly UTF-8; the pattern of NULs that UTF-16
and UTF-32 leave; UTF-8, damaged too; what a few bytes beyond ASCII mean in their places; a
statistical detector.
"""

import codecs
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from chalicelib.converter import western
from chalicelib.converter.conversion import Basis
from chalicelib.converter.signature import looks_like
from chalicelib.errors import NotText

_WINDOW = 64 * 1024  # bytes the detector looks at; more changed no answer that was tried

# Codecs of Python that are text encodings to it, but to nobody who sends text.
_NOT_CHARSETS = {"idna", "mbcs", "oem", "punycode", "raw-unicode-escape", "undefined"}
_NOT_CHARSETS |= {"unicode-escape", "utf-7"}

# Sound UTF-8 sequences for each stray byte from which on a text is damaged UTF-8.
_SOUND_PER_STRAY = 2

# The end of a character at the start of a text, and the start of one at its end.
_CUT = re.compile(rb"\A[\x80-\xbf]{1,3}|[\xc2-\xf4][\x80-\xbf]{0,2}\Z")

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


def recognise(
    sample: bytes, *, whole: bool, declared: str | None = None, likely: Sequence[str] = ()
) -> Encoding:
    """Find the encoding of a text that begins with `sample` (all of it if `whole`).

    `likely` are codecs that decide where the bytes alone do not, in order.

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
    if _decodes(sample, "utf-8", whole=whole) and not sample.isascii():
        return Encoding("utf-8", Basis.CERTAIN)
    is_declared = declared is not None and _is_utf8(declared)
    if _is_damaged_utf8(sample, 1 if is_declared else _SOUND_PER_STRAY):
        return Encoding("utf-8", Basis.DECLARED if is_declared else Basis.GUESSED)
    return Encoding(_guessed(_window(sample), likely), Basis.GUESSED)


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
        text = _decoded(sample, name, whole=whole)
        fits = name not in _NOT_CHARSETS and "\0" not in text
        fits = fits and not _is_utf8_declared_as(name, text, sample, whole=whole)
    except (LookupError, ValueError):  # not known, not a text encoding, or not this one
        return None
    # Plain ASCII is every bit as well read as a superset of it, which the rest may need.
    return name if fits and name != "ascii" else None


def _is_utf8(declared: str) -> bool:
    try:
        return codecs.lookup(declared.strip()).name == "utf-8"
    except (LookupError, ValueError):
        return False


def _is_utf8_declared_as(name: str, text: str, sample: bytes, *, whole: bool) -> bool:
    """Return whether the sample is UTF-8, and `text`, its reading in a one-byte charset, is not.

    Upload tools declare a default. Read as ISO 8859-1, the bytes of UTF-8 are letters followed
    by symbols or controls, or capitals within words.
    """
    if len(text) != len(sample) or text.isascii() or name == "utf-8":
        return False
    if not _decodes(sample, "utf-8", whole=whole):
        return False
    others = [letter for letter in text if letter > "\x7f"]
    return not all(map(str.isalpha, others)) or any(
        one.islower() and next_one.isupper() for one, next_one in pairwise(text)
    )


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


def _is_damaged_utf8(sample: bytes, sound_per_stray: int) -> bool:
    """Return whether the sample is UTF-8 in which a few bytes are from another encoding.

    In prose of any other encoding, bytes that form no UTF-8 are the majority by far. Bytes of a
    character that is cut in two, at either end, say nothing.
    """
    text = _CUT.sub(b"", sample).decode("utf-8", "surrogateescape")
    others = [character for character in text if character > "\x7f"]
    stray = sum("\udc80" <= character <= "\udcff" for character in others)
    return len(others) - stray >= max(sound_per_stray * stray, 1)


def _window(sample: bytes) -> bytes:
    """Return the part of the sample that decides: the first bytes that are not ASCII.

    Some of what precedes them is context.
    """
    first = next((at for at, byte in enumerate(sample) if byte > 0x7F), 0)
    start = max(0, first - _WINDOW // 8)
    return sample[start : start + _WINDOW]


def _guessed(window: bytes, likely: Sequence[str]) -> str:
    if _is_ebcdic(window):
        return next((name for name in likely if not _keeps_ascii(name)), "cp037")
    possible = [
        name for name in likely if _keeps_ascii(name) and _decodes(window, name, whole=False)
    ]
    if western.is_sparse(window):
        return western.charset(window, _detected, possible)
    detected = _detected(window)
    if detected in possible:
        return detected
    return western.instead_of(detected, window, possible)


def _keeps_ascii(name: str) -> bool:
    return _PRINTABLE.decode(name, "replace") == _PRINTABLE.decode()


def _detected(window: bytes) -> str:
    from chardet import detect  # 40 ms to import, and most text never comes here

    guess = detect(window)["encoding"]
    try:
        name = codecs.lookup(guess or "cp1252").name
    except LookupError:
        return "cp1252"
    # The detector knows EBCDIC, in which text that is mostly ASCII makes no sense.
    is_usable = name != "ascii" and _keeps_ascii(name)
    return name if is_usable or b"\x1b" in window or b"~{" in window else "cp1252"


def _is_ebcdic(window: bytes) -> bool:
    """Return whether this is text of a mainframe: its blank is 0x40, and most of it is words.

    Letters and digits are above ASCII.

    Letters and digits are the same in all Western code pages of EBCDIC, of which 037 stands for
    all: they differ in punctuation and accented letters.
    """
    if window.count(0x40) <= window.count(0x20):
        return False
    ascii_bytes = len(window) - len(window.translate(None, _ASCII_BYTES))
    if (ascii_bytes - window.count(0x40)) * 2 > len(window) - window.count(0x40):
        return False
    text = window.decode("cp037")
    words = len(_EBCDIC_WORDS.findall(text))
    return words * 20 >= len(text) * 17


_ASCII_BYTES = bytes(range(0x80))
_PRINTABLE = bytes(range(0x30, 0x3A)) + bytes(range(0x41, 0x5B)) + bytes(range(0x61, 0x7B))
_EBCDIC_WORDS = re.compile(r"[A-Za-z0-9 .,\n\x85-]")
