"""Measures text in cells of a grid, and divides lines into rows."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

from chalicelib.converter.fonts.character_set import CharacterSet
from chalicelib.converter.fonts.font import SOFT_HYPHEN
from chalicelib.converter.layout.rows import MAX_CHARACTERS_PER_CELL, TAB, complex_ones, is_complex
from chalicelib.converter.line_breaking.row_ends import may_end_behind_blanks, row_end
from chalicelib.converter.line_breaking.soft_hyphens import visible
from chalicelib.converter.line_breaking.uax14 import CLASSES
from chalicelib.converter.styles.styled_line import PLAIN, StyledLine, slice_line, styled_line
from chalicelib.converter.styles.styles import style_of

# Blanks that need no room at the end of a row.
_BLANKS = " \u3000"

# Characters with which no row ends, with blanks behind them or without (UAX #14, LB14), and a
# blank, before which one may be.
_OPENING = "([{¡¿ "

# The first character of those beyond the scripts that have blanks between words.
_WITHOUT_BLANKS = "\u2000"

_PLAIN_CHARACTERS = "\b\t\n\f" + "".join(map(chr, range(0x20, 0x7F)))


class Grid:
    """Measures and divides lines whose characters each take a whole number of cells.

    `widths` is a table for `str.translate` that maps a code point to chr(number of cells). Rows
    end where `row_end` says, else between grapheme clusters (UAX #29). In `uniform` text each
    character takes exactly one cell, so that no widths need to be looked up.
    """

    def __init__(self, columns: int, widths: Mapping[int, str], tab: int = TAB) -> None:
        self.columns = columns
        self._tab = tab
        self._widest = 1  # cells of the widest character so far
        self._widths = widths
        self._single = CharacterSet(
            _PLAIN_CHARACTERS
        )  # characters of one cell, and controls that are handled
        self._met = CharacterSet(_PLAIN_CHARACTERS)
        self._rows_before_words = _rows_before_words(columns).findall
        self._any_complex = False
        self._any_special = False  # soft hyphens, or characters from _WITHOUT_BLANKS on

    def is_uniform(self, text: str) -> bool:
        """Return whether every character of the text takes exactly one cell of the grid.

        Clean ASCII has nothing else but the control characters that are handled.
        """
        if text.isascii() or self._single.covers(text):
            return True
        new = self._met.non_members(text)
        if not new:
            return False
        not_for_grid = complex_ones(new)
        self._any_complex = self._any_complex or bool(not_for_grid)
        self._any_special = self._any_special or SOFT_HYPHEN in new or max(new) >= _WITHOUT_BLANKS
        # Sorted, as fonts are numbered in the order in which characters are met.
        widths = {one: self._widths[ord(one)] for one in sorted(new - not_for_grid)}
        self._met.add(new)
        self._single.add(one for one, width in widths.items() if width == "\1")
        self._widest = max([self._widest, *map(ord, widths.values())])
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
            before = column % self._tab
            return (" " * before + line).expandtabs(self._tab)[before:]
        at = 0
        text: list[str] = []  # joined once: a line may be nothing but tabs
        styles: list[str] = []
        for word in str(line).split("\t"):
            end = at + len(word)
            column += self.cells(word)
            gap = self._tab - column % self._tab if end < len(line) else 0
            column += gap
            text += (word, " " * gap)
            if isinstance(line, StyledLine):
                styles += (line.styles[at:end], PLAIN * gap)
            at = end + 1
        expanded = "".join(text)
        return styled_line(expanded, "".join(styles)) if isinstance(line, StyledLine) else expanded

    def rows(
        self, line: str, *, uniform: bool, ends: bool = True, start: int = 0
    ) -> Iterator[tuple[int, int]]:
        """Yield where each row of a line starts and ends, from the row on that starts at `start`.

        Blanks at the end of a row need no room. At the end of the line they are left out where
        its last row has no room for them, unless the line goes on: then no row depends on its
        last character.
        """
        reach: Sequence[int] = range(len(line) + 1)  # the column at which each character starts
        if not uniform:
            cells = line.translate(self._widths).encode("latin-1")
            reach = list(accumulate(cells, initial=0))
        most = MAX_CHARACTERS_PER_CELL * self.columns
        known = line if ends else slice_line(line, 0, len(line) - 1)
        length = _visible_length(known, _BLANKS)
        last = length if ends else len(known)
        plain = line.isascii()
        while reach[length] - reach[start] > self.columns or last - start > most:
            end = max(bisect_right(reach, reach[start] + self.columns, start) - 1, start + 1)
            end = min(end, start + most)
            if not plain and CLASSES[line[end]] == "ID" == CLASSES[line[end - 1]]:
                best = end  # as of ideographs and kana, between any two of which a row may end
            elif line[end] in _BLANKS:
                best = _behind_blanks(line, start, end, start + most)
            else:
                best = _between_words(line, start, end, plain=plain)
            end = best or self._row_end(line, reach, start, end)
            yield start, end
            start = end
        length = _visible_length(line) if ends else len(line)
        room = self.columns - (reach[length] - reach[start])
        yield start, min(length + max(room, 0), len(line))

    def divided(self, lines: list[str], *, uniform: bool) -> tuple[list[str], list[int]]:
        """Return the rows of lines without tabs, and the indices of those that continue a line."""
        surely_fits = self.columns if uniform else self.columns // self._widest
        if not any(lines) or max(map(len, lines)) <= surely_fits:  # millions of lines may be empty
            return lines, []
        rows: list[str] = []
        continued: list[int] = []
        for line in lines:
            length = len(line)
            if length <= surely_fits or (length <= self.columns and line.isascii()):
                rows.append(line)
            else:
                second = len(rows) + 1
                rows += self._divided(line, uniform=uniform)
                continued += range(second, len(rows))
        return rows, continued

    def _divided(self, line: str, *, uniform: bool) -> list[str]:
        """Return the rows of a line, which must not be empty.

        Most rows of uniform text end in front of a word, and a regular expression finds them up to
        the first that does not, in a quarter of the time, if its words have blanks between them.
        """
        if not uniform or type(line) is not str or (self._any_special and not line.isascii()):
            return [visible(line, *ends) for ends in self.rows(line, uniform=uniform)]
        rows = self._rows_before_words(line)
        last = rows[-1]
        if len(last) > self.columns or last[-1] == " ":
            others = self.rows(line, uniform=True, start=len(line) - len(last))
            rows[-1:] = [line[begin:end] for begin, end in others]
        return rows

    def _row_end(self, line: str, reach: Sequence[int], start: int, end: int) -> int:
        """Return the best place for a row to end that has room up to `end`."""
        fitting = end
        best = row_end(line, start, fitting)
        while best > start and line[best - 1] == SOFT_HYPHEN:
            if reach[best] - reach[start] < self.columns:
                return best
            fitting = best - 1  # there is no room for the hyphen
            best = row_end(line, start, fitting)
        if best > start:
            return best
        if line[end].isascii():
            return end
        from chalicelib.converter.fonts.clusters import cluster_start

        return cluster_start(line, start, end)


def _rows_before_words(columns: int) -> re.Pattern[str]:
    """Return a pattern for a row of a simple line, or else for all of the line that is left.

    A row is matched if the line has more than `columns` characters left and no blank in front, and
    if the last blank that can end the row leaves at most a quarter of it empty, does not follow
    an opening bracket, and precedes a letter or digit.
    """
    least, opening = columns - columns // 4, re.escape(_OPENING)
    row = f"(?! )(?=.{{{columns + 1}}})(?>.{{{least},{columns}}} )(?<![{opening}].)(?=[^\\W_])"
    return re.compile(f"{row}|.+")


def _visible_length(line: str, blanks: str = " ") -> int:
    """Return the length of a line without the blanks at its end that cannot be seen."""
    length = len(line.rstrip(blanks))
    if isinstance(line, StyledLine):
        ends = range(len(line), length, -1)
        return next((end for end in ends if _shows_blank(line, end - 1)), length)
    return length


def _shows_blank(line: str, at: int) -> bool:
    """Return whether a blank of the line can be seen, since it has a line or a background."""
    return isinstance(line, StyledLine) and style_of(line.styles[at]).shows_blanks


def _between_words(line: str, start: int, end: int, *, plain: bool) -> int:
    """Return the end of the last word that fits, if that is plainly the best place, else 0.

    It is if words are what blanks are between, as in ASCII, which is `plain`.
    """
    space = line.rfind(" ", start, end)
    if end - space > (end - start) // 4:
        return 0
    if line[start] == " " and line[start:space].isspace():
        return 0
    if line[space + 1].isalnum():
        if line[space - 1] in _OPENING:
            return 0
    elif not may_end_behind_blanks(line, space + 1, start):
        return 0
    word = line[space - 1 : end + 1]
    if not plain and (max(word) >= _WITHOUT_BLANKS or SOFT_HYPHEN in word):
        return 0
    return space + 1


def _behind_blanks(line: str, start: int, end: int, stop: int) -> int:
    """Return where the blanks end that begin at `end`, at `stop` at the latest.

    That is 0 if a row from `start` on must not end there.
    """
    stop = min(stop, len(line))
    while end < stop and line[end] in _BLANKS and not _shows_blank(line, end):
        end += 1
    return end if end == stop or may_end_behind_blanks(line, end, start) else 0
