"""Rules of PDF/A-2a and PDF/UA-1 about fonts, forms, metadata and the file itself."""

import io
import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import pikepdf
import pytest
import uharfbuzz as hb

from chalicelib.converter import Options
from chalicelib.converter.document import document as module
from tests.converter.converted import made
from tests.converter.document.test_structure import SAMPLES
from tests.converter.tags import read

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
PDF_A = "http://www.aiim.org/pdfa/ns"
SCHEMA, PROPERTY = f"{{{PDF_A}/schema#}}", f"{{{PDF_A}/property#}}"
PROPERTIES = {
    f"{{{PDF_A}/id/}}part": "2",
    f"{{{PDF_A}/id/}}conformance": "A",
    "{http://www.aiim.org/pdfua/ns/id/}part": "1",
    f"{{{PDF_A}/extension/}}schemas": "",
    "{http://purl.org/dc/elements/1.1/}format": "application/pdf",
    "{http://purl.org/dc/elements/1.1/}title": "",
    "{http://ns.adobe.com/xap/1.0/}CreateDate": "2026-11-24T09:30:00+00:00",
}
PRODUCER = "{http://ns.adobe.com/pdf/1.3/}Producer"
MAX_OBJECTS = 8_388_607


def test_the_file_begins_and_ends_as_the_standard_says() -> None:
    """ISO 19005-2, 6.1.2 and 6.1.3; ISO 14289-1, 6.1."""
    pdf = made("text").pdf
    assert re.match(rb"%PDF-1\.[0-7]\n%[\x80-\xff]{4}\n", pdf)
    assert re.search(rb"\nstartxref\n[0-9]+\n%%EOF\n?\Z", pdf)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        first, second = map(bytes, document.trailer.ID)
        assert len(first) == 16
        assert first == second


def test_metadata_has_the_properties_of_its_schemas_only() -> None:
    """ISO 19005-2, 6.6.2 and 6.6.4; ISO 14289-1, 5: among others, no amd and no corr."""
    with pikepdf.open(io.BytesIO(made("text").pdf)) as document:
        assert "/Filter" not in document.Root.Metadata
        packet = bytes(document.Root.Metadata.read_bytes())
    for prefix in (b"pdfaid", b"pdfuaid", b"pdfaExtension", b"pdfaSchema", b"pdfaProperty"):
        assert b"<%b:" % prefix in packet
    assert not re.search(rb"<\?xpacket[^>]*(bytes|encoding)=", packet)
    packet.decode("utf-8")
    (description,) = ET.fromstring(packet)[0]  # noqa: S314 - our own
    assert set(description.attrib) == {RDF + "about"}
    properties = {one.tag: (one.text or "").strip() for one in description}
    assert properties.pop(PRODUCER)
    assert properties == PROPERTIES
    assert len(description) == len(PROPERTIES) + 1
    schemas = [
        one for one in description.iter(RDF + "li") if one.find(SCHEMA + "prefix") is not None
    ]
    assert [one.findtext(SCHEMA + "prefix") for one in schemas] == ["pdfuaid"]
    assert [one.text for one in schemas[0].iter(PROPERTY + "name")] == ["part"]
    assert [one.text for one in schemas[0].iter(PROPERTY + "valueType")] == ["Integer"]


def test_the_output_intent_is_srgb() -> None:
    """ISO 19005-2, 6.2.3, and the header of a profile in ICC.1."""
    with pikepdf.open(io.BytesIO(made("text").pdf)) as document:
        (intent,) = document.Root.OutputIntents
        assert intent.S == "/GTS_PDFA1"
        profile = intent.DestOutputProfile
        assert int(profile.N) == 3
        header = bytes(profile.read_bytes())[:128]
        assert int.from_bytes(header[:4], "big") == len(bytes(profile.read_bytes()))
        assert header[8] <= 4
        assert (header[12:16], header[16:20], header[36:40]) == (b"mntr", b"RGB ", b"acsp")


def test_page_labels_are_the_numbers_in_the_footer() -> None:
    document = made("one\ftwo\fthree")
    with pikepdf.open(io.BytesIO(document.pdf)) as opened:
        labels = [str(page.label) for page in opened.pages]
    assert labels == [str(number) for number, _ in document.footers] == ["1", "2", "3"]


def fonts(document: pikepdf.Pdf, *kinds: str) -> Iterator[Any]:
    for one in document.objects:
        is_font = isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/Font"
        if is_font and one.Subtype in kinds:
            yield one


@pytest.mark.parametrize("name", SAMPLES)
def test_font_dictionaries_are_complete(name: str) -> None:
    """ISO 19005-2, 6.2.11.2 and 6.2.11.6."""
    with pikepdf.open(io.BytesIO(made(SAMPLES[name]).pdf)) as document:
        resources = document.pages[0].obj.Resources.Font
        assert all(resources[key].Type == "/Font" for key in resources.keys())  # noqa: SIM118
        for font in fonts(document, "/TrueType"):
            assert font.BaseFont == font.FontDescriptor.FontName
            assert len(font.Widths) == int(font.LastChar) - int(font.FirstChar) + 1
            symbolic, nonsymbolic = (int(font.FontDescriptor.Flags) >> bit & 1 for bit in (2, 5))
            assert (symbolic, nonsymbolic) == (0, 1)
        for font in fonts(document, "/Type0"):
            (descendant,) = font.DescendantFonts
            assert descendant.BaseFont == descendant.FontDescriptor.FontName
            assert str(font.BaseFont).startswith(str(descendant.BaseFont))


