"""The way from a stream of bytes to a finished document."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cache
from itertools import chain
from typing import BinaryIO

from chalicelib.converter.document.document import Document
from chalicelib.converter.document.geometry import Geometry
from chalicelib.converter.fonts.font import Widths
from chalicelib.converter.language import of_text, tag
from chalicelib.converter.layout.layout import Layout, Page
from chalicelib.converter.layout.links import MAX_LINKS, LinkFinder
from chalicelib.converter.options import Options, Switch
from chalicelib.converter.reading.cleaning import Cleaner
from chalicelib.converter.reading.decoding import Decoding
from chalicelib.converter.report import OnProgress, Progress, Report, Source
from chalicelib.converter.warning import encoding_doubtful, links_left_out

_PAGES_PER_REPORT = 64


def convert_stream(
    source: BinaryIO, sink: BinaryIO, about: Source, options: Options, progress: OnProgress | None
) -> Report:
    """Convert; see `chalicelib.converter.convert`."""
    start = sink.tell() if sink.seekable() else None
    try:
        return _run(source, sink, about, options, progress)
    except BaseException:
        if start is not None:
            with suppress(OSError):  # a device says that it can seek, and cannot be cut off
                sink.seek(start)
                sink.truncate()
        raise


def _run(
    source: BinaryIO, sink: BinaryIO, about: Source, options: Options, progress: OnProgress | None
) -> Report:
    decoding = Decoding(source, options.charset or about.charset, options.likely_charsets)
    texts = iter(decoding)
    first = next(texts)  # raises NotText before anything is written
    language = tag(about.language or "") or options.language or of_text(first)
    about = replace(about, language=language)
    geometry = Geometry.of(options)
    document = Document(sink, about, geometry, tagged=options.tagged is Switch.ON)
    composer = cache(lambda: document.composer(geometry.columns))
    layout = Layout(geometry.columns, geometry.rows, Widths(document.repertoire), composer)

    def tell() -> None:
        if progress:
            progress(Progress(decoding.bytes_read, about.size, document.pages))

    links = LinkFinder()
    for page in _pages(chain([first], texts), layout, links, tell):
        document.add_page(page)
        if document.pages % _PAGES_PER_REPORT == 0:
            tell()
    document.finish()
    encoding = decoding.encoding
    warnings = [encoding_doubtful(encoding.readings)] if encoding.readings else []
    if links.has_more:
        warnings.append(links_left_out(MAX_LINKS))
    return Report(
        pages=document.pages,
        encoding=encoding.name,
        encoding_basis=encoding.basis,
        encoding_step=encoding.step,
        replaced=decoding.replaced + document.painter.labels.drawn,
        repaired=decoding.repaired,
        warnings=tuple(warnings),
    )


def _pages(
    texts: Iterable[str], layout: Layout, links: LinkFinder, tell: Callable[[], None]
) -> Iterator[Page]:
    cleaner = Cleaner()
    for text in texts:
        clean = cleaner.clean(text, last=False)
        yield from links.pages(clean.text, layout.feed(clean))
        tell()
    clean = cleaner.clean("", last=True)
    yield from links.pages(clean.text, layout.feed(clean))
    yield from links.finish(layout.finish())
