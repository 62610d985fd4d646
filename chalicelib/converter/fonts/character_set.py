"""Sets of characters that whole texts are compared with."""

import re
from collections.abc import Iterable

_COMPILE_COST = 30
"""Cost of compiling one member, as the number of characters that a set checks in that time."""


class CharacterSet:
    """A growing set of characters with a fast test whether a text has no others.

    A regular expression takes 5 ns for each character of the text and a set 35, but the
    expression must be compiled again for new members. This is postponed until checks with the
    set have cost as much. Members beyond the Basic Multilingual Plane are in the set only, as a
    regular expression would try them one by one.
    """

    def __init__(self, characters: Iterable[str] = ()) -> None:
        self._members = set(characters)
        self._compile()

    def add(self, characters: Iterable[str]) -> None:
        """Add members, each a single character; some may be there already."""
        self._members.update(characters)

    def covers(self, text: str) -> bool:
        """Return whether all characters of the text are members; True for an empty text."""
        if not self._non_member.search(text):
            return True
        new = len(self._members) > self._compiled_members
        if not new and not self._has_astral:
            return False
        self._checked += len(text)
        if new and self._checked > _COMPILE_COST * len(self._members):
            self._compile()
        return self._members.issuperset(text)

    def non_members(self, text: str) -> set[str]:
        """Return the characters of the text that are not members."""
        return set() if self.covers(text) else set(text) - self._members

    def _compile(self) -> None:
        """Compile the members within the Basic Multilingual Plane to a regular expression."""
        basic = sorted(character for character in self._members if character <= "\uffff")
        members = re.escape("".join(basic))
        self._non_member = re.compile(f"[^{members}]" if members else r"[\s\S]")
        self._has_astral = len(basic) < len(self._members)
        self._compiled_members = len(self._members)
        self._checked = 0
