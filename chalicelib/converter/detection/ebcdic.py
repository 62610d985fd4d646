"""Detects text of mainframes, and adds codecs for the Western code pages of EBCDIC.

The code pages for which Python has no codec differ from code page 037 in a few characters. The
differences are those of IBM's Character Data Representation Architecture, as in Java's and ICU's
tables.
"""

import codecs
import re
from functools import cache

from chalicelib.converter.detection import letter_frequencies

_BASE = "cp037"
_DIFFERENCES = {
    "cp277": ("474a4f5a5b5f676a707b7c809c9e9fa1b0babbc0d0dc", "}#!¤Å^$ø¦ÆØ@{[]ü¢¬|æå~"),
    "cp278": (
        "43474a4f515a5b5f63676a71797b7c9fa1b0b5babbc0ccd0dce0ec",
        "{}§!`¤Å^#$ö\\éÄÖ]ü¢[¬|ä¦å~É@",
    ),
    "cp280": (
        "44484a4f5154585a5f6a797b7c90a1b0b1b5babbc0cdd0dde0",
        "{\\°!]}~é^òù£§[ì¢#@¬|à¦è`ç",
    ),
    "cp284": ("494a5a696a7ba1b0babbbd", "¦[]#ñÑ¨¢^!~"),
    "cp285": ("4a5ba1b0b1babc", "$£¯¢[^~"),
    "cp297": (
        "44484a4f51545a5f6a797b7c90a0a1b0b1b5babbbdc0d0dde0",
        "@\\°!{}§^ùµ£à[`¨¢#]¬|~éè¦ç",
    ),
    "cp871": ("4a4f5a5f797c8c8e9c9ea1acaeb0babbbec0ccd0e0ec", "Þ!ÆÖðÐ`{}]ö@[¢¬|\\þ~æ´^"),
    "cp1047": ("5fadb0babbbd", "^[¬Ý¨]"),
}
# Code pages with the euro sign in place of the currency sign, and the ones they are based on.
_EURO = {
    "cp1141": "cp273",
    "cp1142": "cp277",
    "cp1143": "cp278",
    "cp1144": "cp280",
    "cp1145": "cp284",
    "cp1146": "cp285",
    "cp1147": "cp297",
    "cp1148": "cp500",
    "cp1149": "cp871",
}
# Code pages and the logarithm of their relative frequency.
_COMMON = {
    "cp037": 0.0,
    "cp500": -0.3,
    "cp1047": -0.6,
    "cp273": -0.3,
    "cp297": -0.6,
    "cp285": -0.6,
    "cp284": -0.6,
    "cp280": -0.6,
    "cp278": -0.6,
    "cp277": -0.6,
    "cp871": -1.5,
}
PAGES = (*_COMMON, "cp1140", *_EURO)
"""All code pages that can be detected."""

RECORDS = (80, 120, 132, 133)
"""Lengths of fixed records: punched cards, and printer lines, one with a control byte."""

_MAX_PAGES = 3
_NEL, _LF, _BLANK = 0x15, 0x25, 0x40
_ASCII_BYTES = bytes(range(0x80))
_BLANKS_OF_ASCII = re.compile(rb"[\n\r ]")
_WORDS = re.compile(r"[A-Za-z0-9 .,;:<>()'\"=+*%&/_?\n\x85-]")
_OF_WORDS_IN_20 = 17
_UNUSUAL = re.compile("[^A-Za-z0-9 .,:;()'\"/*+=?%&<>_\n\x85-]")


def _table(name: str) -> str:
    """Return the 256 characters of a code page."""
    if name in _EURO:
        return _table(_EURO[name]).replace("¤", "€")
    if name not in _DIFFERENCES:
        return bytes(range(256)).decode(name)
    places, characters = _DIFFERENCES[name]
    table = list(_table(_BASE))
    for place, character in zip(bytes.fromhex(places), characters, strict=True):
        table[place] = character
    return "".join(table)


