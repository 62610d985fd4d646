"""Text with the colours and styles of terminals."""

import io
import re

import pikepdf
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.converter.reading.cleaning import Cleaner
from chalicelib.converter.styles.colours import MIN_CONTRAST, PALETTE, contrast, nearest, printed
from chalicelib.converter.styles.styled_line import BOLD, BOTH, UNDERLINED, join_lines, style_runs
from chalicelib.converter.styles.styles import LINK_NUMBERS, Style, has_links, style_of
from tests.converter.converted import made, tool, without_blanks
from tests.converter.layout.laid_out import lay_out, rows_of
from tests.converter.tags import read
from tests.converter.texts import Cuts, cuts

WHOLE = Cuts((10**9,))


def styled_parts(text: str, cut: Cuts = WHOLE) -> list[tuple[str, Style]]:
    """The text in parts of one style each, as it is cleaned piece by piece."""
    cleaner = Cleaner()
    clean = ""
    for piece in cut.pieces(text):
        clean = join_lines(clean, cleaner.clean(piece, last=False).text)
    clean = join_lines(clean, cleaner.clean("", last=True).text)
    return [(part, style_of(letter)) for letter, part in style_runs(clean) if part]


def seen(text: str, cut: Cuts = WHOLE) -> list[tuple[str, Style]]:
    """Each character with its style, which a line end may have or not."""
    parts = styled_parts(text, cut)
    return [(one, style if one != "\n" else Style()) for part, style in parts for one in part]


@pytest.mark.parametrize(
    ("sequence", "style"),
    [
        ("\x1b[1m", Style(bold=True)),
        ("\x1b[3;4m", Style(italic=True, underlined=True)),
        ("\x1b[4:3m", Style(underlined=True)),
        ("\x1b[9m", Style(struck=True)),
        ("\x1b[1m\x1b[22m", Style()),
        ("\x1b[1;3;4;9m\x1b[23;29m", Style(bold=True, underlined=True)),
        ("\x1b[31m", Style(foreground=1)),
        ("\x1b[30m", Style(foreground=16)),
        ("\x1b[92;103m", Style(foreground=10, background=11)),
        ("\x1b[31;42m\x1b[39;49m", Style()),
        ("\x1b[38;5;208m", Style(foreground=208)),
        ("\x1b[48;2;95;135;175m", Style(background=67)),
        ("\x1b[38:2::95:135:175m", Style(foreground=67)),
        ("\x1b[38:5:208m", Style(foreground=208)),
        ("\x9b31m", Style(foreground=1)),
        ("\x1b[7m", Style(foreground=231, background=16)),
        ("\x1b[31;47;7m", Style(foreground=7, background=1)),
        ("\x1b[1;31m\x1b[m", Style()),
        ("\x1b[38;5;999m\x1b[38;7m\x1b[38m\x1b[99m\x1b[58;5;3m", Style()),
        ("\x1b[31m\x1b[2K\x1b]0;title\x07", Style(foreground=1)),
    ],
)
def test_sequences_select_styles(sequence: str, style: Style) -> None:
    parts = [("a", Style()), ("b", style)]
    expected = parts if style != Style() else [("ab", Style())]
    assert styled_parts(f"a{sequence}b") == expected


def test_lines_that_are_printed_over_keep_their_colours() -> None:
    red, plain = Style(foreground=1), Style()
    assert styled_parts("\x1b[31m50%\x1b[0m\rdone\n") == [("50%", red), ("\ndone\n", plain)]
    assert styled_parts("\x1b[31ma\tb\x1b[0m\r \t_\n") == [
        ("a", red),
        (" " * 7, plain),
        ("_\bb", red),
        ("\n", plain),
    ]


def test_faint_text_is_between_its_colour_and_white() -> None:
    ((_, style),) = styled_parts("\x1b[2mx")
    assert PALETTE[style.foreground] == (128, 128, 128)
    ((_, style),) = styled_parts("\x1b[2;34mx")
    assert PALETTE[style.foreground] == (135, 135, 255)


def test_each_style_has_a_letter_of_its_own() -> None:
    assert [style_of(letter) for letter in (BOLD, UNDERLINED, BOTH)] == [
        Style(bold=True),
        Style(underlined=True),
        Style(bold=True, underlined=True),
    ]
    assert style_of(Style().letter) == Style()


@given(
    st.builds(Style, *[st.booleans()] * 4, *[st.integers(0, 255)] * 2, link=st.just(0)),
    st.integers(1, LINK_NUMBERS),
)
def test_a_letter_has_all_of_its_style(style: Style, link: int) -> None:
    assert style_of(style.letter) == style
    linked = style._replace(link=link)
    assert style_of(linked.letter) == linked._replace(background=0)
    assert has_links(linked.letter)
    assert not has_links(style.letter)


@given(st.integers(0, 255), st.integers(0, 255))
def test_text_of_any_colour_can_be_read_on_any_background(text: int, background: int) -> None:
    behind = PALETTE[background] if background else (255, 255, 255)
    assert contrast(printed(text, background), behind) >= MIN_CONTRAST


def test_colours_that_can_be_read_are_printed_as_they_are() -> None:
    assert printed(1, 0) == PALETTE[1]
    assert printed(0, 0) == (0, 0, 0)
    assert printed(231, 16) == (255, 255, 255)
    assert printed(11, 0) != PALETTE[11]
    assert PALETTE[nearest(0, 90, 200)] == (0, 95, 215)


