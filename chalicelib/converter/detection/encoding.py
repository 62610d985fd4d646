"""Recognizes the encoding of a text from what its sender declared and from its first bytes.

In this order: a byte order mark, as in WHATWG's Encoding Standard (6, "decode"); what was
declared, if the bytes decode strictly and are not plainly UTF-8; the pattern of NULs that UTF-16
and UTF-32 leave; UTF-8, damaged too; EBCDIC; what a few bytes beyond ASCII mean in their places; a
statistical detector. The stage's list of likely charsets decides among what is possible.
"""

import codecs
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from chalicelib.converter.detection import holes, utf8
from chalicelib.converter.detection.detector import detect, keeps_ascii
from chalicelib.converter.detection.parts import BYTES, begins_in_ascii, split
from chalicelib.converter.detection.signature import check_is_text, data_error, is_data, kind_of
from chalicelib.converter.detection.unmarked_utf16 import from_nuls
from chalicelib.converter.report import Basis, Step
from chalicelib.errors import NotText

_WORD = 20  # characters of a word that are shown on either side of a doubtful one
_WINDOW = 64 * 1024  # bytes the detector looks at; more changed no answer that was tried

_SWITCH = b"\x1b$"  # announces the two-byte sets of ISO-2022 (ECMA-35)

# Codecs of Python that are text encodings to it, but to nobody who sends text.
_NOT_CHARSETS = {"idna", "mbcs", "oem", "punycode", "raw-unicode-escape", "undefined"}
_NOT_CHARSETS |= {"unicode-escape", "utf-7"}

_MARKS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class Encoding:
    """Python's name of a codec, how certain it is, and the step that decided.

    Of several parts, the names are joined by plus signs. `readings` are this codec and those that
    are about as likely, each with the first word that they decode differently; empty if there is no
    doubt. `record` is the length of a mainframe's fixed records, which have no line ends.
    """

    name: str
    basis: Basis
    step: Step
    readings: tuple[tuple[str, str], ...] = ()
    record: int | None = None

    @classmethod
    def of(cls, parts: "Sequence[Encoding]") -> "Encoding":
        """Return the encoding of a text of one or more parts, given in order of appearance.

        For several, the names are joined without repetition, and the rest is that of the first
        part that is not certain, or else of the last part; `record` is None.
        """
        first, *more = parts
        if not more:
            return first
        names = dict.fromkeys(part.name for part in parts)
        guessed = [part for part in parts if part.basis is not Basis.CERTAIN]
        decisive = next(iter(guessed), more[-1])
        return cls("+".join(names), decisive.basis, decisive.step, decisive.readings)

    @property
    def keeps_ascii(self) -> bool:
        """Whether ASCII letters and digits have the same bytes in this encoding."""
        return keeps_ascii(self.name)

    @property
    def is_single_part(self) -> bool:
        """Whether a change to UTF-16 or back cannot be recognized in its bytes."""
        return self.name not in UTF_16 and not self.keeps_ascii


ASCII = Encoding("ascii", Basis.CERTAIN, Step.ASCII)
UTF_16 = {name: Encoding(name, Basis.GUESSED, Step.NULS) for name in ("utf-16-le", "utf-16-be")}


def recognise(
    sample: bytes, *, whole: bool, declared: str | None = None, likely: Sequence[str] = ()
) -> Encoding:
    """Return the encoding of the start of a text; `sample` is the whole text if `whole`.

    `declared` is the charset that the sender named, which is ignored if it is unknown or the sample
    cannot be in it. `likely` are codecs that decide, in order, where the bytes alone do not. An
    empty sample is ASCII.

    Raises NotText, naming the kind of file if it is known, if the sample is not text.
    """
    original, sample = sample, _without_holes(sample, whole=whole)
    if name := next((name for mark, name in _MARKS if sample.startswith(mark)), None):
        return Encoding(name, Basis.CERTAIN, Step.MARK)
    is_holed = len(original) > len(sample)
    if is_holed and (kind := kind_of(original.lstrip(b"\0")[:_WINDOW])):
        raise NotText(f"This is not a text file: it looks like {kind}.")
    if declared and (name := _accepted(declared, sample, whole=whole)):
        return Encoding(name, Basis.DECLARED, Step.DECLARED)
    name = from_nuls(sample, whole=whole)
    if name and (name not in UTF_16 or not begins_in_ascii(sample, whole=whole)):
        return Encoding(name, Basis.GUESSED, Step.NULS)
    parts = split(sample, whole=whole) if 0 in sample else [(BYTES, sample)]
    sample = b"".join(data for form, data in parts if form == BYTES)
    check_is_text(sample[:_WINDOW], is_holed=is_holed)
    if parts[0][0] != BYTES:
        return UTF_16[parts[0][0]]
    return _of_bytes(sample, whole=whole, declared=declared, likely=likely)


def _without_holes(sample: bytes, *, whole: bool) -> bytes:
    text = holes.without(sample)
    if len(text) == len(sample):
        return sample
    wide = holes.without(sample, 4)
    return wide if (from_nuls(wide, whole=whole) or "").startswith("utf-32") else text


