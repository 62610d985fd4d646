"""Measures text in cells of a grid, and divides lines into rows."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

from chalicelib.converter.fonts.character_set import CharacterSet
from chalicelib.converter.layout.rows import MAX_CHARACTERS_PER_CELL, TAB, is_complex
from chalicelib.converter.reading.cleaning import PLAIN, StyledLine, styled_line

_PLAIN_CHARACTERS = "\b\t\n\f" + "".join(map(chr, range(0x20, 0x7F)))


class Grid:
    """Measures and divides lines whose characters each take a whole number of cells.

    `widths` is a table for `str.translate` that maps a code point to chr(number of cells). Rows
    end after the last space that fits, else between grapheme clusters (UAX #29). In `uniform`
    text each character takes exactly one cell, so that no widths need to be looked up.
    """

    def __init__(self, columns: int, widths: Mapping[int, str]) -> None:
        self.columns = columns
        self.widest = 1  # cells of the widest character so far
        self._widths = widths
        self._single = CharacterSet(
            _PLAIN_CHARACTERS
        )  # characters of one cell, and controls that are handled
        self._met = CharacterSet(_PLAIN_CHARACTERS)
        self._any_complex = False

    def is_uniform(self, text: str) -> bool:
        """Return whether every character of the text takes exactly one cell of the grid.

        Clean ASCII has nothing else but the control characters that are handled.
        """
        if text.isascii() or self._single.covers(text):
            return True
        new = self._met.non_members(text)
        if not new:
            return False
        complex_ones = set(filter(is_complex, new)) if is_complex("".join(new)) else set()
        self._any_complex = self._any_complex or bool(complex_ones)
        widths = {one: self._widths[ord(one)] for one in new - complex_ones}
        self._met.add(new)
        self._single.add(one for one, width in widths.items() if width == "\1")
        self.widest = max([self.widest, *map(ord, widths.values())])
        return self._single.covers(text)

    def is_complex(self, text: str) -> bool:
        """Return whether the grid cannot show the text, which `is_uniform` must have seen."""
        return self._any_complex and is_complex(text)

    def cells(self, text: str) -> int:
        """Return how many cells the text takes."""
        return sum(text.translate(self._widths).encode("latin-1"))

    def expand_tabs(self, line: str, column: int = 0, *, uniform: bool) -> str:
        """Return the line with its tabs as blanks; `column` is the one at which it starts."""
        if uniform and not isinstance(line, StyledLine):
            before = column % TAB
            return (" " * before + line).expandtabs(TAB)[before:]
        at = 0
        text: list[str] = []  # joined once: a line may be nothing but tabs
        styles: list[str] = []
        for word in str(line).split("\t"):
            end = at + len(word)
            column += self.cells(word)
            gap = TAB - column % TAB if end < len(line) else 0
            column += gap
            text += (word, " " * gap)
            if isinstance(line, StyledLine):
                styles += (line.styles[at:end], PLAIN * gap)
            at = end + 1
        expanded = "".join(text)
        return styled_line(expanded, "".join(styles)) if isinstance(line, StyledLine) else expanded

    def rows(self, line: str, *, uniform: bool, ends: bool = True) -> Iterator[tuple[int, int]]:
        """Yield where each row of a line starts and ends.

        Blanks at its end are left out where its last row has no room for them, unless the line
        goes on.
        """
        reach: Sequence[int] = range(len(line) + 1)  # the column at which each character starts
        if not uniform:
            cells = line.translate(self._widths).encode("latin-1")
            reach = list(accumulate(cells, initial=0))
        most = MAX_CHARACTERS_PER_CELL * self.columns
        length = visible_length(line) if ends else len(line)
        start = 0
        while reach[length] - reach[start] > self.columns or length - start > most:
            end = max(bisect_right(reach, reach[start] + self.columns, start) - 1, start + 1)
            end = min(end, start + most)
            space = line.rfind(" ", start, end)
            if space > start and not line[start:space].isspace():
                end = space + 1
            if not line[end].isascii():
                from chalicelib.converter.fonts.clusters import cluster_start

                end = cluster_start(line, start, end)
            yield start, end
            start = end
        room = self.columns - (reach[length] - reach[start])
        yield start, min(length + room, len(line))


def visible_length(line: str) -> int:
    """Return the length of a line without the plain blanks at its end."""
    length = len(line.rstrip(" "))
    return max(length, len(line.styles.rstrip(PLAIN))) if isinstance(line, StyledLine) else length
