"""Links: what is clicked and where it leads, in content, structure and annotations alike."""

import ctypes
import io
import re
from collections.abc import Iterable

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from chalicelib.converter import Options
from chalicelib.converter.addresses.addresses import MAX_LENGTH
from chalicelib.converter.drawing.geometry import Geometry
from chalicelib.converter.layout.page import Page
from chalicelib.converter.options import Fit, PageSize, Switch
from chalicelib.converter.recognition.page_links import MAX_LINKS, LinkFinder
from chalicelib.converter.recognition.terminal_links import Hyperlinks
from chalicelib.converter.warning import WarningCode
from tests.converter.converted import made, tool
from tests.converter.tags import Element, Link, read

LONG = "https://example.net/" + "".join(f"part{n:02}/" for n in range(30)) + "end"
TEXTS = {
    "sentence": f"See (https://example.org/a), www.example.org, a@example.org. {LONG}\n",
    "at the start": "https://example.org/a\n\nhttps://example.org/b\nhttps://example.org/c",
    "next row": "x" * 60 + " https://example.org/a/longer/one/that/wraps\nhttps://example.org/b\n",
    "heading": "# See https://example.org/a\n\ntext\n\n# Other\n\ntext",
    "styled": "N\bNA\bA _\bh_\bt_\bt_\bp_\bs_\b:_\b/_\b/_\ba_\b._\bo_\br_\bg _\bx\n",
    "several fonts": "日本 https://example.org/日本/ü。Ж https://example.org/a日\n" + "Ж" * 200,
    "marks": f"x\u0323\u0301 https://example.org/a, y\u0323\u0301 {LONG}.\n",
    "hindi": f"नमस्ते https://example.org/a फिर {LONG} नमस्ते\n",
    "hebrew": f"שלום https://example.org/a/ (www.example.org), עולם\nשלום {LONG} עולם\n",
    "arabic": "مرحبا https://example.org/a?b=1. انظر a@example.org، شكرا",
    "emoji": "😀 https://example.org/😀 👨\u200d👩\u200d👧 https://example.org/a😀\n",
}


def links(elements: Iterable[Element]) -> list[str]:
    return [link.text for element in elements for link in element.links]


def targets(pdf: bytes) -> list[list[str]]:
    """The URIs of each page, as pdfium reads them."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [list(map(_target, [document] * 99, _annotations(page))) for page in document]


def _annotations(page: pypdfium2.PdfPage) -> list[pdfium.FPDF_LINK]:
    position, link = ctypes.c_int(0), pdfium.FPDF_LINK()
    found = []
    while pdfium.FPDFLink_Enumerate(page.raw, position, link):
        found.append(link)
        link = pdfium.FPDF_LINK()
    return found


def _target(document: pypdfium2.PdfDocument, link: pdfium.FPDF_LINK) -> str:
    action = pdfium.FPDFLink_GetAction(link)
    buffer = ctypes.create_string_buffer(8192)
    length = pdfium.FPDFAction_GetURIPath(document.raw, action, buffer, len(buffer))
    return buffer.raw[: length - 1].decode("ascii")


def test_an_address_is_a_link_in_its_sentence() -> None:
    (paragraph,) = read(made(TEXTS["sentence"]).pdf).elements
    assert paragraph.text == TEXTS["sentence"].strip()
    assert paragraph.links == [
        Link("https://example.org/a", ["https://example.org/a"], ["https://example.org/a"], [0], 1),
        Link("www.example.org", ["http://www.example.org"], ["www.example.org"], [0], 1),
        Link("a@example.org", ["mailto:a@example.org"], ["a@example.org"], [0], 1),
        Link(LONG, [LONG], [LONG], [0], paragraph.links[-1].areas),
    ]
    assert paragraph.links[-1].areas > 2


def test_an_address_over_two_pages_is_one_link_that_leads_to_all_of_it() -> None:
    rows = Geometry.of(Options()).rows
    text = "x\n" * (rows - 1) + LONG + " word\n\nafter https://example.org"
    pdf = made(text).pdf
    paragraph, after = read(pdf).elements
    assert [(one.text, one.uris, one.pages) for one in paragraph.links] == [
        (LONG, [LONG, LONG], [0, 1])
    ]
    assert links([after]) == ["https://example.org"]
    assert targets(pdf) == [[LONG], [LONG, "https://example.org"]]


def test_an_address_may_be_on_many_pages() -> None:
    address = "https://example.org/" + "a" * (MAX_LENGTH - 20)
    large = Options.parse({"pdf-font-size": "36", "pdf-margin": "50"})
    document = made(f"x {address} y", large)
    (paragraph,) = read(document.pdf).elements
    assert document.report.pages > 20
    (link,) = paragraph.links
    assert link.text == address
    assert link.pages == list(range(document.report.pages))
    assert set(link.uris) == {address}


def test_a_form_feed_and_a_line_end_end_an_address() -> None:
    for end in ("\f", "\n" * 70):
        first, second = read(made(f"https://example.org/a{end}b c").pdf).elements
        assert links([first]) == ["https://example.org/a"]
        assert not second.links


@pytest.mark.slow
def test_an_address_is_found_wherever_the_blocks_of_the_text_end() -> None:
    line = "https://example.org/ok\n"
    before = ("x" * 79 + "\n") * 3_276 + "x" * 41 + "\n"  # the first block ends within the links
    for shift in range(0, len(line), 3):
        text = "." * shift + " " + before + line * 3
        assert links(read(made(text).pdf).elements) == ["https://example.org/ok"] * 3


@pytest.mark.parametrize("address", ["https://example.org/a", "www.example.org"])
def test_an_address_is_found_wherever_a_block_divides_it(address: str) -> None:
    for cut in range(len(address) + 1):
        finder = LinkFinder(Hyperlinks(lambda: None))
        pages = [
            *finder.pages(address[:cut], []),
            *finder.pages(address[cut:], [Page([address])]),
            *finder.finish([]),
        ]
        found = [span.link.text for page in pages for span in page.links]
        assert found == [address], cut


def test_only_the_first_ten_thousand_are_links_and_the_report_says_so() -> None:
    text = "".join(f"https://example.org/{n}\n" for n in range(MAX_LINKS))
    document = made(text)
    assert not document.report.warnings
    assert sum(map(len, targets(document.pdf))) == MAX_LINKS
    document = made(text + "\n\nhttps://example.org/one-more\nwww.example.org")
    (warning,) = document.report.warnings
    assert warning.code is WarningCode.LINKS_LEFT_OUT
    assert "10,000" in warning.message
    found = [uri for page in targets(document.pdf) for uri in page]
    assert (len(found), found[-1]) == (MAX_LINKS, f"https://example.org/{MAX_LINKS - 1}")


@pytest.mark.parametrize("name", TEXTS)
def test_links_change_nothing_of_what_is_copied(name: str) -> None:
    tagged = made(TEXTS[name])
    untagged = made(TEXTS[name], Options.parse({"pdf-tagged": "off"}))
    assert targets(tagged.pdf) == targets(untagged.pdf) != [[]]
    assert tagged.pages == untagged.pages
    for command in (["pdftotext", "-raw", "-", "-"], ["pdftotext", "-", "-"]):
        assert tool(*command, document=tagged.pdf) == tool(*command, document=untagged.pdf)


@pytest.mark.parametrize("name", TEXTS)
def test_the_area_of_a_link_is_that_of_its_text(name: str) -> None:
    pdf = made(TEXTS[name]).pdf
    with pikepdf.open(io.BytesIO(pdf)) as document, pypdfium2.PdfDocument(pdf) as seen:
        annotations = [one for page in document.pages for one in page.Annots]
        (page,) = seen
        text = page.get_textpage()
        found = ["".join(map(text.get_text_bounded, *_inner(one))) for one in annotations]
        for one in annotations:
            lefts, bottoms, rights, tops = _corners(one)
            assert [*map(float, one.Rect)] == [min(lefts), min(bottoms), max(rights), max(tops)]
    assert [sorted(re.sub(r"\s", "", one)) for one in found] == [
        sorted(one) for one in links(read(pdf).elements)
    ]


def _corners(annotation: pikepdf.Object) -> tuple[list[float], ...]:
    """Left, lower, right and upper edges of a link's areas."""
    numbers = [float(number) for number in annotation.QuadPoints]
    left, bottom, right, _, _, top, _, _ = (numbers[start::8] for start in range(8))
    for area in zip(
        left, bottom, right, top, *(numbers[start::8] for start in range(8)), strict=True
    ):
        x0, y0, x1, y1, *corners = area
        assert corners == [x0, y0, x1, y0, x1, y1, x0, y1], "not counterclockwise"
        assert x0 < x1
        assert y0 < y1
    return left, bottom, right, top


