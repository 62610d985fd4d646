"""Embeds fonts, subset to the characters that were drawn (PDF 32000-1, 9.6 to 9.10)."""

import struct
from collections.abc import Iterable, Iterator
from itertools import count, groupby, islice
from typing import TYPE_CHECKING

import uharfbuzz as hb

from chalicelib.converter.drawing.painter import ANSI_FONT, Painter
from chalicelib.converter.fonts.face import BODY_FACE, BOLD_FACE, CELL, GRID_FACES, Face
from chalicelib.converter.fonts.font import FontSelector, font_resource_name
from chalicelib.converter.fonts.subsetting import subset_without
from chalicelib.converter.pdf.objects import ObjectWriter

if TYPE_CHECKING:
    from chalicelib.converter.fonts.clusters import ClusterFont

_FIXED_PITCH, _SYMBOLIC, _NONSYMBOLIC = 1, 4, 32
"""Flags of a font descriptor (table 123)."""

_DROPPED_TABLES = ("GSUB", "GPOS", "GDEF", "MATH", "FFTM", "gasp", "vmtx", "vhea", "VORG")
_MAX_SECTION_ENTRIES = 100
"""Maximum entries of one section of a CMap (Adobe Technical Note 5014)."""

_CMAP = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo <</Registry (Adobe) /Ordering (%s) /Supplement 0>> def
/CMapName /%s def
/CMapType %d def
1 begincodespacerange
%s
endcodespacerange
%sendcmap
CMapName currentdict /CMap defineresource pop
end
end"""


def embed_fonts(objects: ObjectWriter, painter: Painter, repertoire: FontSelector) -> bytes:
    """Write every grid font that was used; return entries of a /Font resource dictionary.

    `repertoire` has the characters of the document and their fonts, and `painter` those that it
    drew in bold or in WinAnsiEncoding, whose font is always written.
    """
    tags = (f"TXT{chr(65 + n // 26)}{chr(65 + n % 26)}A" for n in count())
    fonts = [ANSI_FONT + b" %d 0 R" % _embed_ansi(objects, painter.ansi_characters, next(tags))]
    for face in GRID_FACES:
        for plane, code_points in repertoire.drawn_with(face).items():
            number = _embed(objects, face, code_points, next(tags))
            fonts.append(font_resource_name(face, plane) + b" %d 0 R" % number)
    if painter.bold_characters:
        number = _embed(objects, BOLD_FACE, painter.bold_characters, next(tags))
        fonts.append(font_resource_name(BOLD_FACE, 0) + b" %d 0 R" % number)
    return b"".join(fonts)


def embed_clusters(objects: ObjectWriter, clusters: "ClusterFont") -> bytes:
    """Write a font of all clusters so far; return its entry of a /Font resource dictionary."""
    from chalicelib.converter.fonts.composites import composite_font

    program, glyphs = composite_font(clusters)
    face = hb.Face(program)
    widths = [clusters.face.thousandths(cluster.advance) for cluster in clusters.codes]
    name = f"TXTAAA+{clusters.name.decode()[1:]}".encode()
    descendant = objects.add(
        b"<</Type/Font/Subtype/CIDFontType2/CIDToGIDMap %d 0 R/BaseFont/%b/FontDescriptor %d 0 R"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 0/W[1[%b]]>>"
        % (
            objects.add_stream(struct.pack(f">{len(glyphs)}H", *glyphs)),
            name,
            _descriptor(objects, face, name, _SYMBOLIC),
            b" ".join(b"%d" % width for width in widths),
        )
    )
    entries = (f"<{code:04X}> <{_text(cluster.text)}>" for cluster, code in clusters.codes.items())
    to_unicode = _cmap("UCS", "Adobe-Identity-UCS", 2, "<0000> <FFFF>", "bfchar", entries)
    number = objects.add(
        b"<</Type/Font/Subtype/Type0/BaseFont/%b/Encoding/Identity-H/DescendantFonts[%d 0 R]"
        b"/ToUnicode %d 0 R>>" % (name, descendant, objects.add_stream(to_unicode))
    )
    return clusters.name + b" %d 0 R" % number


def _embed_ansi(objects: ObjectWriter, characters: str, tag: str) -> int:
    """Write the body font with one-byte codes, for pages in WinAnsiEncoding; return its number."""
    # In WinAnsiEncoding the no-break space and the soft hyphen have the glyphs of space and hyphen
    # (annex D.2, notes 5 and 6).
    subset = _subset(BODY_FACE, {*map(ord, characters), 0x20, 0x2D})
    name = f"{tag}+{BODY_FACE.name}".encode()
    pairs = sorted((char.encode("cp1252").hex(), ord(char)) for char in characters)
    entries = (f"<{code}> <{code_point:04X}>" for code, code_point in pairs)
    to_unicode = _cmap("UCS", "Adobe-Identity-UCS", 2, "<00> <FF>", "bfchar", entries)
    return objects.add(
        b"<</Type/Font/Subtype/TrueType/BaseFont/%b/Encoding/WinAnsiEncoding"
        b"/FirstChar 32/LastChar 255/Widths[%b]/FontDescriptor %d 0 R/ToUnicode %d 0 R>>"
        % (
            name,
            b" ".join([b"%d" % CELL] * 224),
            _descriptor(objects, subset, name, _NONSYMBOLIC),
            objects.add_stream(to_unicode),
        )
    )


def _embed(objects: ObjectWriter, face: Face, code_points: set[int], tag: str) -> int:
    """One plane of a font, with the low 16 bits of the code point as the code."""
    subset = _subset(face, {face.blank} if face.blank else code_points)
    font = hb.Font(subset)
    glyphs = {
        code_point: font.get_nominal_glyph(face.blank or code_point) or 0
        for code_point in sorted(code_points)
    }
    name = f"{tag}+{face.name}".encode()
    descendant = objects.add(
        b"<</Type/Font/Subtype/CIDFontType2/CIDToGIDMap/Identity/BaseFont/%b/FontDescriptor %d 0 R"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW %d/W[%b]>>"
        % (
            name,
            _descriptor(objects, subset, name, _SYMBOLIC),
            CELL,
            _widths(font, subset),
        )
    )
    cmap_name = f"{tag}-H"
    encoding = objects.add_stream(
        _cmap("Identity", cmap_name, 1, "<0000> <FFFF>", "cidrange", _glyph_ranges(glyphs)),
        b"/Type/CMap/CMapName/%b/CIDSystemInfo"
        b"<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>" % cmap_name.encode(),
    )
    return objects.add(
        b"<</Type/Font/Subtype/Type0/BaseFont/%b/Encoding %d 0 R/DescendantFonts[%d 0 R]"
        b"/ToUnicode %d 0 R>>" % (name, encoding, descendant, _to_unicode(objects, glyphs))
    )


def _subset(face: Face, code_points: set[int]) -> hb.Face:
    """Return a font of these characters only, without hints and layout tables."""
    settings = subset_without(_DROPPED_TABLES)
    settings.unicode_set.update(code_points)
    return hb.subset(face.hb_face, settings)


def _descriptor(objects: ObjectWriter, face: hb.Face, name: bytes, kind: int) -> int:
    """Write a font descriptor (9.8) with the font program (9.9); return its number."""
    program = bytes(face.blob.data)
    stream = objects.add_stream(program, b"/Length1 %d" % len(program))
    to_thousandths = 1000 / face.upem
    box = struct.unpack_from(">4h", face.reference_table("head").data, 36)
    ascent, descent = struct.unpack_from(">2h", face.reference_table("hhea").data, 4)
    return objects.add(
        b"<</Type/FontDescriptor/FontName/%b/Flags %d/FontBBox[%b]/ItalicAngle 0"
        b"/Ascent %d/Descent %d/CapHeight %d/StemV 80/FontFile2 %d 0 R>>"
        % (
            name,
            kind | _FIXED_PITCH,
            b" ".join(b"%d" % round(edge * to_thousandths) for edge in box),
            round(ascent * to_thousandths),
            round(descent * to_thousandths),
            round(ascent * to_thousandths),
            stream,
        )
    )


def _widths(font: hb.Font, face: hb.Face) -> bytes:
    """Return the content of the /W array (9.7.4.3), with one entry for a run of equal widths."""
    advances = [
        round(font.get_glyph_h_advance(glyph) * 1000 / face.upem)
        for glyph in range(face.glyph_count)
    ]
    entries: list[bytes] = []
    first = 0
    for advance, run in groupby(advances):
        last = first + sum(1 for _ in run) - 1
        entries.append(b"%d %d %d" % (first, last, advance))
        first = last + 1
    return b" ".join(entries)


def _glyph_ranges(glyphs: dict[int, int]) -> Iterator[str]:
    """Yield ranges of codes whose glyph ids, which are the CIDs, are consecutive too.

    PDF readers parse this for every page, so it should be short.
    """
    first = last = first_glyph = -2
    for code, glyph in glyphs.items():
        # A range may not cross a multiple of 256 (Adobe Technical Note 5014).
        if code == last + 1 and code & 0xFF and glyph == first_glyph + code - first:
            last = code
            continue
        if last >= 0:
            yield f"<{first & 0xFFFF:04X}> <{last & 0xFFFF:04X}> {first_glyph}"
        first, last, first_glyph = code, code, glyph
    if last >= 0:
        yield f"<{first & 0xFFFF:04X}> <{last & 0xFFFF:04X}> {first_glyph}"


def _to_unicode(objects: ObjectWriter, glyphs: dict[int, int]) -> int:
    """Write a ToUnicode CMap with ranges of 256 codes, as codes are code points without plane."""
    entries = (
        f"<{first & 0xFFFF:04X}> <{last & 0xFFFF:04X}> <{_text(chr(first))}>"
        for block in sorted({code >> 8 for code in glyphs})
        for first, last in _ranges(block << 8)
    )
    cmap = _cmap("UCS", "Adobe-Identity-UCS", 2, "<0000> <FFFF>", "bfrange", entries)
    return objects.add_stream(cmap)


def _ranges(block: int) -> Iterator[tuple[int, int]]:
    """Yield first and last of ranges of 256 code points, without forbidden ones (see `_text`)."""
    if block == 0:
        yield 1, 0xFF
    elif block == 0xFE00:
        yield block, 0xFEFE
    elif block == 0xFF00:
        yield from ((block, 0xFFFD), (0xFFFE, 0xFFFE), (0xFFFF, 0xFFFF))
    else:
        yield block, block | 0xFF


def _text(text: str) -> str:
    """Return text in hexadecimal digits of UTF-16, for a ToUnicode CMap.

    U+0000, U+FEFF and U+FFFE are forbidden there (ISO 19005-2, 6.2.11.7.2). The first two do not
    occur in clean text; U+FFFE, a noncharacter drawn as its code point, is copied as U+FFFD.
    """
    return text.replace("\ufffe", "\ufffd").encode("utf-16-be", "surrogatepass").hex().upper()


def _cmap(
    ordering: str, name: str, kind: int, space: str, operator: str, entries: Iterable[str]
) -> bytes:
    """Return a CMap (9.7.5, 9.10.3), in sections of the allowed size.

    `kind` is its /CMapType, `space` its codespace range, and `operator` what its entries are, such
    as bfchar.
    """
    rest = iter(entries)
    sections: list[str] = []
    while rows := list(islice(rest, _MAX_SECTION_ENTRIES)):
        section = "\n".join(rows)
        sections.append(f"{len(rows)} begin{operator}\n{section}\nend{operator}\n")
    return (_CMAP % (ordering, name, kind, space, "".join(sections))).encode("ascii")
