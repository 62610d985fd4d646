"""Waiting until files are settled: converted, or failed."""

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from chalicelib.status.answer import Answer
from chalicelib.status.answers import Answers

AT_ONCE = 8
ASKED_AT_ONCE = 200
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.25, 5.0


def wait(
    answers: Answers,
    files: Iterable[Answer],
    seconds: float,
    on_progress: Callable[[int, int], None],
) -> bool:
    """Whether all of these files are settled within so many seconds.

    Only those that are not yet are asked about again, each by its key, at growing intervals;
    `on_progress` gets how many are settled and how many there are. A file that is deleted
    meanwhile is not waited for.
    """
    give_up = time.monotonic() + seconds
    total, pending = 0, []
    for answer in files:
        total += 1
        if not answer.status.is_settled:
            pending.append(answer.key)
        on_progress(total - len(pending), total)
    pause = FIRST_PAUSE_SECONDS
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while pending:
            left = give_up - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(pause, left))
            pause = min(pause * 1.5, LONGEST_PAUSE_SECONDS)
            still: list[str] = []
            for start in range(0, len(pending), ASKED_AT_ONCE):
                keys = pending[start : start + ASKED_AT_ONCE]
                still += _unsettled(keys, pool.map(answers.about, keys))
                on_progress(total - len(still) - len(pending[start + ASKED_AT_ONCE :]), total)
                if still and time.monotonic() >= give_up:
                    return False
            pending = still
    return True


def _unsettled(keys: Sequence[str], found: Iterable[Answer | None]) -> list[str]:
    asked = zip(keys, found, strict=True)
    return [key for key, answer in asked if answer is not None and not answer.status.is_settled]
