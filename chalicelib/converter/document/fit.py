"""Chooses type and paper on which the rows of a log or a table fit, by the first of its lines.

What is a table is seen by its lines that are too wide: most of them have as many figures and signs
as prose never has. Paragraphs of prose on one line are to be wrapped, whatever the page.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import ceil

from chalicelib.converter.document.geometry import Geometry
from chalicelib.converter.options import Fit, Options, Orientation

# Points; what is smaller is no pleasure to read.
SMALLEST_TYPE = 7.0
_STEP = 0.5

# Characters of a text that are looked at: the first block.
MAX_LENGTH = 256 * 1024

# Share of the lines that are too wide from which on a page is changed for them, and of these the
# share that must be rows of a table. In source code of up to 100 columns it is a quarter.
_MANY = 0.3
_MOST = 0.8

# Rows more than lines, for each line, with which a page is as good as one on which all lines fit;
# and where no page is, by how much the best one must be better than a milder change.
_FEW = 0.04
_LITTLE = 0.02

# Lines of the longest page of printers, which have 6 or 8 to the inch on paper of up to 12 inches,
# and the share of the pages of a print file that are no longer.
_LONGEST_PAGE = 72
_NEARLY_ALL = 0.9

# Millimetres, on paper that is to have all lines of a print file's page.
_NARROW_MARGINS = (10.0, 5.0)

# Rows more than one that are counted of a line: some lines of a log have a whole file in them.
_LONGEST = 5

# Figures, and signs that are between fields and not between words; columns are tabs or blanks.
_SIGNS = re.compile(r"[0-9_\[\]{}<>|=/\\@#$%&*+~^]|[,;:.](?=\S)|\t| {3,}")

# Share of signs in a row of a table, of what is no blank.
_ENOUGH_SIGNS = 0.15

_WIDE = re.compile(
    "[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60"
    "\uffe0-\uffe6\U0001f300-\U0001faff\U00020000-\U0003fffd]"
)
_STRIKE = re.compile("[^\b]\b")


@dataclass(frozen=True, slots=True)
class Widths:
    """How many lines there are that are not blank, and how many of each width, in cells."""

    lines: int
    counts: Counter[int]

    @classmethod
    def of(cls, lines: Iterable[str]) -> "Widths":
        """Measure lines; marks, which have no width, are rare where it matters."""
        counts = Counter(map(len, lines))
        lines_in_all = counts.total() - counts.pop(0, 0)
        return cls(lines_in_all, counts)

    def wider_than(self, columns: int) -> int:
        """Return how many lines are wider than so many columns."""
        return sum(count for width, count in self.counts.items() if width > columns)

    def rows_more(self, columns: int) -> float:
        """Return how many rows more than one a line takes, on average."""
        rows = (
            min(ceil(width / columns) - 1, _LONGEST) * count
            for width, count in self.counts.items()
            if width > columns
        )
        return sum(rows) / max(self.lines, 1)


def fitted(options: Options, text: str) -> Options:
    """Return the options with the mildest change of type and orientation that the text needs.

    Options that were given are left as they are.
    """
    if options.fit is Fit.NONE:
        return options
    text = text[:MAX_LENGTH]
    geometry = Geometry.of(options)
    lines = _lines(text, options.tab_size)
    widths = Widths.of(lines)
    is_wide = _is_table_wider_than(geometry.columns, lines, widths)
    tallest = _lines_of_a_page(text)
    if not is_wide and geometry.rows >= tallest:
        return options
    margins = [options.margin]
    if tallest and "margin" not in options.given:
        margins += _NARROW_MARGINS
    candidates = [
        one
        for margin in margins
        for one in _candidates(replace(options, margin=margin))
        if Geometry.of(one).rows >= tallest
    ]
    if is_wide:
        return _mildest([options, *(candidates or _candidates(options))], widths)
    return next(iter(candidates), options)


def _is_table_wider_than(columns: int, lines: list[str], widths: Widths) -> bool:
    wide = widths.wider_than(columns)
    if wide <= _MANY * widths.lines:
        return False
    return sum(_is_row_of_table(line) for line in lines if len(line) > columns) >= _MOST * wide


def _lines_of_a_page(text: str) -> int:
    """Return the lines of the longest page of a print file, or 0 if the text is none.

    Its pages end with form feeds, and nearly all are as short as those of a printer.
    """
    if "\f" not in text:
        return 0
    pages = text.split("\f")[:-1]
    heights = [page.rstrip("\n").count("\n") + 1 for page in pages]
    printed = [height for height in heights if height <= _LONGEST_PAGE]
    return max(printed) if len(printed) >= _NEARLY_ALL * len(heights) else 0


def _mildest(candidates: list[Options], widths: Widths) -> Options:
    rows_more = [widths.rows_more(Geometry.of(one).columns) for one in candidates]
    best = min(rows_more)
    if best > rows_more[0] / 2:
        return candidates[0]
    enough = max(_FEW, best + _LITTLE)
    return next(one for one, rows in zip(candidates, rows_more, strict=True) if rows <= enough)


def _candidates(options: Options) -> Iterator[Options]:
    """Yield what may be changed: the type, then the orientation, then both."""
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
    """Return the lines of a clean text as wide as they are, without blanks at their ends.

    The last line is left out, of which there may be more in the next block.
    """
    if "\b" in text:
        text = _STRIKE.sub("", text)
    if "\t" in text:
        text = text.expandtabs(tab)
    if not text.isascii():
        text = _WIDE.sub("xx", text)
    lines = text.replace("\f", "\n").split("\n")
    return list(map(str.rstrip, lines[:-1] if len(lines) > 1 else lines))


def _is_row_of_table(line: str) -> bool:
    signs = len(_SIGNS.findall(line))
    return signs >= _ENOUGH_SIGNS * (len(line) - line.count(" "))
