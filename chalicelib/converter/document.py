"""The PDF: lines on pages."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from fpdf import FPDF

from chalicelib.converter.options import Options, Progress, Report, Source
from chalicelib.errors import NotText

FONT = Path(__file__).parents[1] / "fonts" / "DejaVuSansMono.ttf"
COLUMNS, LINES = 100, 66


class _Document(FPDF):
    document_id = b""

    def file_id(self) -> str:
        digest = hashlib.sha256(self.document_id).hexdigest()[:32].upper()
        return f"<{digest}><{digest}>"


def convert(
    source: BinaryIO,
    sink: BinaryIO,
    about: Source,
    options: Options,
    progress: Callable[[Progress], None] | None,
) -> Report:
    """Lay the text out line by line and page by page."""
    data = source.read()
    if b"\0" in data:
        raise NotText("The file is not text: it has NUL bytes.")
    try:
        text, encoding = data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        text, encoding = data.decode("latin-1"), "latin-1"
    pdf = _Document(unit="pt", format="a4")
    pdf.document_id = about.document_id.encode()
    pdf.alias_nb_pages(None)  # type: ignore[arg-type]
    pdf.set_creation_date(about.created_at)
    pdf.set_title(about.name)
    pdf.add_font("text", fname=FONT)
    lines = [
        line[start : start + COLUMNS] or " "
        for line in text.expandtabs(8).split("\n")
        for start in range(0, max(len(line), 1), COLUMNS)
    ]
    for first in range(0, len(lines), LINES):
        pdf.add_page()
        if progress and pdf.page % 64 == 0:
            progress(Progress(len(data), about.size, pdf.page))
        pdf.set_font("text", size=options.font_size)
        for row, line in enumerate(lines[first : first + LINES]):
            pdf.text(50, 60 + row * options.font_size * 1.2, line)
    pdf.output(sink)
    return Report(pdf.page, encoding, "guessed", 0)
