"""`python -m bench [--quick]`: measure, print the table, write it and the plot into docs/."""

import argparse
import platform
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.corpus import MB, corpus
from bench.measuring import Cost, costs, ours, peer

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

    def measure(self, text: str, size: int, *names: str) -> list[Cost | None]:
        """What a text costs each converter, or None if it is not installed or too slow."""
        if self._quick and size > 10 * MB:
            return [None for _ in names]
        source, target = corpus(self._folder, text, size), self._folder / "out.pdf"
        commands: dict[str, list[str]] = {}
        for name in names:
            command = ours(source, target) if name == "ours" else peer(name, source, target)
            if command and (name, text, size) not in self.costs:
                commands[name] = command
        runs = 3 if self._quick or ("fpdf2" in commands and size >= MB) else 5
        if size > 20 * MB or text == "form-feeds":
            runs = 3 if (text, size) == ("ascii", 100 * MB) else 1
        found = costs(list(commands.values()), target, runs)
        self.costs |= {(name, text, size): cost for name, cost in zip(commands, found, strict=True)}
        return [self.costs.get((name, text, size)) for name in names]


def table(bench: Bench) -> list[str]:
    """The rows of the table, in Markdown."""
    rows = ["| what | ours, CPU s | peer, CPU s | reached | aim |", "|---|---|---|---|---|"]
    for race in RACES:
        name = f"{size_of(race.size)} {race.text} against {race.rival}"
        rivals = [one.rival for one in RACES if (one.text, one.size) == (race.text, race.size)]
        bench.measure(race.text, race.size, "ours", *rivals)
        mine, theirs = bench.measure(race.text, race.size, "ours", race.rival)
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
        (one,) = bench.measure(bound.text, bound.size, "ours")
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
            return f"{size / unit:,.4g} {name}"
    return f"{size} B"


def main() -> None:
    """Run it all; the large texts take some minutes."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="nothing over 10 MB; writes nothing")
    quick = parser.parse_args().quick
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), quick=quick)
        bench.measure("ascii", 1, "ours")  # has Python compile what is measured
        bench.costs.clear()
        rows = table(bench)
        print("\n".join(rows))
        if quick:
            return
        for size in (1024, 32 * 1024, MB):
            bench.measure("ascii", size, "ours", "reportlab", "fpdf2", "texttopdf")
    python = platform.python_version()
    head = f"Medians, CPU time of whole processes, Python {python}, {platform.machine()}."
    (DOCS / "bench.md").write_text("\n".join(["# Bench", "", head, "", *rows, ""]), "utf-8")
    from bench.plot import draw

    draw(bench.costs, DOCS / "bench.svg")


if __name__ == "__main__":
    main()
