"""What PDF readers make of a document: the seam between these tests and the readers."""

import io
import re
import shutil
import subprocess
import sys
import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pypdfium2
import pytest

from chalicelib.converter import Options, Report, Source, convert

ABOUT = Source("notes.txt", datetime(2026, 11, 24, 9, 30, tzinfo=UTC), "upload 1")
_FURNITURE = re.compile(r"\s*page\s+(\d+)\s+of\s+(\d+)\s+notes\.txt\s*\Z")


@dataclass(frozen=True)
class Made:
    """A PDF and the report on it."""

    pdf: bytes = field(repr=False)
    report: Report

    @property
    def pages(self) -> list[str]:
        """The text of each page as pdfium reads it, without header and footer."""
        with pypdfium2.PdfDocument(self.pdf) as document:
            texts = [page.get_textpage().get_text_range() for page in document]
        return [_FURNITURE.sub("", text).replace("\r\n", "\n") for text in texts]

    @property
    def footers(self) -> list[tuple[int, int]]:
        """Number and total as the footer of each page says."""
        with pypdfium2.PdfDocument(self.pdf) as document:
            texts = [page.get_textpage().get_text_range() for page in document]
        found = [_FURNITURE.search(text) for text in texts]
        return [(int(one[1]), int(one[2])) for one in found if one]

    @property
    def letters(self) -> str:
        """All that is not blank, in the order read."""
        return without_blanks("".join(self.pages))


def made(text: str | bytes, options: Options | None = None, about: Source = ABOUT) -> Made:
    """Convert in memory."""
    source = text if isinstance(text, bytes) else text.encode("utf-8")
    sink = io.BytesIO()
    report = convert(io.BytesIO(source), sink, about, options or Options())
    return Made(sink.getvalue(), report)


def imported(code: str, modules: set[str]) -> set[str]:
    """Those of some modules that Python has imported after it ran the code."""
    script = f"import sys; {code}; print(*{modules!r} & sys.modules.keys())"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(ran.stdout.split())


def without_blanks(text: str) -> str:
    """The text without white space, which a page has as distance, not as characters."""
    return "".join(one for one in text if not one.isspace() and unicodedata.category(one) != "Zs")


def tool(*command: str, document: bytes) -> str:
    """The same for a tool that prints text."""
    return tool_output(*command, document=document).decode("utf-8")


def tool_output(*command: str, document: bytes) -> bytes:
    """Run a PDF tool of the system on a document; skips the test where it is not installed."""
    if not shutil.which(command[0]):
        pytest.skip(f"{command[0]} is not installed")
    ran = subprocess.run(command, input=document, capture_output=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert not ran.stderr, ran.stderr
    return ran.stdout
