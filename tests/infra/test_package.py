"""The contents of the deployment packages: the layer and the code."""

import importlib.util
import io
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection
from packaging.requirements import Requirement

from infra import bytecode
from infra.deploy import PROJECT
from infra.explanation import StageError
from infra.package import (
    RUNTIME_GLIBC,
    Files,
    build_code,
    build_layer,
    pinned_files,
    platforms,
    runtime,
    seal,
    unpack,
    verify_layer,
)

LOCK = PROJECT / "requirements.lock"
ZIPPED_MB, UNZIPPED_MB = 40, 140
"""Budgets for layer and code together; Lambda's limits are 50 (for a direct upload) and 250."""
NEVER_SHIPPED = {
    "_pytest",
    "awscrt",
    "boto3",
    "botocore",
    "hypothesis",
    "pip",
    "pytest",
    "s3transfer",
    "setuptools",
    "wheel",
    "tests",
    "infra",
}


@pytest.fixture(scope="module")
def layer() -> Path:
    return build_layer(PROJECT)


@pytest.fixture(scope="module")
def pinned() -> Files:
    return pinned_files(LOCK)


@pytest.fixture(scope="module")
def code() -> Path:
    return build_code(PROJECT)


@pytest.fixture(scope="module")
def opt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Code and layer, unpacked as on Lambda."""
    folder = tmp_path_factory.mktemp("lambda")
    unpack(PROJECT, folder)
    return folder


@pytest.fixture(scope="module")
def bare(layer: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The layer before bytecode was added."""
    return without_bytecode(layer, tmp_path_factory.mktemp("bare"))


def without_bytecode(package: Path, folder: Path) -> Path:
    with zipfile.ZipFile(package) as old, zipfile.ZipFile(folder / package.name, "w") as new:
        for name in old.namelist():
            if not name.endswith(".pyc"):
                new.writestr(name, old.read(name))
    return folder / package.name


def libraries(folder: Path) -> Path:
    return folder / f"opt/python/lib/{runtime()}/site-packages"


def pins(file: Path, python: str) -> list[str]:
    """Return the requirements that a file pins for a Python version, as `name==version`."""
    lines = re.findall(r"^[^\s#][^\\\n]*", file.read_text("utf-8"), re.MULTILINE)
    required = [Requirement(line) for line in lines]
    environment = {"python_version": python, "python_full_version": f"{python}.0"}
    applicable = (r for r in required if not r.marker or r.marker.evaluate(environment))
    return [f"{r.name}{r.specifier}" for r in applicable]


def native_files(archive: Path) -> Iterator[tuple[str, ELFFile]]:
    """Yield every ELF file of a zip, recognized by its content."""
    with zipfile.ZipFile(archive) as opened:
        for name in opened.namelist():
            with opened.open(name) as file:
                if file.read(4) == b"\x7fELF":
                    yield name, ELFFile(io.BytesIO(opened.read(name)))


def glibc_needed(elf: ELFFile) -> tuple[int, int]:
    """Return the newest GLIBC symbol version that the file refers to."""
    section = next((s for s in elf.iter_sections() if isinstance(s, GNUVerNeedSection)), None)
    versions = (
        auxiliary.name.removeprefix("GLIBC_")
        for _, auxiliaries in (section.iter_versions() if section else ())
        for auxiliary in auxiliaries
        if auxiliary.name.startswith("GLIBC_")
    )
    numbers = [tuple(int(part) for part in v.split(".")[:2]) for v in versions if v[0].isdigit()]
    return max(((n[0], n[1]) for n in numbers), default=(0, 0))


def test_every_native_file_runs_on_lambda(layer: Path) -> None:
    files = list(native_files(layer))
    assert files, "the layer is expected to have native files"
    wrong = {
        name: (elf.get_machine_arch(), glibc_needed(elf))
        for name, elf in files
        if elf.get_machine_arch() != "x64" or glibc_needed(elf) > RUNTIME_GLIBC[runtime()]
    }
    assert wrong == {}


def test_every_native_file_is_for_this_python(layer: Path) -> None:
    tag = f"cpython-{sys.version_info.major}{sys.version_info.minor}-"
    for name, _ in native_files(layer):
        file = PurePosixPath(name).name
        assert tag in file or ".abi3." in file or "cpython" not in file


