"""The contents of the deployment packages: the layer and the code."""

import importlib.util
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from infra import bytecode
from infra.deploy import PROJECT
from infra.explanation import StageError
from infra.package import (
    build_code,
    build_layer,
    download,
    seal,
    unpack,
)
from infra.target import Target, runtime
from tests.packaging.layers import native_files
from tests.stack import copy_project

pytestmark = pytest.mark.slow

HERE = Target(runtime())
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
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy: what runs beside these tests compiles modules in chalicelib/, which chalice packs."""
    return copy_project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def layer(project: Path) -> Path:
    return build_layer(project)


@pytest.fixture(scope="module")
def code(project: Path) -> Path:
    return build_code(project)


@pytest.fixture(scope="module")
def opt(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Code and layer, unpacked as on Lambda."""
    folder = tmp_path_factory.mktemp("lambda")
    unpack(project, folder)
    return folder


def libraries(folder: Path) -> Path:
    return folder / "opt" / HERE.site_packages


def test_the_code_package_has_no_native_files(code: Path) -> None:
    assert list(native_files(code)) == []


def contents(package: Path, folder: str = "") -> dict[str, bytes]:
    """Return the files of a package, or only those in folders of this name."""
    with zipfile.ZipFile(package) as archive:
        return {name: archive.read(name) for name in archive.namelist() if folder in name}


def write(package: Path, files: Mapping[str, bytes]) -> None:
    """Write an uncompressed package."""
    with zipfile.ZipFile(package, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def repacked(layer: Path, change: str) -> None:
    """Write the layer with a file of a library changed, added or removed, as somebody might."""
    files = contents(layer)
    victim = next(name for name in files if name.endswith("fpdf/__init__.py"))
    match change:
        case "changed":
            files[victim] += b"\nimport os\n"
        case "added":
            files[victim.replace("__init__", "sitecustomize")] = b"import os"
        case _:
            del files[victim]
    write(layer, files)


@pytest.fixture
def other(layer: Path, tmp_path: Path) -> Path:
    """A layer with fpdf2 only, of a project whose libraries cannot be downloaded."""
    cache = tmp_path / ".chalice/deployments"
    cache.mkdir(parents=True)
    for name in ("requirements.txt", "requirements.lock"):
        shutil.copy(PROJECT / name, tmp_path)
    lock = tmp_path / "requirements.lock"
    nowhere = "no-such-library==1.0 --hash=sha256:" + "0" * 64 + "\n"
    lock.write_text(nowhere + lock.read_text("utf-8"), "utf-8")
    (tmp_path / "vendor").symlink_to(PROJECT / "vendor")
    small = cache / layer.name
    write(small, contents(layer, "/fpdf/"))
    seal(small, lock)
    assert build_layer(tmp_path) == small
    return small


@pytest.mark.parametrize("change", ["changed", "added", "removed"])
def test_a_layer_that_was_tampered_with_is_not_reused(
    other: Path, tmp_path: Path, change: str
) -> None:
    repacked(other, change)
    with pytest.raises(StageError, match="cannot be downloaded"):
        build_layer(tmp_path)


@pytest.mark.parametrize("changed", ["layer", "lock"])
def test_a_layer_is_not_reused_if_it_or_the_lock_has_changed(
    other: Path, tmp_path: Path, changed: str
) -> None:
    with (other if changed == "layer" else tmp_path / "requirements.lock").open("ab") as file:
        file.write(b"\n")
    with pytest.raises(StageError, match="cannot be downloaded"):
        build_layer(tmp_path)


def test_requirements_that_are_not_locked_are_an_error(tmp_path: Path) -> None:
    shutil.copy(PROJECT / "requirements.lock", tmp_path)
    requirements = (PROJECT / "requirements.txt").read_text("utf-8")
    changed = requirements.replace("fpdf2==2.8.9", "fpdf2==2.8.8  # better") + "requests>=2\n"
    (tmp_path / "requirements.txt").write_text(changed, "utf-8")
    with pytest.raises(StageError, match=r"fpdf2==2\.8\.8, requests>=2\. Run `make lock`"):
        build_layer(tmp_path)


def test_a_wheel_with_another_hash_is_rejected(tmp_path: Path) -> None:
    wrong = tmp_path / "requirements.lock"
    wrong.write_text("defusedxml==0.7.1 --hash=sha256:" + "0" * 64 + "\n")
    with pytest.raises(StageError, match="cannot be downloaded"):
        download(wrong, tmp_path, HERE)


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


@pytest.fixture
def bare(code: Path, tmp_path: Path) -> Path:
    """The code before bytecode was added."""
    copy = tmp_path / code.name
    write(copy, {n: file for n, file in contents(code).items() if not n.endswith(".pyc")})
    return copy


def test_packages_are_reproducible(bare: Path, code: Path) -> None:
    bytecode.add_bytecode(bare, "/var/task")
    assert bare.read_bytes() == code.read_bytes()


def test_an_incompatible_python_adds_no_bytecode_and_warns(
    bare: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    package = Path(shutil.copy(bare, bare.with_suffix(".copy")))
    monkeypatch.setattr(sys.implementation, "cache_tag", "pypy311-pp73")
    bytecode.add_bytecode(package, "/var/task")
    assert contents(package) == contents(bare)
    assert package.stat().st_size < bare.stat().st_size
    assert "NOT COMPILED" in capsys.readouterr().err


def test_only_the_runtime_of_chalice_is_shipped(opt: Path) -> None:
    shipped = {p.relative_to(opt / "task") for p in (opt / "task/chalice").rglob("*.py")}
    assert shipped == {Path("chalice/__init__.py"), Path("chalice/app.py")}
    assert not (libraries(opt) / "chalice").exists()


def test_the_fonts_are_shipped_in_the_layer(opt: Path) -> None:
    folder = PROJECT / "vendor"
    fonts = [p for p in folder.rglob("*") if p.suffix in {".ttf", ".otf", ".ttc"}]
    assert fonts
    for font in fonts:
        shipped = libraries(opt) / font.relative_to(folder)
        assert shipped.read_bytes() == font.read_bytes()


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
