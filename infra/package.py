"""The Lambda packages: the code, and a layer with the libraries and vendor/.

chalice has pip download wheels by name and version, and silently builds libraries without a
compatible wheel, for the deploying machine. Therefore the layer is put together from the wheels
whose hashes requirements.lock pins, and from nothing else but vendor/. Then bytecode is added. The
packages are stored in chalice's cache under the names it expects, so `chalice deploy` ships them
instead of building its own.
"""

import fcntl
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
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
)
from chalice.utils import UI, OSUtils

from infra import bytecode
from infra.explanation import StageError
from infra.target import X86_64, Target, runtime

P = TypeVar("P", LayerDeploymentPackager, AppOnlyDeploymentPackager)


def build(project: Path, architecture: str = X86_64) -> None:
    """Build layer and code in parallel, as `build_layer` and `build_code` do."""
    with ThreadPoolExecutor(1) as executor:
        code = executor.submit(build_code, project)
        build_layer(project, architecture)
        code.result()


def build_layer(project: Path, architecture: str = X86_64) -> Path:
    """Return the path of the zip with libraries and fonts that `chalice deploy` ships.

    `architecture` is one of ARCHITECTURES. A layer that was built earlier is reused if neither it
    nor the lock file nor vendor/ has changed since. Raises StageError if the lock file does not pin
    what requirements.txt requires, or as `download` does.
    """
    target = Target(runtime(), architecture)
    packager = _packager(LayerDeploymentPackager, architecture)
    layer = Path(packager.deployment_package_filename(str(project), runtime()))
    lock = project / "requirements.lock"
    with _locked(layer):
        if not _is_sealed(layer, lock):
            _check_lock(lock, project / "requirements.txt")
            with tempfile.TemporaryDirectory() as folder:
                download(lock, Path(folder), target)
                write_layer(layer, Path(folder), project / "vendor", target)
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
            packager.create_deployment_package(str(project), runtime())
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


def _packager(kind: type[P], architecture: str = X86_64) -> P:
    """Return chalice's packager of this kind for the architecture, without output."""
    system = OSUtils()
    builder = DependencyBuilder(system, architecture=architecture)
    return kind(system, builder, UI(StringIO()), architecture)


def _check_lock(lock: Path, requirements: Path) -> None:
    """Raise StageError unless the lock file pins what the file `requirements` requires."""
    pinned, required = (
        set(re.findall(r"^[^\s#;]+", file.read_text("utf-8"), re.MULTILINE))
        for file in (lock, requirements)
    )
    if missing := sorted(required - pinned):
        raise StageError(
            f"{requirements.name} has changed: {lock.name} does not pin {', '.join(missing)}. "
            "Run `make lock`"
        )


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


def write_layer(layer: Path, wheels: Path, vendor: Path, target: Target) -> None:
    """Write the zip `layer` with all files of the wheels in the folder `wheels`, and of `vendor`.

    They are not compressed.
    """
    with zipfile.ZipFile(layer, "w") as archive:
        for wheel in sorted(wheels.glob("*.whl")):
            for name, content in _files_of_wheel(wheel):
                archive.writestr(f"{target.site_packages}/{name}", content)
        for path in vendor.rglob("*"):
            if path.is_file():
                archive.write(path, f"{target.site_packages}/{path.relative_to(vendor)}")


def _files_of_wheel(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield each file's path below site-packages, and its content.

    Source: Python Packaging User Guide, 'Binary distribution format'.
    """
    with zipfile.ZipFile(path) as wheel:
        for info in wheel.infolist():
            top, _, rest = info.filename.partition("/")
            name = info.filename
            if top.endswith(".data") and rest.startswith(("purelib/", "platlib/")):
                name = rest.partition("/")[2]
            if not info.is_dir():
                yield name, wheel.read(info)


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
