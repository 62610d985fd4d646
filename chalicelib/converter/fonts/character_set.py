"""Sets of characters that whole texts are compared with."""

import re
from collections.abc import Iterable

_COMPILE_COST = 30
"""Cost of compiling one member, as the number of characters that a set checks in that time."""


class CharacterSet:
    """A growing set of characters with a fast test whether a text has no others.

    A regular expression that matches members takes 2 ns for each character of the text, one that
    searches for others 5, and a set 60, but expressions must be compiled again for new members.
    This is postponed until checks with the set have cost as much. Members beyond the Basic
    Multilingual Plane are in the set only, as a regular expression would try them one by one. The
    set is of code points, which take a third of the memory of strings.
    """

    def __init__(self, characters: Iterable[str] = ()) -> None:
        self._members = set(map(ord, characters))
        self._others: re.Pattern[str] | None = None  # runs of non-members, compiled when needed
        self._compile()

    def add(self, characters: Iterable[str]) -> None:
        """Add members, each a single character; some may be there already."""
        self._members.update(map(ord, characters))

    def add_code_point(self, code_point: int) -> None:
        """Add the member with a code point, which may be there already."""
        self._members.add(code_point)

    @property
    def code_points(self) -> Iterable[int]:
        """The code points of the members."""
        return self._members

    def covers(self, text: str) -> bool:
        """Return whether all characters of the text are members; True for an empty text."""
        start = self._start(text)
        if start == len(text):
            return True
        if not self._has_astral and len(self._members) == self._compiled_members:
            return False
        self._count(text)
        return self._members.issuperset(map(ord, text[start:]))

    def non_members(self, text: str) -> set[str]:
        """Return the characters of the text that are not members."""
        start = self._start(text)
        if start == len(text):
            return set()
        self._count(text)
        # Runs, as a list of single characters would take a hundred times the memory of the text.
        if self._others is None:
            self._others = re.compile(f"[^{self._class}]+" if self._class else r"[\s\S]+")
        found = set("".join(self._others.findall(text, start)))
        return {character for character in found if ord(character) not in self._members}

    def meets(self, text: str) -> bool:
        """Return whether any character of the text is a member."""
        return not self._members.isdisjoint(map(ord, text))

    def _start(self, text: str) -> int:
        """Return where the first character of a text is that is not a compiled member."""
        matched = self._compiled.match(text)
        return matched.end() if matched else 0

    def _count(self, text: str) -> None:
        """Compile the members if new ones have made checks like that of this text expensive."""
        self._checked += len(text)
        if len(self._members) == self._compiled_members:
            return
        if self._checked > _COMPILE_COST * len(self._members):
            self._compile()

    def _compile(self) -> None:
        """Compile the members within the Basic Multilingual Plane to a regular expression."""
        basic = sorted(code_point for code_point in self._members if code_point <= 0xFFFF)
        self._class = re.escape("".join(map(chr, basic)))
        self._compiled = re.compile(f"[{self._class}]*" if basic else "")
        self._others = None
        self._has_astral = len(basic) < len(self._members)
        self._compiled_members = len(self._members)
        self._checked = 0
