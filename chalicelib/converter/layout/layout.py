"""From clean text to pages of rows on a grid of cells."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chalicelib.converter.layout.grid import Grid
from chalicelib.converter.layout.long_line import (
    LongLine,
    any_too_long,
    is_too_long,
    pieces,
    with_base,
)
from chalicelib.converter.reading.cleaning import CleanText, overstruck, slice_line

if TYPE_CHECKING:
    from chalicelib.converter.layout.composer import Composer
    from chalicelib.converter.layout.links import LinkSpan


@dataclass(slots=True)
class Page:
    """Rows from top to bottom, and which of them go on with the line of the row above.

    `breaks` is whether a form feed ends it; `links` are found once all rows are known.
    """

    rows: list[str] = field(default_factory=list)
    continued: list[int] = field(default_factory=list)
    breaks: bool = False
    links: "Sequence[LinkSpan]" = ()


class Layout:
    """Lays text out piece by piece, in memory that does not grow with text, line or page.

    `widths` are those of the grid. Lines that no grid can show are `composer`'s.
    """

    def __init__(
        self,
        columns: int,
        rows: int,
        widths: Mapping[int, str],
        composer: Callable[[], "Composer"],
    ) -> None:
        self._composer = composer
        self._capacity = rows
        self._grid = Grid(columns, widths)
        self._long_line = LongLine(self._grid, composer)
        self._page = Page()
        self._any = False
        self._tail = ""  # the line that the last piece did not end, as it came
        self._tail_controls: frozenset[str] = frozenset()

    def feed(self, piece: CleanText) -> Iterator[Page]:
        """Pages that are complete now."""
        text = self._tail + piece.text
        controls = self._tail_controls | piece.controls
        # Widths only matter where some character does not take exactly one cell.
        uniform = self._grid.is_uniform(text)
        any_long = any_too_long(text)
        *pages, text = text.split("\f") if "\f" in controls else (text,)
        for page in pages:
            lines = page.split("\n")
            if not lines[-1] and not self._long_line.unfinished:
                lines.pop()
            yield from self._lay(lines, controls, uniform=uniform, any_long=any_long)
            self._page.breaks = True
            yield self._turn()
        *lines, self._tail = text.split("\n")
        yield from self._lay(lines, controls, uniform=uniform, any_long=any_long)
        self._tail_controls = controls if self._tail else frozenset()
        *parts, self._tail = pieces(self._tail)
        for part in parts:
            yield from self._go_on(part, ends=False, uniform=uniform)

    def finish(self) -> Iterator[Page]:
        """What is left at the end of the text; an empty text is one empty page."""
        if self._tail or self._long_line.unfinished:
            uniform = self._grid.is_uniform(self._tail)
            lines, controls = [self._tail], self._tail_controls
            yield from self._lay(lines, controls, uniform=uniform, any_long=True)
        if self._page.rows or not self._any:
            yield self._turn()

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

    def _lay(
        self, lines: list[str], controls: frozenset[str], *, uniform: bool, any_long: bool
    ) -> Iterator[Page]:
        """Append whole lines, of which the first may be the end of a long one."""
        start = 0
        for at, line in enumerate(lines if any_long or self._long_line.unfinished else ()):
            if not is_too_long(line) and (at or not self._long_line.unfinished):
                continue
            yield from self._lay_short(lines[start:at], controls, uniform=uniform)
            *parts, end = pieces(line)
            for part in parts:
                yield from self._go_on(part, ends=False, uniform=uniform)
            yield from self._go_on(end, ends=True, uniform=uniform)
            start = at + 1
        yield from self._lay_short(lines[start:], controls, uniform=uniform)

    def _lay_short(
        self, lines: list[str], controls: frozenset[str], *, uniform: bool
    ) -> Iterator[Page]:
        if not lines:
            return
        if "\b" in controls:
            lines = [overstruck(line) if "\b" in line else line for line in lines]
        if not uniform:
            lines = [with_base(line) for line in lines]
        if not uniform and self._grid.is_complex("".join(lines)):
            yield from self._compose(lines, controls)
            return
        if "\t" in controls:
            lines = [
                self._grid.expand_tabs(line, uniform=uniform) if "\t" in line else line
                for line in lines
            ]
        surely_fits = self._grid.columns if uniform else self._grid.columns // self._grid.widest
        doubtful = [at for at, length in enumerate(map(len, lines)) if length > surely_fits]
        start = 0
        for at in doubtful:
            line = lines[at]
            if len(line) <= self._grid.columns and line.isascii():
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
            if self._grid.is_complex(line):
                self._append(self._composer().rows(line))
            else:
                tabs = "\t" in controls and "\t" in line
                self._add(
                    self._grid.expand_tabs(line, uniform=False) if tabs else line, uniform=False
                )
            if len(self._page.rows) > 8 * self._capacity:
                yield from self._full_pages()
        yield from self._full_pages()

    def _append(self, rows: Iterable[str]) -> None:
        """Append all rows of a line."""
        first = len(self._page.rows)
        self._page.rows += rows
        self._page.continued += range(first + 1, len(self._page.rows))

    def _add(self, line: str, *, uniform: bool) -> None:
        """Append a whole line, broken into as many rows as it takes."""
        rows = self._page.rows
        for start, end in self._grid.rows(line, uniform=uniform):
            if start:
                self._page.continued.append(len(rows))
            rows.append(slice_line(line, start, end))

    def _go_on(self, piece: str, *, ends: bool, uniform: bool) -> Iterator[Page]:
        """Append the next piece of a long line."""
        for row, continued in self._long_line.add(piece, ends=ends, uniform=uniform):
            if continued:
                self._page.continued.append(len(self._page.rows))
            self._page.rows.append(row)
        yield from self._full_pages()
