"""Repairs damaged and non-standard UTF-8: stray bytes, cut characters, CESU-8, Java's UTF-8.

The decoder represents bytes that are not UTF-8 as surrogates (`surrogateescape`, PEP 383).
"""

import re
from collections.abc import Callable

from chalicelib.converter.detection.plausibility import fits, is_latin, is_letter

VALID_PER_STRAY = 2
"""Valid UTF-8 sequences for each stray byte at which a text counts as damaged UTF-8."""

_MAX_CHECKED_CHARACTERS = 20
"""Maximum characters beyond ASCII in a text for each of them to be checked in its context."""

_CUT = re.compile(rb"\A[\x80-\xbf]{1,3}|[\xc2-\xf4][\x80-\xbf]{0,2}\Z")
"""Matches the end of a character at the start of a sample, and the start of one at its end."""

_STRAYS = re.compile("[\udc80-\udcff]+")
_VALID = re.compile("[^\0-\x7f\udc80-\udcff]")
_CUT_AT_START = re.compile("\\A[\udc80-\udcbf]{1,3}")
_CUT_AT_END = re.compile("[\udcc2-\udcf4][\udc80-\udcbf]{0,2}\\Z")
_CUT_AT_LINE_END = re.compile(
    "(?:[\udce0-\udcef][\udc80-\udcbf]?|[\udcf0-\udcf4][\udc80-\udcbf]{0,2})(?=[\r\n]*\\Z)"
)
_OF_LONG_LETTERS = re.compile("[\u0900-\u1cff\u3040-\ud7ff\U0001f000-\U0001faff]")
"""Matches a letter or emoji of three bytes or more, beside which no other charset is likely."""

_LONE_SURROGATE = re.compile("\udced[\udca0-\udcbf][\udc80-\udcbf]")
"""Matches half of a character beyond U+FFFF, as programs write it that cut text in UTF-16."""

_SURROGATE_PAIR = re.compile(
    "\udced[\udca0-\udcaf][\udc80-\udcbf]\udced[\udcb0-\udcbf][\udc80-\udcbf]"
)
"""Matches a character beyond U+FFFF in two times three bytes (CESU-8: UTR #26)."""

_JAVA_NUL = "\udcc0\udc80"
"""NUL in two bytes, as Java writes it (Java Virtual Machine Specification, 4.4.7)."""

_MAX_OTHER_LINES = 2
"""Maximum lines in another charset, for each line in UTF-8, of a text that counts as UTF-8."""


def decode_escaped(sample: bytes) -> str:
    """Decode a sample as UTF-8, CESU-8 or Java's UTF-8.

    Each byte that is none of these becomes a lone surrogate (`surrogateescape`).
    """
    return join_surrogate_pairs(sample.decode("utf-8", "surrogateescape"))


def join_surrogate_pairs(text: str) -> str:
    """Replace the surrogate pairs of CESU-8 and Java, and Java's NUL, by their characters.

    `text` was decoded from UTF-8 with `surrogateescape`, which does not know them.
    """
    if "\udced" in text:
        text = _SURROGATE_PAIR.sub(_character, text)
    return text.replace(_JAVA_NUL, "\0") if _JAVA_NUL in text else text


def _character(pair: re.Match[str]) -> str:
    """Return the character of a surrogate pair in CESU-8."""
    data = pair[0].encode("ascii", "surrogateescape")
    return data.decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass").decode("utf-16")


def is_damaged(sample: bytes, valid_per_stray: int) -> bool:
    """Return whether a sample is UTF-8 in which a few bytes, or none, are from another encoding.

    In prose in any other encoding, most bytes beyond ASCII do not form UTF-8. `valid_per_stray` is
    the number of valid characters beyond ASCII for each stray byte that suffices; fewer do if all
    make sense in their places, or if most lines are either entirely UTF-8 or not at all. Characters
    that are cut at either end of the sample, or plainly at the end of a line, are ignored, and so
    are halves of surrogate pairs. ASCII is not damaged UTF-8.
    """
    text = _LONE_SURROGATE.sub("\ufffd", decode_escaped(_CUT.sub(b"", sample)))
    text = "".join([_with_cut_end(line, "") for line in text.splitlines(keepends=True)])
    valid, stray = len(_VALID.findall(text)), sum(map(len, _STRAYS.findall(text)))
    if valid >= max(valid_per_stray * stray, 1):
        return True
    return (valid >= stray > 0 and _strays_fit(text)) or _is_utf8_by_lines(text)


def _strays_fit(text: str) -> bool:
    """Return whether the few characters beyond ASCII, and the stray bytes, make sense as Latin."""
    decoded = _STRAYS.sub(
        lambda strays: strays[0].encode("ascii", "surrogateescape").decode("cp1252", "replace"),
        text,
    )
    others = [(at, character) for at, character in enumerate(decoded) if character > "\x7f"]
    letters = [character for _, character in others if is_letter(character)]
    return (
        len(others) <= _MAX_CHECKED_CHARACTERS
        and all(map(is_latin, letters))
        and all(fits(decoded, at) for at, _ in others)
    )


