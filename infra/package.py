"""What travels to Lambda: the layer with the libraries, built by chalice, and proof of its origin.

chalice asks pip for wheels by name and version, and quietly compiles what has no fitting wheel,
against the deploying machine. So the built layer is compared with the wheels whose hashes
requirements.lock pins: every file of it must come out of one of those, unchanged.
"""

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from chalice.deploy.packager import DependencyBuilder, LayerDeploymentPackager
from chalice.utils import UI, OSUtils

from infra.explanation import StageError

ARCHITECTURE = "x86_64"
RUNTIME_GLIBC = {"python3.11": (2, 26), "python3.12": (2, 34), "python3.13": (2, 34)}
"""glibc of Lambda's runtimes: Amazon Linux 2 up to Python 3.11, Amazon Linux 2023 from 3.12.

Source: Lambda Developer Guide, 'Lambda runtimes'.
"""


def runtime() -> str:
    """The runtime that chalice deploys to: that of the Python that runs it."""
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


def build_layer(project: Path) -> Path:
    """The layer's zip, built or reused exactly as `chalice deploy` is about to."""
    system = OSUtils()
    packager = LayerDeploymentPackager(system, DependencyBuilder(system), UI(), ARCHITECTURE)
    return Path(packager.create_deployment_package(str(project), runtime()))


def verify_layer(layer: Path, lock: Path) -> None:
    """Raise StageError unless each file of the layer is from a wheel that the lock pins."""
    with tempfile.TemporaryDirectory() as folder:
        _download(lock, Path(folder))
        genuine = dict(_files_of_wheels(Path(folder)))
    with zipfile.ZipFile(layer) as built:
        prefix = f"python/lib/{runtime()}/site-packages/"
        found = {
            i.filename.removeprefix(prefix): (i.CRC, i.file_size)
            for i in built.infolist()
            if not i.is_dir()
        }
    foreign = sorted(name for name, what in found.items() if genuine.get(name) != what)
    missing = sorted(genuine.keys() - found.keys())
    if foreign or missing:
        layer.unlink()
        raise StageError(
            f"the built layer is not what {lock.name} pins: "
            + "; ".join([f"{name} differs" for name in foreign[:3]] + missing[:3])
            + f" ({len(foreign)} foreign, {len(missing)} missing). It was deleted. If "
            "requirements.txt has changed, run `make lock`; otherwise do not deploy"
        )


def _download(lock: Path, folder: Path) -> None:
    """Have pip fetch the pinned wheels that run on Lambda; it refuses every other hash."""
    _, minor = RUNTIME_GLIBC[runtime()]
    platforms = [f"manylinux_2_{n}_{ARCHITECTURE}" for n in range(minor, 4, -1)]
    platforms += [f"manylinux{old}_{ARCHITECTURE}" for old in ("2014", "2010", "1")]
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "download"]
    command += ["--require-hashes", "--no-deps", "--only-binary=:all:", "--implementation=cp"]
    command += [f"--platform={name}" for name in platforms]
    command += [f"--dest={folder}", f"--requirement={lock}"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise StageError(f"the wheels that {lock.name} pins cannot be had:\n{done.stderr.strip()}")


def _files_of_wheels(folder: Path) -> Iterator[tuple[str, tuple[int, int]]]:
    """Each file where chalice unpacks it to, with its checksum and size in bytes."""
    for path in folder.glob("*.whl"):
        with zipfile.ZipFile(path) as wheel:
            for info in wheel.infolist():
                top, _, rest = info.filename.partition("/")
                name = info.filename
                if top.endswith(".data") and rest.startswith(("purelib/", "platlib/")):
                    name = rest.partition("/")[2]
                if not info.is_dir():
                    yield name, (info.CRC, info.file_size)
