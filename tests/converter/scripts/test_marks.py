"""Combining marks on letters of Latin, Greek and Cyrillic, as pictures and as boxes of glyphs."""

import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain, product
from pathlib import Path
from typing import NamedTuple

import pypdfium2
import pytest
import uharfbuzz as hb
from PIL import Image, ImageChops, ImageFilter

from chalicelib.converter import Options
from chalicelib.converter.drawing.geometry import Geometry
from chalicelib.converter.fonts.clusters import ClusterFont
from chalicelib.converter.fonts.face import BODY_FACE, CELL
from chalicelib.converter.fonts.font import FontSelector, choose_font
from chalicelib.converter.layout.composer import Composer
from chalicelib.converter.layout.rows import is_complex
from chalicelib.converter.scripts.script import MARKED_FACE, itemize
from chalicelib.converter.scripts.shaper import Shaper
from tests.converter.converted import made

GEOMETRY = Geometry.of(Options())
SCALE = 3  # pixels a point
PIXEL = 1 / SCALE
COLUMNS, ROWS = GEOMETRY.columns // 3, GEOMETRY.rows // 3


def is_letter(code: int) -> bool:
    character = chr(code)
    script = unicodedata.name(character, " ").split(" ")[0]
    return unicodedata.category(character)[0] == "L" and script in ("LATIN", "GREEK", "CYRILLIC")


LETTERS = list(map(chr, filter(is_letter, range(0x1F000))))
MARKS = [
    chr(code)
    for first, last in (
        *((0x300, 0x36F), (0x483, 0x489), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20F0)),
        *((0x2DE0, 0x2DFF), (0xA66F, 0xA67D), (0xA69E, 0xA69F), (0xFE20, 0xFE2F)),
    )
    for code in range(first, last + 1)
    if unicodedata.category(chr(code)) in ("Mn", "Me") and code != 0x34F
]
PLACED_LETTERS = [letter for letter in LETTERS if letter in MARKED_FACE.characters]
PLACED_MARKS = [mark for mark in MARKS if mark in MARKED_FACE.characters]

ABOVE, BELOW = (230,), (220, 240)
OVERLAY = 1
DOUBLE = (233, 234)  # over two letters
JOINED = "\u0332\u0333"  # lines that all have the same height
DOTTED = "ij\u0456\u0458"  # and have no dot under a mark


class Base(NamedTuple):
    """A letter, which may have marks, and a mark that is added to it."""

    text: str
    mark: str

    @property
    def is_composed(self) -> bool:
        """Whether a font may have a letter of its own for the mark and its letter."""
        whole = self.text + self.mark
        return unicodedata.normalize("NFC", whole) != whole


@lru_cache(maxsize=2)
def pictures(texts: tuple[str, ...]) -> list[Image.Image]:
    """Black and white pages with every text in a place of its own, with room around it."""
    lines = ["  ".join(texts[at : at + COLUMNS]) for at in range(0, len(texts), COLUMNS)]
    pages = ["\n" + "\n\n\n".join(lines[at : at + ROWS]) for at in range(0, len(lines), ROWS)]
    with pypdfium2.PdfDocument(made("\f".join(pages)).pdf) as document:
        assert len(document) == len(pages)
        pages_in_grey = [page.render(scale=SCALE, grayscale=True).to_pil() for page in document]
    return [page.point(_ink) for page in pages_in_grey]


def boxes(picture: Image.Image) -> Iterator[tuple[float, float, float, float] | None]:
    """The ink around each place: left, bottom, right and top from the place's origin, in points."""
    for row, column in product(range(ROWS), range(COLUMNS)):
        x = GEOMETRY.left + 3 * column * GEOMETRY.cell
        y = GEOMETRY.height - GEOMETRY.baseline(3 * row + 1)
        left, top = round((x - GEOMETRY.cell) * SCALE), round((y - 1.6 * GEOMETRY.leading) * SCALE)
        right = round((x + 2 * GEOMETRY.cell) * SCALE)
        bottom = round((y + 1.4 * GEOMETRY.leading) * SCALE)
        box = picture.crop((left, top, right, bottom)).getbbox()
        if box is None:
            yield None
            continue
        yield (
            (box[0] + left) / SCALE - x,
            y - (box[3] + top) / SCALE,
            (box[2] + left) / SCALE - x,
            y - (box[1] + top) / SCALE,
        )


def faults(bases: list[Base]) -> Iterator[str]:
    """Marks that are drawn elsewhere than on the letter before them."""
    letters = pictures(tuple(base.text for base in bases))
    marked = pictures(tuple(base.text + base.mark for base in bases))
    before = chain.from_iterable(map(boxes, letters))
    added = chain.from_iterable(
        boxes(ImageChops.subtract(with_mark, without.filter(ImageFilter.MaxFilter(3))))
        for with_mark, without in zip(marked, letters, strict=True)
    )
    for base, letter, mark in zip(bases, before, added, strict=False):
        if fault := _fault(base, letter, mark):
            yield f"{base.text}{base.mark} {base.text + base.mark!a} {fault} {letter} {mark}"


def _ink(level: int) -> int:
    return 255 if level < 128 else 0


