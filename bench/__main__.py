"""Measure this converter and its peers, print the tables, write them and the plot into docs/."""

import argparse
import platform
import sys
import tempfile
from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.against import compared
from bench.corpus import GB, MB, TEXTS, corpus, size_of
from bench.measuring import Cost, costs, ours, peer

DOCS = Path(__file__).parent.parent / "docs"


@dataclass(frozen=True)
class Race:
    """The same text through this converter and a peer: how many times less CPU is aimed at.

    Where the whole text takes a peer many minutes, it may get the first `piece` bytes of it alone;
    then megabytes per CPU second are compared, which favours the peer: it gets slower with size.
    """

    text: str
    size: int
    rival: str
    aim: float
    piece: int | None = None

    @property
    def sizes(self) -> dict[str, int]:
        """What each of the two converts, in bytes."""
        return {"ours": self.size, self.rival: self.piece or self.size}


RACES = (
    Race("ascii", MB, "fpdf2", 20),
    Race("ascii", 10 * MB, "reportlab", 5),
    Race("ascii", 100 * MB, "reportlab", 10),
    Race("ascii", 10 * MB, "texttopdf", 3),
    Race("european", 10 * MB, "reportlab-dejavu", 3),
    Race("cjk", 10 * MB, "reportlab-wqy", 2),
    Race("arabic", 10 * MB, "fpdf2-arabic", 10, piece=256_000),
    Race("devanagari", 10 * MB, "fpdf2-devanagari", 10, piece=256_000),
)


@dataclass(frozen=True)
class Bound:
    """A text on its own: megabytes of memory, and CPU seconds, it may take at the most.

    `rate` is the least number of megabytes of text per CPU second.
    """

    text: str
    size: int
    memory: float | None = None
    cpu: float | None = None
    rate: float | None = None

    def aim(self) -> str:
        """The bounds, for a person."""
        aims = (
            f"≤ {self.cpu} s" if self.cpu else "",
            f"≥ {self.rate:g} MB/s" if self.rate else "",
            f"≤ {self.memory:g} MB" if self.memory else "",
        )
        return ", ".join(filter(None, aims)) or "–"


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
    Bound("arabic", 10 * MB, memory=100, rate=1),
    Bound("devanagari", 10 * MB, memory=100, rate=1),
    Bound("many-scripts", 10 * MB, memory=100),
)


class Bench:
    """Measures each command once, however many rows of the table need it."""

    def __init__(self, folder: Path, *, quick: bool) -> None:
        self._folder = folder
        self._quick = quick
        self.costs: dict[tuple[str, str, int], Cost] = {}

    def measure(self, text: str, sizes: Mapping[str, int]) -> list[Cost | None]:
        """What so many bytes of a text cost each converter.

        None where it is not installed, or this many are too many.
        """
        wanted = [(name, text, size) for name, size in sizes.items()]
        target = self._folder / "out.pdf"
        commands: dict[tuple[str, str, int], list[str]] = {}
        for one in wanted:
            name, _, size = one
            if one in self.costs or (self._quick and size > 10 * MB):
                continue
            source = corpus(self._folder, text, size)
            command = ours(source, target) if name == "ours" else peer(name, source, target)
            if command:
                commands[one] = command
        if commands:
            names = ", ".join(name for name, _, _ in commands)
            print(f"measuring {text}, {size_of(max(sizes.values()))}: {names} …", file=sys.stderr)
        found = costs(list(commands.values()), target, self._runs(text, sizes))
        self.costs |= dict(zip(commands, found, strict=True))
        return [self.costs.get(one) for one in wanted]

    def _runs(self, text: str, sizes: Mapping[str, int]) -> int:
        if max(sizes.values()) > 20 * MB or text == "form-feeds":
            return 3 if (text, sizes["ours"]) == ("ascii", 100 * MB) else 1
        slow = any("fpdf2" in name and size >= 256_000 for name, size in sizes.items())
        return 3 if self._quick or slow else 5


def table(bench: Bench, races: Sequence[Race], bounds: Sequence[Bound]) -> list[str]:
    """The rows of the table, in Markdown."""
    rows = ["| what | ours, CPU s | peer, CPU s | reached | aim |", "|---|---|---|---|---|"]
    for race in races:
        name = f"{size_of(race.size)} {race.text} against {race.rival}"
        if race.piece:
            name += f" (on {size_of(race.piece)}, by rate)"
        same = [one.sizes for one in races if (one.text, one.size) == (race.text, race.size)]
        bench.measure(race.text, dict(ChainMap(*same)))
        mine, theirs = bench.measure(race.text, race.sizes)
        if mine and theirs:
            factor = theirs.cpu / mine.cpu * race.size / race.sizes[race.rival]
            rows.append(
                f"| {name} | {mine.cpu:.2f} | {theirs.cpu:.2f} | {factor:.1f}× | ≥ {race.aim:g}× |"
            )
        else:
            rows.append(f"| {name} | – | – | not measured | ≥ {race.aim:g}× |")
    rows += ["", "| what | CPU s | MB/s | peak MB | aim | PDF bytes per byte |"]
    rows.append("|---|---|---|---|---|---|")
    for bound in bounds:
        (one,) = bench.measure(bound.text, {"ours": bound.size})
        aim = bound.aim()
        name = f"{size_of(bound.size)} {bound.text}"
        if one:
            rate, ratio = bound.size / 1e6 / one.cpu, one.output / bound.size
            rows.append(
                f"| {name} | {one.cpu:.2f} | {rate:.2g} | {one.memory:.0f} | {aim} | {ratio:.2f} |"
            )
        else:
            rows.append(f"| {name} | – | – | – | {aim} | – |")
    return rows


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="nothing over 10 MiB; writes nothing")
    parser.add_argument(
        "--only",
        type=lambda texts: texts.split(","),
        metavar="TEXT,TEXT",
        help=f"the rows of these texts; writes nothing; of {', '.join(TEXTS)}",
    )
    parser.add_argument(
        "--whole-peers", action="store_true", help="slow peers get all of a text, not a piece"
    )
    parser.add_argument(
        "--against",
        metavar="REVISION",
        help="compare with the converter of another revision of git instead; writes nothing",
    )
    parsed = parser.parse_args()
    if unknown := set(parsed.only or ()) - set(TEXTS):
        parser.error(f"no text is called {', '.join(sorted(unknown))}: --help lists them")
    return parsed


def main() -> None:
    """Run it all; the large texts take some minutes."""
    parsed = arguments()
    texts = parsed.only or list(TEXTS)
    races = [one for one in RACES if one.text in texts]
    if parsed.whole_peers:
        races = [replace(one, piece=None) for one in races]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if parsed.against:
            print("\n".join(compared(parsed.against, folder, texts)))
            return
        bench = Bench(folder, quick=parsed.quick)
        bench.measure("ascii", {"ours": 1})  # has Python compile what is measured
        bench.costs.clear()
        rows = table(bench, races, [one for one in BOUNDS if one.text in texts])
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