def _of_bytes(
    sample: bytes, *, whole: bool, declared: str | None, likely: Sequence[str]
) -> Encoding:
    """Return the encoding of text in single bytes, or in characters of varying length."""
    if sample.isascii():
        return _of_ascii_bytes(sample)
    if _decodes(sample, "utf-8", whole=whole):
        return Encoding("utf-8", Basis.CERTAIN, Step.UTF_8)
    is_declared = declared is not None and _is_utf8(declared)
    if utf8.is_damaged(sample, 1 if is_declared else utf8.VALID_PER_STRAY):
        basis = Basis.DECLARED if is_declared else Basis.GUESSED
        return Encoding("utf-8", basis, Step.DAMAGED_UTF_8)
    window = _window(sample)
    if is_data(window) and not _is_of_mainframe(window):
        raise data_error(window)
    return _guessed(window, likely)


def _of_ascii_bytes(sample: bytes) -> Encoding:
    """Find the encoding of ASCII bytes, which may be those of a form of ISO-2022."""
    name = detect(_window(sample))[0] if _switches_charsets(sample) else ""
    return Encoding(name, Basis.GUESSED, Step.DETECTOR) if name.startswith("iso2022") else ASCII


def needs_recognition(block: bytes) -> bool:
    """Return whether a block in single bytes has bytes beyond ASCII, or switches charsets by ESC.

    Then what was taken for plain ASCII so far is not.
    """
    return not block.isascii() or _switches_charsets(block)


def _switches_charsets(block: bytes) -> bool:
    """Return whether a block may select charsets by ESC, as ISO-2022 does (ECMA-35)."""
    return b"\x1b" in block and _SWITCH in block  # the search for one byte is faster


def _accepted(declared: str, sample: bytes, *, whole: bool) -> str | None:
    """Return the codec of a declared charset, or None if the sample cannot be in it."""
    try:
        name = codecs.lookup(declared.strip()).name
        "x".encode(name)  # raises LookupError for rot13, zip and the like
        # A charset that is all of ASCII or contains it says nothing about UTF-16's NULs.
        text = _decoded(sample, name, whole=whole)
        fits = name not in _NOT_CHARSETS and "\0" not in text
        fits = fits and not _is_utf8_instead(text, sample, whole=whole)
    except (LookupError, ValueError):  # not known, not a text encoding, or not this one
        return None
    # Plain ASCII is every bit as well read as a superset of it, which the rest may need.
    return name if fits and name != "ascii" else None


def _is_utf8(declared: str) -> bool:
    try:
        return codecs.lookup(declared.strip()).name == "utf-8"
    except (LookupError, ValueError):
        return False


def _is_utf8_instead(text: str, sample: bytes, *, whole: bool) -> bool:
    """Return whether the sample is UTF-8, and `text`, its reading in a one-byte charset, is not.

    Upload tools declare a default. Read as ISO 8859-1, the bytes of UTF-8 are letters followed
    by symbols or controls, or capitals within words.
    """
    if len(text) != len(sample) or text.isascii():
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


def _window(sample: bytes) -> bytes:
    """Return the part of the sample that decides: the first bytes that are not ASCII.

    In ASCII bytes, it is the first switch of charsets. Some of what precedes is context.
    """
    first = next((at for at, byte in enumerate(sample) if byte > 0x7F), sample.find(_SWITCH))
    start = max(0, first - _WINDOW // 8)
    return sample[start : start + _WINDOW]


def charset_of_lines(lines: bytes, likely: Sequence[str] = ()) -> str:
    """Return the charset of lines in a UTF-8 text that are not UTF-8 themselves.

    `likely` are codecs that decide, in order, where the bytes alone do not. The charset contains
    ASCII: if another one is guessed, Windows-1252 is returned.
    """
    name = _guessed(_window(lines), likely).name
    return name if keeps_ascii(name) else "cp1252"


def _guessed(window: bytes, likely: Sequence[str]) -> Encoding:
    from chalicelib.converter.detection import western  # only texts that need guessing need it

    if _is_of_mainframe(window):
        return _of_mainframe(window, [name for name in likely if not keeps_ascii(name)])
    possible = [
        name for name in likely if keeps_ascii(name) and _decodes(window, name, whole=False)
    ]
    names, is_detected = western.charsets(window, detect, possible)
    step = Step.DETECTOR if is_detected else Step.PLACES
    if names[0] in possible and not is_detected:
        step = Step.SETTING
    return Encoding(names[0], Basis.GUESSED, step, _readings(window, names))


def _readings(window: bytes, names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return each charset with the first word that the charsets decode differently."""
    if len(names) == 1:
        return ()
    texts = [window.decode(name, "replace") for name in names]
    place = next(
        at for at, characters in enumerate(zip(*texts, strict=True)) if len({*characters}) > 1
    )
    blanks = [at for at, character in enumerate(texts[0]) if character.isspace()]
    start = max((at + 1 for at in blanks if at < place), default=0)
    end = min((at for at in blanks if at > place), default=len(texts[0]))
    start, end = max(start, place - _WORD), min(end, place + _WORD)
    return tuple((name, text[start:end]) for name, text in zip(names, texts, strict=True))


def _is_of_mainframe(window: bytes) -> bool:
    from chalicelib.converter.detection import ebcdic  # only texts that need guessing need it

    return ebcdic.is_ebcdic(window)


def _of_mainframe(window: bytes, likely: Iterable[str]) -> Encoding:
    from chalicelib.converter.detection import ebcdic

    record = ebcdic.record_length(window)
    for name in likely:
        return Encoding(name, Basis.GUESSED, Step.SETTING, record=record)
    names = ebcdic.pages(window)
    return Encoding(names[0], Basis.GUESSED, Step.EBCDIC, _readings(window, names), record)
