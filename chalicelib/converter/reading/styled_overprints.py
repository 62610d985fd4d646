"""Lines that are printed over one another, and have styles that escapes selected."""

from collections.abc import Sequence

from chalicelib.converter.reading.carriage import columns, overprinted
from chalicelib.converter.reading.styled_line import (
    PLAIN,
    joined,
    slice_line,
    split,
    styled_line,
    styles_of,
)

_TAB = 8


def resolved_with_styles(line: str) -> str:
    """Return the same as `carriage.resolved`, with the styles of the line.

    A column has the style of its first character that is not blank.
    """
    return joined([_resolved(part) for part in split(line, "\f")], "\f")


def _resolved(line: str) -> str:
    line = slice_line(line, 0, len(str(line).removesuffix("\r")))
    if "\r" not in line:
        return line
    parts = [_without_tabs(part) for part in split(line, "\r")]
    return joined([_printed(layers) for layers in overprinted(parts)], "\n")


def _printed(layers: Sequence[str]) -> str:
    base, *strikes = layers
    if not strikes:
        return base
    shown = columns(str(base), strikes)
    styles = (_style_at(layers, at) * len(column) for at, column in enumerate(shown))
    return styled_line("".join(shown), "".join(styles))


def _style_at(layers: Sequence[str], at: int) -> str:
    visible = (layer for layer in layers if layer[at : at + 1].strip(" "))
    layer = next(visible, layers[0])
    return styles_of(layer)[at : at + 1] or PLAIN


def _without_tabs(part: str) -> str:
    if "\t" not in part:
        return part
    shown, *fields = split(part, "\t")
    for field in fields:
        shown = joined([shown, field], " " * (_TAB - len(shown) % _TAB))
    return shown
