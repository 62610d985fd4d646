"""Composes rows of text and emoji, which need nothing else of what complex scripts need."""

from collections.abc import Iterator

from chalicelib.converter.addresses.address_hints import may_have_addresses
from chalicelib.converter.fonts.face import CELL
from chalicelib.converter.fonts.font import SOFT_HYPHEN
from chalicelib.converter.layout.rows import ComposedRow, RowPiece
from chalicelib.converter.scripts.bidi import may_be_rtl
from chalicelib.converter.scripts.emoji import find_emoji
from chalicelib.converter.scripts.script import COMPLEX
from chalicelib.converter.scripts.shaper import Shaper
from chalicelib.converter.styles.styled_line import PLAIN, StyledLine


def emoji_row(line: str, shaper: Shaper, columns: int) -> ComposedRow | None:
    """Return the only row of a line, or None if it has several or has to be composed.

    Most lines with emoji are short and have no other complex characters. They are composed here in
    a fifth of the time, with the same result. The line must not be empty.
    """
    if isinstance(line, StyledLine) or len(line) > columns or may_have_addresses(line):
        return None
    pieces = list(_pieces(line, shaper))
    end = pieces[-1].end if pieces else 0
    if end < len(line) or sum(piece.advance for piece in pieces) > columns * CELL:
        return None
    return ComposedRow(line, pieces, 0.0, rtl=False)


def _pieces(line: str, shaper: Shaper) -> Iterator[RowPiece]:
    """Yield the pieces of a line, up to where something needs to be composed."""
    start = 0
    for match in find_emoji(line):
        emoji, begin, end = match[0], *match.span()
        if begin > start:
            if _is_composed(line[start:begin]):
                return
            yield from _text_pieces(line[start:begin], start, shaper)
        shown = shaper.emoji(emoji, level=0)
        if not shown:
            return
        font, code, advance = shown
        yield RowPiece(font, code, advance, PLAIN, emoji, begin, end)
        start = end
    if start < len(line) and not _is_composed(line[start:]):
        yield from _text_pieces(line[start:], start, shaper)


def _is_composed(text: str) -> bool:
    """Return whether text without emoji cannot be shown as it is, character by character."""
    if text.isascii():
        return "\t" in text
    return bool("\t" in text or SOFT_HYPHEN in text or COMPLEX.search(text) or may_be_rtl(text))


def _text_pieces(text: str, start: int, shaper: Shaper) -> Iterator[RowPiece]:
    for part, font in shaper.grid_runs(text):
        end = start + len(part)
        yield RowPiece(font, part, font.cells * CELL * len(part), PLAIN, "", start, end)
        start = end
