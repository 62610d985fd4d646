"""From a line that a grid of cells cannot show to rows of clusters, in both directions."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import cast

from chalicelib.converter.fonts.clusters import ClusterFont
from chalicelib.converter.fonts.font import CELL
from chalicelib.converter.layout import line_breaks
from chalicelib.converter.layout.addresses import addresses, may_have_addresses
from chalicelib.converter.layout.rows import CROWDED, TAB, ComposedRow, RowPiece
from chalicelib.converter.reading.cleaning import slice_line, style_runs
from chalicelib.converter.scripts import bidi, emoji
from chalicelib.converter.scripts.script import WITHOUT_SPACES
from chalicelib.converter.scripts.shaper import Font, ShapedRun, ShapedText, Shaper, TextSpan

# A row may end behind blanks, which need no room, and behind the mark that Tibetan has between
# syllables. ZERO WIDTH SPACE shows where words end that have no blank between them.
_WORD_END = "\u200b"
_BLANK = f" \t{_WORD_END}"
_BLANKS = re.compile(f"[{_BLANK}]+")
_ENDS = (*_BLANK, "\u0f0b")

# Clusters at the end of a row among which the end of a word is looked for: few words are as long,
# and letters without words would take long.
_LONG_WORD = 24


class Composer:
    """Composes lines into rows of so many cells."""

    def __init__(self, columns: int, shaper: Shaper) -> None:
        self._columns = columns
        self._shaper = shaper

    def learn(self, lines: Iterable[str]) -> None:
        """Get to know the words of many lines that come next, which saves time."""
        self._shaper.learn("\n".join(lines))

    def rows(self, line: str, *, rtl: bool | None = None, start: float = 0.0) -> list[ComposedRow]:
        """The rows of a line, which is a paragraph; together they have all of its characters.

        `rtl` is its direction, if its first letter is not to decide. `start` is the advance of
        the text of the paragraph before it, from which tabs are counted.
        """
        base, runs = bidi.directional_runs(line, rtl)
        links = _links(line) if may_have_addresses(line) else []
        shaped = self._shaped(line, runs, base, start, divided=bool(links))
        if max(shaped.advances) > self._columns * CELL:
            shaped = self._shaped(line, runs, base, start, divided=True)
        return list(_Paragraph(line, base, shaped, self._columns, links).rows())

    def _shaped(
        self, line: str, runs: list[bidi.DirectionalRun], base: int, start: float, *, divided: bool
    ) -> ShapedText:
        """The line in parts, and the words too if they are to be `divided`.

        What tabs are between stays in the order of typing, as columns of a table do (L1).
        """
        shaped = ShapedText()
        add = self._shaper.add_with_emoji if emoji.HINT.search(line) else self._shaper.add
        for run in runs:
            at = run.start
            for style, text in style_runs(slice_line(line, run.start, run.end)):
                span = TextSpan(run.level, style)
                for number, part in enumerate(text.split("\t")):
                    if number:
                        advance = TAB * CELL - (start + shaped.advance) % (TAB * CELL)
                        self._shaper.add_blank(at, advance, TextSpan(base, style), shaped)
                        at += 1
                    if part:
                        add(part, at, span, shaped, divided=divided)
                        at += len(part)
        return shaped


class _Paragraph:
    """A line whose clusters are known."""

    def __init__(
        self, line: str, base: int, shaped: ShapedText, columns: int, links: Iterable[int]
    ) -> None:
        """`links` are the places where addresses begin and end, and so do pieces of rows."""
        self._line = line
        self._base = base
        self._shaped = shaped
        self._width = columns * CELL
        self._most = CROWDED * columns
        self._starts = [*shaped.starts, len(line)]
        # The advance of all that is in front of each cluster.
        self._reach = list(accumulate(shaped.advances, initial=0.0))
        for place in links:
            shaped.divide(self._cluster(place))
        self._bounds = [one.start for one in shaped.stretches]
        self._without_spaces = WITHOUT_SPACES.search(line) is not None

    def rows(self) -> Iterator[ComposedRow]:
        """Its rows, from the first."""
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
        """The cluster before which a row ends that does not end with the line."""
        limit = self._reach[start] + self._width
        fitting = bisect_right(self._reach, limit, start) - 1
        behind = self._starts[fitting]
        begin = self._starts[start]
        blanks = _BLANKS.match(self._line, behind)
        if blanks:
            end = self._cluster(blanks.end())
            if self._starts[end] > blanks.end():
                end -= 1  # the last blank carries a mark, which is seen
            if end > start:
                return end
        best = 1 + max(self._line.rfind(one, begin, behind) for one in _ENDS)
        if self._line[begin:best].isspace():
            best = begin  # a row of nothing but the line's indentation is none
        end = max(start, self._cluster(best))
        if self._without_spaces:
            end = self._without_blank(start, end, fitting)
        return end if end > start else self._torn(start, fitting)

    def _without_blank(self, start: int, end: int, fitting: int) -> int:
        """The same in a script without spaces, whose blanks separate phrases.

        The last end of a word that fits; where no word ends, and no blank is, that of a syllable.
        """
        told = self._line[self._starts[end] - 1 : self._starts[end]] == _WORD_END
        if told and end - start > fitting - end:
            return end  # as Khmer is typed, with the space bar
        syllable = start
        for place in range(fitting, max(end, fitting - _LONG_WORD), -1):
            at = self._starts[place]
            if line_breaks.between_syllables(self._line, at):
                if line_breaks.between_words(self._line, at):
                    return place
                syllable = max(syllable, place)
        return end if end > start else syllable

    def _torn(self, start: int, fitting: int) -> int:
        """Where a row ends that has no better place to: where one cluster ends."""
        reach = self._reach
        last = len(reach) - 1
        end = max(start + 1, fitting)
        while start + 1 < end < last and reach[end] == reach[end + 1]:
            end -= 1  # what has no width is drawn over what is before it
        while end == start + 1 < last and reach[end] == reach[end + 1]:
            end += 1
        return end

    def _cluster(self, at: int) -> int:
        """The first cluster whose text does not start before `at`."""
        return bisect_left(self._starts, at)

    def _text(self, start: int, end: int) -> str:
        return self._line[self._starts[start] : self._starts[end]]

    def _composed(self, start: int, end: int) -> ComposedRow:
        text = self._text(start, end)
        levels, parts = [], []
        row_start = self._starts[start]
        for first, behind, stretch, level in self._stretches(start, end, text):
            levels.append(level)
            shown = self._shaped.shown[first:behind]
            joined = _joined(stretch.font, shown[::-1] if level % 2 else shown)
            advance = self._reach[behind] - self._reach[first]
            places = self._starts[first] - row_start, self._starts[behind] - row_start
            parts.append(
                RowPiece(stretch.font, joined, advance, stretch.style, stretch.emoji, *places)
            )
        rtl = self._base % 2 == 1
        indent = self._width - (self._reach[end] - self._reach[start]) if rtl else 0.0
        return ComposedRow(text, [parts[n] for n in bidi.visual(levels)], indent, rtl=rtl)

    def _stretches(
        self, start: int, end: int, text: str
    ) -> Iterator[tuple[int, int, ShapedRun, int]]:
        """Stretches of a row with their levels, of which blanks at its end have the line's (L1)."""
        blank = self._cluster(self._starts[start] + len(text.rstrip(_BLANK)))
        style_runs = self._shaped.stretches
        place = bisect_right(self._bounds, start) - 1
        first = start
        while first < end:
            stretch = style_runs[place]
            place += 1
            behind = min(end, self._bounds[place]) if place < len(style_runs) else end
            seen = min(max(first, blank), behind) if stretch.level != self._base else behind
            if first < seen:
                yield first, seen, stretch, stretch.level
            if seen < behind:
                yield seen, behind, stretch, self._base
            first = behind


def _links(line: str) -> list[int]:
    """Return where the addresses of a line begin and end."""
    return [place for address in addresses(line) for place in (address.start, address.end)]


def _joined(font: Font, shown: list[bytes | str]) -> bytes | str:
    if isinstance(font, ClusterFont):
        return b"".join(cast("list[bytes]", shown))
    return "".join(cast("list[str]", shown))
