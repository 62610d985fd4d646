"""Decode all generated texts, print the shares of correct ones, and write them to docs/."""

import argparse
import sys
from collections import Counter
from pathlib import Path

from bench.encoding.readers import READERS
from bench.encoding.texts import LENGTHS, cases

DOCS = Path(__file__).parent.parent.parent / "docs" / "encodings.md"
_MARKER = "<!-- make bench-encoding writes what follows -->"


def main() -> int:
    """Print the table, and write it to docs/ unless --only or --row is options."""
    parser = argparse.ArgumentParser(prog="python -m bench.encoding")
    parser.add_argument("--only", choices=READERS, help="measure only this reader; write no file")
    parser.add_argument("--each", type=int, default=3, help="texts of each kind and length (3)")
    parser.add_argument("--row", default="", help="only rows that contain this; write no file")
    parser.add_argument("--failures", type=int, default=0, help="number of wrong results to print")
    options = parser.parse_args()
    names = [options.only] if options.only else [*READERS]
    right: Counter[tuple[str, str, int]] = Counter()
    total: Counter[tuple[str, int]] = Counter()
    for case in cases(each=options.each):
        if options.row not in case.row:
            continue
        total[case.row, case.length] += 1
        for name in names:
            text = READERS[name](case)
            right[name, case.row, case.length] += text == case.text
            if text != case.text and options.failures:
                options.failures -= 1
                print(f"{case.row} {case.length}: {case.text[:70]!r} → {(text or '')[:70]!r}")
    table = "\n".join(_lines(names, right, total))
    print(table)
    if not options.only and not options.row:
        before = DOCS.read_text("utf-8").partition(_MARKER)[0]
        DOCS.write_text(f"{before}{_MARKER}\n\n{table}\n", "utf-8")
    return 0


def _lines(
    names: list[str], right: Counter[tuple[str, str, int]], total: Counter[tuple[str, int]]
) -> list[str]:
    lines = [
        f"| texts | characters | number | {' | '.join(names)} |",
        f"|---|---|---|{'---|' * len(names)}",
    ]
    for row in dict.fromkeys(row for row, _ in total):
        for length in LENGTHS:
            if number := total[row, length]:
                shares = [f"{100 * right[name, row, length] / number:.1f} %" for name in names]
                lines.append(f"| {row} | {length:,} | {number} | {' | '.join(shares)} |")
    return lines


if __name__ == "__main__":
    sys.exit(main())
