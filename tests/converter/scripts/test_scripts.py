"""Complex scripts, as readers of the PDF see and copy them."""

import io
import re
import unicodedata
from collections.abc import Iterable
from itertools import islice, product
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chalicelib.converter.fonts.clusters import ClusterFont
from chalicelib.converter.fonts.face import CELL
from chalicelib.converter.fonts.font import FontSelector, GridFont
from chalicelib.converter.layout.composer import Composer
from chalicelib.converter.layout.rows import ComposedRow
from chalicelib.converter.scripts import bidi
from chalicelib.converter.scripts.script import SCRIPTS, Script, itemize
from chalicelib.converter.scripts.shaper import ShapedText, Shaper, TextProperties
from chalicelib.converter.scripts.word_cache import WordCache
from chalicelib.converter.styles.styled_line import PLAIN
from tests.converter.converted import made
from tests.examples import examples

ARTICLES = sorted(Path(__file__).parent.glob("*.txt"))

# Of these pdfium makes something else, whatever is in the file: it knows no direction of Adlam;
# it has a comma after a marked letter, and the full stop of '1.', change places.
TURNED_BY_PDFIUM = {"fuf-Adlm", "dv", "ms-Arab"}
# Its vowel separator is an invisible character that pdfium takes for a blank's end.
WITH_SEPARATORS = {"mn-Mong"}


def compose(line: str, columns: int = 80) -> list[ComposedRow]:
    return Composer(columns, Shaper(FontSelector())).rows(line)


