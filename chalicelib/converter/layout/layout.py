"""Lays clean text out on pages of rows."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from chalicelib.converter.fonts.font import SOFT_HYPHEN
from chalicelib.converter.layout.grid import Grid
from chalicelib.converter.layout.long_line import (
    LongLine,
    any_too_long,
    is_too_long,
    pieces,
    with_base,
)
from chalicelib.converter.layout.page import Page
from chalicelib.converter.layout.row_spacing import RowSpacing
from chalicelib.converter.layout.rows import TAB
from chalicelib.converter.line_breaking.soft_hyphens import visible
from chalicelib.converter.reading.cleaning import CleanText
from chalicelib.converter.reading.overstrikes import Overstrikes
from chalicelib.converter.styles.styled_line import join_lines, split

if TYPE_CHECKING:
    from chalicelib.converter.layout.composer import Composer

_SHAPED_LINES = 200
"""Lines whose words are shaped together, if words of the lines before them were new."""


class Layout:
    """Lays text out piece by piece; memory does not grow with the text or with its lines.

    `widths` are the cell widths of the grid. `composer` returns the composer for lines that a
    grid cannot show.
    """

    def __init__(
        self,
        columns: int,
        rows: int,
        widths: Mapping[int, str],
        composer: Callable[[], "Composer"],
        tab: int = TAB,
    ) -> None:
        self._composer = composer
        self._capacity = rows
        self._grid = Grid(columns, widths, tab)
        self.overstrikes = Overstrikes()
        self._long_line = LongLine(self._grid, composer, self.overstrikes)
        self._spacing = RowSpacing(rows, composer)
        self._page = Page()
        self._any = False
        self._is_top = True  # until the first form feed, or the end of the first page
        self._tail = ""  # the line that the last piece did not end, as it came
        self._tail_controls: frozenset[str] = frozenset()

    def feed(self, piece: CleanText) -> Iterator[Page]:
        """Yield the pages that are complete with this piece of text."""
        text = join_lines(self._tail, piece.text)
        controls = self._tail_controls | piece.controls
        # Widths only matter where some character does not take exactly one cell.
        uniform = self._grid.is_uniform(text)
        any_long = any_too_long(text)
        parts = split(text, "\f") if "\f" in controls else [text]
        for page in parts[:-1]:
            lines = split(page, "\n")
            breaks_line = bool(lines[-1] or self._long_line.unfinished)
            if not breaks_line:
                lines.pop()
            yield from self._lay(lines, controls, uniform=uniform, any_long=any_long)
            if self._is_top and self._is_blank():  # a form feed before all text
                self._page = Page(skipped=self._page.lines - breaks_line)
            else:
                self._page.breaks, self._page.breaks_line = True, breaks_line
                yield self._turn()
            self._is_top = False
        *lines, self._tail = split(parts[-1], "\n")
        yield from self._lay(lines, controls, uniform=uniform, any_long=any_long)
        self._tail_controls = controls if self._tail else frozenset()
        *whole, self._tail = pieces(self._tail)
        for part in whole:
            yield from self._go_on(part, ends=False, uniform=uniform)

    def finish(self) -> Iterator[Page]:
        """Yield the remaining pages at the end of the text; an empty text has one empty page.

        Blank lines at the end of the text make no page of their own.
        """
        if self._tail or self._long_line.unfinished:
            uniform = self._grid.is_uniform(self._tail)
            lines, controls = [self._tail], self._tail_controls
            yield from self._lay(lines, controls, uniform=uniform, any_long=True)
        if not self._any or not self._is_blank():
            yield self._turn()

    def _is_blank(self) -> bool:
        """Return whether nothing can be seen on the page so far."""
        return not any(row.strip() for row in self._page.rows) and not self._long_line.unfinished

    def _turn(self) -> Page:
        """Return the current page, and begin another."""
        page, self._page = self._page, Page()
        page.shifts = self._spacing.page(page.rows)[1]
        self._any = True
        return page

    def _full_pages(self) -> Iterator[Page]:
        """Yield pages that overflow; one that is just full may still end with a form feed."""
        rows, continued = self._page.rows, self._page.continued
        start = first = 0
        while True:
            end, shifts = self._spacing.page(rows, start)
            if end == len(rows):
                break
            self._any, self._is_top = True, False
            last = bisect_left(continued, end, first)
            marked = [row - start for row in continued[first:last]]
            skipped = 0 if start else self._page.skipped
            yield Page(rows[start:end], marked, skipped=skipped, shifts=shifts)
            start, first = end, last
        if start:
            self._page = Page(rows[start:], [row - start for row in continued[first:]])

    def _lay(
        self, lines: list[str], controls: frozenset[str], *, uniform: bool, any_long: bool
    ) -> Iterator[Page]:
        """Append lines, the first of which may be the end of an unfinished long line."""
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
        """Append lines that are not too long to be laid out whole."""
        if not lines:
            return
        if "\b" in controls:
            lines = [self.overstrikes.resolved(line) for line in lines]
        soft_hyphens = False
        if not uniform:
            lines = [with_base(line) for line in lines]
            text = "".join(lines)
            if self._grid.is_complex(text):
                yield from self._compose(lines)
                return
            soft_hyphens = SOFT_HYPHEN in text
        if "\t" in controls or soft_hyphens:
            lines = [self._plain(line, uniform=uniform) for line in lines]
        self._add(lines, uniform=uniform)
        yield from self._full_pages()

    def _plain(self, line: str, *, uniform: bool) -> str:
        """Return the line without tabs and, if it then fits into a row, without soft hyphens."""
        if SOFT_HYPHEN in line:
            shown = self._plain(visible(line, 0, len(line)), uniform=uniform)
            if self._grid.cells(shown) <= self._grid.columns:
                return shown
        return self._grid.expand_tabs(line, uniform=uniform) if "\t" in line else line

    def _compose(self, lines: list[str]) -> Iterator[Page]:
        """Append lines some of which the grid cannot show."""
        for at, line in enumerate(lines):
            if at % _SHAPED_LINES == 0:
                self._composer().shape_words(lines[at : at + _SHAPED_LINES])
            if self._grid.is_complex(line):
                rows = self._composer().rows(line)
                self._spacing.see(rows)
                self._append(rows)
            else:
                self._add([self._plain(line, uniform=False)], uniform=False)
            if len(self._page.rows) > 8 * self._capacity:
                yield from self._full_pages()
        yield from self._full_pages()

    def _append(self, rows: Iterable[str]) -> None:
        """Append all rows of a line."""
        first = len(self._page.rows)
        self._page.rows += rows
        self._page.continued += range(first + 1, len(self._page.rows))

    def _add(self, lines: list[str], *, uniform: bool) -> None:
        """Append lines as rows of the grid."""
        rows, continued = self._grid.divided(lines, uniform=uniform)
        first = len(self._page.rows)
        self._page.rows += rows
        self._page.continued += [first + row for row in continued]

    def _go_on(self, piece: str, *, ends: bool, uniform: bool) -> Iterator[Page]:
        """Append the next piece of a long line."""
        for row, continued in self._long_line.add(piece, ends=ends, uniform=uniform):
            self._spacing.see([row])
            if continued:
                self._page.continued.append(len(self._page.rows))
            self._page.rows.append(row)
            if len(self._page.rows) > 8 * self._capacity:
                yield from self._full_pages()
        yield from self._full_pages()
