"""Where a range of object keys can be divided, so that several runs list it side by side.

A listing goes one way, a thousand keys a request, and tells nothing of what is left. But it may
begin after any text: so the keys' beginnings are found with one request each, letter by letter,
until there are enough of them. The ranges between are not equally full; none is listed twice.
"""

from dataclasses import dataclass
from itertools import pairwise

from chalicelib.storage.bucket import Bucket

MAX_PROBES = 500
"""Requests to look for divisions: $0.0025, and well within the reserve of a run."""

_LAST_CHARACTER = "\U0010ffff"

Range = tuple[str | None, str | None]
"""The keys after the first text, up to and with the second; None has no bound on that side."""


@dataclass
class Divider:
    """Divides the keys of a bucket that begin with `prefix`."""

    bucket: Bucket
    prefix: str
    _probes: int = 0

    def divide(self, whole: Range, wanted: int) -> list[Range]:
        """Return at most `wanted` ranges that together are `whole`, in order."""
        after, last = whole
        beginnings = [self.prefix]
        while len(beginnings) < wanted and self._probes < MAX_PROBES:
            longer = [more for one in beginnings for more in self._longer(one, whole)]
            if longer == beginnings:
                break
            beginnings = longer
        # The first beginning may lie before the range: what is before it is in the first range.
        inner = [b for b in beginnings[1:] if (after is None or b > after)]
        step = max(1, -(-(len(inner) + 1) // wanted))
        chosen = inner[step - 1 :: step]
        edges: list[str | None] = [after, *chosen, last]
        return list(pairwise(edges))

    def _longer(self, beginning: str, whole: Range) -> list[str]:
        """The beginnings, longer by a letter, of the range's keys with this beginning.

        The beginning itself where no key is longer, and once requests have run out.
        """
        after, last = whole
        found: list[str] = []
        start = after if after is not None and after >= beginning else None
        while self._probes < MAX_PROBES:
            self._probes += 1
            page, _ = self.bucket.page(beginning, start, 1)
            if not page or (last is not None and page[0].key > last):
                return found or [beginning]
            found.append(page[0].key[: len(beginning) + 1])
            start = found[-1] + _LAST_CHARACTER
            if found[-1] == beginning:  # a key that ends here; longer ones follow it
                start = found.pop()
        return [beginning]
