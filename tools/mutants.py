"""Mutation testing of one family of modules with the tests that are about it.

`mutmut` finds out first which test reaches which function. With all tests that takes hours, so
each family has a copy of the project of its own, with its tests alone. What has been tried is
kept there for the next time.
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
            "chalicelib/records/record.py",
            "chalicelib/storage/items.py",
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
        ("tests/converter/layout/test_layout.py",),
    ),
    "painting": Family(
        ("chalicelib/converter/document/painter.py", "chalicelib/converter/document/pen.py"),
        (
            "tests/converter/document/test_drawing.py",
            _DOCUMENT,
            f"{_STRUCTURE}::test_every_character_is_in_one_marked_content_of_one_element",
            "tests/converter/document/test_to_unicode.py::test_private_characters_are_spelled_out",
            # Slow, and about other modules.
            f"--deselect={_DOCUMENT}::test_the_same_upload_gives_the_same_bytes_in_any_process",
            f"--deselect={_DOCUMENT}::test_poppler_reads_back_every_assigned_character",
            f"--deselect={_DOCUMENT}::test_the_page_tree_holds_any_number_of_pages",
            f"--deselect={_DOCUMENT}::test_text_stays_inside_the_margins",
        ),
    ),
    "decoding": Family(
        ("chalicelib/converter/reading/decoding.py", "chalicelib/converter/reading/encoding.py"),
        (
            "tests/converter/reading/test_decoding.py",
            "tests/converter/reading/test_mixed.py",
            "tests/converter/reading/test_nuls.py",
            "tests/converter/reading/test_charsets.py",
        ),
    ),
}


def main() -> int:
    """Run mutmut over families; print how many mutants of each module survive, and which."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutants")
    parser.add_argument("families", nargs="*", default=[*FAMILIES], metavar="FAMILY")
    parser.add_argument("--only", default="", help="names of mutants, with wildcards")
    given = parser.parse_args()
    if unknown := {*given.families} - {*FAMILIES}:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(FAMILIES)}")
    for name in given.families:
        folder = FOLDER / name
        _copy(folder, FAMILIES[name])
        mutmut = [str(Path(sys.executable).with_name("mutmut")), "run", *given.only.split()]
        subprocess.run(mutmut, cwd=folder, env={**os.environ, "CI": "true"}, check=False)
        for module in FAMILIES[name].modules:
            print(_told(folder, module))
    return 0


def _copy(folder: Path, family: Family) -> None:
    """Copy what has changed in the project, and add the family to mutmut's settings."""
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


def _told(folder: Path, module: str) -> str:
    """Return what became of a module's mutants, a line for each that no test noticed."""
    record = folder / "mutants" / f"{module}.meta"
    statuses = json.loads(record.read_text("utf-8"))["exit_code_by_key"]
    tried = {name: status for name, status in statuses.items() if status is not None}
    unnoticed = [name for name, status in tried.items() if status in (_SURVIVED, _UNTESTED)]
    counts = Counter(tried.values())
    share = 100 * len(unnoticed) / (len(tried) or 1)
    summary = (
        f"{module}: {len(tried)} of {len(statuses)} mutants tried, "
        f"{len(unnoticed)} unnoticed ({share:.1f} %), {counts[_UNTESTED]} of them untested"
    )
    return "\n".join([summary, *(f"  {name}" for name in unnoticed)])


if __name__ == "__main__":
    sys.exit(main())