def extracted(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [page.get_textpage().get_text_range() for page in document]
    return "".join(page.rsplit("page", 1)[0] for page in pages)


def normal(text: str) -> str:
    """The text in NFC, without blanks: rows end anywhere in scripts that have none."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFC", text))


@pytest.mark.parametrize("article", ARTICLES, ids=lambda path: path.stem)
def test_copied_text_is_the_article(article: Path) -> None:
    text = article.read_text("utf-8")
    pdf = made(text).pdf
    if article.stem in TURNED_BY_PDFIUM:
        assert sorted(normal(extracted(pdf))) == sorted(normal(text))
    else:
        assert normal(extracted(pdf)) == normal(text)


@pytest.mark.parametrize("article", ARTICLES, ids=lambda path: path.stem)
def test_extracted_text_has_the_blanks_of_the_original(article: Path) -> None:
    """No blank is made up within a word, none is lost between two on one row."""
    line = article.read_text("utf-8").splitlines()[-1][:60].rsplit(" ", 1)[0]
    found = extracted(made(line).pdf).replace("\r\n", "\n").strip()
    if article.stem not in TURNED_BY_PDFIUM | WITH_SEPARATORS and "\n" not in found:
        assert unicodedata.normalize("NFC", found) == unicodedata.normalize("NFC", line).strip()


def test_arabic_letters_join() -> None:
    """A joined word is narrower than its letters apart, and has fewer or other glyphs."""
    (joined,) = compose("\u0643\u062a\u0628")
    (apart,) = compose("\u0643\u200c\u062a\u200c\u0628")
    assert sum(one.advance for one in joined.pieces) < sum(one.advance for one in apart.pieces)


def test_a_paragraph_from_right_to_left_begins_at_the_right_margin() -> None:
    (row,) = compose("\u05e9\u05dc\u05d5\u05dd")
    assert row.rtl
    assert row.indent + sum(one.advance for one in row.pieces) == pytest.approx(80 * CELL)
    (row,) = compose("abc \u05e9\u05dc\u05d5\u05dd")
    assert (row.rtl, row.indent) == (False, 0)


def seen(line: str) -> str:
    """Characters in the order in which bidi puts them, where each level is drawn by itself."""
    _, runs = bidi.directional_runs(line)
    order = bidi.visual_order([run.level for run in runs])
    return "".join(
        line[runs[n].start : runs[n].end][:: -1 if runs[n].level % 2 else 1] for n in order
    )


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("abc \u05d0\u05d1\u05d2 123 def", "abc 123 \u05d2\u05d1\u05d0 def"),
        ("\u05d0\u05d1\u05d2 123 \u05d3\u05d4", "\u05d4\u05d3 123 \u05d2\u05d1\u05d0"),
        ("\u0627\u0628 12-34 \u062c", "\u062c 34-12 \u0628\u0627"),  # after Arabic letters (W2)
        ("\u05d0 (abc) \u05d1", "\u05d1 )abc( \u05d0"),  # brackets as they are before mirroring
        ("a\u2067b \u05d0\u2069c", "a\u2067\u05d0 b\u2069c"),  # an isolate
        ("\u202eabc\u202c", "\u202ecba\u202c"),  # an override
    ],
)
def test_visual_order_is_that_of_uax_9(typed: str, shown: str) -> None:
    invisible = dict.fromkeys(map(ord, "\u202e\u202c\u2067\u2069"))
    assert seen(typed).translate(invisible) == shown.translate(invisible)


def test_columns_between_tabs_stay_in_order() -> None:
    (row,) = compose("a\t\u05d0\u05d1\t12")
    shown = [piece.shown for piece in row.pieces if not isinstance(piece.shown, bytes)]
    assert "".join(shown).split() == ["a", "12"]
    assert isinstance(row.pieces[2].shown, bytes)  # the Hebrew word, between the two tabs
    assert [len(row.pieces), row.pieces[-1].shown] == [5, "12"]


def test_brackets_are_mirrored_and_copied_as_typed() -> None:
    text = "\u05d0\u05d1 (\u05d2\u05d3) \u05d4"
    assert extracted(made(text).pdf).strip() == text


def test_mirrored_brackets_that_the_body_font_lacks_are_drawn_with_a_font_that_has_them() -> None:
    selector = FontSelector()
    (row,) = Composer(80, Shaper(selector)).rows("\u05d0 \u2996\u05d1")
    piece = next(piece for piece in row.pieces if piece.shown == "\u2995")
    assert isinstance(piece.font, GridFont)
    assert 0x2995 in selector.drawn_with(piece.font.face)[0]


def test_brackets_nested_deeper_than_the_limit_are_neutral() -> None:
    text = "\u05d0 a" + "(" * 5000 + "]" * 5000
    base, runs = bidi.directional_runs(text)
    assert base == 1
    assert [runs[0].start, *(run.end for run in runs)] == [
        0,
        *(run.start for run in runs[1:]),
        len(text),
    ]
    assert [(run.start, run.end) for run in runs if run.level == 2] == [(2, 3)]


def test_directional_controls_are_invisible() -> None:
    plain, controlled = (compose(text)[0].pieces for text in ("\u05d0b", "\u05d0\u2066b\u2069"))
    assert sum(one.advance for one in plain) == sum(one.advance for one in controlled)


PARTS = st.sampled_from(
    [
        "abc",
        " ",
        "  ",
        "\t",
        "123",
        "(",
        ")",
        "-",
        "\u05d0\u05d1",
        "\u0627\u0644\u0644\u0647",
        "\u064e",
        "\u0915\u094d\u0937\u093f",
        "\u0e19\u0e49\u0e33",
        "\u1780\u17d2\u1798",
        "\u0f62\u0f92\u0fb1\u0f0b",
        "e\u0301",
        "\u0301" * 40,
        "\u65e5\u672c",
        *"\u2067\u2069\u202e\u202c\u200d\ue000",
        "\U0001f468\u200d\U0001f469",
        "\u0628" * 90,
    ]
)


@settings(max_examples=examples(150), deadline=None, derandomize=True)
@given(st.lists(PARTS, max_size=30).map("".join), st.integers(8, 60))
@example("\u0628" * 300, 8)
def test_rows_have_all_of_a_line_and_fit(line: str, columns: int) -> None:
    line = "\u0628" + line
    rows = compose(line, columns)
    assert "".join(rows) == line
    for row in rows:
        blanks = len(row) - len(row.rstrip(" \t\u200b"))
        reach = sum(piece.advance for piece in row.pieces) - blanks * 8 * CELL
        assert reach <= columns * CELL + 1


@settings(max_examples=examples(60), deadline=None, derandomize=True)
@given(st.lists(PARTS, max_size=40).map("".join))
def test_every_character_is_in_the_file(text: str) -> None:
    pdf = made(text).pdf
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert document.check_pdf_syntax() == []
    # pdfium keeps invisible characters or does not, turns brackets round as it sees fit, takes a
    # hyphen at the end of a row for one that divides a word, and turns the halves of characters
    # beyond the basic plane round with what is from right to left.
    skipped = re.compile("[\\s()\\-\U00010000-\U0010ffff\u200d\u2066-\u2069\u202a-\u202e\ue000]")
    with_blanks = unicodedata.normalize("NFD", extracted(pdf))
    expected = unicodedata.normalize("NFD", text)
    missing = set(skipped.sub("", expected)) - set(with_blanks)
    assert not missing


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.faces[0].name)
def test_no_character_is_drawn_over_its_neighbours(script: Script) -> None:
    face = script.faces[0]
    for one in face.characters:
        glyph = face.glyph(ord(one))
        extents = face.hb_font.get_glyph_extents(glyph)
        if unicodedata.category(one)[0] != "M":
            beyond = extents.x_bearing + extents.width - face.hb_font.get_glyph_h_advance(glyph)
            assert beyond < 0.5 * face.hb_face.upem, hex(ord(one))


def test_a_word_with_a_character_missing_from_the_first_font_is_set_in_the_second() -> None:
    words = ["\u0643\u062a\u0627\u0628", "\u06dd\u0661", "\u0643\u062a\u0628"]
    text = " ".join(words)
    found = [(text[item.start : item.end].strip(), item.face) for item in itemize(text)]
    naskh, sans = SCRIPTS[0].faces
    assert found == [(words[0], naskh), (words[1], sans), (words[2], naskh)]
    assert normal(extracted(made(text).pdf)) == normal(text)


def test_many_clusters_are_spread_over_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.converter.scripts.shaper.MAX_CLUSTERS", 20)
    text = "\n".join(path.read_text("utf-8") for path in ARTICLES if path.stem in {"hi", "ar"})
    assert normal(extracted(made(text).pdf)) == normal(text)


def shaped(words: Iterable[str]) -> Shaper:
    """Return a shaper that has shaped these words, in blocks of a thousand."""
    shaper = Shaper(FontSelector())
    for count, word in enumerate(words):
        if count % 1000 == 0:
            shaper.shape_words(word)
        shaper.add(word, 0, TextProperties(0, PLAIN), ShapedText(), divided=False)
    return shaper


def test_the_word_cache_is_bounded() -> None:
    letters = [chr(code) for code in range(0x915, 0x939)]
    cache, font = WordCache(), ClusterFont(SCRIPTS[5].faces[0], 1)
    for count, word in enumerate(islice(map("".join, product(letters, repeat=3)), 36_000)):
        if count % 1000 == 0:
            cache.trim()
        cache.shape(word, 0, font, rtl=False)
    assert 16_000 <= len(cache) <= 34_000
    cache.remove(font)
    assert len(cache) == 0


def test_the_number_of_clusters_before_a_flush_is_bounded() -> None:
    letters = [chr(code) for code in range(0x0F40, 0x0F69) if code != 0x0F48]
    below = [chr(ord(letter) + 0x50) for letter in letters]
    stacks = map("".join, product(letters, below, below))  # of Tibetan, each is one cluster
    shaper = shaped(islice(stacks, 30_000))
    before = shaper.is_full
    shaper.add(next(stacks), 0, TextProperties(0, PLAIN), ShapedText(), divided=False)
    assert (before, shaper.is_full) == (False, True)
    assert len(shaper.flush_fonts()) == 1
    assert not shaped([]).is_full


def test_words_shaped_in_batches_look_as_if_shaped_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    cache = "chalicelib.converter.scripts.word_cache"
    monkeypatch.setattr(f"{cache}.MAX_WORDS", 0)  # so that they are shaped again
    text = "".join(2 * (path.read_text("utf-8") + "\f") for path in ARTICLES)
    monkeypatch.setattr(f"{cache}._MIN_NEW_WORDS", 1_000_000)
    alone = made(text).pdf
    monkeypatch.setattr(f"{cache}._MIN_NEW_WORDS", 0)
    assert made(text).pdf == alone
