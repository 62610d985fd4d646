import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pikepdf
import pypdf
import pypdfium2
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from wcwidth import wcwidth

from chalicelib import VERSION
from chalicelib.converter import Options, Source
from chalicelib.converter.drawing.geometry import Geometry
from tests.converter.converted import ABOUT, Made, made, tool, tool_output, without_blanks
from tests.converter.texts import BREAKS, MARKED, MIXED, STRUCK, WIDE, WORDS, texts
from tests.examples import examples

# Right-to-left text is there, but not yet in an order that readers take for logical; the line
# and paragraph separators are line ends here.
RIGHT_TO_LEFT = {"R", "AL", "AN", "RLE", "RLO", "RLI", "LRE", "LRO", "LRI", "FSI", "PDF", "PDI"}


def is_left_to_right(character: str) -> bool:
    return (
        unicodedata.bidirectional(character) not in RIGHT_TO_LEFT
        and unicodedata.bidirectional(character) != ""
        and character not in "\u2028\u2029\u200f\u061c"
        # pdfium takes marks of these scripts, such as U+08D1, and ornaments for letters.
        and not re.match("[\u0590-\u08ff\ufd3e-\ufdff]", character)
    )


LIGATURES = "".join(map(chr, range(0xFB00, 0xFB07)))
"""What pdfium copies as several letters, such as U+FB01 as "fi"."""

ASSIGNED = st.characters(
    exclude_categories=["Cc", "Cn", "Co", "Cs"],
    exclude_characters=LIGATURES,
    max_codepoint=0xE0FFF,
).filter(is_left_to_right)
ASSIGNED_TEXTS = texts(st.text(ASSIGNED, min_size=1, max_size=8), max_parts=60)


@pytest.fixture(scope="module")
def mixed() -> Made:
    return made(MIXED, about=replace(ABOUT, language="en"))


def test_copied_text_is_the_original_text(mixed: Made) -> None:
    first = "".join(mixed.pages)
    for typed in ("(text)", "\\ backslashes", "{nb}", "%PDF-1.7", "**bold**", "<</Type/Catalog>>"):
        assert typed in first
    for typed in ("“quoted” €uro", "Привет, мир. Ελλάδα", "日本語とｶﾀｶﾅ", "┌─┐│█│└─┘", "हिन्दी"):
        assert typed in first
    for typed in (
        "👨\u200d👩\u200d👧",
        "❤\ufe0f",
        "n\u0308e\u0301",
        "a\u20dd",
        "␁␀␡",
        "NAME underlined",
    ):
        assert typed in first
    assert "\U00012000" in first


def test_pages_are_numbered_and_named(mixed: Made) -> None:
    assert mixed.report.pages == 2
    assert mixed.footers == [(1, 2), (2, 2)]
    assert mixed.pages[1] == "second page"


def test_characters_in_no_font_are_counted_and_drawn_as_code_points(mixed: Made) -> None:
    assert mixed.report.replaced == 1
    blank = made("\u3000" * 8).pdf
    numbered = made("\U00012000").pdf
    assert _ink(numbered) > _ink(blank)


def _ink(pdf: bytes) -> int:
    """Dark pixels of the first page."""
    with pypdfium2.PdfDocument(pdf) as document:
        image = document[0].render(scale=2).to_pil().convert("L")
    return sum(count for value, count in enumerate(image.histogram()) if value < 128)


@settings(max_examples=examples(40), deadline=None)
@given(ASSIGNED_TEXTS)
@example("\u0e340")
@example("0\U00012000\n0\U0001d9ff which no font has, at the end of a row and after it")
@example("a" + "\u0e34" * 20 + "\u0301\u0301")
@example("A-")
def test_pdfium_reads_back_every_assigned_character_in_order(text: str) -> None:
    # A byte order mark is not text, and elsewhere U+2060 WORD JOINER replaces it.
    typed = text.removeprefix("\ufeff").replace("\ufeff", "\u2060")
    # Whichever hyphen ends a row, pdfium has a code of its own for it; a soft one is only there.
    hyphens = str.maketrans("", "", "\ufffe\u00ad-")
    assert made(text).letters.translate(hyphens) == without_blanks(typed).translate(hyphens)