def test_every_wheel_is_pure_or_for_the_glibc_of_the_runtime(opt: Path) -> None:
    fitting = {f"-{platform}" for platform in platforms()} | {"-any"}
    wheels = list(libraries(opt).glob("*.dist-info/WHEEL"))
    assert wheels
    for wheel in wheels:
        lines = wheel.read_text().splitlines()
        tags = [line.removeprefix("Tag: ") for line in lines if line.startswith("Tag: ")]
        assert any(tag.endswith(tuple(fitting)) for tag in tags), (wheel.parent.name, tags)


def test_the_code_package_has_no_native_files(code: Path) -> None:
    assert list(native_files(code)) == []


def test_every_file_of_the_layer_is_from_a_pinned_wheel(bare: Path, pinned: Files) -> None:
    verify_layer(bare, pinned)


def test_the_layer_has_exactly_the_pinned_libraries(opt: Path) -> None:
    shipped = [d.name.removesuffix(".dist-info") for d in libraries(opt).glob("*.dist-info")]
    assert sorted(name.lower().replace("_", "-") for name in shipped) == sorted(
        pin.replace("==", "-") for pin in pins(LOCK, runtime().removeprefix("python"))
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


@pytest.mark.parametrize("change", ["changed", "added", "removed"])
def test_a_layer_that_was_tampered_with_is_rejected(
    bare: Path, pinned: Files, tmp_path: Path, change: str
) -> None:
    forged = tmp_path / bare.name
    with zipfile.ZipFile(bare) as old, zipfile.ZipFile(forged, "w") as new:
        victim = next(name for name in old.namelist() if name.endswith("fpdf/__init__.py"))
        for name in old.namelist():
            if name == victim and change == "removed":
                continue
            extra = b"\nimport os\n" if name == victim and change == "changed" else b""
            new.writestr(name, old.read(name) + extra)
        if change == "added":
            new.writestr(victim.replace("__init__", "sitecustomize"), "import os")
    with pytest.raises(StageError, match=r"not what requirements\.lock pins"):
        verify_layer(forged, pinned)
    assert not forged.exists()


@pytest.mark.parametrize("changed", ["layer", "lock"])
def test_a_layer_is_not_reused_if_it_or_the_lock_has_changed(
    layer: Path, tmp_path: Path, changed: str
) -> None:
    """The lock file cannot be downloaded, so success proves that the layer was reused."""
    cache = tmp_path / ".chalice/deployments"
    cache.mkdir(parents=True)
    lock = tmp_path / "requirements.lock"
    lock.write_text("defusedxml==0.7.1 --hash=sha256:" + "0" * 64 + "\n")
    shutil.copy(PROJECT / "requirements.txt", tmp_path)
    copied_layer = Path(shutil.copy(layer, cache))
    seal(copied_layer, lock)
    assert build_layer(tmp_path) == copied_layer
    with (copied_layer if changed == "layer" else lock).open("ab") as file:
        file.write(b"\n")
    with pytest.raises(StageError, match="cannot be downloaded"):
        build_layer(tmp_path)


def test_a_wheel_with_another_hash_is_rejected(tmp_path: Path) -> None:
    wrong = tmp_path / "requirements.lock"
    wrong.write_text("defusedxml==0.7.1 --hash=sha256:" + "0" * 64 + "\n")
    with pytest.raises(StageError, match="cannot be downloaded"):
        pinned_files(wrong)


def test_runtime_libraries_and_development_tools_are_not_shipped(opt: Path) -> None:
    shipped = {path.name.lower() for path in libraries(opt).iterdir()}
    shipped |= {path.name.lower() for path in (opt / "task").iterdir()}
    names = {name.partition("-")[0].removesuffix(".py") for name in shipped}
    assert names & NEVER_SHIPPED == set()


HASHED_AND_UNCHECKED = 0b01
"""Flags of a .pyc file that Python loads without comparing it with its source (PEP 552)."""


def test_exactly_the_shipped_sources_have_bytecode(opt: Path) -> None:
    """Each .pyc file is for this runtime and from the shipped source."""
    for folder in (opt / "task", libraries(opt)):
        sources = list(folder.rglob("*.py"))
        compiled = {path for path in folder.rglob("*") if path.suffix == ".pyc"}
        assert compiled == {
            source.parent / "__pycache__" / f"{source.stem}.{sys.implementation.cache_tag}.pyc"
            for source in sources
        }
        assert {path for d in folder.rglob("__pycache__") for path in d.iterdir()} == compiled
        for source in sources:
            header = (opt / bytecode.compiled_name(str(source))).read_bytes()[:16]
            assert header[:4] == importlib.util.MAGIC_NUMBER
            assert int.from_bytes(header[4:8], "little") == HASHED_AND_UNCHECKED
            assert header[8:] == importlib.util.source_hash(source.read_bytes())


def test_packages_are_reproducible(code: Path, tmp_path: Path) -> None:
    again = without_bytecode(code, tmp_path)
    bytecode.add_bytecode(again, "/var/task")
    assert again.read_bytes() == code.read_bytes()


def test_an_incompatible_python_adds_no_bytecode_and_warns(
    bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    package = Path(shutil.copy(bare, tmp_path))
    monkeypatch.setattr(sys.implementation, "cache_tag", "pypy311-pp73")
    bytecode.add_bytecode(package, "/opt")
    assert package.read_bytes() == bare.read_bytes()
    assert "NOT COMPILED" in capsys.readouterr().err


def test_only_the_runtime_of_chalice_is_shipped(opt: Path) -> None:
    shipped = {p.relative_to(opt / "task") for p in (opt / "task/chalice").rglob("*.py")}
    assert shipped == {Path("chalice/__init__.py"), Path("chalice/app.py")}
    assert not (libraries(opt) / "chalice").exists()


def test_the_fonts_are_shipped_with_the_code(opt: Path) -> None:
    folder = PROJECT / "chalicelib/converter/fonts/files"
    fonts = [p for p in folder.rglob("*") if p.suffix in {".ttf", ".otf", ".ttc"}]
    assert fonts
    for font in fonts:
        shipped = opt / "task" / font.relative_to(PROJECT)
        assert shipped.read_bytes() == font.read_bytes()


def test_the_package_keeps_within_its_budgets(layer: Path, code: Path) -> None:
    zipped = sum(path.stat().st_size for path in (layer, code))
    unzipped = 0
    for path in (layer, code):
        with zipfile.ZipFile(path) as archive:
            unzipped += sum(info.file_size for info in archive.infolist())
    assert zipped <= ZIPPED_MB * 1_000_000
    assert unzipped <= UNZIPPED_MB * 1_000_000


SETTINGS = {
    "STAGE": "unit",
    "INPUT_BUCKET": "in",
    "OUTPUT_BUCKET": "out",
    "TABLE": "table",
    "TOKEN_PARAMETER": "/text-to-pdf/unit/token",
    "AWS_DEFAULT_REGION": "us-east-1",
}


def run(opt: Path, code: str) -> str:
    """Run Python code with the unpacked package and boto3 as the only importable packages."""
    path = [str(opt / "task"), str(libraries(opt)), str(opt / "runtime")]
    process = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", f"import sys; sys.path[:0] = {path!r}\n{code}"],
        env=SETTINGS,
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr
    return process.stdout


HEAVY = {"fpdf", "fontTools", "PIL", "uharfbuzz", "chardet", "budoux"}


def test_answering_queries_never_imports_the_converter(opt: Path) -> None:
    loaded = run(
        opt,
        "import app; app.services.answers;"
        "app.services.gate; print(*{name.partition('.')[0] for name in sys.modules})",
    ).split()
    assert set(loaded) & HEAVY == set()
    assert "chalice" in loaded


CONVERSION = """
import app, io, PIL
from datetime import UTC, datetime
from chalicelib.converter import Source, convert
app.services.pipeline
pdf = io.BytesIO()
text = "Grüße 日本 😀\\n" + "ภาษาไทย" * 30
convert(io.BytesIO(text.encode()), pdf, Source("a", datetime.now(UTC), "a"))
assert pdf.getvalue().startswith(b"%PDF-") and "/opt/" in PIL.__file__
"""


def test_the_package_converts_a_text_without_other_libraries(opt: Path) -> None:
    run(opt, CONVERSION)


RECORD_COMPILATIONS = """
import sys
compiled = []
sys.addaudithook(lambda event, args: event == "compile" and compiled.append(str(args[1])))
"""


def test_a_conversion_compiles_no_module(opt: Path) -> None:
    names = run(opt, RECORD_COMPILATIONS + CONVERSION + "print(*compiled)").split()
    assert [name for name in names if name.startswith((str(opt / "task"), str(opt / "opt")))] == []
