"""Links that escape sequences of terminals make of text (OSC 8)."""

import io
import re
from dataclasses import replace

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.converter import Options
from chalicelib.converter.addresses.addresses import uri_of
from chalicelib.converter.drawing.geometry import Geometry
from chalicelib.converter.options import Fit, Orientation, PageSize, Switch
from chalicelib.converter.reading.decoding import BLOCK
from chalicelib.converter.recognition.page_links import MAX_LINKS
from chalicelib.converter.warning import WarningCode
from tests.converter.converted import made
from tests.converter.recognition.test_page_links import targets
from tests.converter.tags import read
from tests.converter.texts import COMPLEX, WORDS, texts
from tests.examples import examples


def linked(text: str, uri: str = "https://example.org/a", end: str = "\x1b\\") -> str:
    return f"\x1b]8;;{uri}{end}{text}\x1b]8;;{end}"


def links(text: str) -> list[tuple[str, str]]:
    """Return text and target of each link of the PDF of a text."""
    elements = read(made(text).pdf).elements
    return [(link.text, uri) for element in elements for link in element.links for uri in link.uris]


def colours(pdf: bytes) -> set[str]:
    """Return the colours that are used to fill shapes and glyphs."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        instructions = pikepdf.parse_content_stream(document.pages[0])
    return {str(part.operands) for part in instructions if str(part.operator) == "rg"}


@pytest.mark.parametrize("end", ["\x1b\\", "\x07"])
def test_linked_text_leads_to_its_address(end: str) -> None:
    text = f"See {linked('the manual', end=end)}, {linked('more', 'mailto:a@example.org', end)}.\n"
    assert links(text) == [
        ("the manual", "https://example.org/a"),
        ("more", "mailto:a@example.org"),
    ]
    assert made(text).letters.startswith("Seethemanual,more.")


def test_parameters_of_a_link_are_ignored() -> None:
    assert links("\x1b]8;id=x7:y=1;https://example.org\x07text\x1b]8;;\x07") == [
        ("text", "https://example.org")
    ]


@pytest.mark.parametrize(
    "uri",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "JavaScript:https://example.org",
        "data:text/html,x",
        "//example.org",
        "https://",
        "https:///x",
        "https://exa mple.org",
        "mailto:",
        "mailto:x",
        "",
    ],
)
def test_other_targets_are_no_links(uri: str) -> None:
    text = f"{linked('text', uri)} {linked('after', 'https://example.org/b')}\n"
    assert links(text) == [("after", "https://example.org/b")]
    assert made(text).letters.startswith("textafter")


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("HTTPS://Example.org/A.", "https://Example.org/A."),
        (
            "http://user:word@example.org:8080/?q=a b#c",
            "http://user:word@example.org:8080/?q=a%20b#c",
        ),
        ("https://münchen.example/ü", "https://xn--mnchen-3ya.example/%C3%BC"),
        ("https://[2001:db8::1]/", "https://[2001:db8::1]/"),
        ("https://localhost", "https://localhost"),
        ("mailto:a@example.org?subject=a b", "mailto:a@example.org?subject=a%20b"),
    ],
)
def test_a_target_is_a_uri_in_ascii(text: str, uri: str) -> None:
    assert uri_of(text) == uri


@pytest.mark.parametrize(
    "inside",
    [
        "plain",
        "\x1b[31mred\x1b[1m and bold\x1b[0m and plain",
        "\x1b[7mreversed\x1b[27m",
        "日本語 and é",
        "שלום עולם",
        "हिन्दी and 😀",
        "two\nlines",
        "a\tb",
        "x" * 300,
    ],
)
def test_all_of_the_linked_text_is_one_link(inside: str) -> None:
    result = links(f"before {linked(inside)} after, {linked('next', 'https://example.org/b')}.\n")
    shown = re.sub(r"\x1b\[\d*m|\s", "", inside)
    assert {uri for _, uri in result} == {"https://example.org/a", "https://example.org/b"}
    assert result[-1] == ("next", "https://example.org/b")
    letters = "".join("".join(text.split()) for text, _ in result[:-1])
    assert letters in (shown, shown[::-1])  # right-to-left text is drawn from left to right


def test_colours_of_linked_text_are_kept() -> None:
    text = f"\x1b[31m{linked('red')}\x1b[0m\n"
    assert colours(made(text).pdf) == colours(made("\x1b[31mred\x1b[0m\n").pdf)
    assert colours(made(text).pdf) != colours(made(linked("red") + "\n").pdf)


def test_links_next_to_each_other_are_different() -> None:
    text = "".join(linked(f"{n:02}", f"https://example.org/{n}") for n in range(40)) + "\n"
    assert links(text) == [(f"{n:02}", f"https://example.org/{n}") for n in range(40)]


def test_a_link_without_text_does_not_shift_the_others() -> None:
    text = f"{linked('')}{linked('  ')}{linked(chr(0xAD))} {linked('b', 'https://example.org/b')}\n"
    assert links(text)[-1] == ("b", "https://example.org/b")


def test_text_that_is_printed_over_does_not_shift_the_links_behind_it() -> None:
    text = f"{linked('ab')}\rab{linked('c', 'https://example.org/c')}\n{linked('d', 'https://example.org/d')}"
    assert links(text)[-1] == ("d", "https://example.org/d")


@pytest.mark.parametrize(
    ("base", "over"),
    [
        ("a c", " _"),
        ("___", "abc"),
        ("___", " b"),
        ("___", "___"),
        ("abc", "abc"),
        ("a\tc", "a\tc"),
        ("abc", " b \ra"),
    ],
)
def test_links_in_what_is_printed_over_a_line_are_left_out(base: str, over: str) -> None:
    text = f"{linked(base)}\r{linked(over, 'https://example.org/b')}\n"
    after = f"{linked('d', 'https://example.org/c')}\n"
    assert links(text * 16 + after)[-1] == ("d", "https://example.org/c")
    uris = {uri for _, uri in links(text)}
    assert uris == {"https://example.org/b" if base == "___" else "https://example.org/a"}


def test_a_link_that_begins_in_what_is_printed_over_a_line_goes_on_behind_it() -> None:
    begin = "\x1b]8;;https://example.org/a\x07"
    assert links(f"abc\r{begin}abc\nnext\n") == [("next", "https://example.org/a")]


def test_a_link_that_begins_at_the_end_of_a_line_that_is_printed_over_goes_on_behind_it() -> None:
    begin = "\x1b]8;;https://example.org/b\x07"
    assert links(f"b {linked(' _')}{begin}\r _\rb\nnext\n") == [
        (" _", "https://example.org/a"),
        ("next", "https://example.org/b"),
    ]


def test_parts_of_a_line_that_are_lines_of_their_own_keep_their_links() -> None:
    text = f"{linked('abc')}\r{linked('xyz', 'https://example.org/b')}\r\n"
    assert links(text) == [("abc", "https://example.org/a"), ("xyz", "https://example.org/b")]


def test_an_address_in_linked_text_leads_where_the_link_does() -> None:
    text = f"{linked('https://example.org/shown')} https://example.org/other\n"
    assert links(text) == [
        ("https://example.org/shown", "https://example.org/a"),
        ("https://example.org/other", "https://example.org/other"),
    ]


def test_an_address_before_a_link_on_its_row_is_in_order() -> None:
    text = f"https://example.org/first {linked('second')} https://example.org/third\n"
    assert [text for text, _ in links(text)] == [
        "https://example.org/first",
        "second",
        "https://example.org/third",
    ]


def test_a_link_over_two_pages_is_on_both() -> None:
    rows = Geometry.of(Options()).rows
    text = "x\n" * (rows - 1) + linked("y" * 200)
    assert targets(made(text).pdf) == [["https://example.org/a"], ["https://example.org/a"]]


@pytest.mark.parametrize("start", range(BLOCK - 75, BLOCK + 5))
def test_a_block_of_the_text_may_end_within_a_link(start: int) -> None:
    """The block ends within a line that is too long to be held back as a whole."""
    line = "x" * 79 + "\n"
    before = (line * (start // 80))[: start - 8_000]
    before += "word " * 1_600 + "x" * (start - len(before) - 8_000)
    assert len(before) == start
    text = f"{before}{linked('text')} and {linked('more', 'https://example.org/b')} after\n"
    uris = [uri for page in targets(made(text, Options(tagged=Switch.OFF)).pdf) for uri in page]
    assert uris == ["https://example.org/a", "https://example.org/b"]


@pytest.mark.parametrize("between", ["\n", "\n\n", "\n \n", "\f", "\n\f\n", "\n# Title\n\n"])
def test_a_link_that_never_ends_is_one_in_each_line_to_the_end(between: str) -> None:
    result = links(f"\x1b]8;;https://example.org/a\x07one{between}two\nthree")
    assert [text.split() for text, _ in result] == [
        ["one"],
        *([["#", "Title"]] if "#" in between else []),
        ["two"],
        ["three"],
    ]
    assert {uri for _, uri in result} == {"https://example.org/a"}


TINY = Options(
    page_size=PageSize.A5, orientation=Orientation.LANDSCAPE, font_size=36, margin=50, fit=Fit.NONE
)


def test_a_link_over_more_pages_than_an_element_may_have_is_divided() -> None:
    result = made(linked("x" * 2_000), TINY)
    assert result.report.pages > 64
    elements = read(result.pdf).elements
    assert len(elements) > 1
    assert all(element.links[0].uris for element in elements)
    assert "".join(element.links[0].text for element in elements) == "x" * 2_000


@pytest.mark.parametrize("columns", [1, 2])
def test_a_link_over_blank_rows_is_one_before_and_one_behind_them(columns: int) -> None:
    text = f"\x1b[4m{linked('one' + ' ' * 300 + 'two')}"
    result = read(made(text, Options(columns=columns, font_size=12)).pdf)
    found = [link for element in result.elements for link in element.links]
    assert [link.text.split() for link in found if link.text.strip()] == [["one"], ["two"]]
    assert all(link.uris == ["https://example.org/a"] for link in found)


@settings(max_examples=examples(60))
@given(
    texts(
        [linked("word"), "\x1b]8;;https://example.org/b\x07", "\x1b]8;;\x07", "\x1b[7m"],
        WORDS,
        COMPLEX,
        ["\n", "\n\n", "\f", "     ", "# Title\n\n", "www.example.org ", "\r", "a\ba"],
    ),
    st.sampled_from([1, 2]),
)
def test_every_link_is_in_an_element_with_its_annotation(text: str, columns: int) -> None:
    options = replace(TINY, font_size=24, columns=columns)
    structure = read(made(text * 3, options).pdf)
    assert all(link.uris for element in structure.elements for link in element.links)
    assert not structure.untagged.strip()


def test_links_beyond_the_limit_are_plain_text_with_a_warning() -> None:
    text = "".join(linked(f"{n} ", f"https://example.org/{n}") for n in range(MAX_LINKS + 5))
    result = made(text + " https://example.org/last\n", Options(tagged=Switch.OFF))
    with pikepdf.open(io.BytesIO(result.pdf)) as pdf:
        assert sum(len(page.Annots) for page in pdf.pages if "/Annots" in page) == MAX_LINKS
    assert [one.code for one in result.report.warnings] == [WarningCode.LINKS_LEFT_OUT]
