"""Text in, PDF out. Pure: knows nothing of AWS and reads no environment."""

from collections.abc import Callable
from typing import BinaryIO

from chalicelib.converter.options import Options, Progress, Report, Source

__all__ = ["Options", "Progress", "Report", "Source", "convert"]


def convert(
    source: BinaryIO,
    sink: BinaryIO,
    about: Source,
    options: Options,
    progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Turn the text in `source` into a PDF in `sink`; NotText if it is none."""
    from chalicelib.converter import document  # fpdf2 is slow to import: only who converts pays

    return document.convert(source, sink, about, options, progress)
