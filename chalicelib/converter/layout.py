"""From clean text to pages of rows on a grid of cells."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING
from unicodedata import category

from chalicelib.converter.alphabet import Alphabet
from chalicelib.converter.cleaning import (
    PLAIN,
    Cleaned,
    Styled,
    cut,
    divisible_end,
    overstruck,
)
from chalicelib.converter.rows import CROWDED, TAB, is_complex

if TYPE_CHECKING:
    from chalicelib.converter.composing import Composer

_LONG = 64 * 1024  # characters of an unfinished line that are worth keeping for its end


@dataclass(slots=True)
class Page:
    """Rows from top to bottom, and which of them go on with the line of the row above."""

    rows: list[str] = field(default_factory=list)
    continued: list[int] = field(default_factory=list)


class Layout:
    """Lays text out piece by piece, in memory that does not grow with text, line or page.

    `widths` maps a code point to the character whose own code is the number of cells, as
    `str.translate` wants it. Rows break at the last space that fits, else between grapheme
    clusters (UAX #29). Lines that no grid can show are `composer`'s.
    """

    def __init__(
        self,
        columns: int,
        rows: int,
        widths: Mapping[int, str],
        composer: Callable[[], "Composer"],
    ) -> None:
        self._columns = columns
        self._composer = composer
        self._capacity = rows
        self._widths = widths
        plain = "\b\t\n\f" + "".join(map(chr, range(0x20, 0x7F)))
        self._single = Alphabet(plain)  # characters known to take one cell, or to be handled
        self._met = Alphabet(plain)
        self._widest = 1  # cells of the widest character so far
        self._complex = False  # whether there were characters that are not set on the grid
        self._page = Page()
        self._any = False
        self._tail = ""  # the line that the last piece did not end, as it came
        self._tail_controls: frozenset[str] = frozenset()
        self._rest = ""  # of a line too long to wait for its end: its last row so far
        self._rest_continued = False
        self._rest_rtl: bool | None = None
        self._column = 0  # where that row ends, counted from the start of the line

    def feed(self, piece: Cleaned) -> Iterator[Page]:
        """Pages that are complete now."""
        text = self._tail + piece.text
        controls = self._tail_controls | piece.controls
        # Widths only matter where some character does not take exactly one cell.
        uniform = self._all_single(text)
        *pages, text = text.split("\f") if "\f" in controls else (text,)
        for page in pages:
            lines = page.split("\n")
            if not lines[-1] and not self._rest:
                lines.pop()
            yield from self._lay(lines, controls, uniform=uniform)
            yield self._turn()
        *lines, self._tail = text.split("\n")
        yield from self._lay(lines, controls, uniform=uniform)
        self._tail_controls = controls if self._tail else frozenset()
        if len(self._tail) > _LONG:
            end = divisible_end(self._tail)
            self._go_on(self._tail[:end], ends=False, uniform=uniform)
            self._tail = self._tail[end:]
            yield from self._full_pages()

    def finish(self) -> Iterator[Page]:
        """What is left at the end of the text; an empty text is one empty page."""
        if self._tail or self._rest:
            uniform = self._all_single(self._tail)
            yield from self._lay([self._tail], self._tail_controls, uniform=uniform)
        if self._page.rows or not self._any:
            yield self._turn()

    def _all_single(self, text: str) -> bool:
        """Whether every character of the text is one of the grid that takes exactly one cell.

        Clean ASCII has nothing else but the control characters that are handled.
        """
        if text.isascii() or self._single.covers(text):
            return True
        new = self._met.others(text)
        if not new:
            return False
        complex_ones = set(filter(is_complex, new)) if is_complex("".join(new)) else set()
        self._complex = self._complex or bool(complex_ones)
        widths = {one: self._widths[ord(one)] for one in new - complex_ones}
        self._met.add(new)
        self._single.add(one for one, width in widths.items() if width == "\1")
        self._widest = max([self._widest, *map(ord, widths.values())])
        return self._single.covers(text)

    def _turn(self) -> Page:
        page, self._page = self._page, Page()
        self._any = True
        return page

    def _full_pages(self) -> Iterator[Page]:
        """Turn pages that overflow; one that is just full waits for a form feed or the end."""
        capacity = self._capacity
        rows, continued = self._page.rows, self._page.continued
        start = 0
        while len(rows) - start > capacity:
            self._any = True
            end = start + capacity
            marks = [row - start for row in continued if start <= row < end] if continued else []
            yield Page(rows[start:end], marks)
            start = end
        if start:
            self._page = Page(rows[start:], [row - start for row in continued if row >= start])

    def _lay(self, lines: list[str], controls: frozenset[str], *, uniform: bool) -> Iterator[Page]:
        if not lines:
            return
        if "\b" in controls:
            lines = [overstruck(line) if "\b" in line else line for line in lines]
        if self._rest:
            self._go_on(lines[0], ends=True, uniform=uniform)
            lines = lines[1:]
        if not uniform:
            lines = [_based(line) for line in lines]
        if not uniform and self._complex and is_complex("".join(lines)):
            yield from self._compose(lines, controls)
            return
        if "\t" in controls:
            lines = [
                self._expanded(line, 0, uniform=uniform) if "\t" in line else line for line in lines
            ]
        surely_fits = self._columns if uniform else self._columns // self._widest
        doubtful = [at for at, length in enumerate(map(len, lines)) if length > surely_fits]
        start = 0
        for at in doubtful:
            line = lines[at]
            if len(line) <= self._columns and line.isascii():
                continue
            self._page.rows += lines[start:at]
            start = at + 1
            self._add(line, uniform=uniform)
            if len(self._page.rows) > 8 * self._capacity:
                yield from self._full_pages()
        self._page.rows += lines[start:]
        yield from self._full_pages()

    def _compose(self, lines: list[str], controls: frozenset[str]) -> Iterator[Page]:
        """Append lines of which some are not for the grid."""
        self._composer().learn(lines)
        for line in lines:
            if is_complex(line):
                self._append(self._composer().rows(line), continued=False)
            else:
                tabs = "\t" in controls and "\t" in line
                self._add(self._expanded(line, 0, uniform=False) if tabs else line, uniform=False)
            if len(self._page.rows) > 8 * self._capacity:
                yield from self._full_pages()
        yield from self._full_pages()

    def _append(self, rows: Iterable[str], *, continued: bool) -> None:
        for row in rows:
            if continued:
                self._page.continued.append(len(self._page.rows))
            self._page.rows.append(row)
            continued = True

    def _add(self, line: str, *, uniform: bool) -> None:
        """Append a whole line, broken into as many rows as it takes."""
        rows = self._page.rows
        for start, end in self._breaks(line, uniform=uniform):
            if start:
                self._page.continued.append(len(rows))
            rows.append(cut(line, start, end))

    def _go_on(self, piece: str, *, ends: bool, uniform: bool) -> None:
        """Append the next piece of a line that is too long to be seen at once."""
        if "\b" in piece:
            piece = overstruck(piece)
        if not self._rest and not self._rest_continued:
            piece = _based(piece)
        if self._complex and (is_complex(piece) or is_complex(self._rest)):
            self._compose_on(piece, ends=ends)
            return
        if "\t" in piece:
            piece = self._expanded(piece, self._column, uniform=uniform)
        self._column += len(piece) if uniform else self._cells(piece)
        line = _joined(self._rest, piece)
        uniform = uniform and self._all_single(self._rest)
        for start, end in self._breaks(line, uniform=uniform):
            if end == len(line) and not ends:
                self._rest = cut(line, start, end)
                break
            if start or self._rest_continued:
                self._page.continued.append(len(self._page.rows))
            self._page.rows.append(cut(line, start, end))
            self._rest_continued = True
        if ends:
            self._rest, self._rest_continued, self._rest_rtl, self._column = "", False, None, 0

    def _compose_on(self, piece: str, *, ends: bool) -> None:
        """The same for a line, or a part of it, that is not for the grid."""
        line = _joined(self._rest, piece)
        rows = self._composer().rows(line, rtl=self._rest_rtl)
        self._rest_rtl = rows[0].rtl
        if not ends:
            self._rest = cut(line, len(line) - len(rows.pop()), len(line))
        self._append(rows, continued=self._rest_continued)
        self._rest_continued = self._rest_continued or bool(rows)
        if ends:
            self._rest, self._rest_continued, self._rest_rtl, self._column = "", False, None, 0

    def _cells(self, text: str) -> int:
        return sum(text.translate(self._widths).encode("latin-1"))

    def _expanded(self, line: str, column: int, *, uniform: bool) -> str:
        """The line with its tabs as blanks; `column` is where it starts."""
        if uniform and not isinstance(line, Styled):
            before = column % TAB
            return (" " * before + line).expandtabs(TAB)[before:]
        at = 0
        text: list[str] = []  # joined once: a line may be nothing but tabs
        styles: list[str] = []
        for word in str(line).split("\t"):
            end = at + len(word)
            column += self._cells(word)
            gap = TAB - column % TAB if end < len(line) else 0
            column += gap
            text += (word, " " * gap)
            if isinstance(line, Styled):
                styles += (line.styles[at:end], PLAIN * gap)
            at = end + 1
        expanded = "".join(text)
        return Styled(expanded, "".join(styles)) if isinstance(line, Styled) else expanded

    def _breaks(self, line: str, *, uniform: bool) -> Iterator[tuple[int, int]]:
        """Start and end of each row of a line."""
        reach: Sequence[int] = range(len(line) + 1)  # the column at which each character starts
        if not uniform:
            cells = line.translate(self._widths).encode("latin-1")
            reach = list(accumulate(cells, initial=0))
        most = CROWDED * self._columns
        start = 0
        while reach[-1] - reach[start] > self._columns or len(line) - start > most:
            end = max(bisect_right(reach, reach[start] + self._columns, start) - 1, start + 1)
            end = min(end, start + most)
            space = line.rfind(" ", start, end)
            if space > start and not line[start:space].isspace():
                end = space + 1
            if not line[end].isascii():
                from chalicelib.converter.clusters import cluster_start

                end = cluster_start(line, start, end)
            yield start, end
            start = end
        yield start, len(line)


def _based(line: str) -> str:
    """The line with a blank for a mark at its start to stand on, if it has one."""
    return _joined(" ", line) if line and category(line[0])[0] == "M" else line


def _joined(first: str, second: str) -> str:
    if not isinstance(first, Styled) and not isinstance(second, Styled):
        return first + second
    return Styled(str(first) + str(second), _styles(first) + _styles(second))


def _styles(line: str) -> str:
    return line.styles if isinstance(line, Styled) else PLAIN * len(line)
