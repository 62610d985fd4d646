"""The width of each character in cells of the grid."""

from chalicelib.converter.fonts.font import SOFT_HYPHEN, FontSelector


class CellWidths(dict[int, str]):
    """Table for `str.translate` that maps each character to chr(its width in cells).

    A soft hyphen has no width; it takes a cell only where a row ends with it.
    """

    def __init__(self, font_selector: FontSelector) -> None:
        super().__init__({ord(SOFT_HYPHEN): "\0"})
        self._font_selector = font_selector

    def __missing__(self, code_point: int) -> str:
        cells = self._font_selector.fonts[self._font_selector[code_point]].cells
        width = self[code_point] = chr(cells)
        return width
