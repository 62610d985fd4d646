"""Writes the PDF document: pages as they come, and at the end what fpdf2 makes.

fpdf2 would keep every page until the end, and then every byte of the file, in several times the
memory of the text. So pages, fonts and the page tree are written without it, and fpdf2 only makes
the catalog, metadata, output intent and document information after the last page (`trailer`).
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO

from chalicelib.converter.document.annotations import LinkAnnotations
from chalicelib.converter.document.embedding import embed_clusters, embed_fonts
from chalicelib.converter.document.frame import Frame
from chalicelib.converter.document.outline import Outline
from chalicelib.converter.document.running_lines import RunningLine
from chalicelib.converter.document.sheet import Sheet
from chalicelib.converter.document.structure import StructureTree
from chalicelib.converter.document.trailer import DocumentTrailer
from chalicelib.converter.drawing.code_point_labels import DIGIT_BOX
from chalicelib.converter.drawing.content_sequences import row_mark
from chalicelib.converter.drawing.geometry import Geometry
from chalicelib.converter.drawing.painter import Painter
from chalicelib.converter.fonts.font import FontSelector
from chalicelib.converter.layout.page import Link, Page
from chalicelib.converter.options import FOOTER, Options, Switch
from chalicelib.converter.pdf.objects import ObjectWriter, references
from chalicelib.converter.pdf.page_tree import PageTree
from chalicelib.converter.recognition.paragraphs import Block, Paragraphs, as_one
from chalicelib.converter.report import Source

if TYPE_CHECKING:
    from chalicelib.converter.layout.composer import Composer
    from chalicelib.converter.scripts.shaper import Shaper


MANY_OBJECTS = 7_500_000
"""Number of objects from which on a page has one structure element, and no headings.

