"""The Lambda packages: the code, and a layer with libraries and fonts, which is verified.

chalice has pip download wheels by name and version, and silently builds libraries without a
compatible wheel, for the deploying machine. Therefore the built layer is compared with the wheels
whose hashes requirements.lock pins: each of its files must be an unchanged file of one of them, or
of vendor/. Then bytecode is added. The packages are stored in chalice's cache under the names it
expects, so `chalice deploy` ships them instead of building its own.
"""

import fcntl
import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
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
"""CRC-32 and size in bytes of each file, by its path below site-packages."""


def build(project: Path, architecture: str = X86_64) -> None:
    """Build layer and code in parallel, as `build_layer` and `build_code` do."""
    with ThreadPoolExecutor(1) as executor:
        code = executor.submit(build_code, project)
        build_layer(project, architecture)
        code.result()


def build_layer(project: Path, architecture: str = X86_64) -> Path:
    """Return the path of the zip with libraries and fonts that `chalice deploy` ships.

    `architecture` is one of ARCHITECTURES. A layer that was built earlier is reused if neither it
    nor the lock file nor vendor/ has changed since. Raises StageError if pip cannot download the
    libraries or, after deleting the zip, if it has files other than the pinned ones and vendor/'s.
    """
    target = Target(runtime(), architecture)
    packager = _packager(LayerDeploymentPackager, architecture)
    layer = Path(packager.deployment_package_filename(str(project), runtime()))
    lock = project / "requirements.lock"
    with _locked(layer):
        if not _is_sealed(layer, lock):
            expected = expected_files(project, target)
            layer.unlink(missing_ok=True)
            _build(packager, project)
            verify_layer(layer, expected, target)
            bytecode.add_bytecode(layer, "/opt")
            seal(layer, lock)
    return layer


def build_code(project: Path) -> Path:
    """Return the path of the zip with our code that `chalice deploy` ships, building it if needed.

    It is the same for every architecture, and is reused if neither it nor the code has changed.
    Removes caches first, as `remove_caches` does.
    """
    remove_caches(project)
    packager = _packager(AppOnlyDeploymentPackager)
    code = Path(packager.deployment_package_filename(str(project), runtime()))
    with _locked(code):
        if not _is_sealed(code):
            code.unlink(missing_ok=True)
            _build(packager, project)
            bytecode.add_bytecode(code, "/var/task")
            seal(code)
    return code


