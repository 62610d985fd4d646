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
TEXTS = (("ascii", 1024), ("ascii", 10 * MB), ("european", 10 * MB), ("cjk", 10 * MB))


def compared(revision: str, folder: Path, texts: Collection[str]) -> list[str]:
    """Return the lines of a Markdown table: medians of CPU seconds, and differences in per cent."""
    rows = [
        f"| text | {revision}, CPU s | here, CPU s | difference | noise | aim |",
        "|---|---|---|---|---|---|",
    ]
    with checked_out(revision, folder / "old") as old:
        for text, size in TEXTS:
            if text in texts:
                rows.append(_row(text, size, corpus(folder, text, size), old))
    return rows


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
