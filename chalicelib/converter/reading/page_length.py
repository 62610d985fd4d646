"""Ends pages after the number of lines that a print file sets as the length of its pages."""

from dataclasses import replace

from chalicelib.converter.reading.cleaning import CleanText
from chalicelib.converter.styles.styled_line import join_lines, joined, split


class PageLength:
    """Adds form feeds to clean text, which may be given in any pieces."""

    def __init__(self, lines: int) -> None:
        """`lines` is the number of lines of a page."""
        self._maximum = lines
        self._lines = 0  # that ended on the current page
        self._begins_line = True

    def feed(self, piece: CleanText) -> CleanText:
        """Return the text with a form feed before each line that begins another page.

        A form feed of the text itself begins a page, too.
        """
        lines = split(piece.text, "\n")
        last = len(lines) - 1
        for at, line in enumerate(lines):
            if at:
                self._lines += 1
                self._begins_line = True
            if at == last and not line:
                break  # the next line is in the next piece
            if self._begins_line and self._lines >= self._maximum and line[0:1] != "\f":
                lines[at] = join_lines("\f", line)
            if "\f" in lines[at]:
                self._lines = 0
            self._begins_line = False
        text = joined(lines, "\n")
        return replace(piece, text=text, controls=piece.controls | {"\f"})
