"""UTF-8 that is damaged, or of another kind: stray bytes, cut characters, CESU-8, Java's UTF-8.

The decoder hands on bytes that are no UTF-8 as surrogates (the handler `surrogateescape`, PEP 383).
"""

import re
from collections.abc import Callable

from chalicelib.converter.reading.places import fits, is_latin, is_letter

# Sound sequences for each stray byte from which on a text is damaged UTF-8.
SOUND_PER_STRAY = 2

# Characters beyond ASCII up to which each is looked at in its place.
_FEW = 20

# The end of a character at the start of a text, and the start of one at its end.
_CUT = re.compile(rb"\A[\x80-\xbf]{1,3}|[\xc2-\xf4][\x80-\xbf]{0,2}\Z")

_STRAYS = re.compile("[\udc80-\udcff]+")
_SOUND = re.compile("[^\0-\x7f\udc80-\udcff]")
_CUT_AT_START = re.compile("\\A[\udc80-\udcbf]{1,3}")
_CUT_AT_END = re.compile("[\udcc2-\udcf4][\udc80-\udcbf]{0,2}\\Z")

# The two halves of a character beyond U+FFFF, each in three bytes (Unicode Technical Report 26),
# and NUL in two, as the Java Virtual Machine Specification (4.4.7) has it.
_HALVES = re.compile("\udced[\udca0-\udcaf][\udc80-\udcbf]\udced[\udcb0-\udcbf][\udc80-\udcbf]")
_NUL = "\udcc0\udc80"

# Lines without sound sequences, for each with them, up to which a text is UTF-8 at all.
_OTHER_LINES = 2


def escaped(sample: bytes) -> str:
    """Return the sample as UTF-8, with a surrogate for each byte that is none."""
    return joined(sample.decode("utf-8", "surrogateescape"))


def joined(text: str) -> str:
    """Return the text with characters in place of their halves, as CESU-8 and Java write them."""
    if "\udced" in text:
        text = _HALVES.sub(_character, text)
    return text.replace(_NUL, "\0") if _NUL in text else text


def _character(halves: re.Match[str]) -> str:
    data = halves[0].encode("ascii", "surrogateescape")
    return data.decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass").decode("utf-16")


def is_damaged(sample: bytes, sound_per_stray: int) -> bool:
    """Return whether the sample is UTF-8 in which a few bytes are from another encoding.

    In prose of any other encoding, bytes that form no UTF-8 are the majority by far. Bytes of a
    character that is cut in two, at either end, say nothing.
    """
    text = escaped(_CUT.sub(b"", sample))
    sound, stray = len(_SOUND.findall(text)), sum(map(len, _STRAYS.findall(text)))
    if sound >= max(sound_per_stray * stray, 1):
        return True
    return (sound >= stray > 0 and _strays_fit(text)) or _is_utf8_by_lines(text)


def _strays_fit(text: str) -> bool:
    """Return whether all sound sequences and stray bytes of a short text make sense in Latin."""
    read = _STRAYS.sub(
        lambda strays: strays[0].encode("ascii", "surrogateescape").decode("cp1252", "replace"),
        text,
    )
    others = [(at, one) for at, one in enumerate(read) if one > "\x7f"]
    letters = [one for _, one in others if is_letter(one)]
    return (
        len(others) <= _FEW
        and all(map(is_latin, letters))
        and all(fits(read, at) for at, _ in others)
    )


def _is_utf8_by_lines(text: str) -> bool:
    """Return whether lines are either sound UTF-8 or of another charset as a whole."""
    lines = [line for line in text.splitlines() if not line.isascii()]
    sound = sum(_STRAYS.search(line) is None for line in lines)
    mixed = sum(bool(_STRAYS.search(line) and _SOUND.search(line)) for line in lines)
    return sound > 1 and sound + mixed > len(lines) // (_OTHER_LINES + 1) and mixed <= sound


def other_lines(text: str) -> bytes:
    """Return the bytes of the lines in which no character beyond ASCII is UTF-8."""
    lines = text.splitlines(keepends=True)
    others = [line for line in lines if _STRAYS.search(line) and not _SOUND.search(line)]
    return "".join(others).encode("ascii", "surrogateescape")


class Repair:
    """Replaces stray bytes in a stream of UTF-8, line by line.

    `guess` returns the charset of lines in which nothing is UTF-8; other stray bytes are in
    `charset`.
    """

    def __init__(self, charset: str, guess: Callable[[bytes], str], longest: int) -> None:
        """`longest` is how many characters of a line are kept until its end comes."""
        self._charset = charset
        self._guess = guess
        self._lines_in: str | None = None
        self._longest = longest
        self._held = ""
        self._replaced = 0
        self._repaired = 0

    def take_replaced(self) -> int:
        """Return the number of places that could not be read since this was last asked."""
        count, self._replaced = self._replaced, 0
        return count

    def take_repaired(self) -> int:
        """Return the number of stray bytes that were read since this was last asked."""
        count, self._repaired = self._repaired, 0
        return count

    def feed(self, text: str, *, at_start: bool, final: bool) -> str:
        """Return the repaired text, up to the last line end unless it is final."""
        text, self._held = self._held + text, ""
        if not final:
            end = text.rfind("\n") + 1
            if len(text) - end > self._longest:
                end = len(text) - len(_unfinished(text))
            text, self._held = text[:end], text[end:]
        if not _STRAYS.search(text):
            return text
        text = joined(text)
        if at_start:
            text = _CUT_AT_START.sub(self._replacement, text)
        if final:
            text = _CUT_AT_END.sub(self._replacement, text)
        if self._lines_in is None and (others := other_lines(text)):
            self._lines_in = self._guess(others)
        return "".join(map(self._line, text.splitlines(keepends=True)))

    def _line(self, line: str) -> str:
        charset = self._charset if _SOUND.search(line) else self._lines_in or self._charset
        return _STRAYS.sub(lambda strays: self._read(strays[0], charset), line)

    def _read(self, strays: str, charset: str) -> str:
        text = strays.encode("ascii", "surrogateescape").decode(charset, "replace")
        lost = text.count("\ufffd")
        self._replaced += lost
        self._repaired += len(strays) - lost
        return text

    def _replacement(self, _: re.Match[str]) -> str:
        self._replaced += 1
        return "\ufffd"


def _unfinished(text: str) -> str:
    """Return the stray bytes at the end of a text, of which a character may be the first half."""
    end = re.search("[\udc80-\udcff]{0,5}\\Z", text)
    return end[0] if end else ""
