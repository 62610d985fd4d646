"""Composes rows of lines that a grid of cells cannot show, in both directions."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import accumulate
from typing import cast

from chalicelib.converter.addresses.address_hints import may_have_addresses
from chalicelib.converter.fonts.clusters import ClusterFont
from chalicelib.converter.fonts.face import CELL
from chalicelib.converter.fonts.font import SOFT_HYPHEN
from chalicelib.converter.layout.emoji_rows import emoji_row
from chalicelib.converter.layout.row_ink import RowInk
from chalicelib.converter.layout.rows import MAX_CHARACTERS_PER_CELL, TAB, ComposedRow, RowPiece
from chalicelib.converter.layout.table_gaps import PARTS_WITH_GAPS, table_gaps
from chalicelib.converter.line_breaking import southeast_asian_breaks
from chalicelib.converter.line_breaking.row_ends import may_end_behind_blanks, row_end
from chalicelib.converter.scripts import bidi, emoji
from chalicelib.converter.scripts.script import WITHOUT_SPACES
from chalicelib.converter.scripts.shaper import (
    RunFont,
    ShapedRun,
    ShapedText,
    Shaper,
    TextProperties,
)
from chalicelib.converter.styles.styled_line import slice_line, style_runs

# Blanks at the end of a row need no room. ZERO WIDTH SPACE shows where words end that have no blank
# between them.
_WORD_END = "\u200b"
_BLANK = f" \t{_WORD_END}"
_BLANKS = re.compile(f"[{_BLANK}]+")

# Tabs and soft hyphens have no width of their own.
_PARTS = re.compile(f"[^\t{SOFT_HYPHEN}]+|[\t{SOFT_HYPHEN}]")

_MAX_SEARCHED_CLUSTERS = 24
"""Clusters at the end of a row that are searched for a word end; few words are longer."""

_CACHED_LINES = 128
"""Maximum lines whose rows are kept, as labels and the like occur in a text again and again."""

_MAX_CACHED_LENGTH = 500
"""Maximum characters of such a line, which bounds the memory of all of them to a few megabytes."""


class Composer:
    """Composes lines into rows that are `columns` cells wide."""

    def __init__(self, columns: int, shaper: Shaper, tab: int = TAB) -> None:
        self._tab = tab * CELL
        self._columns = columns
        self._shaper = shaper
        self._cached: dict[str, list[ComposedRow]] = {}
        self._flushes = 0  # of the shaper's fonts, when the rows were composed

    def shape_words(self, lines: Iterable[str]) -> None:
        """Shape the words of the next lines in batches, which saves time."""
        if self._flushes != self._shaper.flushes:
            self._flushes = self._shaper.flushes
            self._cached.clear()  # the rows refer to the fonts, whose memory is to be freed
        self._shaper.shape_words("\n".join(lines))

    def rows(self, line: str, *, rtl: bool | None = None, start: float = 0.0) -> list[ComposedRow]:
        """Return the rows of a line, which together have all of its characters.

        `rtl` is the direction of the paragraph, by default that of its first letter. `start` is
        the advance of the paragraph's text before this line, in thousandths of the type size.
        """
        if rtl is not None or start or len(line) > _MAX_CACHED_LENGTH:
            return self._rows(line, rtl, start)
        rows = self._cached.get(line)
        if rows is None:
            if len(self._cached) == _CACHED_LINES:
                del self._cached[next(iter(self._cached))]
            rows = self._cached[line] = self._rows(line, None, 0.0)
        return rows.copy()

    def _rows(self, line: str, rtl: bool | None, start: float) -> list[ComposedRow]:
        """Return the rows of a line that is not cached."""
        has_emoji = emoji.MAY_HAVE_EMOJI.search(line) is not None
        if has_emoji and not rtl and (row := emoji_row(line, self._shaper, self._columns)):
            return [row]
        base, runs = bidi.directional_runs(line, rtl)
        links = _links(line) if may_have_addresses(line) else []
        shape = partial(self._shaped, line, runs, base, start, has_emoji=has_emoji)
        shaped = shape(divided=bool(links))
        if max(shaped.advances) > self._columns * CELL:
            shaped = shape(divided=True)
        return list(_Paragraph(line, base, shaped, self._columns, links).rows())

    def ink(self, row: str) -> RowInk:
        """Return the ink of a row."""
        return RowInk(row, self._shaper.character_ink)

    def _shaped(
        self,
        line: str,
        runs: list[bidi.DirectionalRun],
        base: int,
        start: float,
        *,
        has_emoji: bool,
        divided: bool,
    ) -> ShapedText:
        """Return the shaped line; if `divided`, its parts are clusters, not words.

        Text between tabs stays in typing order, like the columns of a table (UAX #9, L1).
        """
        shaped = ShapedText()
        gaps = table_gaps(line, self._columns) if base == 0 and not start else {}
        add = self._shaper.add_with_emoji if has_emoji else self._shaper.add
        for run in runs:
            at = run.start
            for style, text in style_runs(slice_line(line, run.start, run.end)):
                properties = TextProperties(run.level, style)
                for part in (PARTS_WITH_GAPS if gaps else _PARTS).findall(text):
                    if part == "\t":
                        advance = self._tab - (start + shaped.advance) % self._tab
                        self._shaper.add_blank(at, advance, TextProperties(base, style), shaped)
                    elif at in gaps and len(part) == gaps[at][0]:
                        self._shaper.add_gap(at, *gaps[at], properties, shaped)
                    elif part == SOFT_HYPHEN:
                        self._shaper.add_soft_hyphen(at, properties, shaped)
                    else:
                        add(part, at, properties, shaped, divided=divided)
                    at += len(part)
        return shaped


class _Paragraph:
    """A shaped line, divided into rows."""

    def __init__(
        self, line: str, base: int, shaped: ShapedText, columns: int, links: Iterable[int]
    ) -> None:
        """`links` are the places where addresses begin and end, and so do pieces of rows."""
        self._line = line
        self._base = base
        self._shaped = shaped
        self._width = columns * CELL
        self._most = MAX_CHARACTERS_PER_CELL * columns
        self._starts = [*shaped.starts, len(line)]
        # The advance of all that is in front of each cluster.
        self._reach = list(accumulate(shaped.advances, initial=0.0))
        for place in links:
            shaped.divide(self._cluster(place))
        self._bounds = [run.start for run in shaped.runs]
        self._without_spaces = WITHOUT_SPACES.search(line) is not None

    def rows(self) -> Iterator[ComposedRow]:
        """Yield the rows from first to last."""
        seen = self._reach[self._cluster(len(self._line.rstrip(_BLANK)))]
        last = len(self._starts) - 1
        start = 0
        while seen - self._reach[start] > self._width or last - start > self._most:
            end = min(self._end(start), start + self._most)
            if end == last:
                break
            yield self._composed(start, end)
            start = end
        yield self._composed(start, last)

    def _end(self, start: int) -> int:
        """Return the cluster before which a row ends that starts with a given cluster."""
        limit = self._reach[start] + self._width
        fitting = bisect_right(self._reach, limit, start) - 1
        behind = self._starts[fitting]
        begin = self._starts[start]
        blanks = _BLANKS.match(self._line, behind)
        if blanks:
            end = self._cluster(blanks.end())
            if self._starts[end] > blanks.end():
                end -= 1  # the last blank has a combining mark, which is visible
            at = self._starts[end]
            if end > start and (
                at == len(self._line) or may_end_behind_blanks(self._line, at, begin)
            ):
                return end
        end = self._best_end(start, begin, behind)
        if self._without_spaces:
            end = self._without_blank(start, end, fitting)
        return end if end > start else self._torn(start, fitting)

    def _best_end(self, start: int, begin: int, behind: int) -> int:
        """Return the cluster before which the row from `begin` on ends, of what is before `behind`.

        That is `start` if there is no good one.
        """
        best = row_end(self._line, begin, min(behind, len(self._line) - 1))
        while best > begin and self._line[best - 1] == SOFT_HYPHEN:
            end = self._cluster(best)
            if self._reach[end] - self._reach[start] + CELL <= self._width:
                break
            best = row_end(self._line, begin, best - 1)  # there is no room for the hyphen
        if self._line[begin:best].isspace():
            return start  # a row of nothing but the line's indentation is none
        end = self._cluster(best)
        return end if self._starts[end] == best else max(start, end - 1)

    def _without_blank(self, start: int, end: int, fitting: int) -> int:
        """Like `_end`, in a script without spaces, whose blanks separate phrases.

        The row ends after the last word that fits or, without any word or blank, a syllable.
        """
        is_marked = self._line[self._starts[end] - 1 : self._starts[end]] == _WORD_END
        if is_marked and end - start > fitting - end:
            return end  # word ends are marked in Khmer, where the space bar types U+200B
        syllable = start
        for place in range(fitting, max(end, fitting - _MAX_SEARCHED_CLUSTERS), -1):
            at = self._starts[place]
            if southeast_asian_breaks.between_syllables(self._line, at):
                if southeast_asian_breaks.between_words(self._line, at):
                    return place
                syllable = max(syllable, place)
        return end if end > start else syllable

    def _torn(self, start: int, fitting: int) -> int:
        """Return the end of a row without a better place to break: after any cluster."""
        reach = self._reach
        last = len(reach) - 1
        end = max(start + 1, fitting)
        while start + 1 < end < last and reach[end] == reach[end + 1]:
            end -= 1  # parts without width are drawn over the part before them
        while end == start + 1 < last and reach[end] == reach[end + 1]:
            end += 1
        return end

    def _cluster(self, at: int) -> int:
        """Return the first cluster that starts at index `at` or after."""
        return bisect_left(self._starts, at)

    def _text(self, start: int, end: int) -> str:
        """Return the text of clusters."""
        return self._line[self._starts[start] : self._starts[end]]

    def _composed(self, start: int, end: int) -> ComposedRow:
        """Return a row of clusters, with its runs in visual order."""
        text = self._text(start, end)
        levels, parts = [], []
        row_start = self._starts[start]
        for first, behind, run, level in self._row_runs(start, end, text):
            levels.append(level)
            shown = self._shaped.shown[first:behind]
            joined = _joined(run.font, shown[::-1] if level % 2 else shown)
            advance = self._reach[behind] - self._reach[first]
            if behind == end and self._divides_word(behind):
                joined, advance = SOFT_HYPHEN, CELL
            places = self._starts[first] - row_start, self._starts[behind] - row_start
            parts.append(RowPiece(run.font, joined, advance, run.style, run.emoji, *places))
        rtl = self._base % 2 == 1
        indent = self._width - sum(part.advance for part in parts) if rtl else 0.0
        return ComposedRow(text, [parts[n] for n in bidi.visual_order(levels)], indent, rtl=rtl)

    def _divides_word(self, end: int) -> bool:
        """Return whether a row that ends before a cluster divides a word at a soft hyphen."""
        at = self._starts[end]
        return at < len(self._line) and self._line[at - 1] == SOFT_HYPHEN

    def _row_runs(
        self, start: int, end: int, text: str
    ) -> Iterator[tuple[int, int, ShapedRun, int]]:
        """Yield start, end, run and level of each run of a row.

        Blanks at the end of the row have the level of the line (UAX #9, L1).
        """
        blank = self._cluster(self._starts[start] + len(text.rstrip(_BLANK)))
        style_runs = self._shaped.runs
        place = bisect_right(self._bounds, start) - 1
        first = start
        while first < end:
            run = style_runs[place]
            place += 1
            behind = min(end, self._bounds[place]) if place < len(style_runs) else end
            if behind <= blank or run.level == self._base:
                yield first, behind, run, run.level
            else:
                if first < blank:
                    yield first, blank, run, run.level
                yield max(first, blank), behind, run, self._base
            first = behind


def _links(line: str) -> list[int]:
    """Return the places where the addresses of a line begin and end."""
    from chalicelib.converter.addresses.addresses import addresses

    return [place for address in addresses(line) for place in (address.start, address.end)]


def _joined(font: RunFont, shown: list[bytes | str]) -> bytes | str:
    """Return the codes or texts of parts as one."""
    if len(shown) == 1:
        return shown[0]
    if isinstance(font, ClusterFont):
        return b"".join(cast("list[bytes]", shown))
    return "".join(cast("list[str]", shown))
