"""Compare this converter with its peers, print the tables, and write tables and plot to docs/."""

import argparse
import platform
import sys
import tempfile
from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from bench.against import compared, speeds
from bench.corpus import GB, MB, TEXTS, corpus, size_of
from bench.measuring import Cost, costs, ours, peer

DOCS = Path(__file__).parent.parent / "docs"


@dataclass(frozen=True)
class Comparison:
    """A text converted by this converter and a peer; `aim` is the desired ratio of CPU times.

    If a peer would take many minutes, it converts only the first `peer_size` bytes. Then megabytes
    per CPU second are compared, which favours the peer, since it gets slower with size.
    """

    text: str
    size: int
    peer: str
    aim: float | None = None
    peer_size: int | None = None

    @property
    def sizes(self) -> dict[str, int]:
        """Number of bytes that each of the two converts."""
        return {"ours": self.size, self.peer: self.peer_size or self.size}


COMPARISONS = (
    Comparison("ascii", MB, "fpdf2", 20),
    Comparison("ascii", MB, "mupdf"),
    Comparison("odyssey", 697_434, "reportlab"),
    Comparison("odyssey", 6_974_340, "reportlab"),
    Comparison("ascii", 10 * MB, "reportlab", 5),
    Comparison("ascii", 100 * MB, "reportlab", 10),
    Comparison("ascii", 10 * MB, "texttopdf", 3),
    Comparison("european", 10 * MB, "reportlab-dejavu", 3),
    Comparison("cjk", 10 * MB, "reportlab-wqy", 2),
    Comparison("arabic", 10 * MB, "fpdf2-arabic", 10, peer_size=256_000),
    Comparison("devanagari", 10 * MB, "fpdf2-devanagari", 10, peer_size=256_000),
)


@dataclass(frozen=True)
class Budget:
    """Budgets for a text: maximum memory in megabytes and CPU seconds, and minimum rate.

    `rate` is in megabytes of text per CPU second. `converter` is this project's command, or its
    warm process that converts the text as many small files.
    """

    text: str
    size: int
    memory: float | None = None
    cpu: float | None = None
    rate: float | None = None
    converter: Literal["ours", "ours-warm"] = "ours"

    @property
    def name(self) -> str:
        """What is converted."""
        if self.converter == "ours-warm":
            return f"{self.size // 1024:,} files of 1 KiB {self.text}, in one process"
        return f"{size_of(self.size)} {self.text}"

    def aim(self) -> str:
        """Return the budgets as text."""
        aims = (
            f"≤ {self.cpu} s" if self.cpu else "",
            f"≥ {self.rate:g} MB/s" if self.rate else "",
            f"≤ {self.memory:g} MB" if self.memory else "",
        )
        return ", ".join(filter(None, aims)) or "–"


BUDGETS = (
    Budget("ascii", 1024, cpu=0.35),
    Budget("ascii", 100 * MB, memory=100),
    Budget("ascii", GB, memory=200),
    Budget("ascii", 10_000 * 1024, memory=100, converter="ours-warm"),
    Budget("wrapped", 100_000_000, memory=100),
    Budget("paragraphs", 20_000_000, memory=100),
    Budget("cyrillic", 20_000_000, memory=100),
    Budget("one-line", 10 * MB),
    Budget("one-line", 100 * MB, memory=100),
    Budget("empty-lines", 1_000_000),
    Budget("empty-lines", 10_000_000, memory=100),
    Budget("form-feeds", 100_000),
    Budget("form-feeds", 1_000_000, memory=200),
    Budget("arabic", 10 * MB, memory=100, rate=1),
    Budget("devanagari", 10 * MB, memory=100, rate=1),
    Budget("many-scripts", 10 * MB, memory=100),
    Budget("emoji", 5_000_000, memory=100),
    Budget("assigned", 1_000_000, memory=200),
    Budget("alternating", 1_000_000, memory=100),
)


class Bench:
    """Measures commands, each only once, even if several rows of the table need it."""

    def __init__(self, folder: Path, *, quick: bool) -> None:
        self._folder = folder
        self._quick = quick
        self.costs: dict[tuple[str, str, int], Cost] = {}

    def measure(self, text: str, sizes: Mapping[str, int]) -> list[Cost | None]:
        """Return the cost of converting a text with each converter; `sizes` are in bytes.

        None stands for a converter that is not installed, or a text too large for --quick.
        """
        measurements = [(name, text, size) for name, size in sizes.items()]
        target = self._folder / "out.pdf"
        commands: dict[tuple[str, str, int], list[str]] = {}
        for measurement in measurements:
            name, _, size = measurement
            if measurement in self.costs or (self._quick and size > 10 * MB):
                continue
            source = corpus(self._folder, text, size)
            command = ours(source, target) if name == "ours" else peer(name, source, target)
            if command:
                commands[measurement] = command
        if commands:
            names = ", ".join(name for name, _, _ in commands)
            print(f"measuring {text}, {size_of(max(sizes.values()))}: {names} …", file=sys.stderr)
        measured = costs(list(commands.values()), target, self._runs(text, sizes))
        self.costs |= dict(zip(commands, measured, strict=True))
        return [self.costs.get(measurement) for measurement in measurements]

    def _runs(self, text: str, sizes: Mapping[str, int]) -> int:
        if max(sizes.values()) > 20 * MB or text == "form-feeds":
            return 3 if (text, sizes.get("ours")) == ("ascii", 100 * MB) else 1
        slow = any("fpdf2" in name and size >= 256_000 for name, size in sizes.items())
        return 3 if self._quick or slow else 5


