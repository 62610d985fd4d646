"""Layers for every runtime and architecture, and functions to inspect packages."""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection
from packaging.requirements import Requirement

from infra.deploy import PROJECT
from infra.package import build_layer, download, write_layer
from infra.target import Target, runtime

LOCK = PROJECT / "requirements.lock"


def layer_for(target: Target, folder: Path) -> Path:
    """Return the layer for the target.

    It is the one that is deployed if this interpreter has the target's version. Otherwise it is
    built in `folder` in the same way, but without bytecode.
    """
    if target.runtime == runtime():
        return build_layer(PROJECT, target.architecture)
    lock = folder / LOCK.name
    lock.write_text(_applicable(LOCK.read_text("utf-8"), target.python), "utf-8")
    download(lock, folder, target)
    layer = folder / "layer.zip"
    write_layer(layer, folder, PROJECT / "vendor", target)
    return layer


def _applicable(lock: str, python: str) -> str:
    """Return the lock without requirements of other Python versions, and without markers.

    pip evaluates markers for the Python that runs it, even with --python-version.
    """
    applicable = []
    for entry in re.split(r"\n(?=\S)", lock):
        first, _, hashes = entry.partition(" \\\n")
        requirement = Requirement(first)
        if _applies(requirement, python):
            applicable.append(f"{requirement.name}{requirement.specifier} \\\n{hashes}")
    return "\n".join(applicable)


def _applies(requirement: Requirement, python: str) -> bool:
    environment = {"python_version": python, "python_full_version": f"{python}.0"}
    return not requirement.marker or requirement.marker.evaluate(environment)


def pins(file: Path, python: str) -> list[str]:
    """Return the requirements that a file pins for a Python version, as `name==version`."""
    lines = re.findall(r"^[^\s#][^\\\n]*", file.read_text("utf-8"), re.MULTILINE)
    required = [Requirement(line) for line in lines]
    return [f"{r.name}{r.specifier}" for r in required if _applies(r, python)]


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