@contextmanager
def _locked(package: Path) -> Iterator[None]:
    """Hold a lock, so that other processes wait before they build the same package."""
    package.parent.mkdir(parents=True, exist_ok=True)
    with package.with_suffix(".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def remove_caches(project: Path) -> None:
    """Remove all __pycache__ folders that chalice would pack, as it does with every file there."""
    for folder in ("chalicelib", "vendor"):
        for cache in (project / folder).rglob("__pycache__"):
            shutil.rmtree(cache)


Packager = LayerDeploymentPackager | AppOnlyDeploymentPackager


class _Uncompressed(OSUtils):
    """Has chalice build zips without compression, since they are compressed with the bytecode."""

    ZIP_DEFLATED = zipfile.ZIP_STORED


def _packager(kind: type[P], architecture: str = X86_64) -> P:
    """Return chalice's packager of this kind for the architecture, without output."""
    system = _Uncompressed()
    builder = DependencyBuilder(system, architecture=architecture)
    return kind(system, builder, UI(StringIO()), architecture)


def _build(packager: Packager, project: Path) -> None:
    """Have chalice build the package unless it is in chalice's cache."""
    try:
        packager.create_deployment_package(str(project), runtime())
    except (NoSuchPackageError, PackageDownloadError) as error:
        last_line = str(error).strip().splitlines()[-1]
        raise StageError(
            f"requirements.txt: pip cannot download all libraries: {last_line}"
        ) from error


def _is_sealed(package: Path, *sources: Path) -> bool:
    """Return whether neither the package nor its sources have changed since `seal`."""
    path = _seal_path(package)
    return package.exists() and path.exists() and path.read_text() == _digests(package, *sources)


def seal(package: Path, *sources: Path) -> None:
    """Record that a package is complete: write its digest and those of `sources` beside it.

    `sources` are the files that it was built from, apart from those that its name depends on. The
    package is reused until it or one of them changes.
    """
    _seal_path(package).write_text(_digests(package, *sources))


def _seal_path(package: Path) -> Path:
    """Return the path of the file with the package's digests."""
    return package.with_suffix(".sha256")


def _digests(*files: Path) -> str:
    """Return a line with SHA-256 digest and name for each file."""
    return "".join(f"{hashlib.sha256(f.read_bytes()).hexdigest()}  {f.name}\n" for f in files)


def pinned_files(lock: Path, target: Target) -> Files:
    """Return all files of the wheels that the lock file `lock` pins for the target.

    pip downloads the wheels, or takes them from its cache. Raises StageError as `download` does.
    """
    with tempfile.TemporaryDirectory() as folder:
        download(lock, Path(folder), target)
        return dict(_files_of_wheels(Path(folder)))


def expected_files(project: Path, target: Target) -> Files:
    """Return all files of a layer: those of the pinned wheels, and those of vendor/.

    Raises StageError as `download` does.
    """
    return {**pinned_files(project / "requirements.lock", target), **vendored_files(project)}


def vendored_files(project: Path) -> Files:
    """Return all files of the project's vendor/ folder, which chalice adds to the libraries."""
    vendor = project / "vendor"
    files = [path for path in vendor.rglob("*") if path.is_file()]
    return {
        path.relative_to(vendor).as_posix(): (zlib.crc32(path.read_bytes()), path.stat().st_size)
        for path in files
    }


def verify_layer(layer: Path, expected: Files, target: Target) -> None:
    """Raise StageError, and delete the zip `layer`, unless it holds exactly the expected files.

    Files are compared by path, size and CRC-32. Call this before bytecode is added, which is in no
    wheel.
    """
    with zipfile.ZipFile(layer) as archive:
        prefix = f"{target.site_packages}/"
        files = {
            i.filename.removeprefix(prefix): (i.CRC, i.file_size)
            for i in archive.infolist()
            if not i.is_dir()
        }
    different = sorted(name for name, checksum in files.items() if expected.get(name) != checksum)
    missing = sorted(expected.keys() - files.keys())
    if different or missing:
        layer.unlink()
        raise StageError(
            "the built layer is not what requirements.lock pins: "
            + "; ".join([f"{name} differs" for name in different[:3]] + missing[:3])
            + f" ({len(different)} different, {len(missing)} missing). It was deleted. If "
            "requirements.txt has changed, run `make lock`; otherwise do not deploy"
        )


def download(lock: Path, folder: Path, target: Target) -> None:
    """Have pip download to `folder` the wheels that the lock file pins for the target.

    pip decides for the Python that runs it which lines of the lock file apply. Raises StageError if
    a wheel cannot be downloaded, or if its hash is not the pinned one.
    """
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "download"]
    command += ["--require-hashes", "--no-deps", "--only-binary=:all:", "--implementation=cp"]
    command += [f"--python-version={target.python}"]
    command += [f"--platform={name}" for name in target.platforms()]
    command += [f"--dest={folder}", f"--requirement={lock}"]
    process = subprocess.run(command, capture_output=True, text=True)
    if process.returncode:
        lines = (" ".join(line.split()) for line in process.stderr.splitlines())
        reason = " ".join(line for line in lines if not line.startswith("WARNING:"))
        raise StageError(f"the wheels that {lock.name} pins cannot be downloaded: {reason}")


def _files_of_wheels(folder: Path) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield each file's path below site-packages, with its CRC-32 and size in bytes."""
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
    """Unpack code and layer (x86_64) into the empty `folder`, and return their import path.

    They are built if needed. The last entry of the path stands for the boto3 of Lambda's runtime:
    links to the one installed here and its dependencies. Raises StageError as `build_layer` does.
    """
    for name, package in (("task", build_code(project)), ("opt", build_layer(project))):
        with zipfile.ZipFile(package) as archive:
            archive.extractall(folder / name)
    runtime_libraries = folder / "runtime"
    runtime_libraries.mkdir()
    site_packages = Path(botocore.__file__).parents[1]
    for name in ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six.py"):
        (runtime_libraries / name).symlink_to(site_packages / name)
    libraries = folder / "opt" / Target(runtime()).site_packages
    return [str(path) for path in (folder / "task", libraries, runtime_libraries)]
