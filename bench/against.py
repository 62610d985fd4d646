"""What a change costs: the converter as it is here against that of another revision.

Each round runs then, now and then again, so that a machine that slows down slows both alike; the
figure is now against the mean of the two. How far apart the two are is what the machine does by
itself: a cost smaller than that cannot be seen here. Both run with the packages installed now.
"""

import subprocess
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

from bench.corpus import MB, corpus, size_of
from bench.measuring import ours, rounds

PROJECT = Path(__file__).parent.parent
ROUNDS = 15
AIM = 2
"""Per cent more CPU that a text may cost for what it does not use."""
TEXTS = (("ascii", 1024), ("ascii", 10 * MB), ("european", 10 * MB), ("cjk", 10 * MB))


def compared(revision: str, folder: Path, texts: Collection[str]) -> list[str]:
    """A table in Markdown; medians of CPU seconds, and per cent with their middle half."""
    rows = [
        f"| what | {revision}, CPU s | here, CPU s | more | same against same | aim |",
        "|---|---|---|---|---|---|",
    ]
    with checked_out(revision, folder / "then") as then:
        for text, size in TEXTS:
            if text in texts:
                rows.append(_row(text, size, corpus(folder, text, size), then))
    return rows


@contextmanager
def checked_out(revision: str, folder: Path) -> Iterator[Path]:
    """A work tree of the revision, as long as the block runs."""
    git = ["git", "-C", str(PROJECT), "worktree"]
    subprocess.run([*git, "add", "--quiet", "--detach", str(folder), revision], check=True)
    try:
        yield folder
    finally:
        subprocess.run([*git, "remove", "--force", str(folder)], check=True)


def _row(text: str, size: int, source: Path, then: Path) -> str:
    target = source.with_suffix(".pdf")
    commands = [ours(source, target, checkout) for checkout in (then, PROJECT, then)]
    rounds(commands, target, 1)  # has Python compile what is measured
    times = [[one.cpu for one in each] for each in rounds(commands, target, ROUNDS)]
    before = median((first + last) / 2 for first, _, last in times)
    after = median(now for _, now, _ in times)
    more = _spread([now * 2 / (first + last) for first, now, last in times])
    noise = _spread([last / first for first, _, last in times])
    return f"| {size_of(size)} {text} | {before:.3f} | {after:.3f} | {more} | {noise} | ≤ {AIM} % |"


def _spread(ratios: list[float]) -> str:
    """The middle half of ratios around their median, as per cent more than the same."""
    low, middle, high = ((ratio - 1) * 100 for ratio in quantiles(ratios, n=4))
    return f"{middle:+.1f} % ({low:+.1f} to {high:+.1f})"
