"""Run the commands of a documentation page line by line, with a local AWS.

python -m tests.documented docs/deploy.md …

Every line of every ```sh block must succeed. `aws` must be on the PATH (`make readme` installs it).
The commands run in a copy of the project.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from infra import emulator
from infra.deploy import PROJECT

IGNORED = shutil.ignore_patterns(".git", ".venv*", ".local", ".*_cache", "__pycache__")


def commands(page: str) -> list[str]:
    """Return the command lines of a page's ```sh blocks; a trailing backslash joins lines."""
    blocks = re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]


def script(lines: list[str]) -> str:
    """Return a shell script with all lines, which prints each and stops at the first failure."""
    steps = (f"printf '\\n$ %s\\n' {_quoted(line)}\n{line}" for line in lines)
    return "set -eu -o pipefail\n" + "\n".join(steps) + "\n"


def _quoted(line: str) -> str:
    return "'" + line.replace("'", "'\\''") + "'"


def run(page: Path, aws: emulator.Emulator) -> int:
    """Run the page's commands, and return the exit status of the first that fails, or 0."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "project"
        shutil.copytree(PROJECT, copy, ignore=IGNORED)
        (copy / ".venv").symlink_to(PROJECT / ".venv")
        return subprocess.run(
            ["bash", "-c", script(commands(page.read_text("utf-8")))],
            cwd=copy,
            env=aws.environment() | {"MAKEFLAGS": "--no-print-directory"},
        ).returncode


def main() -> int:
    """Run the commands of every page named on the command line, and return the exit status."""
    for name in sys.argv[1:]:
        page = Path(name)
        if not commands(page.read_text("utf-8")):
            print(f"{name}: no ```sh block", file=sys.stderr)
            return 2
        with emulator.running() as aws:
            status = run(page, aws)
        if status:
            print(f"\n{name}: the last command above failed ({status})", file=sys.stderr)
            return 1
        print(f"\n{name}: every command works")
    return 0


if __name__ == "__main__":
    os.umask(0o077)
    sys.exit(main())