@pytest.mark.slow
@settings(max_examples=examples(20), deadline=None)
@given(ASSIGNED_TEXTS)
def test_poppler_reads_back_every_assigned_character(text: str) -> None:
    document = made("<" + text + ">")
    text = text.replace("\ufeff", "\u2060")
    got = tool("pdftotext", "-raw", "-", "-", document=document.pdf)
    got = re.sub(r"\s*page \d+ of \d+\s+notes\.txt\s*$", "", got).replace("\u00ad", "")
    text = text.replace("\u00ad", "")  # which is only there where a row ends with it
    assert sorted(without_blanks(got)) == sorted(without_blanks("<" + text + ">"))


@settings(max_examples=examples(30), deadline=None)
@given(
    texts(WORDS, WIDE, BREAKS, STRUCK, MARKED, st.text(ASSIGNED, min_size=1, max_size=8)),
    st.sampled_from(["a4", "letter"]),
    st.sampled_from(["portrait", "landscape"]),
    st.sampled_from([4, 10, 36]),
    st.sampled_from([5, 15, 50]),
)
def test_text_stays_inside_the_margins(
    text: str, size: str, orientation: str, font: int, margin: int
) -> None:
    options = Options.parse(
        {
            "pdf-page-size": size,
            "pdf-orientation": orientation,
            "pdf-font-size": str(font),
            "pdf-margin": str(margin),
        }
    )
    page = Geometry.of(options)
    with pypdfium2.PdfDocument(made(text, options).pdf) as document:
        for number in range(len(document)):
            for left, bottom, right, top in _letter_boxes(document[number]):
                # The advance is inside to the point; ink may lean over its cell by a little.
                slack = 0.35 * max(font, page.small)
                assert page.margin - slack <= left
                assert right <= page.width - page.margin + slack
                assert page.margin - slack <= bottom
                assert top <= page.height - page.margin + slack


def _letter_boxes(page: pypdfium2.PdfPage) -> list[tuple[float, float, float, float]]:
    text = page.get_textpage()
    characters = [chr(_code(text, index)) for index in range(text.count_chars())]
    boxes = [
        text.get_charbox(index)
        for index, character in enumerate(characters)
        # Vowels and finals of Hangul syllables are letters, but drawn as marks are.
        if unicodedata.category(character)[0] in "LNPS" and wcwidth(character)
    ]
    return [box for box in boxes if box[2] > box[0]]


def _code(text: pypdfium2.PdfTextPage, index: int) -> int:
    return int(pypdfium2.raw.FPDFText_GetUnicode(text.raw, index))


def test_characters_whose_bytes_look_like_a_line_end_do_not_end_a_line() -> None:
    text = "\u1200\u0a05\n\u0a05\u1200"  # 12 00 0A 05 in two-byte codes
    assert made(text).pages == [text]


@pytest.mark.parametrize(
    "line", ["│ 漢字 │", "│", "Ångström çedilla ÀÇ", "سلام", "||||", "█▌▐", "█" * 30, "x"]
)
def test_equal_lines_are_all_extracted(line: str) -> None:
    assert made(f"before\n{line}\n{line}\nbehind").letters == without_blanks(
        f"before{line}{line}behind"
    )
    document = made(f"{line}\n" * 40)
    assert document.letters.count(without_blanks(line)[0]) == 40 * line.count(line[0])
    assert len(document.letters) == 40 * len(without_blanks(line))


def test_partly_equal_lines_are_all_extracted() -> None:
    lines = [f"{'漢字' * (n % 3)}{n}│{'ÀÇ│' * (n % 2)}漢字 {n}█" for n in range(50)]
    assert made("\n".join(lines)).letters == without_blanks("".join(lines))


@pytest.mark.parametrize("size", ["a4", "letter"])
@pytest.mark.parametrize("orientation", ["portrait", "landscape"])
def test_paper_size_and_orientation_are_those_of_the_options(size: str, orientation: str) -> None:
    options = Options.parse({"pdf-page-size": size, "pdf-orientation": orientation})
    with pypdfium2.PdfDocument(made("x", options).pdf) as document:
        width, height = document[0].get_size()
    expected = {"a4": (595.28, 841.89), "letter": (612, 792)}[size]
    if orientation == "landscape":
        expected = expected[1], expected[0]
    assert (width, height) == pytest.approx(expected, abs=0.01)


def test_the_file_is_valid(mixed: Made) -> None:
    with pikepdf.open(io.BytesIO(mixed.pdf)) as document:
        assert document.check_pdf_syntax() == []
    reader = pypdf.PdfReader(io.BytesIO(mixed.pdf), strict=True)
    assert len(reader.pages) == 2
    assert "second page" in reader.pages[1].extract_text().replace("\n", "")


