"""The converter's wheel, installed in a new environment as by `pip install .`."""

import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from chalicelib import VERSION
from infra.deploy import PROJECT

pytestmark = pytest.mark.slow

CONFIGURATION = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
UV = [sys.executable, "-m", "uv", "--quiet"]
PIP = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]


def run_uv_or_pip(uv: list[str], pip: list[str]) -> None:
    """Run uv, which is faster, or pip if uv fails, since uv does not read pip's settings."""
    if subprocess.run([*UV, *uv], capture_output=True).returncode:
        subprocess.run([*PIP, *pip], check=True)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    project = str(PROJECT)
    run_uv_or_pip(
        ["build", "--wheel", f"--out-dir={folder}", project],
        ["wheel", "--no-deps", f"--wheel-dir={folder}", project],
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of a new environment with the wheel and its dependencies."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    programs = folder / "bin"
    python, arguments = f"--python={programs / 'python'}", ["--only-binary=:all:", str(wheel)]
    run_uv_or_pip(["pip", "install", python, *arguments], [python, "install", *arguments])
    return programs


def run(
    installed: Path, *arguments: str, folder: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the installed command in a folder from which the repository cannot be imported."""
    return subprocess.run(
        [str(installed / "text-to-pdf"), *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )


def test_the_installed_command_writes_the_same_pdf_as_the_repository(
    installed: Path, tmp_path: Path
) -> None:
    sample = PROJECT / "tests/converter/scripts/ar.txt"
    made = run(installed, str(sample), "installed.pdf", folder=tmp_path)
    assert (made.returncode, made.stderr) == (0, "")
    subprocess.run(
        [sys.executable, "-m", "chalicelib.converter", str(sample), str(tmp_path / "here.pdf")],
        cwd=PROJECT,
        check=True,
    )
    assert (tmp_path / "installed.pdf").read_bytes() == (tmp_path / "here.pdf").read_bytes()


def test_the_installed_command_prints_its_name_and_version(installed: Path, tmp_path: Path) -> None:
    assert run(installed, "--version", folder=tmp_path).stdout == f"text-to-pdf {VERSION}\n"
    assert run(installed, "--help", folder=tmp_path).stdout.startswith("usage: text-to-pdf ")


def test_the_wheel_is_named_for_the_version(wheel: Path) -> None:
    assert wheel.name == f"chalice_text_to_pdf-{VERSION}-py3-none-any.whl"


def test_the_wheel_has_the_converter_with_its_fonts_and_their_licences(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        shipped = {
            name: archive.read(name) for name in archive.namelist() if ".dist-info/" not in name
        }
        licences = [name for name in archive.namelist() if "/licenses/" in name]
    fonts = PROJECT / "vendor/text_to_pdf_fonts"
    sources = [*(PROJECT / "chalicelib/converter").rglob("*"), *fonts.iterdir()]
    sources += [PROJECT / "chalicelib/__init__.py", PROJECT / "chalicelib/errors.py"]
    expected = {
        path.relative_to(PROJECT).as_posix().removeprefix("vendor/"): path.read_bytes()
        for path in sources
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert shipped == expected
    assert {Path(name).name for name in licences} == {
        "LICENSE",
        *(path.name for path in fonts.glob("LICENSE-*.txt")),
    }


def test_the_wheel_requires_the_libraries_on_lambda_and_the_progress_bar() -> None:
    assert requirements(CONFIGURATION["dependencies"]) == requirements(
        (PROJECT / "requirements.txt").read_text("utf-8").splitlines()
    ) | requirements(
        line
        for line in (PROJECT / "requirements-run.txt").read_text("utf-8").splitlines()
        if line.startswith("rich==")
    )


def requirements(lines: Iterable[str]) -> set[str]:
    """Return the requirements in lines of a requirements file, in normalized form."""
    stripped = (line.partition("#")[0].strip() for line in lines)
    return {str(Requirement(line)) for line in stripped if line}


def test_the_newest_release_of_the_changelog_is_this_version() -> None:
    text = (PROJECT / "CHANGELOG.md").read_text("utf-8")
    releases = re.findall(r"^## (\d+\.\d+\.\d+) - \d{4}-\d\d-\d\d$", text, re.MULTILINE)
    assert releases[0] == VERSION
