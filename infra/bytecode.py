"""Compiled modules beside the sources of a package, so that no cold start compiles them anew.

Lambda's file system is read-only where packages are: what is not compiled in the package is
compiled at every start. These are hash-based and unchecked (PEP 552): whatever times unpacking
gives to the files, Python takes them as they are, and nothing in a package ever changes.
"""

import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

from infra.explanation import StageError

WRITTEN = (1980, 1, 1, 0, 0, 0)
"""The time of every file in a package: of no meaning, and always the same."""


def unfit() -> str | None:
    """Why what this Python compiles is nothing for the Lambda runtime of its version, if so."""
    version = ".".join(map(str, sys.version_info[:3]))
    expected = f"cpython-{sys.version_info.major}{sys.version_info.minor}"
    if sys.implementation.cache_tag != expected:
        return f"this Python is {sys.implementation.cache_tag}, and Lambda's is {expected}"
    if sys.version_info.releaselevel != "final":
        return f"this Python is {version} {sys.version_info.releaselevel}, and Lambda's is final"
    return None


def compiled_name(source: str) -> str:
    """Where in a package the compiled module of a source belongs (PEP 3147)."""
    path = PurePosixPath(source)
    return str(path.parent / "__pycache__" / f"{path.stem}.{sys.implementation.cache_tag}.pyc")


def add(package: Path, place: str) -> None:
    """Put a compiled module beside each source of the zip, which is unpacked to `place`.

    The same sources become the same bytes. Says so aloud, and leaves them out, if this Python is
    not Lambda's. Raise StageError if a source does not compile.
    """
    reason = unfit()
    if reason:
        print(f"NOT COMPILED: {reason}. Each cold start will compile the package", file=sys.stderr)
        return
    with zipfile.ZipFile(package) as opened, tempfile.TemporaryDirectory() as folder:
        sources = sorted(name for name in opened.namelist() if name.endswith(".py"))
        opened.extractall(folder, sources)
        _compile(Path(folder), place)
        added = {name: (Path(folder) / name).read_bytes() for name in map(compiled_name, sources)}
        kept = {name: opened.read(name) for name in opened.namelist() if not name.endswith("/")}
    _write(package, kept | added)


def _compile(folder: Path, place: str) -> None:
    """Compile all below the folder, in a process of its own: what else is loaded would show."""
    command = [sys.executable, "-s", "-S", "-P", "-m", "compileall", "-q"]
    command += ["--invalidation-mode=unchecked-hash", "-s", str(folder), "-p", place, str(folder)]
    environment = {"PYTHONHASHSEED": "0", "PATH": os.environ.get("PATH", "")}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise StageError(f"a library does not compile: {done.stdout.strip()}")


def _write(package: Path, files: dict[str, bytes]) -> None:
    """The zip, in the order of names and whole at any time."""
    new = package.with_suffix(".new")
    with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, WRITTEN)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])
    new.replace(package)
