"""Lines of text with a style for each character, and how they are cut and joined."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Self


class StyledLine(str):
    """Text with a style for each character: `styles` has one of PLAIN, BOLD, … for each.

    The module `styles` says what other letters mean. It is only equal to text with the same
    characters and styles. Made by `styled_line`.
    """

    __slots__ = ("styles",)
    styles: str

    def __new__(cls, text: str, styles: str) -> Self:
        """`text` and `styles` must have the same length."""
        line = super().__new__(cls, text)
        line.styles = styles
        return line

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, StyledLine):
            return False
        return str.__eq__(self, other) and self.styles == other.styles

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__


PLAIN, BOLD, UNDERLINED, BOTH = "-bu+"


def styled_line(text: str, styles: str) -> str:
    """Return the text with its styles, or as a plain string if all of it is plain."""
    return StyledLine(text, styles) if styles.strip(PLAIN) else text


def slice_line(line: str, start: int, end: int) -> str:
    """Return `line[start:end]`, with its styles if it has any."""
    piece = line[start:end]
    return styled_line(piece, line.styles[start:end]) if isinstance(line, StyledLine) else piece


def join_lines(first: str, second: str) -> str:
    """Return `first + second`, a StyledLine with the styles of each if either has any."""
    if not isinstance(first, StyledLine) and not isinstance(second, StyledLine):
        return first + second
    return styled_line(str(first) + str(second), styles_of(first) + styles_of(second))


def styles_of(line: str) -> str:
    """Return the styles of a line, all of them PLAIN for a string without."""
    return line.styles if isinstance(line, StyledLine) else PLAIN * len(line)


def split(text: str, separator: str) -> list[str]:
    """Return the parts of a text between single characters, with their styles."""
    if not isinstance(text, StyledLine):
        return text.split(separator)
    styles = text.styles
    parts: list[str] = []
    at = 0
    for part in str(text).split(separator):
        parts.append(styled_line(part, styles[at : at + len(part)]))
        at += len(part) + 1
    return parts


def joined(texts: Sequence[str], separator: str) -> str:
    """Return the texts with a separator between them, and their styles."""
    text = separator.join(texts)
    if not any(isinstance(text, StyledLine) for text in texts):
        return text
    return styled_line(text, (PLAIN * len(separator)).join(map(styles_of, texts)))


def replaced(text: str, old: str, new: str) -> str:
    """Return the text with `new`, a single character, for each `old`, and its other styles."""
    if not isinstance(text, StyledLine):
        return text.replace(old, new)
    styles = text.styles
    pieces: list[str] = []
    at = 0
    for part in str(text).split(old):
        pieces.append(styles[at : at + len(part) + 1])
        at += len(part) + len(old)
    return styled_line(str(text).replace(old, new), "".join(pieces))


def style_runs(row: str) -> Iterator[tuple[str, str]]:
    """Yield style and text of each run of one style in a row."""
    if not isinstance(row, StyledLine):
        yield PLAIN, str(row)
        return
    at = 0
    for style, letters in groupby(row.styles):
        end = at + sum(1 for _ in letters)
        yield style, row[at:end]
        at = end
