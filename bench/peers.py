"""The peers: a minimal program for each, run by `python -m bench.peers NAME IN OUT`."""

import io
import sys
from collections.abc import Callable
from pathlib import Path

FONTS = Path(__file__).parent.parent / "vendor" / "text_to_pdf_fonts"
NOTO = Path("/usr/share/fonts/truetype/noto")  # Debian's fonts-noto-core
SHAPED = {
    "fpdf2-arabic": "NotoNaskhArabic-Regular.ttf",
    "fpdf2-devanagari": "NotoSansDevanagari-Regular.ttf",
}
"""Fonts of the peers with text shaping."""


def font_file(name: str) -> Path:
    """Return the path of a font, the product's if it has it, so that both draw the same glyphs."""
    return FONTS / name if (FONTS / name).exists() else NOTO / name


def fpdf2_multi_cell(source: Path, target: Path) -> None:
    """Convert with fpdf2 as in its tutorial: one multi_cell with a core font."""
    from fpdf import FPDF

    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Courier", size=10)
    pdf.multi_cell(0, None, source.read_text("latin-1"))
    pdf.output(str(target))


def fpdf2_shaping(font: str) -> Callable[[Path, Path], None]:
    """Return the same conversion with shaping, bidi, and a fallback font."""

    def convert(source: Path, target: Path) -> None:
        from fpdf import FPDF

        pdf = FPDF()
        pdf.add_page()
        pdf.add_font("script", fname=font_file(font))
        pdf.add_font("fallback", fname=FONTS / "DejaVuSansMono.ttf")
        pdf.set_font("script", size=10)
        pdf.set_fallback_fonts(["fallback"])
        pdf.set_text_shaping(True)
        pdf.multi_cell(0, None, source.read_text("utf-8"))
        pdf.output(str(target))

    return convert


def reportlab_courier(source: Path, target: Path) -> None:
    """Convert with reportlab's text objects, page by page, with a core font."""
    _reportlab(source, target, "Courier")


def reportlab_dejavu(source: Path, target: Path) -> None:
    """Convert in the same way with an embedded TrueType font for European scripts."""
    _reportlab(source, target, "DejaVuSansMono.ttf")


def reportlab_wqy(source: Path, target: Path) -> None:
    """Convert in the same way with an embedded TrueType font for Chinese and Japanese."""
    _reportlab(source, target, "wqy-microhei.ttc")


def mupdf(source: Path, target: Path) -> None:
    """Convert with MuPDF, which lays a text file out like a book."""
    import pymupdf

    with pymupdf.open(source, filetype="txt") as document:
        target.write_bytes(document.convert_to_pdf())


def ours_warm(source: Path, target: Path) -> None:
    """Convert with this project, in one process, each kB of the text as a file of its own.

    The target gets all PDFs, one after the other.
    """
    from datetime import UTC, datetime

    from chalicelib.converter import Source, convert

    with source.open("rb") as texts, target.open("wb") as pdfs:
        number = 0
        while text := texts.read(1024):
            number += 1
            about = Source(f"{number}.txt", datetime.now(UTC), str(number))
            pdf = io.BytesIO()
            convert(io.BytesIO(text), pdf, about)
            pdfs.write(pdf.getvalue())


def _reportlab(source: Path, target: Path, font: str) -> None:
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    name = font.partition(".")[0]
    if name != font:
        pdfmetrics.registerFont(TTFont(name, str(FONTS / font), subfontIndex=0))
    canvas = Canvas(str(target), pagesize=A4, pageCompression=1)
    lines = source.read_text("utf-8").split("\n")
    for start in range(0, len(lines), 61):
        text = canvas.beginText(42, A4[1] - 60)
        text.setFont(name, 10, 11.64)
        for line in lines[start : start + 61]:
            text.textLine(line)
        canvas.drawText(text)
        canvas.showPage()
    canvas.save()


PEERS: dict[str, Callable[[Path, Path], None]] = {
    "fpdf2": fpdf2_multi_cell,
    **{name: fpdf2_shaping(font) for name, font in SHAPED.items()},
    "mupdf": mupdf,
    "ours-warm": ours_warm,
    "reportlab": reportlab_courier,
    "reportlab-dejavu": reportlab_dejavu,
    "reportlab-wqy": reportlab_wqy,
}

if __name__ == "__main__":
    PEERS[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
