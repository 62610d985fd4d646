"""What assistive technology gets: PDF/UA-1, read back with pikepdf and checked with pdfua."""

import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pdfua
import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.converter import Options
from tests.converter.converted import ABOUT, made, tool
from tests.converter.tags import Element, read
from tests.examples import examples

SCRIPTS = sorted((Path(__file__).parents[1] / "scripts").glob("*.txt"))
SAMPLES = {
    "empty": "",
    "blank": " \n\n \f\n",
    "one word": "x",
    "prose": ("A paragraph that is wrapped, " * 20 + "\n\n") * 40,
    "log": "2026-11-28T06:00:00Z GET /status 200\n" * 2000,
    "sections": "first\n\nx\f\fsecond\n",
    "one line": "word " * 60_000,
    "private": "logo \ue000\ue000 and \U000f0000 here\n",
    "headings": "# A\n\nx\n\n### B\n\nTitle\n=====\n\nx\fChapter 1\n\ny\n",
    "emoji": "😀 👨\u200d👩\u200d👧 🇩🇪\n\nn\u0308 ❤\ufe0f\n",
    "styled": "N\bNA\bAM\bME\bE _\bu_\bn\n\n日本語 H\bH\n" * 30,
    "colours": "\x1b[31mred \x1b[1;4;44mon https://example.org/blue\x1b[0m\n\x1b[7mx\x1b[0m\ty\n"
    * 9,
    "132 columns": ("x" * 132 + "\n") * 66 + "\f" + ("y " * 66 + "\n") * 60,
    "print file": "1first\n 2nd https://example.org\n+____\n" * 5 + "\ftwo\n",
    "links": "# www.example.org\n\nx (https://example.org/" + "a/" * 99 + ") a@example.org\n" * 60,
    "links in Hebrew": "שלום https://example.org/a (www.example.org) עולם\n\nx\n",
    "controls": "\x00\x01\x7f\ufeff\ufffe\uffff\ufdd0\U0001fffe\n",
}
OPTIONS = [
    {},
    {"pdf-page-size": "letter", "pdf-orientation": "landscape"},
    {"pdf-font-size": "36", "pdf-margin": "50"},
    {"pdf-font-size": "4", "pdf-margin": "5"},
    {
        "pdf-page-size": "a5",
        "pdf-line-numbers": "on",
        "pdf-header": "{name} {date}",
        "pdf-footer": "{page}/{pages} ש",
        "pdf-tab-size": "3",
        "pdf-watermark": "DRAFT ü שלום",
    },
    {"pdf-page-size": "a3", "pdf-header": "none", "pdf-footer": "none", "pdf-line-numbers": "on"},
    {"pdf-page-size": "legal", "pdf-fit": "none", "pdf-watermark": "日本 \U00012000"},
]


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def sorted_letters(text: str) -> list[str]:
    """Readers turn right-to-left text round; in a content stream it is in visual order."""
    return sorted(unicodedata.normalize("NFD", squeezed(text)))


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("name", SAMPLES)
def test_pdf_ua_checks_pass(name: str, options: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "sample.pdf"
    path.write_bytes(made(SAMPLES[name], Options.parse(options)).pdf)
    assert not pdfua.validate(str(path)).findings


def per_paragraph(elements: Iterable[Element], paragraphs: Iterable[str]) -> Iterator[str]:
    """The text of the elements of each paragraph: a long line within one is an element."""
    texts = iter(elements)
    for paragraph in paragraphs:
        text = ""
        while len(sorted_letters(text)) < len(sorted_letters(paragraph)):
            text += next(texts).text
        yield text
    assert not list(texts)


@pytest.mark.parametrize("article", SCRIPTS, ids=lambda path: path.stem)
def test_every_script_is_tagged_in_reading_order(article: Path, tmp_path: Path) -> None:
    text = article.read_text("utf-8")
    pdf = made(text).pdf
    paragraphs = [part for part in re.split(r"\n[ \t]*\n", text) if part.strip()]
    elements = read(pdf).elements
    assert [sorted_letters(part) for part in per_paragraph(elements, paragraphs)] == [
        sorted_letters(part) for part in paragraphs
    ]
    if not any(unicodedata.bidirectional(one) in ("R", "AL") for one in text):
        assert squeezed("".join(one.text for one in elements)) == squeezed(text)
    path = tmp_path / "article.pdf"
    path.write_bytes(pdf)
    assert not pdfua.validate(str(path)).findings


@pytest.mark.parametrize("name", SAMPLES)
def test_every_character_is_in_one_marked_content_of_one_element(name: str) -> None:
    tagged = read(made(SAMPLES[name]).pdf)
    controls = "".join(chr(0x2400 + n) for n in range(32))
    expected = SAMPLES[name].replace("\f", "\n")
    if name == "styled":
        expected = re.sub("[^\b]\b", "", expected)
    if name == "colours":
        expected = re.sub(r"\x1b\[[0-9;]*m", "", expected)
    if name == "controls":
        expected = controls[:2] + "\u2421\u2060\ufffd\uffff\ufdd0\U0001fffe"
    if name == "links in Hebrew":
        assert sorted_letters(tagged.text) == sorted_letters(expected)
        return
    assert squeezed(tagged.text) == squeezed(expected)
    assert "page1of" in squeezed(tagged.artifacts)


@settings(max_examples=examples(60), deadline=None)
@given(st.text(st.sampled_from("ab \n\n\n\f\t(é日"), max_size=300))
def test_paragraphs_are_separated_by_blank_lines(text: str) -> None:
    elements = read(made(text).pdf).elements
    expected = [
        squeezed(part)
        for part in re.split(r"\f|\n\s*\n", text.replace("\f", "\f\n"))
        if part.strip()
    ]
    assert [squeezed(one.text) for one in elements if one.text.strip()] == expected


def test_a_paragraph_continues_on_the_next_page() -> None:
    pdf = made("before\n\n" + "word " * 1500 + "\n\nbehind").pdf
    texts = [one.text.strip() for one in read(pdf).elements]
    assert texts == ["before", ("word " * 1500).strip(), "behind"]


def test_a_long_line_is_a_paragraph_by_itself_and_its_rows_are_one() -> None:
    long = ["one " * 80, "two " * 90, "three " * 700, "four " * 60]
    text = "\n".join(["short", "lines", *long, "a last line", "and another"])
    texts = [one.text for one in read(made(text).pdf).elements]
    assert texts == ["shortlines", *long, "a last lineand another"]


def test_lines_of_two_rows_stay_in_the_paragraph_around_them() -> None:
    text = "row\n" + ("x" * 70 + " " + "y" * 40 + "\n") * 5
    assert len(read(made(text).pdf).elements) == 1


def test_a_log_of_thousands_of_pages_has_few_elements() -> None:
    tagged = read(made("a line of a log\n" * 65 * 700).pdf)
    assert len(tagged.elements) < 20
    assert squeezed(tagged.text) == squeezed("a line of a log\n" * 65 * 700)


@pytest.mark.slow
def test_thousands_of_paragraphs_are_in_nested_groups() -> None:
    pdf = made(("row\n" * 9 + "\n") * 9000).pdf
    tagged = read(pdf)
    assert len(tagged.elements) == 9000
    assert tagged.groups == {"/Document", "/Div"}
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert len(document.Root.StructTreeRoot.K.K) <= 64


def test_pages_of_many_short_paragraphs_have_few_elements_and_all_headings() -> None:
    text = "".join(f"# Part {n}\n\n" + "paragraph\n\n" * 50 for n in range(20))
    document = made(text)
    tagged = read(document.pdf)
    assert len(tagged.elements) <= 14 * document.report.pages
    assert [one.text for one in tagged.elements if one.tag == "/H1"] == [
        f"# Part {n}" for n in range(20)
    ]
    assert squeezed(tagged.text) == squeezed(text)


def test_the_catalog_marks_the_document_as_tagged() -> None:
    pdf = made("text", about=replace(ABOUT, language="fr-CA")).pdf
    with pikepdf.open(io.BytesIO(pdf)) as document:
        root = document.Root
        assert bool(root.MarkInfo.Marked)
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        assert root.Lang == "fr-CA"
        with document.open_metadata() as metadata:
            assert metadata["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
            assert metadata.pdfa_status == "2A"


def test_tagging_can_be_switched_off() -> None:
    pdf = made("text\n\nmore", Options.parse({"pdf-tagged": "off"})).pdf
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert "/StructTreeRoot" not in document.Root
        assert "/MarkInfo" not in document.Root
        with document.open_metadata() as metadata:
            assert metadata.pdfa_status == "2U"
            assert "{http://www.aiim.org/pdfua/ns/id/}part" not in metadata
    assert (
        made("text\n\nmore").pages
        == made("text\n\nmore", Options.parse({"pdf-tagged": "off"})).pages
    )


def test_poppler_reads_paragraphs() -> None:
    shown = tool("pdfinfo", "-struct-text", "-", document=made("one\n\ntwo\nlines\n").pdf)
    assert [line.strip() for line in shown.splitlines()] == [
        "Document",
        "P (block)",
        '"one"',
        "P (block)",
        '"twolines"',
    ]
