"""Mutation testing of a family of modules with the tests for it.

`mutmut` first determines which tests reach which functions. With all tests this takes hours, so
each family has a separate copy of the project, with its own tests only. Results are kept there and
reused by the next run.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".local" / "mutants"
_SURVIVED, _UNTESTED = 0, 33  # exit statuses in mutmut's records


@dataclass(frozen=True)
class Family:
    """Modules that are mutated together, and the arguments of pytest that select their tests."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


_DOCUMENT = "tests/converter/document/test_document.py"
_STRUCTURE = "tests/converter/document/test_structure.py"
FAMILIES = {
    "pipeline": Family(
        (
            "chalicelib/pipeline/pipeline.py",
            "chalicelib/records/claim.py",
            "chalicelib/records/lease.py",
            "chalicelib/records/record.py",
            "chalicelib/storage/item_format.py",
            "chalicelib/storage/table.py",
        ),
        ("tests/unit", "tests/protocol", "--deselect=tests/protocol/test_exhaustive.py"),
    ),
    "layout": Family(
        (
            "chalicelib/converter/layout/layout.py",
            "chalicelib/converter/layout/grid.py",
            "chalicelib/converter/layout/long_line.py",
        ),
        ("tests/converter/layout/test_layout.py", "tests/converter/layout/test_pieces.py"),
    ),
    "painting": Family(
        ("chalicelib/converter/drawing/painter.py", "chalicelib/converter/drawing/pen.py"),
        (
            "tests/converter/drawing/test_drawing.py",
            _DOCUMENT,
            f"{_STRUCTURE}::test_every_character_is_in_one_marked_content_of_one_element",
            "tests/converter/drawing/test_to_unicode.py::test_private_characters_are_spelled_out",
            # Slow, and for other modules.
            f"--deselect={_DOCUMENT}::test_the_same_upload_gives_the_same_bytes_in_any_process",
            f"--deselect={_DOCUMENT}::test_poppler_reads_back_every_assigned_character",
            f"--deselect={_DOCUMENT}::test_the_page_tree_holds_any_number_of_pages",
            f"--deselect={_DOCUMENT}::test_text_stays_inside_the_margins",
        ),
    ),
    "decoding": Family(
        ("chalicelib/converter/reading/decoding.py", "chalicelib/converter/detection/encoding.py"),
        (
            "tests/converter/reading/test_decoding.py",
            "tests/converter/reading/test_doubtful_encodings.py",
            "tests/converter/detection/test_mixed.py",
            "tests/converter/detection/test_unmarked_utf16.py",
            "tests/converter/detection/test_charsets.py",
        ),
    ),
}


def main() -> int:
    """Run mutmut for the families, and print the surviving mutants of each module."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutants")
    parser.add_argument("families", nargs="*", default=[*FAMILIES], metavar="FAMILY")
    parser.add_argument("--only", default="", help="names of mutants, with wildcards")
    options = parser.parse_args()
    if unknown := {*options.families} - {*FAMILIES}:
        parser.error(
            f"unknown families: {', '.join(sorted(unknown))}; choose from {', '.join(FAMILIES)}"
        )
    for name in options.families:
        folder = FOLDER / name
        _copy(folder, FAMILIES[name])
        mutmut = [str(Path(sys.executable).with_name("mutmut")), "run", *options.only.split()]
        subprocess.run(mutmut, cwd=folder, env={**os.environ, "CI": "true"}, check=False)
        for module in FAMILIES[name].modules:
            print(_summary(folder, module))
    return 0


def _copy(folder: Path, family: Family) -> None:
    """Copy changed files of the project to the folder, and add the family to mutmut's settings."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        source, target = ROOT / name, folder / name
        if not source.is_file():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or source.stat().st_mtime > target.stat().st_mtime:
            shutil.copy2(source, target)
    settings = (ROOT / "pyproject.toml").read_text("utf-8") + (
        f"only_mutate = {json.dumps(family.modules)}\n"
        f"pytest_add_cli_args_test_selection = {json.dumps(family.tests)}\n"
    )
    (folder / "pyproject.toml").write_text(settings, "utf-8")


def _summary(folder: Path, module: str) -> str:
    """Return a summary of a module's mutants, with a line for each that survived."""
    record = folder / "mutants" / f"{module}.meta"
    statuses = json.loads(record.read_text("utf-8"))["exit_code_by_key"]
    tried = {name: status for name, status in statuses.items() if status is not None}
    survivors = [name for name, status in tried.items() if status in (_SURVIVED, _UNTESTED)]
    counts = Counter(tried.values())
    share = 100 * len(survivors) / (len(tried) or 1)
    summary = (
        f"{module}: {len(tried)} of {len(statuses)} mutants tried, "
        f"{len(survivors)} survivors ({share:.1f} %), {counts[_UNTESTED]} of them untested"
    )
    return "\n".join([summary, *(f"  {name}" for name in survivors)])


if __name__ == "__main__":
    sys.exit(main())
