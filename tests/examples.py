"""How many examples a test tries: all, or a part in `make check`, which answers within a minute."""

import os

QUICK = os.environ.get("QUICK") == "1"
_PART = 5
_FEWEST = 20


def examples(number: int) -> int:
    """Return the number of examples to try of so many, which `make test` tries all."""
    return min(number, max(number // _PART, _FEWEST)) if QUICK else number
