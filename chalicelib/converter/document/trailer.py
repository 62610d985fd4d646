"""What fpdf2 makes of a document: catalog, metadata, output intent and document information.

Only `_TrailerWriter` uses private members of fpdf2.
"""

from datetime import UTC
from hashlib import md5
from html import escape
from typing import cast

from fpdf import FPDF
from fpdf.output import OutputProducer
from fpdf.prefs import ViewerPreferences
from fpdf.syntax import PDFObject

from chalicelib import VERSION
from chalicelib.converter.document.outline import PAGE_LABELS
from chalicelib.converter.language import UNDETERMINED
from chalicelib.converter.pdf.objects import ObjectWriter
from chalicelib.converter.report import Source

PRODUCER = f"chalice-text-to-pdf {VERSION} with fpdf2"

_XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
 xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>2</pdfaid:part><pdfaid:conformance>{conformance}</pdfaid:conformance>{accessible}
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<xmp:CreateDate>{created}</xmp:CreateDate><pdf:Producer>{producer}</pdf:Producer>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>"""


# The identification of PDF/UA-1 (ISO 14289-1, 5). PDF/A requires a schema for properties that it
# does not define (ISO 19005-2, 6.6.2.3.1).
_PDF_UA = """
<pdfuaid:part xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">1</pdfuaid:part>
<pdfaExtension:schemas xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag>
</pdfaExtension:schemas>"""


class DocumentTrailer(FPDF):
    """The document as fpdf2 knows it: metadata and settings, but no pages.

    The attributes are object numbers of what is already in the file; they must be set before
    `write_trailer` is called.
    """

    stream: ObjectWriter
    root: int
    first_page: int
    structure: int | None = None
    outline: int | None = None

    def __init__(self, source: Source, *, tagged: bool) -> None:
        super().__init__(enforce_compliance="PDF/A-2U")
        created = source.created_at.astimezone(UTC).replace(microsecond=0)
        self._identifier = md5(source.document_id.encode(), usedforsecurity=False).hexdigest()
        self.alias_nb_pages(cast("str", None))  # keeps '{nb}' in a text unchanged
        self.set_title(source.name)
        self.set_producer(PRODUCER)
        self.set_creation_date(created)
        self.set_lang(source.language or UNDETERMINED)
        self.viewer_preferences = ViewerPreferences(display_doc_title=True)
        self.set_xmp_metadata(
            _XMP.format(
                title=escape(_in_xml(source.name)),
                created=created.isoformat(),
                producer=PRODUCER,
                conformance="A" if tagged else "U",
                accessible=_PDF_UA if tagged else "",
            )
        )

    def write_trailer(self) -> None:
        """Write the objects that fpdf2 makes, and the end of the file."""
        self.output(output_producer_class=_TrailerWriter)

    def file_id(self) -> str:
        """Return two equal identifiers, as the file is not a revision of another (14.4)."""
        return f"<{self._identifier}><{self._identifier}>"


def _in_xml(text: str) -> str:
    """Return the text with U+FFFD for characters that XML 1.0 does not allow."""
    return "".join(
        character if character >= " " and character not in "\ufffe\uffff" else "\ufffd"
        for character in text
    )


class _WrittenObject(PDFObject):
    """A reference, for fpdf2, to an object that is already in the file."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.id = number


class _TrailerWriter(OutputProducer):
    """Appends the objects that fpdf2 makes to the file."""

    def bufferize(self) -> bytearray:
        """Write the objects; FPDF.output(), which calls this, gets no bytes."""
        trailer = cast("DocumentTrailer", self.fpdf)
        objects = trailer.stream
        self.obj_id = objects.last_number
        catalog = self._add_catalog()
        info = self._add_info()
        self._finalize_catalog(
            catalog,
            pages_root_obj=_WrittenObject(trailer.root),  # type: ignore[arg-type]
            first_page_obj=_WrittenObject(trailer.first_page),  # type: ignore[arg-type]
            sig_annotation_obj=None,
            xmp_metadata_obj=self._add_xmp_metadata(),
            struct_tree_root_obj=_WrittenObject(trailer.structure) if trailer.structure else None,
            outline_dict_obj=_WrittenObject(trailer.outline) if trailer.outline else None,  # type: ignore[arg-type]
        )
        catalog.page_labels = PAGE_LABELS
        while objects.last_number < self.obj_id:
            objects.reserve()
        for made in self.pdf_objs:
            objects.add_serialized(made.serialize(), made.id)  # type: ignore[union-attr]
        objects.close(catalog.id, info.id, trailer.file_id())
        return bytearray()
