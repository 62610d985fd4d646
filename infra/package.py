"""What travels to Lambda: our code, the layer with the libraries, and proof of the layer's origin.

chalice asks pip for wheels by name and version, and quietly builds what has no fitting wheel,
against the deploying machine. So the built layer is compared with the wheels whose hashes
requirements.lock pins: every file of it must come out of one of those, unchanged. Then compiled
modules are added. chalice takes a package that lies in its cache under the name it looks for: what
is finished here, before it looks, is what it ships.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import TypeVar

import botocore
from chalice.deploy.packager import (
    AppOnlyDeploymentPackager,
    DependencyBuilder,
    LayerDeploymentPackager,
    NoSuchPackageError,
    PackageDownloadError,
)
from chalice.utils import UI, OSUtils

from infra import bytecode
from infra.explanation import StageError

ARCHITECTURE = "x86_64"
RUNTIME_GLIBC = {"python3.11": (2, 26), "python3.12": (2, 34), "python3.13": (2, 34)}
"""glibc of Lambda's runtimes: Amazon Linux 2 up to Python 3.11, Amazon Linux 2023 from 3.12.

Source: Lambda Developer Guide, 'Lambda runtimes'.
"""

P = TypeVar("P", LayerDeploymentPackager, AppOnlyDeploymentPackager)
Files = Mapping[str, tuple[int, int]]
"""Checksum and size in bytes of each file, by its path below site-packages."""


def runtime() -> str:
    """The runtime that chalice deploys to: that of the Python that runs it."""
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


def platforms() -> list[str]:
    """Wheel tags of what runs on the runtime, best first (PEP 600 and its older names)."""
    _, minor = RUNTIME_GLIBC[runtime()]
    return [f"manylinux_2_{n}_{ARCHITECTURE}" for n in range(minor, 4, -1)] + [
        f"manylinux{old}_{ARCHITECTURE}" for old in ("2014", "2010", "1")
    ]


def build_layer(project: Path) -> Path:
    """The zip with the libraries that `chalice deploy` is about to ship, built if it has to be.

    One that was finished earlier is taken again if neither it nor the lock has changed since. Raise
    StageError, and leave none, unless it is what requirements.lock pins.
    """
    packager = _packager(LayerDeploymentPackager)
    layer = Path(packager.deployment_package_filename(str(project), runtime()))
    lock = project / "requirements.lock"
    if not _is_finished(layer, lock):
        pinned = pinned_files(lock)
        layer.unlink(missing_ok=True)
        _build(packager, project)
        verify_layer(layer, pinned)
        bytecode.add(layer, "/opt")
        finish(layer, lock)
    return layer


def build_code(project: Path) -> Path:
    """The zip with our own code that `chalice deploy` is about to ship, built if it has to be."""
    remove_caches(project)
    packager = _packager(AppOnlyDeploymentPackager)
    code = Path(packager.deployment_package_filename(str(project), runtime()))
    if not _is_finished(code):
        code.unlink(missing_ok=True)
        _build(packager, project)
        bytecode.add(code, "/var/task")
        finish(code)
    return code


def remove_caches(project: Path) -> None:
    """Remove compiled Python from what chalice packs, which is all that lies in chalicelib."""
    for cache in (project / "chalicelib").rglob("__pycache__"):
        shutil.rmtree(cache)


Packager = LayerDeploymentPackager | AppOnlyDeploymentPackager


def _packager(kind: type[P]) -> P:
    system = OSUtils()
    return kind(system, DependencyBuilder(system), UI(StringIO()), ARCHITECTURE)


def _build(packager: Packager, project: Path) -> None:
    """Have chalice build what it has not in its cache."""
    try:
        packager.create_deployment_package(str(project), runtime())
    except (NoSuchPackageError, PackageDownloadError) as error:
        last = str(error).strip().splitlines()[-1]
        raise StageError(f"requirements.txt: pip cannot get all it names: {last}") from error


def _is_finished(package: Path, *made_of: Path) -> bool:
    seal = _seal(package)
    return package.exists() and seal.exists() and seal.read_text() == _digests(package, *made_of)


def finish(package: Path, *made_of: Path) -> None:
    """Note that the package is whole, in these very bytes, and made of these very files."""
    _seal(package).write_text(_digests(package, *made_of))


def _seal(package: Path) -> Path:
    return package.with_suffix(".sha256")


def _digests(*files: Path) -> str:
    return "".join(f"{hashlib.sha256(f.read_bytes()).hexdigest()}  {f.name}\n" for f in files)


def pinned_files(lock: Path) -> Files:
    """Every file of the wheels that the lock pins and the runtime would get.

    pip fetches them, from its cache if it can, and refuses what has another hash: StageError.
    """
    with tempfile.TemporaryDirectory() as folder:
        _download(lock, Path(folder))
        return dict(_files_of_wheels(Path(folder)))


def verify_layer(layer: Path, pinned: Files) -> None:
    """Raise StageError, and delete the layer, unless it holds exactly the pinned files.

    To be asked before compiled modules are added, which no wheel has.
    """
    with zipfile.ZipFile(layer) as built:
        prefix = f"python/lib/{runtime()}/site-packages/"
        found = {
            i.filename.removeprefix(prefix): (i.CRC, i.file_size)
            for i in built.infolist()
            if not i.is_dir()
        }
    foreign = sorted(name for name, what in found.items() if pinned.get(name) != what)
    missing = sorted(pinned.keys() - found.keys())
    if foreign or missing:
        layer.unlink()
        raise StageError(
            "the built layer is not what requirements.lock pins: "
            + "; ".join([f"{name} differs" for name in foreign[:3]] + missing[:3])
            + f" ({len(foreign)} foreign, {len(missing)} missing). It was deleted. If "
            "requirements.txt has changed, run `make lock`; otherwise do not deploy"
        )


def _download(lock: Path, folder: Path) -> None:
    """Have pip fetch the pinned wheels that run on Lambda; it refuses every other hash."""
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "download"]
    command += ["--require-hashes", "--no-deps", "--only-binary=:all:", "--implementation=cp"]
    command += [f"--platform={name}" for name in platforms()]
    command += [f"--dest={folder}", f"--requirement={lock}"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        lines = (" ".join(line.split()) for line in done.stderr.splitlines())
        why = " ".join(line for line in lines if not line.startswith("WARNING:"))
        raise StageError(f"the wheels that {lock.name} pins cannot be had: {why}")


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


def unpack(project: Path, folder: Path) -> list[str]:
    """Unpack code and layer into `folder` as Lambda does; the import path that they make.

    The last entry stands for the boto3 that Lambda's runtime brings: ours, and nothing else of
    what is installed here.
    """
    for name, archive in (("task", build_code(project)), ("opt", build_layer(project))):
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(folder / name)
    brought = folder / "runtime"
    brought.mkdir()
    here = Path(botocore.__file__).parents[1]
    for name in ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six.py"):
        (brought / name).symlink_to(here / name)
    libraries = folder / f"opt/python/lib/{runtime()}/site-packages"
    return [str(path) for path in (folder / "task", libraries, brought)]