def _fault(
    base: Base,
    letter: tuple[float, float, float, float] | None,
    mark: tuple[float, float, float, float] | None,
) -> str:
    combining = unicodedata.combining(base.mark)
    placed = MARKED_FACE.characters.issuperset(base.text + base.mark)
    if mark is None:
        return "hidden" if placed and combining != OVERLAY else ""
    if base.is_composed:
        return ""
    width = 2 if combining in DOUBLE else 1
    # As much as glyphs of other fonts may extend, and marks around a letter.
    room = (0.1 if combining else 0.4) * GEOMETRY.cell + PIXEL
    if mark[0] < -room or mark[2] > width * GEOMETRY.cell + room:
        return "beside"
    if not placed or not letter or base.text in DOTTED:
        return ""
    if combining in ABOVE and mark[1] < letter[3] - PIXEL:
        return "not above"
    if combining in BELOW and base.mark not in JOINED and mark[3] > letter[1] + PIXEL:
        return "not below"
    return ""


TYPICAL = "\u0301\u0304\u0323\u0327\u0358\u0361"


@pytest.mark.parametrize("mark", TYPICAL, ids=unicodedata.name)
def test_a_mark_is_on_every_letter(mark: str) -> None:
    assert not list(faults([Base(letter, mark) for letter in LETTERS]))


@pytest.mark.parametrize("letter", "xgdAÉẹėОЩ\u03b1\u1f7c\ua720")
def test_every_mark_is_on_a_letter(letter: str) -> None:
    assert not list(faults([Base(letter, mark) for mark in MARKS]))


def test_a_mark_is_next_to_the_mark_before_it() -> None:
    upper = [mark for mark in PLACED_MARKS if unicodedata.combining(mark) in ABOVE]
    lower = [mark for mark in PLACED_MARKS if unicodedata.combining(mark) in BELOW]
    pairs = [*product(upper, "\u0301\u0304\u0313"), *product(lower, "\u0323\u0331\u032b")]
    assert not list(faults([Base("x" + first, second) for first, second in pairs]))


def _glyph_boxes(text: str) -> Iterable[tuple[int, float, float, float, float]]:
    """Glyph, left, bottom, right and top of the glyphs of a text, in units of the font."""
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    font = MARKED_FACE.hb_font
    hb.shape(font, buffer)
    pen = 0
    for info, position in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        extents = font.get_glyph_extents(info.codepoint)
        left = pen + position.x_offset + extents.x_bearing
        top = position.y_offset + extents.y_bearing
        yield info.codepoint, left, top + extents.height, left + extents.width, top
        pen += position.x_advance
    assert pen == _CELL


_CELL = CELL * MARKED_FACE.hb_face.upem // 1000 + 1


@pytest.mark.parametrize("sign", " !\"'(),./:;?[]{}-\u2026")
@pytest.mark.parametrize("text", ["{}\u0302", "a{}\u0302b c", "\u0915{}\u0902"])
def test_a_mark_on_a_sign_is_drawn_with_it(sign: str, text: str) -> None:
    """Words are shaped without the signs between them, but these are shaped with their marks."""
    (row,) = Composer(80, Shaper(FontSelector())).rows(text.format(sign))
    fonts = {piece.font for piece in row.pieces if isinstance(piece.font, ClusterFont)}
    drawn = {cluster.text for font in fonts for cluster in font.codes}
    assert drawn & {sign + mark for mark in "\u0302\u0902"}


def test_every_mark_has_a_place_on_every_letter_of_the_body_font() -> None:
    for letter, mark in product(PLACED_LETTERS, PLACED_MARKS):
        base, *marks = _glyph_boxes(letter + mark)
        glyph = MARKED_FACE.glyph(ord(mark))
        box = next((box for box in marks if box[0] == glyph), None)
        if box is None:
            continue  # the font has a letter with this mark
        combining = unicodedata.combining(mark)
        _, left, bottom, right, top = box
        name = f"{letter}{mark} {letter + mark!a}"
        cells = 2 if combining in DOUBLE else 1
        assert -0.05 * _CELL < left < right < (cells + 0.05) * _CELL, name
        if combining in ABOVE:
            assert bottom > base[4], name
        if combining in BELOW and mark not in JOINED:
            assert top < base[2], name


@pytest.mark.parametrize("text", ["ọ́", "ụ́", "ė́", "ê̄", "ế̄", "ạ̈", "ö̀"], ids=ascii)
def test_letters_of_languages_with_two_marks_are_of_one_font(text: str) -> None:
    assert [run.face for run in itemize(text)] == [MARKED_FACE]


@pytest.mark.parametrize("mark", "\u0488\u0489\u3099\u309a")
def test_a_mark_to_which_a_font_gives_a_width_has_none(mark: str) -> None:
    assert choose_font(ord(mark)).cells == 0


def test_letters_of_vietnamese_are_drawn_alike_composed_or_not() -> None:
    text = (Path(__file__).parent / "vi.txt").read_text("utf-8")
    pages = []
    for form in ("NFC", "NFD"):
        pdf = made(unicodedata.normalize(form, text)).pdf
        with pypdfium2.PdfDocument(pdf) as document:
            pages.append(document[0].render(scale=SCALE, grayscale=True).to_pil())
    assert max(ImageChops.difference(*pages).tobytes()) < 8


def test_letters_that_the_body_font_lacks_are_composed_if_it_has_their_parts() -> None:
    lacking = [
        letter
        for letter in LETTERS
        if choose_font(ord(letter)).face is not BODY_FACE
        and len(parts := unicodedata.normalize("NFD", letter)) > 1
        and MARKED_FACE.characters.issuperset(parts)
    ]
    assert len(lacking) > 60
    for letter in lacking:
        assert is_complex(letter), letter
        assert [run.face for run in itemize(letter)] == [MARKED_FACE], letter


def test_a_composed_letter_is_copied_as_it_was_typed() -> None:
    assert made("Tất cả mọi người\n").letters == "Tấtcảmọingười"
