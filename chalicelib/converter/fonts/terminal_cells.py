"""The width of a character by the terminals' convention."""

from collections.abc import Callable
from functools import cache


def terminal_cells(code_point: int) -> int:
    """Return the character's width in cells, -1 for a control character."""
    if 0x20 <= code_point < 0x7F:
        return 1
    if 0x4E00 <= code_point < 0xA000 or 0xAC00 <= code_point <= 0xD7A3:
        return 2  # ideographs and Hangul syllables, for which `wcwidth` takes ten times as long
    return _wcwidth()(chr(code_point))


@cache
def _wcwidth() -> Callable[[str], int]:
    from wcwidth import wcwidth  # takes 15 ms to import; not needed for plain ASCII

    return wcwidth
