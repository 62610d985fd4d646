"""Converts text to PDF, independent of AWS and of the environment.

Importing this package is cheap; fpdf2 and the fonts are imported by the first conversion.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import BinaryIO

from chalicelib.converter.options import Options, Orientation, PageSize
from chalicelib.converter.reading.compression import Readable
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
    "preload",
]


def convert(
    source: Readable,
    sink: BinaryIO,
    about: Source,
    options: Options = Options(),  # noqa: B008 - frozen
    progress: OnProgress | None = None,
) -> Report:
    """Convert the text read from `source` to a PDF written to `sink`.

    `about` has the text's name, date and more. Both streams are used in sequence only and stay
    open, and memory use does not grow with the text. `progress` is called at least once every 64
    pages and every 256 KiB of text. Exceptions of `progress` and of the streams end the conversion
    and are passed on. If the conversion fails, what it wrote to a seekable sink is removed.
    Raises NotText, naming the kind of file if it is known, if the bytes are not text.
    """
    return _engine()(source, sink, about, options, progress)


@cache
def preload() -> None:
    """Import what the first conversion imports otherwise, for a process that the caller owns.

    All objects of the process are excluded from garbage collections afterwards. The first one would
    look at those of fpdf2's modules in vain, which takes longer than a short text.
    """
    with _without_collections():
        _engine()
        gc.freeze()


@cache
def _engine() -> Callable[[Readable, BinaryIO, Source, Options, OnProgress | None], Report]:
    """Return the engine's `convert_stream`, imported with the garbage collector disabled.

    fpdf2 imports 400 modules, and garbage collections among their objects are a large part of the
    time that takes.
    """
    with _without_collections():
        from chalicelib.converter.engine import convert_stream
    return convert_stream


@contextmanager
def _without_collections() -> Iterator[None]:
    """Disable the garbage collector in the context, and then enable it again if it was."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