def _is_utf8_by_lines(text: str) -> bool:
    """Return whether a text is UTF-8 but for lines that are entirely in another charset.

    The latter may be _MAX_OTHER_LINES times as many. Of the others, at least two and as many as
    have stray bytes must be valid. The text was decoded with `surrogateescape`.
    """
    lines = [line for line in text.splitlines() if not line.isascii()]
    valid = sum(_STRAYS.search(line) is None for line in lines)
    mixed = sum(bool(_STRAYS.search(line) and _VALID.search(line)) for line in lines)
    return valid > 1 and valid + mixed > len(lines) // (_MAX_OTHER_LINES + 1) and mixed <= valid


def _with_cut_end(line: str, replacement: str | Callable[[re.Match[str]], str]) -> str:
    """Return a line in which a character that is cut at its end is replaced, if that is plain.

    Fields of logs and databases end after so many bytes. The bytes may also be letters and
    quotation marks of Windows-1252, unless the line has letters of other scripts.
    """
    if _STRAYS.search(line) and _OF_LONG_LETTERS.search(line):
        return _CUT_AT_LINE_END.sub(replacement, line)
    return line


def lines_in_other_charsets(text: str) -> bytes:
    """Return the bytes of the lines that have stray bytes, and no valid UTF-8 beyond ASCII.

    `text` was decoded with `surrogateescape`.
    """
    lines = text.splitlines(keepends=True)
    others = [line for line in lines if _STRAYS.search(line) and not _VALID.search(line)]
    return "".join(others).encode("ascii", "surrogateescape")


class Repair:
    """Decodes the stray bytes in a stream of UTF-8, line by line.

    `guess` returns the charset of lines in which nothing beyond ASCII is UTF-8; it is called once,
    with the bytes of the first such lines. Stray bytes in other lines are decoded in `charset`.
    """

    def __init__(self, charset: str, guess: Callable[[bytes], str], longest: int) -> None:
        """`longest` is the maximum number of characters held back until a line is complete."""
        self._charset = charset
        self._guess = guess
        self._lines_in: str | None = None
        self._longest = longest
        self._held = ""
        self._replaced = 0
        self._repaired = 0

    def take_replaced(self) -> int:
        """Return the number of U+FFFD that were made of stray bytes since the last call."""
        count, self._replaced = self._replaced, 0
        return count

    def take_repaired(self) -> int:
        """Return the number of stray bytes that were decoded since the last call."""
        count, self._repaired = self._repaired, 0
        return count

    def feed(self, text: str, *, at_start: bool, final: bool) -> str:
        """Return the repaired text up to the last line end, or all of it if it is `final`.

        `text` was decoded with `surrogateescape`; what follows its last line end is held back, but
        not if it has more than `longest` characters. If the text is `at_start` of the stream, the
        rest of a cut character there becomes U+FFFD; so does the start of one at a `final` end.
        """
        text, self._held = self._held + text, ""
        if not final:
            end = text.rfind("\n") + 1
            if len(text) - end > self._longest:
                end = len(text) - len(_unfinished(text))
            text, self._held = text[:end], text[end:]
        if not _has_strays(text):
            return text
        text = join_surrogate_pairs(text)
        if at_start:
            text = _CUT_AT_START.sub(self._replacement, text)
        if final:
            text = _CUT_AT_END.sub(self._replacement, text)
        text = _LONE_SURROGATE.sub(self._replacement, text)
        if self._lines_in is None and (others := lines_in_other_charsets(text)):
            self._lines_in = self._guess(others)
        return "".join(map(self._line, text.splitlines(keepends=True)))

    def _line(self, line: str) -> str:
        """Return a line with its stray bytes decoded."""
        charset = self._charset if _VALID.search(line) else self._lines_in or self._charset
        line = _with_cut_end(line, self._replacement)
        return _STRAYS.sub(lambda strays: self._decode(strays[0], charset), line)

    def _decode(self, strays: str, charset: str) -> str:
        """Decode stray bytes, and count those that were or were not decoded."""
        text = strays.encode("ascii", "surrogateescape").decode(charset, "replace")
        replaced = text.count("\ufffd")
        self._replaced += replaced
        self._repaired += len(strays) - replaced
        return text

    def _replacement(self, _: re.Match[str]) -> str:
        """Return and count a replacement character."""
        self._replaced += 1
        return "\ufffd"


def _has_strays(text: str) -> bool:
    """Return whether a text has stray bytes, which cannot be encoded.

    This takes a twentieth of the time of a search with a pattern.
    """
    try:
        text.encode("utf-16-le")
    except UnicodeEncodeError:
        return True
    return False


def _unfinished(text: str) -> str:
    """Return the stray bytes at the end of a text, which may be the start of a surrogate pair."""
    end = re.search("[\udc80-\udcff]{0,5}\\Z", text)
    return end[0] if end else ""
