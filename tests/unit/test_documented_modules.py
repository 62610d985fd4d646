"""docs/converter.md lists the modules of the converter."""

import re
from pathlib import Path

from infra.deploy import PROJECT

CONVERTER = PROJECT / "chalicelib/converter"
PAGE = PROJECT / "docs/converter.md"


def listed() -> set[str]:
    """Return the modules in the first column of the table, such as `fonts/face` or `engine`."""
    modules: set[str] = set()
    table = PAGE.read_text("utf-8").partition("## Modules")[2].partition("\n\nDecisions")[0]
    for row in re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE):
        for group in row.split("; "):
            folder, names = group.split(": ") if ": " in group else ("", group)
            parents = Path(folder.strip("`"))
            modules |= {str(parents / name) for name in re.findall(r"`(\w+)`", names)}
    return modules


def test_each_listed_module_exists() -> None:
    missing = {module for module in listed() if not (CONVERTER / f"{module}.py").exists()}
    assert not missing


def test_every_module_of_a_folder_is_listed() -> None:
    paths = [path.relative_to(CONVERTER) for path in CONVERTER.glob("*/*.py")]
    modules = {str(path.with_suffix("")) for path in paths if path.stem != "__init__"}
    assert modules <= listed()
