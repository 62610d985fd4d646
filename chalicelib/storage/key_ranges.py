"""Division of a bucket's keys into ranges, which can be listed in parallel.

S3 lists keys in order, 1,000 per request, and does not tell how many follow. But a listing may
start after any string. So the distinct beginnings of the keys are found with one request each,
character by character, until there are enough of them. The ranges are disjoint, but not of equal
size.
"""

from dataclasses import dataclass
from itertools import pairwise

from chalicelib.storage.bucket import Bucket

MAX_PROBES = 500
"""Maximum requests for one division. They cost $0.0025 and fit in a run's reserved time."""

_LAST_CHARACTER = "\U0010ffff"

Range = tuple[str | None, str | None]
"""The keys after the first string, up to and with the second; None means no bound on that side."""


@dataclass
class Divider:
    """Divides ranges of the keys of a bucket that begin with `prefix`.

    One object is for one division: MAX_PROBES limits the requests of all its calls together.
    """

    bucket: Bucket
    prefix: str
    _probes: int = 0

    def divide(self, whole: Range, wanted: int) -> list[Range]:
        """Return at most `wanted` consecutive ranges that together are the range `whole`.

        They are fewer if the keys do not have as many distinct beginnings, or after MAX_PROBES
        requests.
        """
        after, last = whole
        beginnings = [self.prefix]
        while len(beginnings) < wanted and self._probes < MAX_PROBES:
            longer = [more for beginning in beginnings for more in self._extend(beginning, whole)]
            if longer == beginnings:
                break
            beginnings = longer
        # The first range begins at the range's own start, even if the first beginning is before it.
        inner = [b for b in beginnings[1:] if (after is None or b > after)]
        step = max(1, -(-(len(inner) + 1) // wanted))
        chosen = inner[step - 1 :: step]
        edges: list[str | None] = [after, *chosen, last]
        return list(pairwise(edges))

    def _extend(self, beginning: str, whole: Range) -> list[str]:
        """Return the distinct beginnings, one character longer, of the keys with this beginning.

        Return the beginning itself if no key is longer, or if MAX_PROBES is reached.
        """
        after, last = whole
        longer: list[str] = []
        start = after if after is not None and after >= beginning else None
        while self._probes < MAX_PROBES:
            self._probes += 1
            page, _ = self.bucket.page(beginning, start, 1)
            if not page or (last is not None and page[0].key > last):
                return longer or [beginning]
            longer.append(page[0].key[: len(beginning) + 1])
            start = longer[-1] + _LAST_CHARACTER
            if longer[-1] == beginning:  # a key that ends here; longer keys follow it
                start = longer.pop()
        return [beginning]
