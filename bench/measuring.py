"""CPU time and memory of whole processes, including interpreter start, imports and exit."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.peers import SHAPED, font_file


@dataclass(frozen=True)
class Cost:
    """CPU seconds (user and system), peak resident memory in megabytes, bytes of the PDF."""

    cpu: float
    memory: float
    output: int


def ours(source: Path, target: Path, checkout: Path | None = None) -> list[str]:
    """Return the command that converts with this project, or with another checkout of it."""
    command = [sys.executable, "-m", "chalicelib.converter", str(source), str(target)]
    return ["sh", "-c", 'cd "$0" && exec "$@"', str(checkout), *command] if checkout else command


def peer(name: str, source: Path, target: Path) -> list[str] | None:
    """Return the command that converts with a peer, or None if it is not installed."""
    if name == "texttopdf":
        program = shutil.which("texttopdf") or "/usr/lib/cups/filter/texttopdf"
        if not Path(program).exists():
            return None
        return ["sh", "-c", f"{program} 1 user title 1 '' '{source}' > '{target}'"]
    if name in SHAPED and not font_file(SHAPED[name]).exists():
        return None
    return [sys.executable, "-m", "bench.peers", name, str(source), str(target)]


def costs(commands: Sequence[list[str]], target: Path, runs: int) -> list[Cost]:
    """Run each command `runs` times, and return its median costs."""
    return [
        Cost(median(run.cpu for run in group), median(run.memory for run in group), group[0].output)
        for group in zip(*rounds(commands, target, runs), strict=True)
    ]


def rounds(commands: Sequence[list[str]], target: Path, runs: int) -> list[list[Cost]]:
    """Run all commands `runs` times, alternately, so that changes of load affect all alike."""
    return [[_once(command, target) for command in commands] for _ in range(runs)]


# CUPS filters read the charset from the environment. Python must be allowed to write bytecode.
_ENVIRONMENT = {**os.environ, "CHARSET": "utf-8"}
_ENVIRONMENT.pop("PYTHONDONTWRITEBYTECODE", None)


def _once(command: list[str], target: Path) -> Cost:
    child = subprocess.Popen(command, stderr=subprocess.PIPE, env=_ENVIRONMENT)
    assert child.stderr
    message = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"{' '.join(command)}: {message.decode()[-500:]}")
    size = target.stat().st_size
    target.unlink()
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, size)
