"""Number trees (PDF 32000-1, 7.9.7) with ascending keys, written while they grow."""

from dataclasses import dataclass, field

from chalicelib.converter.pdf.objects import ObjectWriter

_MAX_ENTRIES = 12
"""Maximum entries of a node."""


@dataclass(slots=True)
class _Level:
    """The unfinished node of a level: its entries, and the least and greatest key below it."""

    entries: list[bytes] = field(default_factory=list)
    least: int = 0
    greatest: int = 0


class NumberTree:
    """A number tree; a node is written as soon as it is full, as it refers to its children only."""

    def __init__(self, objects: ObjectWriter) -> None:
        self._objects = objects
        self._levels = [_Level()]

    def add(self, key: int, value: bytes) -> None:
        """Add a value, which is a serialized PDF object.

        `key` must be greater than all keys before, which is not checked.
        """
        self._add(0, b"%d %b" % (key, value), key, key)

    def finish(self) -> int:
        """Write the unfinished nodes; return the object number of the root (without /Limits).

        Without any values, it is an empty tree. Call this once.
        """
        level = 0
        while level + 1 < len(self._levels):
            if self._levels[level].entries:
                self._close(level)
            level += 1
        return self._objects.add(b"<<%b>>" % self._kids(level))

    def _add(self, level: int, entry: bytes, least: int, greatest: int) -> None:
        """Add an entry, with the least and greatest key below it, to the node of a level."""
        if level == len(self._levels):
            self._levels.append(_Level())
        if len(self._levels[level].entries) == _MAX_ENTRIES:
            self._close(level)
        node = self._levels[level]
        node.least = node.least if node.entries else least
        node.greatest = greatest
        node.entries.append(entry)

    def _close(self, level: int) -> None:
        """Write the unfinished node of a level as the next child of the level above."""
        node = self._levels[level]
        limits = b"/Limits[%d %d]" % (node.least, node.greatest)
        number = self._objects.add(b"<<%b%b>>" % (limits, self._kids(level)))
        self._levels[level] = _Level()
        self._add(level + 1, b"%d 0 R" % number, node.least, node.greatest)

    def _kids(self, level: int) -> bytes:
        """Return the array of a node's entries with its name, /Nums or /Kids."""
        name = b"/Kids" if level else b"/Nums"
        return b"%b[%b]" % (name, b" ".join(self._levels[level].entries))