def _inner(annotation: pikepdf.Object) -> tuple[list[float], ...]:
    """The same without what the rows above and below, and letters next to them, reach into."""
    lefts, bottoms, rights, tops = _corners(annotation)
    return (
        [left + 1 for left in lefts],
        [bottom + 2 for bottom in bottoms],
        [right - 1 for right in rights],
        [top - 2 for top in tops],
    )


@pytest.mark.parametrize("before", range(0, 60, 3))
@pytest.mark.parametrize(
    ("address", "uri"),
    [
        ("https://example.org/a", "https://example.org/a"),
        (f"{'a' * 40}@example.org", f"mailto:{'a' * 40}@example.org"),
        ("www.example.org", "http://www.example.org"),
    ],
)
def test_an_address_is_found_wherever_a_page_ends_in_it(
    address: str, uri: str, before: int
) -> None:
    options = Options(font_size=36.0, tagged=Switch.OFF, fit=Fit.NONE)
    rows = Geometry.of(options).rows
    pages = targets(made("x\n" * (rows - 1) + "(" * before + address + "\n", options).pdf)
    assert {found for page in pages for found in page} == {uri}


@pytest.mark.parametrize("local", [1, 20, 40, 64])
def test_an_address_over_many_tiny_pages_is_on_all_of_them(local: int) -> None:
    options = Options(
        page_size=PageSize.A5, font_size=36.0, margin=50.0, tagged=Switch.OFF, fit=Fit.NONE
    )
    geometry = Geometry.of(options)
    assert geometry.columns * geometry.rows < 64
    address = f"{'a' * local}@example.org"
    text = "x\n" * (geometry.rows - 1) + address
    pages = targets(made(text, options).pdf)
    assert pages == [[f"mailto:{address}"]] * len(pages)
    assert len(pages) > local // (geometry.columns * geometry.rows)


@pytest.mark.parametrize("at", range(1, 20))
def test_the_end_of_a_page_may_divide_any_part_of_an_address(at: int) -> None:
    address = "https://example.org/"
    finder = LinkFinder(Hyperlinks(lambda: None))
    first = Page(rows=["x" * 200, address[:at]])
    second = Page(rows=[address[at:], "y" * 200], continued=[0])
    added = [*finder.pages(f"{address}\n", [first, second]), *finder.finish([])]
    assert added == [first, second]
    assert [span.link.uri for page in added for span in page.links] == [address] * 2
