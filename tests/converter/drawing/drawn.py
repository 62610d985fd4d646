"""What is drawn on the first page of a PDF, as pdfium reads it."""

import ctypes
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium

from chalicelib.converter import Options
from chalicelib.converter.drawing.geometry import Geometry

GEOMETRY = Geometry.of(Options())
TOLERANCE = 0.05  # points


@dataclass(frozen=True)
class Character:
    """A character as pdfium reads it; `x` and `y` are its origin in points."""

    text: str
    x: float
    y: float
    font: str


def characters(pdf: bytes) -> list[Character]:
    """Those of the first page, without blanks, header and footer."""
    body = GEOMETRY.baseline(GEOMETRY.rows), GEOMETRY.baseline(0) + 1
    return [one for one in all_characters(pdf) if body[0] < one.y < body[1]]


def all_characters(pdf: bytes) -> list[Character]:
    """Those of the first page, without blanks."""
    with pypdfium2.PdfDocument(pdf) as document:
        text = document[0].get_textpage()
        found = [_character(text, index) for index in range(text.count_chars())]
    return [one for one in found if not one.text.isspace()]


def _character(text: pypdfium2.PdfTextPage, index: int) -> Character:
    x, y = ctypes.c_double(), ctypes.c_double()
    pdfium.FPDFText_GetCharOrigin(text, index, x, y)
    name = ctypes.create_string_buffer(100)
    pdfium.FPDFText_GetFontInfo(text, index, name, len(name), ctypes.c_int())
    code = pdfium.FPDFText_GetUnicode(text, index)
    return Character(chr(code), x.value, y.value, name.value.decode())
