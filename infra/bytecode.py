"""Bytecode in Lambda packages, so that cold starts need not compile modules.

Lambda's file system is read-only where packages are, so modules without bytecode in the package
are compiled at every cold start. The .pyc files are hash-based and unchecked (PEP 552): Python
loads them whatever modification times the files get when the package is unpacked.
"""

import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

from infra.explanation import StageError

FILE_TIME = (1980, 1, 1, 0, 0, 0)
"""Modification time of every file in a package; constant, so that builds are reproducible."""


def incompatibility() -> str | None:
    """Return why this interpreter's bytecode will not load on Lambda, or None if it will."""
    version = ".".join(map(str, sys.version_info[:3]))
    expected = f"cpython-{sys.version_info.major}{sys.version_info.minor}"
    if sys.implementation.cache_tag != expected:
        return f"this Python is {sys.implementation.cache_tag}, and Lambda's is {expected}"
    if sys.version_info.releaselevel != "final":
        return f"this Python is {version} {sys.version_info.releaselevel}, and Lambda's is final"
    return None


def compiled_name(source: str) -> str:
    """Return the path of a source file's compiled module (PEP 3147).

    For `a/b.py` it is `a/__pycache__/b.cpython-312.pyc`, with the tag of this interpreter.
    """
    path = PurePosixPath(source)
    return str(path.parent / "__pycache__" / f"{path.stem}.{sys.implementation.cache_tag}.pyc")


def add_bytecode(package: Path, target: str) -> None:
    """Rewrite and compress the zip `package`, with a compiled module for each of its sources.

    `target` is the folder that Lambda unpacks it to, which tracebacks show. The zip depends on the
    names and contents of its files only. If this interpreter's bytecode will not load on Lambda,
    prints a warning and adds none. Raises StageError if a source does not compile.
    """
    reason = incompatibility()
    if reason:
        print(f"NOT COMPILED: {reason}. Each cold start will compile the package", file=sys.stderr)
    with zipfile.ZipFile(package) as archive, tempfile.TemporaryDirectory() as folder:
        sources = sorted(n for n in archive.namelist() if n.endswith(".py") and not reason)
        archive.extractall(folder, sources)
        _compile(Path(folder), target)
        added = {name: (Path(folder) / name).read_bytes() for name in map(compiled_name, sources)}
        kept = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    _write(package, kept | added)


def _compile(folder: Path, target: str) -> None:
    """Compile all sources in the folder, in a separate process to make the result reproducible.

    Marshalled bytecode depends on references that other loaded modules hold to interned strings.
    """
    command = [sys.executable, "-s", "-S", "-P", "-m", "compileall", "-q"]
    command += ["--invalidation-mode=unchecked-hash", "-s", str(folder), "-p", target, str(folder)]
    environment = {"PYTHONHASHSEED": "0", "PATH": os.environ.get("PATH", "")}
    process = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if process.returncode:
        raise StageError(f"a library does not compile: {process.stdout.strip()}")


def _write(package: Path, files: dict[str, bytes]) -> None:
    """Write the zip with its files sorted by name, and replace `package` by it atomically."""
    new = package.with_suffix(".new")
    with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, FILE_TIME)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])
    new.replace(package)