def table(bench: Bench, comparisons: Sequence[Comparison], budgets: Sequence[Budget]) -> list[str]:
    """Return the lines of the Markdown tables."""
    rows = ["| what | ours, CPU s | peer, CPU s | reached | aim |", "|---|---|---|---|---|"]
    for comparison in comparisons:
        name = f"{size_of(comparison.size)} {comparison.text} against {comparison.peer}"
        aim = f"≥ {comparison.aim:g}×" if comparison.aim else "–"
        if comparison.peer_size:
            name += f" (on {size_of(comparison.peer_size)}, by rate)"
        text, size = comparison.text, comparison.size
        bench.measure(
            text,
            dict(ChainMap(*(c.sizes for c in comparisons if (c.text, c.size) == (text, size)))),
        )
        cost, peer_cost = bench.measure(text, comparison.sizes)
        if cost and peer_cost:
            factor = peer_cost.cpu / cost.cpu * size / comparison.sizes[comparison.peer]
            cells = (name, f"{cost.cpu:.2f}", f"{peer_cost.cpu:.2f}", f"{factor:.1f}×")
            rows.append(f"| {' | '.join(cells)} | {aim} |")
        else:
            rows.append(f"| {name} | – | – | not measured | {aim} |")
    rows += ["", "| what | CPU s | MB/s | peak MB | aim | PDF bytes per byte |"]
    rows.append("|---|---|---|---|---|---|")
    for budget in budgets:
        (measured,) = bench.measure(budget.text, {budget.converter: budget.size})
        name, aim = budget.name, budget.aim()
        if measured:
            rate, ratio = budget.size / 1e6 / measured.cpu, measured.output / budget.size
            cells = (name, f"{measured.cpu:.2f}", f"{rate:.2g}", f"{measured.memory:.0f}")
            rows.append(f"| {' | '.join(cells)} | {aim} | {ratio:.2f} |")
        else:
            rows.append(f"| {name} | – | – | – | {aim} | – |")
    return rows


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="skip texts over 10 MiB, and write no files"
    )
    parser.add_argument(
        "--only",
        type=lambda texts: texts.split(","),
        metavar="TEXT,TEXT",
        help=f"only these texts, of {', '.join(TEXTS)}; write no files",
    )
    parser.add_argument(
        "--whole-peers", action="store_true", help="let slow peers convert whole texts, too"
    )
    parser.add_argument(
        "--against",
        metavar="REVISION",
        help="compare with the converter of another git revision instead, and write no files",
    )
    parsed = parser.parse_args()
    if unknown := set(parsed.only or ()) - set(TEXTS):
        parser.error(f"unknown texts: {', '.join(sorted(unknown))}; --help lists all texts")
    return parsed


def main() -> None:
    """Run all benchmarks; the large texts take several minutes."""
    parsed = arguments()
    texts = parsed.only or list(TEXTS)
    comparisons = [comparison for comparison in COMPARISONS if comparison.text in texts]
    if parsed.whole_peers:
        comparisons = [replace(comparison, peer_size=None) for comparison in comparisons]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if parsed.against:
            tables = [compared(parsed.against, folder, texts)]
            if parsed.only:
                tables.append(speeds(parsed.against, folder, texts))
            print("\n\n".join("\n".join(rows) for rows in tables if rows))
            return
        bench = Bench(folder, quick=parsed.quick)
        bench.measure("ascii", {"ours": 1})  # compiles the measured modules
        bench.costs.clear()
        rows = table(bench, comparisons, [budget for budget in BUDGETS if budget.text in texts])
        print("\n".join(rows))
        if parsed.quick or parsed.only:
            return
        for size in (1024, 32 * 1024, MB):
            converters = ("ours", "reportlab", "fpdf2", "texttopdf")
            bench.measure("ascii", dict.fromkeys(converters, size))
    python = platform.python_version()
    head = f"Medians, CPU time of whole processes, Python {python}, {platform.machine()}."
    (DOCS / "bench.md").write_text("\n".join(["# Bench", "", head, "", *rows, ""]), "utf-8")
    from bench.plot import draw

    draw(bench.costs, DOCS / "bench.svg")


if __name__ == "__main__":
    main()
