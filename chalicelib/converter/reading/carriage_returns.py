"""Lines that are printed over one another: a carriage return without a line feed.

Line printers underline and embolden by printing a line again. Terminals do the same to show
progress, which is no overstrike: there each part is a line of its own.
"""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import TypeVar

PartT = TypeVar("PartT", bound=str)

MAX_LINE = 4096
"""Characters of a line up to which its carriage returns may be overstrikes."""


def resolved(line: str) -> str:
    """Return a line without its carriage returns, of which one at its end is just removed.

    What plainly is an overstrike is given as nroff writes it, with backspaces, and all else as
    lines of their own. The line is given without the line feed at its end; form feeds in it end
    lines too.
    """
    return "\f".join(map(_resolved, line.split("\f")))


def struck(base: str, strikes: list[str]) -> str:
    """Return a line and what is printed over it, with backspaces."""
    return "".join(columns(base, strikes))


def columns(base: str, strikes: list[str]) -> list[str]:
    """Return the characters of each column of a line and what is printed over it.

    Characters that are neither underscores nor the same are put one after the other at their place.
    """
    length = len(base.rstrip(" "))
    start = length - len(base[:length].lstrip(" "))
    printed = zip_longest(base, *(strike.rstrip(" ") for strike in strikes), fillvalue=" ")
    return [
        _column(column[0], column[1:], is_within=start <= at < length)
        for at, column in enumerate(printed)
    ]


def _column(character: str, strikes: tuple[str, ...], *, is_within: bool) -> str:
    others = [one for one in dict.fromkeys(strikes) if one != " "]
    if character == " " and not (is_within and "_" in others):
        character, others = (others[0], others[1:]) if others else (" ", [])
    under = "_\b" if "_" in others and character != "_" else ""
    return under + character + "".join(f"\b{one}" for one in others if one != "_")


def _resolved(line: str) -> str:
    line = line.removesuffix("\r")
    if "\r" not in line:
        return line
    printed = overprinted(line.expandtabs().split("\r"))
    return "\n".join(struck(base, strikes) if strikes else base for base, *strikes in printed)


def overprinted(parts: list[PartT]) -> Iterator[list[PartT]]:
    """Yield each line that is printed of the parts between carriage returns, and what is over it.

    The parts have no tabs.
    """
    line: list[PartT] = []
    for part in parts:
        if line and not _is_overstrike(line, part):
            yield _base_first(line)
            line = []
        line.append(part)
    yield _base_first(line)


def _base_first(line: list[PartT]) -> list[PartT]:
    base = line[0]
    if len(line) > 1 and not base.strip(" _") and "_" in base:
        return [line[1], base, *line[2:]]
    return line


def _is_overstrike(printed: Sequence[str], part: str) -> bool:
    """Return whether a part is blanks, underscores, or the letters that are there already.

    Nothing at all is an empty line. Underscores may also come first.
    """
    base = printed[0]
    if not part or not base or "\b" in base or "\b" in part:
        return False
    if len(printed) == 1 and not base.strip(" _") and "_" in base:
        return True
    return all(
        one in " _" or one == below
        for one, below in zip_longest(part, base[: len(part)], fillvalue=" ")
    )
