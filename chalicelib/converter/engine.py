"""Runs a conversion: decodes, cleans and lays out a stream, and writes the document."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cache
from itertools import chain
from typing import BinaryIO

from chalicelib.converter import warning
from chalicelib.converter.document.document import Document
from chalicelib.converter.document.fit import fitted
from chalicelib.converter.drawing.geometry import Geometry
from chalicelib.converter.fonts.cell_widths import CellWidths
from chalicelib.converter.language import detect_language, language_tag
from chalicelib.converter.layout.layout import Layout
from chalicelib.converter.layout.page import Page
from chalicelib.converter.options import CarriageControl, Options
from chalicelib.converter.reading import asa
from chalicelib.converter.reading.asa import Recogniser
from chalicelib.converter.reading.cleaning import Cleaner, CleanText
from chalicelib.converter.reading.compression import Readable
from chalicelib.converter.reading.decoding import Decoding
from chalicelib.converter.reading.page_length import PageLength
from chalicelib.converter.recognition.page_links import MAX_LINKS, LinkFinder
from chalicelib.converter.recognition.terminal_links import Hyperlinks
from chalicelib.converter.report import OnProgress, Progress, Report, Source
from chalicelib.converter.warning import ConversionWarning

_PAGES_PER_REPORT = 64
"""Pages between calls of the progress callback."""


def convert_stream(
    source: Readable, sink: BinaryIO, about: Source, options: Options, progress: OnProgress | None
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
    source: Readable, sink: BinaryIO, about: Source, options: Options, progress: OnProgress | None
) -> Report:
    """Convert without restoring the sink if that fails."""
    decoding = Decoding(source, options.charset or about.charset, options.likely_charsets)
    texts = iter(decoding)
    first = next(texts)  # raises NotText before anything is written
    language = language_tag(about.language or "") or options.language or detect_language(first)
    about = replace(about, language=language)
    lines = _LineReader(options)
    pieces = lines.pieces(chain([first], texts))
    # A text of one short line is held back until its end.
    start = next((piece for piece in pieces if piece.text), CleanText("", frozenset()))
    options = fitted(options, start.text, lines.lines_per_page)
    geometry = Geometry.of(options)
    document = Document(sink, about, geometry, options)
    composer = cache(lambda: document.composer(geometry.columns))
    layout = Layout(
        geometry.columns, geometry.rows, CellWidths(document.repertoire), composer, geometry.tab
    )

    def report_progress() -> None:
        if progress:
            progress(Progress(decoding.bytes_read, about.size, document.pages))

    links = LinkFinder(Hyperlinks(lambda: lines.cleaner.links))
    for page in _pages(chain([start], pieces), layout, links, report_progress):
        document.add_page(page)
        if document.pages % _PAGES_PER_REPORT == 0:
            report_progress()
    document.finish()
    encoding = decoding.encoding
    replaced = decoding.replaced + document.painter.labels.drawn
    return Report(
        pages=document.pages,
        encoding=encoding.name,
        encoding_basis=encoding.basis,
        encoding_step=encoding.step,
        replaced=replaced,
        repaired=decoding.repaired,
        page_format=options.page_format,
        warnings=tuple(_warnings(decoding, replaced, lines, layout, links)),
        text_size=decoding.bytes_read,
    )


class _LineReader:
    """Cleans the lines of a text, and obeys its page length, and carriage control or detects it."""

    def __init__(self, options: Options) -> None:
        self.cleaner = Cleaner()
        self.recogniser = Recogniser()
        is_asa = options.carriage_control is CarriageControl.ASA
        self.carriage_control = asa.CarriageControl() if is_asa else None
        self._page_length: PageLength | None = None

    def pieces(self, texts: Iterable[str]) -> Iterator[CleanText]:
        """Yield the clean text of each of `texts`, and of what is held back at the end."""
        for text in texts:
            yield self._clean(text, last=False)
        yield self._clean("", last=True)

    def _clean(self, text: str, *, last: bool) -> CleanText:
        piece = self.cleaner.clean(text, last=last)
        if self.carriage_control:
            return self.carriage_control.feed(piece, last=last)
        self.recogniser.see(piece.text)
        if lines := self.lines_per_page:
            self._page_length = self._page_length or PageLength(lines)
            return self._page_length.feed(piece)
        return piece

    @property
    def lines_per_page(self) -> int | None:
        """Number of lines of a page if the text sets it for its printer, or None.

        With carriage control, the text says where its pages begin.
        """
        return None if self.carriage_control else self.cleaner.lines_per_page


def _warnings(
    decoding: Decoding, replaced: int, lines: _LineReader, layout: Layout, links: LinkFinder
) -> Iterator[ConversionWarning]:
    if readings := decoding.encoding.readings:
        yield warning.encoding_doubtful(readings)
    if replaced:
        yield warning.replaced(replaced)
    if decoding.repaired:
        yield warning.repaired(decoding.repaired)
    if decoding.holes:
        yield warning.holes(decoding.holes, decoding.hole_bytes)
    if shown := lines.cleaner.controls_shown + layout.overstrikes.backspaces_shown:
        yield warning.controls_shown(shown)
    if lines.recogniser.is_recognised and lines.carriage_control is None:
        yield warning.carriage_control()
    if links.has_more:
        yield warning.links_left_out(MAX_LINKS)


def _pages(
    pieces: Iterable[CleanText],
    layout: Layout,
    links: LinkFinder,
    report_progress: Callable[[], None],
) -> Iterator[Page]:
    """Yield pages as they are complete; `report_progress` is called after each piece of text."""
    for piece in pieces:
        yield from links.pages(piece.text, layout.feed(piece))
        report_progress()
    yield from links.finish(layout.finish())
