"""The target of a package: one of Lambda's Python runtimes, and one of its two architectures."""

import sys
from dataclasses import dataclass

X86_64, ARM64 = "x86_64", "arm64"
ARCHITECTURES = (X86_64, ARM64)
"""Lambda's names of its instruction sets; the first is the default of chalice and Lambda."""
RUNTIME_GLIBC = {
    "python3.11": (2, 26),
    "python3.12": (2, 34),
    "python3.13": (2, 34),
    "python3.14": (2, 34),
}
"""glibc version of Lambda's runtimes: Amazon Linux 2 up to Python 3.11, then Amazon Linux 2023.

Source: Lambda Developer Guide, 'Lambda runtimes'.
"""
_MACHINES = {X86_64: "x86_64", ARM64: "aarch64"}


def runtime() -> str:
    """Return the name of the Lambda runtime that chalice deploys to, such as python3.12.

    Its version is that of this interpreter.
    """
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


@dataclass(frozen=True)
class Target:
    """A runtime such as python3.11, and one of ARCHITECTURES.

    `glibc` and `platforms` raise KeyError for a runtime that is not in RUNTIME_GLIBC.
    """

    runtime: str
    architecture: str = X86_64

    @property
    def python(self) -> str:
        """Version of Python, such as 3.11."""
        return self.runtime.removeprefix("python")

    @property
    def glibc(self) -> tuple[int, int]:
        """Major and minor version of the runtime's glibc."""
        return RUNTIME_GLIBC[self.runtime]

    @property
    def site_packages(self) -> str:
        """Path of the folder with a layer's libraries, relative to the layer's root."""
        return f"python/lib/{self.runtime}/site-packages"

    def platforms(self) -> list[str]:
        """Return the platform tags of wheels that run on the target, best first (PEP 600)."""
        machine, (_, minor) = _MACHINES[self.architecture], self.glibc
        older = ("2014", "2010", "1") if self.architecture == X86_64 else ("2014",)
        return [f"manylinux_2_{n}_{machine}" for n in range(minor, 4, -1)] + [
            f"manylinux{name}_{machine}" for name in older
        ]