@pytest.mark.parametrize("name", SAMPLES)
def test_widths_of_one_byte_codes_are_those_of_the_font(name: str) -> None:
    """ISO 19005-2, 6.2.11.5; ISO 14289-1, 7.21.5."""
    with pikepdf.open(io.BytesIO(made(SAMPLES[name]).pdf)) as document:
        (font,) = fonts(document, "/TrueType")
        program = hb.Font(hb.Face(bytes(font.FontDescriptor.FontFile2.read_bytes())))
        for code, width in enumerate(font.Widths, int(font.FirstChar)):
            character = bytes([code]).decode("cp1252", "replace")
            glyph = program.get_nominal_glyph(ord(character))
            if glyph:
                advance = program.get_glyph_h_advance(glyph) * 1000 / program.face.upem
                assert advance == pytest.approx(float(width), abs=0.51)


def content_codes(document: pikepdf.Pdf) -> Iterator[tuple[Any, bytes]]:
    """Each string that is shown, and its font."""
    for page in document.pages:
        font = None
        for one in pikepdf.parse_content_stream(page):
            operands = list(one.operands)
            if str(one.operator) == "Tf":
                font = page.resources.Font[str(operands[0])]
            elif str(one.operator) in ("Tj", "'", "TJ"):
                parts = operands[0] if str(one.operator) == "TJ" else operands
                for part in parts:
                    if isinstance(part, pikepdf.String):
                        yield font, bytes(part)


def glyph_ids(font: Any) -> dict[int, int]:
    """The glyph of each code that has one (32000-1, 9.7)."""
    (descendant,) = font.DescendantFonts
    if font.Encoding == "/Identity-H":
        data = bytes(descendant.CIDToGIDMap.read_bytes())
        glyphs = [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]
        return {code: glyph for code, glyph in enumerate(glyphs) if glyph}
    assert descendant.CIDToGIDMap == "/Identity"
    table: dict[int, int] = {}
    entry = re.compile(rb"^<([0-9a-fA-F]+)> <([0-9a-fA-F]+)> ([0-9]+)$", re.MULTILINE)
    for first, last, glyph in entry.findall(bytes(font.Encoding.read_bytes())):
        for code in range(int(first, 16), int(last, 16) + 1):
            table[code] = int(glyph) + code - int(first, 16)
    return {code: glyph for code, glyph in table.items() if glyph}


@pytest.mark.parametrize("name", SAMPLES)
def test_every_code_that_is_drawn_has_a_glyph(name: str) -> None:
    """ISO 19005-2, 6.2.11.4.1 and 6.2.11.8; ISO 14289-1, 7.21.4.1 and 7.21.8."""
    tables: dict[tuple[int, int], dict[int, int]] = {}
    with pikepdf.open(io.BytesIO(made(SAMPLES[name]).pdf)) as document:
        for font, shown in content_codes(document):
            if font.Subtype == "/TrueType":
                program = hb.Face(bytes(font.FontDescriptor.FontFile2.read_bytes()))
                assert set(shown.decode("cp1252")) <= set(map(chr, program.unicodes))
                continue
            if font.objgen not in tables:
                tables[font.objgen] = glyph_ids(font)
                program = hb.Face(
                    bytes(font.DescendantFonts[0].FontDescriptor.FontFile2.read_bytes())
                )
                assert max(tables[font.objgen].values()) < program.glyph_count
            codes = {int.from_bytes(shown[at : at + 2], "big") for at in range(0, len(shown), 2)}
            assert codes <= tables[font.objgen].keys()


@pytest.mark.parametrize("name", SAMPLES)
def test_forms_have_resources_and_no_marked_content(name: str) -> None:
    """ISO 19005-2, 6.2.2; ISO 14289-1, 7.20."""
    with pikepdf.open(io.BytesIO(made(SAMPLES[name]).pdf)) as document:
        forms = [
            one
            for one in document.objects
            if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Form"
        ]
        assert forms
        for form in forms:
            assert isinstance(form.Resources, pikepdf.Dictionary)
            operators = {str(one.operator) for one in pikepdf.parse_content_stream(form)}
            assert not operators & {"BDC", "BMC", "EMC"}


@pytest.mark.parametrize("columns", ["1", "2"])
def test_a_document_of_very_many_objects_gets_one_element_a_page(
    columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ISO 19005-2, 6.1.13: no more objects than a file may have, even if all lines are headings."""
    text = "# Heading\n\n## Other https://example.org\n\n" * 400
    small = Options.parse({"pdf-font-size": "6", "pdf-columns": columns})
    before = read(made(text, small).pdf).elements
    monkeypatch.setattr(module, "MANY_OBJECTS", 200)
    tagged = read(made(text, small).pdf)
    assert len(tagged.elements) < len(before) / 2
    assert tagged.elements[-1].tag == "/P"
    assert "".join(tagged.text.split()) == "".join(text.split())


def test_a_page_has_few_objects_after_many() -> None:
    pages = 2000
    with pikepdf.open(io.BytesIO(made("x\f" * pages).pdf)) as document:
        objects_per_page = len(document.objects) / pages
    room = MAX_OBJECTS - module.MANY_OBJECTS
    assert room > 100_000 * objects_per_page  # MAX_PAGES of a stage, by default
