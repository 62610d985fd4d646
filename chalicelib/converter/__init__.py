"""Text in, PDF out. Pure: knows nothing of AWS and reads no environment.

Importing this is cheap; fpdf2 and the fonts are imported by the first conversion.
"""

import gc
from collections.abc import Callable
from functools import cache
from typing import BinaryIO

from chalicelib.converter.options import Options, Orientation, PageSize
from chalicelib.converter.report import Basis, OnProgress, Progress, Report, Source

__all__ = [
    "Basis",
    "OnProgress",
    "Options",
    "Orientation",
    "PageSize",
    "Progress",
    "Report",
    "Source",
    "convert",
]


def convert(
    source: BinaryIO,
    sink: BinaryIO,
    about: Source,
    options: Options = Options(),  # noqa: B008 - frozen
    progress: OnProgress | None = None,
) -> Report:
    """Turn the text read from `source` into a PDF written to `sink`.

    `source` is only ever read forwards and `sink` written forwards, in memory that does not
    grow with the text. `progress` is called at least once every 64 pages and every 256 kB; what
    it raises ends the conversion and is raised from here. Whatever ends it, a sink that can
    seek is left as it was.
    Raises NotText, naming what it looks like, if the bytes are no text.
    """
    return _press()(source, sink, about, options, progress)


@cache
def _press() -> Callable[[BinaryIO, BinaryIO, Source, Options, OnProgress | None], Report]:
    """What does the work, imported with the garbage collector at rest.

    fpdf2 brings 400 modules along. Looking for garbage in them while they are imported is a large
    part of the cost of importing them.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        from chalicelib.converter.engine import convert_stream
    finally:
        if enabled:
            gc.enable()
    return convert_stream
