"""Waiting until files are settled, that is, converted or failed."""

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from chalicelib.status.answers import Answers
from chalicelib.status.file_status import Answer

MAX_THREADS = 8
BATCH_KEYS = 200
"""Number of keys that are read between two reports of progress."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.25, 5.0


def wait_until_settled(
    answers: Answers,
    files: Iterable[Answer],
    seconds: float,
    on_progress: Callable[[int, int], None],
) -> bool:
    """Wait until all of these files are settled; return False if `seconds` pass before.

    All `files` are read first, however long that takes. Those that are not settled are read again
    by key, at growing intervals; deleted files are no longer waited for. `on_progress` gets the
    number of settled files and the total, after each file of the first reading and then after each
    batch.
    """
    deadline = time.monotonic() + seconds
    total, pending = 0, []
    for answer in files:
        total += 1
        if not answer.status.is_settled:
            pending.append(answer.key)
        on_progress(total - len(pending), total)
    pause = FIRST_PAUSE_SECONDS
    with ThreadPoolExecutor(MAX_THREADS) as pool:
        while pending:
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                return False
            time.sleep(min(pause, remaining))
            pause = min(pause * 1.5, LONGEST_PAUSE_SECONDS)
            unsettled: list[str] = []
            for start in range(0, len(pending), BATCH_KEYS):
                keys = pending[start : start + BATCH_KEYS]
                unsettled += _unsettled(keys, pool.map(answers.about, keys))
                on_progress(total - len(unsettled) - len(pending[start + BATCH_KEYS :]), total)
                if unsettled and time.monotonic() >= deadline:
                    return False
            pending = unsettled
    return True


def _unsettled(keys: Sequence[str], answers: Iterable[Answer | None]) -> list[str]:
    """Return the keys whose files exist and are not settled."""
    pairs = zip(keys, answers, strict=True)
    return [key for key, answer in pairs if answer is not None and not answer.status.is_settled]
