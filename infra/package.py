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
from infra.target import X86_64, Target, runtime

P = TypeVar("P", LayerDeploymentPackager, AppOnlyDeploymentPackager)
Files = Mapping[str, tuple[int, int]]
"""Checksum and size in bytes of each file, by its path below site-packages."""


def build_layer(project: Path, architecture: str = X86_64) -> Path:
    """The zip with the libraries that `chalice deploy` is about to ship, built if it has to be.

    One that was finished earlier is taken again if neither it nor the lock has changed since. Raise
    StageError, and leave none, unless it is what requirements.lock pins.
    """
    target = Target(runtime(), architecture)
    packager = _packager(LayerDeploymentPackager, architecture)
    layer = Path(packager.deployment_package_filename(str(project), runtime()))
    lock = project / "requirements.lock"
    if not _is_finished(layer, lock):
        pinned = pinned_files(lock, target)
        layer.unlink(missing_ok=True)
        _build(packager, project)
        verify_layer(layer, pinned, target)
        bytecode.add(layer, "/opt")
        finish(layer, lock)
    return layer


def build_code(project: Path) -> Path:
    """The zip with our own code that `chalice deploy` is about to ship, built if it has to be.

    It is the same one for every architecture.
    """
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


def _packager(kind: type[P], architecture: str = X86_64) -> P:
    system = OSUtils()
    builder = DependencyBuilder(system, architecture=architecture)
    return kind(system, builder, UI(StringIO()), architecture)


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


def pinned_files(lock: Path, target: Target) -> Files:
    """Every file of the wheels that the lock pins and the target would get.

    pip fetches them, from its cache if it can, and refuses what has another hash: StageError.
    """
    with tempfile.TemporaryDirectory() as folder:
        download(lock, Path(folder), target)
        return dict(_files_of_wheels(Path(folder)))


def verify_layer(layer: Path, pinned: Files, target: Target) -> None:
    """Raise StageError, and delete the layer, unless it holds exactly the pinned files.

    To be asked before compiled modules are added, which no wheel has.
    """
    with zipfile.ZipFile(layer) as built:
        prefix = f"{target.site_packages}/"
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


def download(lock: Path, folder: Path, target: Target) -> None:
    """Have pip fetch the pinned wheels that run on the target; it refuses every other hash.

    pip decides for the Python that runs it which lines of the lock apply. Raise StageError if a
    wheel cannot be had.
    """
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "download"]
    command += ["--require-hashes", "--no-deps", "--only-binary=:all:", "--implementation=cp"]
    command += [f"--python-version={target.python}"]
    command += [f"--platform={name}" for name in target.platforms()]
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
    libraries = folder / "opt" / Target(runtime()).site_packages
    return [str(path) for path in (folder / "task", libraries, brought)]