@pytest.mark.parametrize(
    "command",
    [("qpdf", "--check", "-"), ("pdftotext", "-", "-"), ("pdftoppm", "-r", "20", "-png", "-")],
    ids=lambda command: command[0],
)
def test_readers_open_it_without_a_warning(
    command: tuple[str, ...], mixed: Made, tmp_path: Path
) -> None:
    if command[0] == "pdftotext":
        assert "second page" in tool(*command, document=mixed.pdf)
    elif command[0] == "qpdf":
        path = tmp_path / "mixed.pdf"
        path.write_bytes(mixed.pdf)
        assert "No syntax or stream" in tool("qpdf", "--check", str(path), document=b"")
    else:
        assert tool_output(*command, document=mixed.pdf).startswith(b"\x89PNG")


def test_the_file_claims_pdf_a_and_meets_its_rules(mixed: Made) -> None:
    with pikepdf.open(io.BytesIO(mixed.pdf)) as document:
        assert document.docinfo["/Producer"] == f"chalice-text-to-pdf {VERSION} with fpdf2"
        with document.open_metadata(set_pikepdf_as_editor=False) as metadata:
            assert metadata.pdfa_status == "2A"
            assert metadata["dc:title"] == "notes.txt"
            assert metadata["xmp:CreateDate"] == "2026-11-24T09:30:00+00:00"
            assert metadata["pdf:Producer"] == f"chalice-text-to-pdf {VERSION} with fpdf2"
        assert "/OutputIntents" in document.Root
        assert str(document.Root.Lang) == "en"
        fonts = [one for one in document.objects if _is_font(one)]
        assert fonts
        for font in fonts:
            assert "/ToUnicode" in font
        programs = [one for one in document.objects if _is(one, "/FontDescriptor")]
        assert programs
        assert all("/FontFile2" in one for one in programs)


def _is(thing: object, kind: str) -> bool:
    return isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == kind


def _is_font(thing: object) -> bool:
    return _is(thing, "/Font") and thing["/Subtype"] in ("/TrueType", "/Type0")  # type: ignore[index]


def test_widths_are_those_of_the_embedded_fonts(mixed: Made) -> None:
    """PDF/A-2 (ISO 19005-2, 6.2.11.5): glyph widths agree with the font program."""
    import uharfbuzz as hb

    with pikepdf.open(io.BytesIO(mixed.pdf)) as document:
        for font in [one for one in document.objects if _is(one, "/Font")]:
            if font["/Subtype"] != "/CIDFontType2":
                continue
            face = hb.Face(bytes(font.FontDescriptor.FontFile2.read_bytes()))
            for glyph, width in _widths(font):
                advance = hb.Font(face).get_glyph_h_advance(glyph) * 1000 / face.upem
                assert advance == pytest.approx(width, abs=0.51)


def _widths(font: pikepdf.Object) -> Iterator[tuple[int, float]]:
    """Glyphs and their widths, from either form of /W (32000-1, 9.7.4.3)."""
    widths = list(font.W)
    if len(widths) == 2:
        numbers = bytes(font.CIDToGIDMap.read_bytes())
        for code, width in enumerate(widths[1], int(widths[0])):
            yield int.from_bytes(numbers[2 * code : 2 * code + 2], "big"), float(width)
        return
    for first, last, width in zip(*[iter(widths)] * 3, strict=True):
        for glyph in range(int(first), int(last) + 1):
            yield glyph, float(width)


def test_title_and_date_are_those_of_the_upload() -> None:
    east = timezone(timedelta(hours=5, minutes=30))
    about = Source("a (b) \\ ü 日本.txt", datetime(2026, 1, 2, 3, 4, 5, 678, east), "x")
    reader = pypdf.PdfReader(io.BytesIO(made("x", about=about).pdf), strict=True)
    assert reader.metadata is not None
    assert reader.metadata.title == "a (b) \\ ü 日本.txt"
    assert reader.metadata.creation_date == datetime(2026, 1, 1, 21, 34, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "name", ["", "x" * 1000, "日本" * 300, "\0\x1b\n<&>\ufffe", "\U00012000" * 99]
)
def test_any_name_fits_into_the_header(name: str) -> None:
    document = made("text", about=replace(ABOUT, name=name))
    with pikepdf.open(io.BytesIO(document.pdf)) as opened:
        assert opened.check_pdf_syntax() == []
        with opened.open_metadata() as metadata:
            assert metadata.pdfa_status == "2A"
    with pypdfium2.PdfDocument(document.pdf) as opened:
        width = opened[0].get_width()
        assert all(box[2] < width - 30 for box in _letter_boxes(opened[0]))
