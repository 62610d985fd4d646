"""The 256 colours of terminals, and the colours in which they are printed on white paper.

The palette is that of xterm: 16 named colours, a cube of 6 by 6 by 6, and 24 greys (256colres.h).
"""

from functools import cache
from math import ceil

Colour = tuple[int, int, int]

BLACK, WHITE = 16, 231  # numbers in the palette

MIN_CONTRAST = 4.5
"""Minimum contrast of text with its background (WCAG 2.2, 1.4.3)."""

_NAMED = (
    *("000000", "cd0000", "00cd00", "cdcd00", "0000ee", "cd00cd", "00cdcd", "e5e5e5"),
    *("7f7f7f", "ff0000", "00ff00", "ffff00", "5c5cff", "ff00ff", "00ffff", "ffffff"),
)
_LEVELS = (0, 95, 135, 175, 215, 255)
_PAPER: Colour = (255, 255, 255)
_INK: Colour = (0, 0, 0)


def _palette() -> list[Colour]:
    named = [(int(one[:2], 16), int(one[2:4], 16), int(one[4:], 16)) for one in _NAMED]
    cube = [(red, green, blue) for red in _LEVELS for green in _LEVELS for blue in _LEVELS]
    return named + cube + [(level,) * 3 for level in range(8, 239, 10)]


PALETTE = _palette()


_NEAREST_LEVELS = [
    min(range(6), key=lambda index: abs(_LEVELS[index] - level)) for level in range(256)
]
"""The index of the level of the cube that is nearest to each level."""


def nearest(red: int, green: int, blue: int) -> int:
    """Return the number of the nearest colour of the cube or grey; of two, the first."""
    wanted = red, green, blue
    first, second, third = (_NEAREST_LEVELS[level] for level in wanted)
    cube = 16 + 36 * first + 6 * second + third
    grey = 232 + min(max(0, ceil((sum(wanted) / 3 - 13) / 10)), 23)
    return min(cube, grey, key=lambda number: _distance(PALETTE[number], wanted))


@cache
def faint(foreground: int) -> int:
    """Return the number of a colour mixed with white; 0 is the default colour of text."""
    red, green, blue = PALETTE[foreground] if foreground else _INK
    return nearest((red + 255) // 2, (green + 255) // 2, (blue + 255) // 2)


@cache
def printed(foreground: int, background: int) -> Colour:
    """Return the colour in which text of a palette number is printed on one of another.

    0 is the default: black for text, and the paper for backgrounds. The colour is made darker, or
    lighter on a dark background, until its contrast is at least MIN_CONTRAST.
    """
    behind = PALETTE[background] if background else _PAPER
    colour = PALETTE[foreground] if foreground else _INK
    target = max(_INK, _PAPER, key=lambda one: contrast(one, behind))
    for part in range(33):
        mixed = _mixed(colour, target, part / 32)
        if contrast(mixed, behind) >= MIN_CONTRAST:
            return mixed
    return target


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast of two colours, from 1 to 21 (WCAG 2.2, contrast ratio)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = (
        level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4
        for level in (level / 255 for level in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _mixed(colour: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (
        round(one * (1 - share) + two * share) for one, two in zip(colour, other, strict=True)
    )
    return red, green, blue


def _distance(one: Colour, other: Colour) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))