PDF/A allows 8,388,607 objects (ISO 19005-2, 6.1.13), of which such a page takes four. Only
texts of nothing but headings have so many.
"""


class Document:
    """A PDF that is written to `sink` page by page; `finish` completes it.

    It is PDF/A-2a and PDF/UA-1 if it is tagged, that is, if its logical structure is written.
    Otherwise it is PDF/A-2u.
    """

    def __init__(
        self,
        sink: BinaryIO,
        source: Source,
        geometry: Geometry,
        options: Options,
    ) -> None:
        tagged = options.tagged is Switch.ON
        self._trailer = DocumentTrailer(source, tagged=tagged)
        self.objects = ObjectWriter(sink, self._trailer.pdf_version)
        self._repertoire = FontSelector()
        self._shaper: Shaper | None = None
        self.painter = Painter(
            geometry,
            self._repertoire,
            self.composer,
            line_numbers=options.line_numbers is Switch.ON,
        )
        self._cluster_fonts = b""
        self._resources = self.objects.reserve()
        self._frame = Frame(
            self.objects,
            self.painter,
            geometry,
            self._resources,
            _watermark(options.watermark, geometry),
            tagged=tagged,
        )
        box = b"/MediaBox[0 0 %.2f %.2f]" % (geometry.width, geometry.height)
        self.tree = PageTree(self.objects, box)
        self._paragraphs = Paragraphs()
        self._structure = StructureTree(self.objects) if tagged else None
        self._outline = Outline(self.objects)
        self._annotations = LinkAnnotations(self.objects, self.painter, geometry)
        self._geometry = geometry
        self._columns: list[Page] = []  # of the next page, if pages have several
        self._frame.write_lines(
            RunningLine.of(options.header, source),
            RunningLine.of(options.footer, source) if options.footer != FOOTER else None,
        )

    def composer(self, columns: int) -> "Composer":
        """Return a new composer for rows of `columns` cells, which uses the document's fonts.

        Its modules are imported by the first call, as most texts do not need it.
        """
        from chalicelib.converter.layout.composer import Composer
        from chalicelib.converter.scripts.shaper import Shaper

        self._shaper = self._shaper or Shaper(self._repertoire)
        return Composer(columns, self._shaper, self._geometry.tab)

    @property
    def repertoire(self) -> FontSelector:
        """The characters of the document so far, and the grid font of each."""
        return self._repertoire

    @property
    def pages(self) -> int:
        """Number of pages written so far."""
        return self.tree.pages

    def add_page(self, page: Page) -> None:
        """Write a page with its links, its structure if the document is tagged, and its headings.

        If pages have several columns, it becomes the next column instead. It must not change
        afterwards.
        """
        columns = self._geometry.text_columns
        if columns == 1 and not page.links:
            self._add_simple_page(page)
            return
        self._columns.append(page)
        if len(self._columns) == columns:
            self._add_sheet()

    def _add_simple_page(self, page: Page) -> None:
        """Write a page of one column without links, which takes less than `_add_sheet`."""
        blocks, goes_on = self._paragraphs.blocks(page)
        structure = self._structure
        if structure:
            elements = as_one(blocks) if self._has_many_objects else blocks
            marks = [row_mark(block.start) for block in elements]
            parents = b"/StructParents %d" % structure.next_key
            number = self._write_page(self.painter.page(page, marks), {}, parents)
            structure.add_page(number, elements, goes_on=goes_on)
        else:
            number = self._write_page(self.painter.page(page), {})
        self._outline.add_page(number, page.rows, self._geometry.height, breaks=page.breaks)
        self._add_headings(number, ((block, page) for block in blocks))
        self._write_full_fonts()

    def _add_sheet(self) -> None:
        """Write a page with the columns so far."""
        one_block = self._has_many_objects
        sheet = Sheet.of(self._columns, self._paragraphs, one_block_each=one_block)
        self._columns = []
        structure = self._structure
        key = structure.next_key if structure else 0
        entries = b"/StructParents %d" % key if structure else b""
        annotations = self._annotations.add_page(sheet.columns, key + 1 if structure else None)
        text, first = b"", 0
        for column, (page, sequences) in enumerate(
            zip(sheet.columns, sheet.sequences, strict=True)
        ):
            marks = [part.mark for part in sequences] if structure else []
            text += self.painter.column(column, page, marks, first)
            first += len(marks)
        number = self._write_page(text, annotations, entries)
        if structure and (annotations or first > len(sheet.blocks)):
            structure.add_page_with_links(
                number, sheet.blocks, sheet.all_sequences, annotations, goes_on=sheet.goes_on
            )
        elif structure:  # each block is one sequence
            structure.add_page(number, sheet.blocks, goes_on=sheet.goes_on)
        for column, page in enumerate(sheet.columns):
            add = self._outline.add_column if column else self._outline.add_page
            add(number, page.rows, self._geometry.height, breaks=page.breaks)
        self._add_headings(number, sheet.headings)
        self._write_full_fonts()

    @property
    def _has_many_objects(self) -> bool:
        return self.objects.last_number >= MANY_OBJECTS

    def _write_page(
        self, text: bytes, annotations: Mapping[Link, Sequence[int]], entries: bytes = b""
    ) -> int:
        """Write a page, of which `text` are the operators of its text; return its number."""
        entries += self._frame.add_page(text, self.pages + 1)
        if annotations:
            numbers = tuple(chain.from_iterable(annotations.values()))
            entries += b"/Tabs/S/Annots[%b]" % references(numbers)
        return self.tree.add_page(entries)

    def _add_headings(self, number: int, blocks: Iterable[tuple[Block, Page]]) -> None:
        """Add the headings among blocks, each with its page or column, to the outline.

        `number` is the object number of the page on which they are drawn.
        """
        g = self._geometry
        for block, page in blocks:
            if block.heading:
                top = g.baseline(block.start, page.shift(block.start)) + g.leading
                self._outline.add_heading(block.heading.title, number, top, block.heading.level)

    def _write_full_fonts(self) -> None:
        if self._shaper and self._shaper.is_full:
            self._write_cluster_fonts()

    def _write_cluster_fonts(self) -> None:
        """Write the cluster fonts so far, which frees their memory."""
        for font in self._shaper.flush_fonts() if self._shaper else ():
            self._cluster_fonts += embed_clusters(self.objects, font)

    def finish(self) -> None:
        """Write everything that depends on all pages, and the end of the file.

        There must be at least one page. Call this once; the sink stays open.
        """
        if self._columns:
            self._add_sheet()
        forms = self._frame.finish(self.pages)
        self._write_cluster_fonts()
        fonts = embed_fonts(self.objects, self.painter, self._repertoire) + self._cluster_fonts
        for name, arrow in self.painter.continuation_marks.forms().items():
            forms += b"%b %d 0 R" % (name, self._frame.add_form(arrow))
        for name, outline in self.painter.labels.forms().items():
            forms += b"%b %d 0 R" % (name, self._frame.add_form(outline, box=DIGIT_BOX))
        forms += self.painter.pictures.write(self.objects)
        resources = b"<</Font<<%b>>/XObject<<%b>>>>" % (fonts, forms)
        self.objects.add(resources, self._resources)
        self._trailer.stream = self.objects
        if self._structure:
            self._trailer.structure = self._structure.finish()
        self._trailer.outline = self._outline.finish()
        self._trailer.root = self.tree.finish()
        self._trailer.first_page = self.tree.first_page
        self._trailer.write_trailer()


def _watermark(text: str, geometry: Geometry) -> bytes:
    if not text:
        return b""
    from chalicelib.converter.drawing.watermark import watermark

    return watermark(text, geometry)
