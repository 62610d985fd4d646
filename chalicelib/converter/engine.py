"""Runs a conversion: decodes, cleans and lays out a stream, and writes the document."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cache
from itertools import chain
from typing import BinaryIO

from chalicelib.converter.document.document import Document
from chalicelib.converter.document.geometry import Geometry
from chalicelib.converter.fonts.font import CellWidths
from chalicelib.converter.language import detect_language, language_tag
from chalicelib.converter.layout.layout import Layout, Page
from chalicelib.converter.options import Options, Switch
from chalicelib.converter.reading.cleaning import Cleaner
from chalicelib.converter.reading.decoding import Decoding
from chalicelib.converter.report import OnProgress, Progress, Report, Source
from chalicelib.converter.warning import doubtful_encoding_warning

_PAGES_PER_REPORT = 64
"""Pages between calls of the progress callback."""


def convert_stream(
    source: BinaryIO, sink: BinaryIO, about: Source, options: Options, progress: OnProgress | None
) -> Report:
    """Convert text to PDF; see `chalicelib.converter.convert`."""
    start = sink.tell() if sink.seekable() else None
    try:
        return _convert(source, sink, about, options, progress)
    except BaseException:
        if start is not None:
            with suppress(OSError):  # some devices claim to be seekable but cannot be truncated
                sink.seek(start)
                sink.truncate()
        raise


def _convert(
    source: BinaryIO, sink: BinaryIO, about: Source, options: Options, progress: OnProgress | None
) -> Report:
    decoding = Decoding(source, options.charset or about.charset, options.likely_charsets)
    texts = iter(decoding)
    first = next(texts)  # raises NotText before anything is written
    language = language_tag(about.language or "") or options.language or detect_language(first)
    about = replace(about, language=language)
    geometry = Geometry.of(options)
    document = Document(sink, about, geometry, tagged=options.tagged is Switch.ON)
    composer = cache(lambda: document.composer(geometry.columns))
    layout = Layout(geometry.columns, geometry.rows, CellWidths(document.repertoire), composer)

    def report_progress() -> None:
        if progress:
            progress(Progress(decoding.bytes_read, about.size, document.pages))

    for page in _pages(chain([first], texts), layout, report_progress):
        document.add_page(page)
        if document.pages % _PAGES_PER_REPORT == 0:
            report_progress()
    document.finish()
    encoding = decoding.encoding
    return Report(
        pages=document.pages,
        encoding=encoding.name,
        encoding_basis=encoding.basis,
        encoding_step=encoding.step,
        replaced=decoding.replaced + document.painter.labels.drawn,
        repaired=decoding.repaired,
        warnings=(doubtful_encoding_warning(encoding.readings),) if encoding.readings else (),
    )


def _pages(
    texts: Iterable[str], layout: Layout, report_progress: Callable[[], None]
) -> Iterator[Page]:
    """Yield pages as they are complete; `report_progress` is called after each text."""
    cleaner = Cleaner()
    for text in texts:
        yield from layout.feed(cleaner.clean(text, last=False))
        report_progress()
    yield from layout.feed(cleaner.clean("", last=True))
    yield from layout.finish()
