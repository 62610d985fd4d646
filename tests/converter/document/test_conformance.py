"""What PDF/A-2a and PDF/UA-1 forbid, or ask of what is there, in all objects of a file."""

import io
from collections.abc import Iterator
from decimal import Decimal
from itertools import accumulate
from typing import Any

import pikepdf
import pytest

from chalicelib.converter.addresses.addresses import MAX_LENGTH
from tests.converter.converted import made
from tests.converter.document.test_structure import SAMPLES

# Keys of what a text never needs: forms, scripts, encryption, embedded files, optional content,
# media, print production, extensions.
FORBIDDEN = {
    *("/AA", "/AcroForm", "/JavaScript", "/JS", "/Names", "/EmbeddedFiles", "/EF"),
    *("/Encrypt", "/Perms", "/OCProperties", "/Requirements", "/NeedsRendering", "/PresSteps"),
    *(
        "/XFA",
        "/Collection",
        "/Legal",
        "/AlternatePresentations",
        "/RoleMap",
        "/ClassMap",
        "/Suspects",
    ),
    *("/F1", "/FFilter", "/FDecodeParms", "/Ref", "/PS", "/Subtype2", "/OPI", "/Alternates"),
    *("/OC", "/ExtGState", "/ca", "/CA", "/Shading", "/Group", "/PieceInfo"),
    *("/TR", "/TR2", "/HTP", "/BM", "/CharSet", "/CIDSet", "/AP", "/AS", "/E", "/Alt"),
}
# Colour spaces, patterns and actions.
FORBIDDEN_NAMES = {
    *("/DeviceCMYK", "/Separation", "/DeviceN", "/Pattern", "/Lab", "/CalRGB", "/CalGray"),
    *("/JavaScript", "/Launch", "/GoToR", "/GoToE", "/SubmitForm", "/ImportData", "/Named"),
    *("/LZWDecode", "/Crypt", "/JPXDecode", "/PS"),
}
STANDARD_TYPES = {"/Document", "/Div", "/P", "/Link", *(f"/H{level}" for level in range(1, 7))}


def objects(document: pikepdf.Pdf) -> Iterator[Any]:
    """All objects, those within others too, each as often as it is named."""
    left: list[Any] = [document.trailer, *document.objects]
    while left:
        one = left.pop()
        yield one
        if isinstance(one, pikepdf.Array):
            left += [item for item in one if not _is_indirect(item)]
        elif isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
            left += [one[key] for key in one.keys() if not _is_indirect(one[key])]  # noqa: SIM118


def _is_indirect(one: Any) -> bool:
    return isinstance(one, pikepdf.Object) and one.is_indirect


@pytest.mark.parametrize("name", SAMPLES)
def test_nothing_is_in_a_file_that_is_not_allowed(name: str) -> None:
    with pikepdf.open(io.BytesIO(made(SAMPLES[name]).pdf)) as document:
        for one in objects(document):
            if isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
                keys = set(one.keys())
                assert not keys & FORBIDDEN
                _check(one, str(one.get("/Type", "")), str(one.get("/Subtype", "")))
            elif isinstance(one, pikepdf.String):
                assert len(bytes(one)) <= 32_767
            elif isinstance(one, pikepdf.Name):
                assert len(str(one)) <= 128
                assert str(one) not in FORBIDDEN_NAMES
            elif isinstance(one, int | Decimal):
                assert abs(float(one)) < 2**31


def _check(one: Any, kind: str, subtype: str) -> None:
    if kind == "/Annot":
        assert (subtype, int(one.F), one.A.S) == ("/Link", 4, "/URI")
        assert str(one.Contents)
    elif kind == "/XObject":
        assert subtype in ("/Form", "/Image")
        assert subtype == "/Form" or int(one.BitsPerComponent) in (1, 2, 4, 8)
        assert isinstance(one.get("/SMask"), pikepdf.Stream | None)
        assert not one.get("/Interpolate", False)
    elif kind == "/Font":
        assert subtype in ("/TrueType", "/Type0", "/CIDFontType2")
        if subtype == "/TrueType":
            assert one.Encoding in ("/WinAnsiEncoding", "/MacRomanEncoding")
        elif subtype == "/Type0" and one.Encoding != "/Identity-H":
            assert "/UseCMap" not in one.Encoding
            assert int(one.Encoding.get("/WMode", 0)) == 0
            program = bytes(one.Encoding.read_bytes())
            assert b"usecmap" not in program
            assert b"/WMode 1" not in program
            info, of_font = one.Encoding.CIDSystemInfo, one.DescendantFonts[0].CIDSystemInfo
            assert (info.Registry, info.Ordering) == (of_font.Registry, of_font.Ordering)
        elif subtype == "/CIDFontType2":
            assert "/CIDToGIDMap" in one
    elif "/S" in one and "/P" in one:
        assert str(one.S) in STANDARD_TYPES
    elif kind == "/Catalog":
        assert isinstance(one.OpenAction, pikepdf.Array), "not a destination"
    if isinstance(one, pikepdf.Stream):
        assert "/F" not in one
        assert one.get("/Filter", "/FlateDecode") in ("/FlateDecode", "/DCTDecode")


@pytest.mark.parametrize("name", SAMPLES)
def test_operators_are_those_of_the_standard_and_nested_as_it_allows(name: str) -> None:
    known = {*("BT", "ET", "TL", "Td", "Tm", "Tf", "Tz", "Tr", "Tj", "TJ", "'", "T*", "Do")}
    known |= {*("BMC", "BDC", "EMC", "q", "Q", "cm", "w", "m", "l", "c", "h", "re", "f", "S")}
    known |= {*("g", "G", "rg", "RG")}  # colours are those of the output intent, or grey
    with pikepdf.open(io.BytesIO(made(SAMPLES[name]).pdf)) as document:
        for page in document.pages:
            operators = [str(one.operator) for one in pikepdf.parse_content_stream(page)]
            assert set(operators) <= known
            depths = list(accumulate({"q": 1, "Q": -1}.get(one, 0) for one in operators))
            assert max(depths) <= 28
            assert depths[-1] == min(depths) == 0


def test_no_link_leads_to_more_than_a_string_may_hold() -> None:
    address = "https://example.org/" + "日" * (MAX_LENGTH - 20)
    with pikepdf.open(io.BytesIO(made(address).pdf)) as document:
        assert all("/Annots" not in page for page in document.pages)
