"""Cost of a change: the current converter compared with that of another revision.

Each round runs the old, the new and again the old converter, so that both are affected alike if the
machine gets slower or faster; the result is the new one's time against the mean of the old one's.
The difference of the two runs of the old one is noise: smaller costs cannot be measured here. Both
run with the packages that are installed now.
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
"""Maximum increase of CPU time, in per cent, for texts that do not use a new feature."""
ROUNDS_OF_LARGE_TEXTS = 5
LARGE_TEXTS = {
    "wrapped": 20_000_000,
    "paragraphs": 20_000_000,
    "cyrillic": 20_000_000,
    "arabic": 10 * MB,
    "devanagari": 10 * MB,
    "many-scripts": 10 * MB,
    "emoji": 5_000_000,
    "form-feeds": 1_000_000,
    "empty-lines": 10_000_000,
    "assigned": 1_000_000,
    "alternating": 1_000_000,
}
"""Texts whose speed is compared if they are selected, and their bytes."""
TEXTS = (("ascii", 1024), ("ascii", 10 * MB), ("european", 10 * MB), ("cjk", 10 * MB))


def compared(revision: str, folder: Path, texts: Collection[str]) -> list[str]:
    """Return the lines of a Markdown table: medians of CPU seconds, and differences in per cent.

    There are none if none of the texts is compared so.
    """
    header = [
        f"| text | {revision}, CPU s | here, CPU s | difference | noise | aim |",
        "|---|---|---|---|---|---|",
    ]
    with checked_out(revision, folder / "old") as old:
        rows = [
            _row(text, size, corpus(folder, text, size), old)
            for text, size in TEXTS
            if text in texts
        ]
    return header + rows if rows else []


def speeds(revision: str, folder: Path, texts: Collection[str]) -> list[str]:
    """Return the lines of a Markdown table: how fast large texts are converted, without start-up.

    That is the CPU time of a text less that of the first tenth of it. There are none if none of the
    texts is large.
    """
    header = [
        f"| text | {revision}, MB/s | here, MB/s | speed | peak MB before | here |",
        "|---|---|---|---|---|---|",
    ]
    with checked_out(revision, folder / "old") as old:
        rows = [
            _speed_row(text, size, folder, old)
            for text, size in LARGE_TEXTS.items()
            if text in texts
        ]
    return header + rows if rows else []


def _speed_row(text: str, size: int, folder: Path, old: Path) -> str:
    target = folder / "out.pdf"
    sources = [corpus(folder, text, size), corpus(folder, text, size // 10)]
    commands = [ours(source, target, checkout) for checkout in (old, PROJECT) for source in sources]
    rounds(commands[1::2], target, 1)  # compiles the measured modules
    runs = rounds(commands, target, ROUNDS_OF_LARGE_TEXTS)
    times = [(b.cpu - small_b.cpu, a.cpu - small_a.cpu) for b, small_b, a, small_a in runs]
    rates = [size * 0.9e-6 / median(column) for column in zip(*times, strict=True)]
    speed = median(before / after for before, after in times)
    peaks = [median(costs[at].memory for costs in runs) for at in (0, 2)]
    cells = (f"{size_of(size)} {text}", *(f"{rate:.2f}" for rate in rates), f"{speed:.2f}×")
    return f"| {' | '.join((*cells, *(f'{peak:.0f}' for peak in peaks)))} |"


@contextmanager
def checked_out(revision: str, folder: Path) -> Iterator[Path]:
    """Check the revision out into a work tree that is removed when the context ends."""
    git = ["git", "-C", str(PROJECT), "worktree"]
    subprocess.run([*git, "add", "--quiet", "--detach", str(folder), revision], check=True)
    try:
        yield folder
    finally:
        subprocess.run([*git, "remove", "--force", str(folder)], check=True)


def _row(text: str, size: int, source: Path, old: Path) -> str:
    target = source.with_suffix(".pdf")
    commands = [ours(source, target, checkout) for checkout in (old, PROJECT, old)]
    rounds(commands, target, 1)  # compiles the measured modules
    times = [[cost.cpu for cost in costs] for costs in rounds(commands, target, ROUNDS)]
    before = median((first + last) / 2 for first, _, last in times)
    after = median(new for _, new, _ in times)
    difference = _spread([new * 2 / (first + last) for first, new, last in times])
    noise = _spread([last / first for first, _, last in times])
    cells = (f"{size_of(size)} {text}", f"{before:.3f}", f"{after:.3f}", difference, noise)
    return f"| {' | '.join(cells)} | ≤ {AIM} % |"


def _spread(ratios: list[float]) -> str:
    """Return the median of ratios and their quartiles, in per cent above 1."""
    low, middle, high = ((ratio - 1) * 100 for ratio in quantiles(ratios, n=4))
    return f"{middle:+.1f} % ({low:+.1f} to {high:+.1f})"