@cache
def _codec(name: str) -> codecs.CodecInfo | None:
    """Return the codec of a code page that Python lacks; see `codecs.register`."""
    name = re.sub("^(?:ibm_?|cp_?)(?=[0-9]+$)", "cp", name)
    if name not in _DIFFERENCES and name not in _EURO:
        return None
    decoding = _table(name)
    encoding = codecs.charmap_build(decoding)

    class Decoder(codecs.IncrementalDecoder):
        def decode(self, data: bytes, final: bool = False) -> str:  # type: ignore[override]  # noqa: ARG002
            return codecs.charmap_decode(data, self.errors, decoding)[0]

    return codecs.CodecInfo(
        lambda text, errors="strict": codecs.charmap_encode(text, errors, encoding),
        lambda data, errors="strict": codecs.charmap_decode(data, errors, decoding),
        incrementaldecoder=Decoder,
        name=name,
    )


codecs.register(_codec)


def is_ebcdic(window: bytes) -> bool:
    """Return whether the bytes are EBCDIC: the blank is 0x40, and most of the text is words.

    Letters and digits are above ASCII, and are the same in all Western code pages of EBCDIC.
    A table may have no blanks; then it has line ends of EBCDIC, and none of ASCII.
    """
    blanks = window.count(_BLANK)
    ends = window.count(_NEL) + window.count(_LF)
    is_dense = blanks == 0 < ends and not _BLANKS_OF_ASCII.search(window)
    if blanks <= window.count(0x20) and not is_dense:
        return False
    ascii_bytes = len(window) - len(window.translate(None, _ASCII_BYTES))
    if (ascii_bytes - blanks - ends) * 2 > len(window) - blanks:
        return False
    words = len(_WORDS.findall(window.decode(_BASE)))
    return words * 20 >= len(window) * _OF_WORDS_IN_20


def pages(window: bytes) -> list[str]:
    """Return the code pages that a text in EBCDIC may be in, the most likely first.

    These are two or three if they are about as likely and decode the text differently.
    """
    at = [m.start() for m in _UNUSUAL.finditer(window.decode(_BASE))][: letter_frequencies.SAMPLES]
    words = letter_frequencies.ascii_words(window.decode(_BASE))
    scores = {
        # The currency sign may be a euro sign, which has its place in newer pages.
        name: letter_frequencies.score(window, window.decode(name).replace("¤", "€"), at, words)
        + common
        for name, common in _COMMON.items()
    }
    first = max(scores, key=lambda name: scores[name])
    likely = sorted(scores, key=lambda name: -scores[name])
    likely = [name for name in likely if scores[first] - scores[name] <= letter_frequencies.DOUBT]
    if _has_euro(window, first):
        euro = {of: name for name, of in _EURO.items()} | {"cp037": "cp1140"}
        likely = [euro[name] for name in likely if name in euro] or likely
    readings: dict[str, str] = {}
    for name in likely:
        readings.setdefault(window.decode(name), name)
    return list(readings.values())[:_MAX_PAGES]


def _has_euro(window: bytes, name: str) -> bool:
    """Return whether the currency sign is next to numbers, so that it may be a euro sign."""
    return bool(re.search("[0-9] ?¤|¤ ?[0-9]", window.decode(name)))


def record_length(window: bytes) -> int | None:
    """Return the length of a text's fixed records, one of RECORDS, or None.

    A text in EBCDIC has none if it has line ends, or is shorter than two records. Records are
    padded with blanks: with the right length, most end with a blank, and most do not begin with
    one.
    """
    if any(end in window for end in (_NEL, _LF, 0x0D)):
        return None
    best, best_score = None, 0.0
    for length in RECORDS:
        count = len(window) // length
        if count < 2:
            continue
        ends = window[length - 1 :: length].count(_BLANK)
        starts = count - window[: count * length : length].count(_BLANK)
        score = ends / count + starts / count
        if ends * 10 >= count * 9 and score > best_score + 0.05:
            best, best_score = length, score
    return best
