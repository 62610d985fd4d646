"""The layer with the libraries, for each runtime and architecture that the product supports."""

import csv
import io
import re
import zipfile
from base64 import urlsafe_b64encode
from hashlib import sha256
from pathlib import Path, PurePosixPath

import pytest

from infra.deploy import PROJECT
from infra.package import build_code, build_layer
from infra.target import ARCHITECTURES, ARM64, RUNTIME_GLIBC, X86_64, Target
from tests.packaging.layers import (
    LOCK,
    glibc_needed,
    layer_for,
    native_files,
    pins,
)
from tests.stack import copy_project

pytestmark = pytest.mark.slow

TARGETS = [Target(name, architecture) for name in RUNTIME_GLIBC for architecture in ARCHITECTURES]
ELF_MACHINES = {X86_64: "x64", ARM64: "AArch64"}
ZIPPED_MB, UNZIPPED_MB = 40, 140
"""Budgets for layer and code together; Lambda's limits are 50 (for a direct upload) and 250."""


@pytest.fixture(scope="module", params=TARGETS, ids=lambda t: f"{t.runtime}-{t.architecture}")
def target(request: pytest.FixtureRequest) -> Target:
    chosen: Target = request.param
    return chosen


@pytest.fixture(scope="module")
def layer(target: Target, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return layer_for(target, tmp_path_factory.mktemp("layer"))


def test_every_native_file_runs_on_lambda(layer: Path, target: Target) -> None:
    files = list(native_files(layer))
    assert files, "the layer is expected to have native files"
    wrong = {
        name: (elf.get_machine_arch(), glibc_needed(elf))
        for name, elf in files
        if elf.get_machine_arch() != ELF_MACHINES[target.architecture]
        or glibc_needed(elf) > target.glibc
    }
    assert wrong == {}


def test_every_native_file_is_for_the_python_of_the_runtime(layer: Path, target: Target) -> None:
    tag = f"cpython-{target.python.replace('.', '')}-"
    for name, _ in native_files(layer):
        file = PurePosixPath(name).name
        assert tag in file or ".abi3." in file or "cpython" not in file


def test_every_wheel_is_pure_or_for_the_glibc_of_the_runtime(layer: Path, target: Target) -> None:
    fitting = {f"-{platform}" for platform in target.platforms()} | {"-any"}
    with zipfile.ZipFile(layer) as opened:
        wheels = {
            name: opened.read(name).decode()
            for name in opened.namelist()
            if name.endswith(".dist-info/WHEEL")
        }
    assert wheels
    for name, text in wheels.items():
        lines = text.splitlines()
        tags = [line.removeprefix("Tag: ") for line in lines if line.startswith("Tag: ")]
        assert any(tag.endswith(tuple(fitting)) for tag in tags), (name, tags)


def test_every_file_of_the_layer_is_from_a_wheel_or_vendor(layer: Path, target: Target) -> None:
    """As the wheels themselves record their files (PyPA specifications, 'Recording installs')."""
    vendor = PROJECT / "vendor"
    recorded = {p.relative_to(vendor).as_posix(): digest(p.read_bytes()) for p in files_in(vendor)}
    with zipfile.ZipFile(layer) as opened:
        shipped = {
            name.removeprefix(f"{target.site_packages}/"): opened.read(name)
            for name in opened.namelist()
            if not name.endswith(".pyc")
        }
    for name in [name for name in shipped if name.endswith(".dist-info/RECORD")]:
        rows = csv.reader(io.StringIO(shipped.pop(name).decode()))
        recorded.update({path: sha256 for path, sha256, _ in rows if path != name})
    assert {name: digest(content) for name, content in shipped.items()} == recorded


def digest(content: bytes) -> str:
    """Return the digest of a file as in a RECORD."""
    return "sha256=" + urlsafe_b64encode(sha256(content).digest()).decode().rstrip("=")


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_the_layer_has_exactly_the_pinned_libraries(layer: Path, target: Target) -> None:
    with zipfile.ZipFile(layer) as opened:
        folders = {PurePosixPath(name).parent.name for name in opened.namelist()}
    shipped = [name.removesuffix(".dist-info") for name in folders if name.endswith(".dist-info")]
    assert sorted(name.lower().replace("_", "-") for name in shipped) == sorted(
        pin.replace("==", "-") for pin in pins(LOCK, target.python)
    )


@pytest.mark.parametrize("python", [name.removeprefix("python") for name in RUNTIME_GLIBC])
def test_the_lock_pins_all_requirements_of_each_python(python: str) -> None:
    """Whatever Python version wrote the lock file."""
    locked = pins(LOCK, python)
    assert set(pins(PROJECT / "requirements.txt", python)) <= set(locked)
    assert len({pin.partition("==")[0] for pin in locked}) == len(locked)


def test_the_lock_contains_no_urls_or_paths() -> None:
    assert not re.search(
        r"://|^\s*-|/", LOCK.read_text("utf-8").replace("--hash", ""), re.MULTILINE
    )


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_package_keeps_within_its_budgets(architecture: str, tmp_path: Path) -> None:
    project = copy_project(tmp_path)
    packages = build_layer(project, architecture), build_code(project)
    zipped = sum(path.stat().st_size for path in packages)
    unzipped = 0
    for path in packages:
        with zipfile.ZipFile(path) as archive:
            unzipped += sum(info.file_size for info in archive.infolist())
    assert zipped <= ZIPPED_MB * 1_000_000
    assert unzipped <= UNZIPPED_MB * 1_000_000
