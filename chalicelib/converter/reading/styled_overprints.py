"""Lines that are printed over one another, and have styles that escapes selected."""

import re
from collections.abc import Sequence

from chalicelib.converter.reading.carriage_returns import MAX_LINE, columns, overprinted
from chalicelib.converter.styles.rendition import LINK, NO_LINK
from chalicelib.converter.styles.styled_line import (
    PLAIN,
    joined,
    slice_line,
    split,
    styled_line,
    styles_of,
)

_TAB = 8


def without_links_over_text(text: str, escapes: re.Pattern[str]) -> str:
    """Return the text without links in what is printed over a line, which is not seen itself.

    `escapes` matches its escape sequences. A link that goes on behind such text begins there.
    """
    *lines, last = text.split("\n")
    return "\n".join(
        [
            "\f".join(_without_hidden_links(part, escapes) for part in line.split("\f"))
            if "\r" in line and len(line) <= MAX_LINE
            else line
            for line in lines
        ]
        + [last]
    )


def _without_hidden_links(line: str, escapes: re.Pattern[str]) -> str:
    parts = line.split("\r")
    shown = [escapes.sub("", part).expandtabs() for part in parts]
    at = 0
    for layers in overprinted(shown):
        end = at + len(layers)
        if len(layers) > 1:
            base = next(number for number in range(at, end) if shown[number] is layers[0])
            parts[at:end] = _with_links_of_base(parts[at:end], base - at)
        at = end
    return "\r".join(parts)


def _with_links_of_base(layers: list[str], base: int) -> list[str]:
    """Return layers in which only that with index `base` has links, and the last link behind it."""
    if not any(map(LINK.search, layers)):
        return layers
    kept: list[str] = []
    selected = ""  # the last sequence, which what follows the layers depends on
    for number, layer in enumerate(layers):
        links = list(LINK.finditer(layer))
        selected = links[-1][0] if links else selected
        if number < base:
            kept.append(NO_LINK + LINK.sub("", layer) + selected)
            selected = ""
        elif number == base:
            kept.append(layer + NO_LINK if links else layer)
        else:
            kept.append(LINK.sub("", layer))
    return [*kept[:-1], kept[-1] + selected]


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