PARTS = [
    *("word ", "漢字", "\r", "\n", "\r\n", "\t", "e\u0301", "\x07", "\f", "\x85"),
    *("\x1b[1m", "\x1b[31m", "\x1b[0m", "\x1b[38;5;208m", "\x1b[7m", "\x1b[K", "\x1b", "[3m"),
]


@settings(max_examples=200)
@given(st.lists(st.sampled_from(PARTS), min_size=5, max_size=60).map("".join), cuts(1, 20))
def test_where_pieces_end_changes_no_style(text: str, cut: Cuts) -> None:
    assert seen(text, cut) == seen(text)


@given(st.lists(st.sampled_from(PARTS[:8]), min_size=5, max_size=60).map("".join))
def test_a_style_changes_no_text_and_no_row(text: str) -> None:
    assert rows_of("\x1b[35m" + text) == rows_of(text)


def test_a_style_goes_on_over_rows_and_lines_and_pages() -> None:
    pages = lay_out("\x1b[32m" + "word " * 10 + "\nline\fpage\x1b[0m", 20)
    assert [len(page.rows) for page in pages] == [4, 1]
    letters = {letter for page in pages for row in page.rows for letter, _ in style_runs(row)}
    assert {style_of(letter) for letter in letters} == {Style(foreground=2)}


def test_strikes_and_sequences_may_be_mixed() -> None:
    parts = styled_parts("\x1b[31ma\x1b[0m")
    (page,) = lay_out("\x1b[31ma\x1b[0m_\bb", 20)
    assert str(page.rows[0]) == "ab"
    assert [style_of(letter) for letter, _ in style_runs(page.rows[0])] == [
        parts[0][1],
        Style(underlined=True),
    ]


def colours_of(pdf: bytes) -> set[tuple[int, int, int]]:
    """Colours of which there is more than the edges of letters on the first page."""
    with pypdfium2.PdfDocument(pdf) as document:
        image = document[0].render(scale=4).to_pil().convert("RGB")
    return {colour for count, colour in image.getcolors(2**24) or () if count > 40}


@pytest.mark.parametrize("text", ["MMM", "漢字", "e\u0301MM", "नमस्ते"])
@pytest.mark.parametrize(
    ("sequence", "seen"),
    [
        ("\x1b[31m", {(205, 0, 0)}),
        ("\x1b[1;31m", {(205, 0, 0)}),
        ("\x1b[3;34;4m", {(0, 0, 238)}),
        ("\x1b[37;44m", {(229, 229, 229), (0, 0, 238)}),
        ("\x1b[7m", {(255, 255, 255), (0, 0, 0)}),
    ],
)
def test_text_is_seen_in_its_colours(
    text: str, sequence: str, seen: set[tuple[int, int, int]]
) -> None:
    document = made(f"{sequence}{text * 3}\x1b[0m\n")
    assert colours_of(document.pdf) - {(0, 0, 0)} >= seen - {(0, 0, 0)}
    assert document.letters == text * 3


def test_text_that_follows_is_as_if_nothing_had_been_selected() -> None:
    text = "one {}italic{} and upright\nnext {}漢字{} row\nlast"
    plain, slanted = (
        tool("pdftotext", "-bbox", "-", "-", document=made(text.format(*codes)).pdf)
        for codes in ([""] * 4, ["\x1b[3m", "\x1b[0m"] * 2)
    )
    words = [
        re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)".*>(.*)</word', one) for one in (plain, slanted)
    ]
    assert [word[2] for word in words[0]] == [word[2] for word in words[1]]
    upright = {"and", "upright", "next", "row", "last", "one"}
    for before, after in zip(*words, strict=True):
        if before[2] in upright:
            assert [float(n) for n in after[:2]] == pytest.approx(
                [float(n) for n in before[:2]], abs=0.02
            )


def test_texts_that_select_nothing_have_the_same_pages_as_without_sequences() -> None:
    assert made("a\x1b[0mb\x1b[mc\x1b[K\n").pdf == made("abc\n").pdf


def test_backgrounds_and_lines_are_artifacts_and_text_is_not() -> None:
    document = made("\x1b[1;31;42mHead\x1b[0m\n\n\x1b[3mtext\x1b[0m e\u0301\x1b[9m\n" * 40)
    tagged = read(document.pdf)
    assert tagged.untagged == ""
    assert without_blanks(tagged.text) == "Headtexte\u0301" * 40
    with pikepdf.open(io.BytesIO(document.pdf)) as opened:
        assert opened.check_pdf_syntax() == []


@given(st.lists(st.integers(0, 255), min_size=3, max_size=3), st.booleans())
def test_a_colour_becomes_the_first_of_the_nearest_in_the_palette(
    wanted: list[int], is_grey: bool
) -> None:
    if is_grey:  # more or less
        wanted = [wanted[0], wanted[0], min(wanted[0] + wanted[1] % 9, 255)]

    def distance(number: int) -> int:
        return sum((one - other) ** 2 for one, other in zip(PALETTE[number], wanted, strict=True))

    assert nearest(*wanted) == min(range(16, 256), key=distance)
