"""Lays out texts for tests."""

from functools import partial

import pytest
from hypothesis import strategies as st

from chalicelib.converter.fonts.cell_widths import CellWidths
from chalicelib.converter.fonts.face import CELL
from chalicelib.converter.fonts.font import FontSelector
from chalicelib.converter.layout import long_line
from chalicelib.converter.layout.composer import Composer
from chalicelib.converter.layout.layout import Layout
from chalicelib.converter.layout.page import Page
from chalicelib.converter.layout.rows import TAB, ComposedRow
from chalicelib.converter.reading.cleaning import Cleaner
from chalicelib.converter.scripts.shaper import Shaper
from chalicelib.converter.styles.styled_line import PLAIN, StyledLine
from tests.converter.texts import BREAKS, COMPLEX, MARKED, STRUCK, WIDE, WORDS, Cuts, texts

REPERTOIRE = FontSelector()
WIDTHS = CellWidths(REPERTOIRE)
ONE_PIECE = Cuts((10**9,))

ANY_CHARACTERS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], max_codepoint=0x1FFFF), min_size=1, max_size=8
)
STRUCK_TEXTS = texts(WORDS, ["\t"], BREAKS, WIDE, COMPLEX, MARKED, STRUCK, ANY_CHARACTERS)


def lay_out(text: str, columns: int = 20, rows: int = 5, cut: Cuts = ONE_PIECE) -> list[Page]:
    layout = Layout(columns, rows, WIDTHS, partial(Composer, columns, Shaper(REPERTOIRE)))
    cleaner = Cleaner()
    pages: list[Page] = []
    for piece in cut.pieces(text):
        pages += layout.feed(cleaner.clean(piece, last=False))
    pages += layout.feed(cleaner.clean("", last=True))
    return [*pages, *layout.finish()]


def lay_out_in_short_pieces(text: str, cut: Cuts = ONE_PIECE) -> list[Page]:
    """The same where lines of more than 12 characters are too long to be seen at once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_line, "MAX_LENGTH", 12)
        return lay_out(text, cut=cut)


def rows_of(text: str, columns: int = 20) -> list[str]:
    return [str(row) for page in lay_out(text, columns, 1000) for row in page.rows]


def cells(row: str) -> float:
    """Cells that are not blanks at the end of the row, which need no room."""
    if isinstance(row, ComposedRow):
        blanks = row[len(row.rstrip(" \t\u200b")) :]
        reach = sum(piece.advance for piece in row.pieces) / CELL
        return reach - len(blanks) * TAB if "\t" in blanks else reach - blanks.count(" ")
    return sum(ord(width) for width in row.translate(WIDTHS))


def cells_in_need(row: str) -> float:
    """The same without blanks at the end of a row on the grid."""
    return cells(row if isinstance(row, ComposedRow) else row.rstrip(" \u3000"))


def drawn(page: Page) -> list[list[tuple[bytes | str, str]]]:
    """What is drawn of each row, which must be composed, and in which styles."""
    rows = [row for row in page.rows if isinstance(row, ComposedRow)]
    assert len(rows) == len(page.rows)
    return [[(piece.shown, piece.style) for piece in row.pieces] for row in rows]


def seen(page: Page) -> tuple[list[object], list[int]]:
    """All that is seen of each row, and which rows are continued.

    The codes of clusters are left out: they depend on which clusters came first.
    """
    return [_seen(row) for row in page.rows], page.continued


def _seen(row: str) -> object:
    if not isinstance(row, ComposedRow):
        return row  # with its styles, if it has any
    pieces = [(one.font.face, one.advance, one.style, one.emoji) for one in row.pieces]
    return str(row), pieces, row.indent, row.rtl


def styles_of(row: str) -> str:
    return row.styles if isinstance(row, StyledLine) else PLAIN * len(row)
