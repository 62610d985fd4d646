"""Chooses the font size and orientation on which the lines of a log or a table fit.

The first block of the text decides. A text is a table if most of its lines that are too wide have
more digits and signs than prose, apart from web addresses. Prose with one paragraph a line is
wrapped on any page.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from math import ceil

from chalicelib.converter.drawing.geometry import Geometry
from chalicelib.converter.options import Fit, Options, Orientation

SMALLEST_TYPE = 7.0
"""Smallest font size that is chosen, in points; smaller text is hard to read."""

_STEP = 0.5

MAX_LENGTH = 256 * 1024
"""Number of characters that are examined: the first block of the text."""

# Minimum share of lines that are too wide, and minimum share of these that are rows of a table, for
# a page to change. In source code of up to 100 columns a quarter of the lines are too wide.
_MIN_WIDE = 0.3
_MIN_TABLE_ROWS = 0.8

# Extra rows for each line up to which a page is as good as one on which all lines fit; and, if
# there is no such page, the difference to the best one up to which a milder change is preferred.
_MAX_EXTRA_ROWS = 0.04
_TOLERANCE = 0.02

# Lines of the longest page of printers, which print 6 to the inch on paper of up to 12 inches if no
# sequence sets another length, and the minimum share of a print file's pages that are no longer.
_MAX_PAGE_LINES = 72
_MIN_PRINTED_PAGES = 0.9

# Margins in millimetres that may be used for all lines of a print file's page to fit.
_NARROW_MARGINS = (10.0, 5.0)

# Maximum extra rows that count for one line: some lines of a log contain a whole file.
_MAX_EXTRA_ROWS_OF_LINE = 5

# Digits, and signs that separate fields rather than words; columns are tabs or blanks.
_SIGNS = re.compile(r"[0-9_\[\]{}<>|=/\\@#$%&*+~^]|[,;:.](?=\S)|\t| {3,}")

_CERTAIN_SIGNS = b"0123456789_[]{}<>|=/\\@#$%&*+~^\t"
_POSSIBLE_SIGNS = b",;:."

# Minimum share of signs among the characters of a table's row that are not blank.
_MIN_SIGNS = 0.15

_ADDRESS = re.compile(r"\w+://[^\s\"'<>|,;]+")

_STRIKE = re.compile("[^\b]\b")


@dataclass(frozen=True, slots=True)
class Widths:
    """The number of lines that are not blank, and the number of lines of each width in cells."""

    lines: int
    counts: Counter[int]

    @classmethod
    def of(cls, lines: Iterable[str]) -> "Widths":
        """Return the widths of lines; combining marks are counted, as they are rare in tables."""
        counts = Counter(map(len, lines))
        lines_in_all = counts.total() - counts.pop(0, 0)
        return cls(lines_in_all, counts)

    def wider_than(self, columns: int) -> int:
        """Return the number of lines that are wider than this number of columns."""
        return sum(count for width, count in self.counts.items() if width > columns)

    def extra_rows(self, columns: int) -> float:
        """Return the average number of rows that a line takes in addition to its first."""
        rows = (
            min(ceil(width / columns) - 1, _MAX_EXTRA_ROWS_OF_LINE) * count
            for width, count in self.counts.items()
            if width > columns
        )
        return sum(rows) / max(self.lines, 1)


def fitted(options: Options, text: str, lines_per_page: int | None = None) -> Options:
    """Return the options with the mildest change of font size and orientation that the text needs.

    Options that were given are not changed. `lines_per_page` is the length of the pages of a print
    file if it sets one.
    """
    if options.fit is Fit.NONE:
        return options
    text = text[:MAX_LENGTH]
    geometry = Geometry.of(options)
    lines = _lines(text, options.tab_size)
    widths = Widths.of(lines)
    is_wide = _is_table_wider_than(geometry.columns, lines, widths)
    tallest = _lines_of_a_page(text, lines_per_page)
    if not is_wide and geometry.rows >= tallest:
        return options
    margins = [options.margin]
    if tallest and "margin" not in options.given:
        margins += _NARROW_MARGINS
    candidates = [
        candidate
        for margin in margins
        for candidate in _candidates(replace(options, margin=margin))
        if Geometry.of(candidate).rows >= tallest
    ]
    if is_wide:
        return _mildest([options, *(candidates or _candidates(options))], widths)
    return next(iter(candidates), options)


def _is_table_wider_than(columns: int, lines: list[str], widths: Widths) -> bool:
    wide = widths.wider_than(columns)
    if wide <= _MIN_WIDE * widths.lines:
        return False
    rests = [_without_addresses(line) for line in lines if len(line) > columns]
    if rests == [""]:
        return False
    return sum(map(_is_row_of_table, rests)) >= _MIN_TABLE_ROWS * wide


def _without_addresses(line: str) -> str:
    """Return a line without its addresses, which are left out when tables are recognized.

    An address is a long word anywhere, so that it says nothing about the columns of a table.
    """
    return _ADDRESS.sub("", line).strip() if "://" in line else line


def _lines_of_a_page(text: str, lines_per_page: int | None) -> int:
    """Return the lines of the longest page of a print file, or 0 for other texts.

    Its pages end with form feeds, and nearly all are as short as those of a printer. A page
    without one at its end is of that length only if the file sets it.
    """
    pages = text.split("\f")
    if not lines_per_page:
        pages.pop()
    heights = [page.rstrip("\n").count("\n") + 1 for page in pages]
    longest = max(_MAX_PAGE_LINES, lines_per_page or 0)
    printed = [height for height in heights if height <= longest]
    is_print_file = len(printed) >= _MIN_PRINTED_PAGES * len(heights)
    return max(printed, default=0) if is_print_file else 0


def _mildest(candidates: list[Options], widths: Widths) -> Options:
    extra_rows = [widths.extra_rows(Geometry.of(one).columns) for one in candidates]
    best = min(extra_rows)
    if best > extra_rows[0] / 2:
        return candidates[0]
    enough = max(_MAX_EXTRA_ROWS, best + _TOLERANCE)
    return next(one for one, rows in zip(candidates, extra_rows, strict=True) if rows <= enough)


def _candidates(options: Options) -> Iterator[Options]:
    """Yield the possible changes: the font size, then the orientation, then both."""
    turns = options.fit is not Fit.SHRINK and "orientation" not in options.given
    shrinks = options.fit is not Fit.LANDSCAPE and "font_size" not in options.given
    orientations = [options.orientation]
    if turns and options.orientation is Orientation.PORTRAIT:
        orientations.append(Orientation.LANDSCAPE)
    for orientation in orientations:
        size = options.font_size
        yield replace(options, orientation=orientation)
        while shrinks and size - _STEP >= SMALLEST_TYPE:
            size -= _STEP
            yield replace(options, orientation=orientation, font_size=size)


def _lines(text: str, tab: int) -> list[str]:
    """Return the lines of a clean text with the width they are shown with, without final blanks.

    The last line is left out, since it may continue in the next block.
    """
    if "\b" in text:
        text = _STRIKE.sub("", text)
    if "\t" in text:
        text = text.expandtabs(tab)
    if not text.isascii():
        text = _wide_characters().sub("xx", text)
    lines = text.replace("\f", "\n").split("\n")
    return list(map(str.rstrip, lines[:-1] if len(lines) > 1 else lines))


def _is_row_of_table(line: str) -> bool:
    blanks = line.count(" ")
    enough = _MIN_SIGNS * (len(line) - blanks)
    # Most lines are decided by the characters that are signs anywhere, or may be.
    encoded = line.encode("ascii", "ignore")
    certain = len(encoded) - len(encoded.translate(None, _CERTAIN_SIGNS))
    if certain >= enough:
        return True
    possible = len(encoded) - len(encoded.translate(None, _POSSIBLE_SIGNS))
    if certain + possible + blanks // 3 < enough:
        return False
    return len(_SIGNS.findall(line)) >= enough


@cache
def _wide_characters() -> re.Pattern[str]:
    """Return the pattern of characters that take two cells. It takes 3 ms to compile."""
    return re.compile(
        "[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60"
        "\uffe0-\uffe6\U0001f300-\U0001faff\U00020000-\U0003fffd]"
    )
