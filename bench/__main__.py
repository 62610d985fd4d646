"""`python -m bench [--quick]`: measure, print the table, write it and the plot into docs/."""

import argparse
import platform
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.corpus import MB, corpus
from bench.measuring import Cost, cost, ours, peer

DOCS = Path(__file__).parent.parent / "docs"
GB = 1024 * MB


@dataclass(frozen=True)
class Race:
    """The same text through this converter and a peer: how many times less CPU is aimed at."""

    text: str
    size: int
    rival: str
    aim: float


RACES = (
    Race("ascii", MB, "fpdf2", 20),
    Race("ascii", 10 * MB, "reportlab", 5),
    Race("ascii", 100 * MB, "reportlab", 10),
    Race("ascii", 10 * MB, "texttopdf", 3),
    Race("european", 10 * MB, "reportlab-dejavu", 3),
    Race("cjk", 10 * MB, "reportlab-wqy", 2),
)


@dataclass(frozen=True)
class Bound:
    """A text on its own: megabytes of memory, and CPU seconds, it may take at the most."""

    text: str
    size: int
    memory: float | None = None
    cpu: float | None = None


BOUNDS = (
    Bound("ascii", 1024, cpu=0.35),
    Bound("ascii", 100 * MB, memory=100),
    Bound("ascii", GB, memory=200),
    Bound("one-line", 10 * MB),
    Bound("one-line", 100 * MB, memory=100),
    Bound("empty-lines", 1_000_000),
    Bound("empty-lines", 10_000_000, memory=100),
    Bound("form-feeds", 100_000),
    Bound("form-feeds", 1_000_000, memory=200),
)


class Bench:
    """Measures each command once, however many rows of the table need it."""

    def __init__(self, folder: Path, *, quick: bool) -> None:
        self._folder = folder
        self._quick = quick
        self.costs: dict[tuple[str, str, int], Cost] = {}

    def measure(self, name: str, text: str, size: int) -> Cost | None:
        """The cost of one converter on one text, or None if it is not installed or too slow."""
        if self._quick and size > 10 * MB:
            return None
        key = (name, text, size)
        if key not in self.costs:
            source, target = corpus(self._folder, text, size), self._folder / "out.pdf"
            command = ours(source, target) if name == "ours" else peer(name, source, target)
            if command is None:
                return None
            slow = size > 20 * MB or (name == "fpdf2" and size >= MB) or text == "form-feeds"
            runs = 1 if slow else 5
            self.costs[key] = cost(command, target, min(runs, 3) if self._quick else runs)
        return self.costs[key]


def table(bench: Bench) -> list[str]:
    """The rows of the table, in Markdown."""
    rows = ["| what | ours, CPU s | peer, CPU s | reached | aim |", "|---|---|---|---|---|"]
    for race in RACES:
        name = f"{size_of(race.size)} {race.text} against {race.rival}"
        mine = bench.measure("ours", race.text, race.size)
        theirs = bench.measure(race.rival, race.text, race.size)
        if mine and theirs:
            factor = f"{theirs.cpu / mine.cpu:.1f}×"
            rows.append(
                f"| {name} | {mine.cpu:.2f} | {theirs.cpu:.2f} | {factor} | ≥ {race.aim:g}× |"
            )
        else:
            rows.append(f"| {name} | – | – | not measured | ≥ {race.aim:g}× |")
    rows += ["", "| what | CPU s | MB/s | peak MB | aim | PDF bytes per byte |"]
    rows.append("|---|---|---|---|---|---|")
    for bound in BOUNDS:
        one = bench.measure("ours", bound.text, bound.size)
        aim = f"≤ {bound.memory:g} MB" if bound.memory else f"≤ {bound.cpu} s" if bound.cpu else "–"
        name = f"{size_of(bound.size)} {bound.text}"
        if one:
            rate, ratio = bound.size / MB / one.cpu, one.output / bound.size
            rows.append(
                f"| {name} | {one.cpu:.2f} | {rate:.2g} | {one.memory:.0f} | {aim} | {ratio:.2f} |"
            )
        else:
            rows.append(f"| {name} | – | – | – | {aim} | – |")
    return rows


def size_of(size: int) -> str:
    """A number of bytes for a person."""
    for unit, name in ((GB, "GiB"), (MB, "MiB"), (1000, "kB")):
        if size >= unit:
            return f"{size / unit:g} {name}"
    return f"{size} B"


def main() -> None:
    """Run it all; the large texts take some minutes."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="nothing over 10 MB; writes nothing")
    quick = parser.parse_args().quick
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), quick=quick)
        rows = table(bench)
        print("\n".join(rows))
        if quick:
            return
        for size in (1024, 32 * 1024, MB):
            for name in ("ours", "reportlab", "fpdf2", "texttopdf"):
                bench.measure(name, "ascii", size)
    python = platform.python_version()
    head = f"Medians, CPU time of whole processes, Python {python}, {platform.machine()}."
    (DOCS / "bench.md").write_text("\n".join(["# Bench", "", head, "", *rows, ""]), "utf-8")
    from bench.plot import draw

    draw(bench.costs, DOCS / "bench.svg")


if __name__ == "__main__":
    main()
