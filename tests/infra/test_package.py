"""The deployment package as `chalice deploy` builds it, opened: the layer and the code."""

import importlib.util
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from infra import bytecode
from infra.deploy import PROJECT
from infra.explanation import StageError
from infra.package import (
    Files,
    build_code,
    build_layer,
    finish,
    pinned_files,
    unpack,
    verify_layer,
)
from infra.target import Target, runtime
from tests.infra.layers import LOCK, compiled, without_compiled_modules

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
def layer() -> Path:
    return build_layer(PROJECT)


@pytest.fixture(scope="module")
def pinned() -> Files:
    return pinned_files(LOCK, HERE)


@pytest.fixture(scope="module")
def code() -> Path:
    return build_code(PROJECT)


@pytest.fixture(scope="module")
def opt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both unpacked as Lambda unpacks them."""
    folder = tmp_path_factory.mktemp("lambda")
    unpack(PROJECT, folder)
    return folder


@pytest.fixture(scope="module")
def bare(layer: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The layer before compiled modules were added."""
    return without_compiled_modules(layer, tmp_path_factory.mktemp("bare"))


def libraries(folder: Path) -> Path:
    return folder / "opt" / HERE.site_packages


def test_the_code_holds_nothing_compiled(code: Path) -> None:
    assert list(compiled(code)) == []


@pytest.mark.parametrize("how", ["changed", "added", "removed"])
def test_a_layer_that_was_tampered_with_is_refused(
    bare: Path, pinned: Files, tmp_path: Path, how: str
) -> None:
    forged = tmp_path / bare.name
    with zipfile.ZipFile(bare) as old, zipfile.ZipFile(forged, "w") as new:
        victim = next(name for name in old.namelist() if name.endswith("fpdf/__init__.py"))
        for name in old.namelist():
            if name == victim and how == "removed":
                continue
            extra = b"\nimport os\n" if name == victim and how == "changed" else b""
            new.writestr(name, old.read(name) + extra)
        if how == "added":
            new.writestr(victim.replace("__init__", "sitecustomize"), "import os")
    with pytest.raises(StageError, match=r"not what requirements\.lock pins"):
        verify_layer(forged, pinned, HERE)
    assert not forged.exists()


@pytest.mark.parametrize("changed", ["layer", "lock"])
def test_a_layer_is_not_taken_again_once_it_or_the_lock_has_changed(
    layer: Path, tmp_path: Path, changed: str
) -> None:
    """Where pip could not build it anew, so that to see it taken is to see it taken as it is."""
    cache = tmp_path / ".chalice/deployments"
    cache.mkdir(parents=True)
    lock = tmp_path / "requirements.lock"
    lock.write_text("defusedxml==0.7.1 --hash=sha256:" + "0" * 64 + "\n")
    shutil.copy(PROJECT / "requirements.txt", tmp_path)
    kept = Path(shutil.copy(layer, cache))
    finish(kept, lock)
    assert build_layer(tmp_path) == kept
    with (kept if changed == "layer" else lock).open("ab") as file:
        file.write(b"\n")
    with pytest.raises(StageError, match="cannot be had"):
        build_layer(tmp_path)


def test_a_wheel_with_another_hash_than_the_pinned_one_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "requirements.lock"
    wrong.write_text("defusedxml==0.7.1 --hash=sha256:" + "0" * 64 + "\n")
    with pytest.raises(StageError, match="cannot be had"):
        pinned_files(wrong, HERE)


def test_what_lambda_has_already_and_what_only_we_need_is_not_shipped(opt: Path) -> None:
    shipped = {path.name.lower() for path in libraries(opt).iterdir()}
    shipped |= {path.name.lower() for path in (opt / "task").iterdir()}
    names = {name.partition("-")[0].removesuffix(".py") for name in shipped}
    assert names & NEVER_SHIPPED == set()


HASHED_AND_UNCHECKED = 0b01
"""The flags of a compiled module that is taken whatever its source's time is (PEP 552)."""


def test_what_is_compiled_is_each_shipped_source_and_nothing_else(opt: Path) -> None:
    """For this runtime, and of that very source: no start on a read-only disk compiles anything."""
    for place in (opt / "task", libraries(opt)):
        sources = list(place.rglob("*.py"))
        made = {path for path in place.rglob("*") if path.suffix == ".pyc"}
        assert made == {
            source.parent / "__pycache__" / f"{source.stem}.{sys.implementation.cache_tag}.pyc"
            for source in sources
        }
        assert {path for d in place.rglob("__pycache__") for path in d.iterdir()} == made
        for source in sources:
            header = (opt / bytecode.compiled_name(str(source))).read_bytes()[:16]
            assert header[:4] == importlib.util.MAGIC_NUMBER
            assert int.from_bytes(header[4:8], "little") == HASHED_AND_UNCHECKED
            assert header[8:] == importlib.util.source_hash(source.read_bytes())


def test_the_same_sources_make_the_same_package(code: Path, tmp_path: Path) -> None:
    again = without_compiled_modules(code, tmp_path)
    bytecode.add(again, "/var/task")
    assert again.read_bytes() == code.read_bytes()


def test_a_python_that_is_not_lambdas_compiles_nothing_and_says_so(
    bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    package = Path(shutil.copy(bare, tmp_path))
    monkeypatch.setattr(sys.implementation, "cache_tag", "pypy311-pp73")
    bytecode.add(package, "/opt")
    assert package.read_bytes() == bare.read_bytes()
    assert "NOT COMPILED" in capsys.readouterr().err


def test_of_chalice_only_its_runtime_is_shipped(opt: Path) -> None:
    shipped = {p.relative_to(opt / "task") for p in (opt / "task/chalice").rglob("*.py")}
    assert shipped == {Path("chalice/__init__.py"), Path("chalice/app.py")}
    assert not (libraries(opt) / "chalice").exists()


def test_the_fonts_travel_with_the_code(opt: Path) -> None:
    there = PROJECT / "chalicelib/converter/fonts/files"
    fonts = [p for p in there.rglob("*") if p.suffix in {".ttf", ".otf", ".ttc"}]
    assert fonts
    for font in fonts:
        shipped = opt / "task/chalicelib/fonts" / font.relative_to(there)
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
    """Run Python on the unpacked package, with boto3 as the only other thing to import."""
    path = [str(opt / "task"), str(libraries(opt)), str(opt / "runtime")]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", f"import sys; sys.path[:0] = {path!r}\n{code}"],
        env=SETTINGS,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


HEAVY = {"fpdf", "fontTools", "PIL", "uharfbuzz", "chardet", "budoux"}


def test_what_answers_questions_never_loads_the_converter(opt: Path) -> None:
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


def test_the_package_alone_converts_a_text(opt: Path) -> None:
    run(opt, CONVERSION)


WATCH = """
import sys
compiled = []
sys.addaudithook(lambda event, told: event == "compile" and compiled.append(str(told[1])))
"""


def test_a_conversion_compiles_nothing(opt: Path) -> None:
    told = run(opt, WATCH + CONVERSION + "print(*compiled)").split()
    assert [name for name in told if name.startswith((str(opt / "task"), str(opt / "opt")))] == []
