import unicodedata

import pytest

from chalicelib.converter.fonts.face import (
    BODY_FACE,
    BOLD_FACE,
    FALLBACK_CHAIN,
    FALLBACK_SCALE,
    FONT_FOLDER,
    GRID_FACES,
    Face,
)
from chalicelib.converter.fonts.font import IGNORABLE, FontSelector, GridFont, choose_font
from chalicelib.converter.scripts.script import MARKED_FACE, SCRIPTS

SCRIPT_FACES = {face for script in SCRIPTS for face in script.faces} | {MARKED_FACE}
EMOJI_BLOCKS = [(0x1F300, 0x1F650), (0x1F680, 0x1F6FD), (0x1F900, 0x1FA00), (0x2600, 0x27C0)]


def is_assigned(code_point: int) -> bool:
    return unicodedata.category(chr(code_point)) not in ("Cn", "Co", "Cs")


def test_every_assigned_character_of_the_bmp_has_a_font() -> None:
    missing = [
        f"{code:04X}" for code in range(0x10000) if is_assigned(code) and choose_font(code).missing
    ]
    assert missing == []


def test_no_visible_character_is_drawn_as_nothing() -> None:
    def is_visible(code: int) -> bool:
        kind = unicodedata.category(chr(code))
        return is_assigned(code) and kind[0] not in "ZC" and not IGNORABLE.match(chr(code))

    def is_blank(code: int, face: Face) -> bool:
        glyph = face.glyph(code)
        return glyph is None or not face.has_ink(glyph)

    fonts = {code: choose_font(code) for code in range(0x110000) if is_visible(code)}
    shown = {code: font.face for code, font in fonts.items() if not font.missing}
    assert [f"{code:04X}" for code, face in shown.items() if is_blank(code, face)] == []
    others = {
        (face, one) for face in SCRIPT_FACES for one in face.characters if is_visible(ord(one))
    }
    assert [(face.name, one) for face, one in others if is_blank(ord(one), face)] == []


def test_every_emoji_has_a_font() -> None:
    missing = [
        f"{code:04X}"
        for first, end in EMOJI_BLOCKS
        for code in range(first, end)
        if unicodedata.category(chr(code)) == "So" and choose_font(code).missing
    ]
    assert missing == []


@pytest.mark.parametrize(
    ("text", "face"),
    [
        ("Aé€Жλ│", "DejaVuSansMono"),
        ("漢かカ한，", "WenQuanYiMicroHeiMono"),
        ("हก⠓", "Unifont"),
        ("😀👨", "UnifontUpper"),
    ],
)
def test_a_character_is_drawn_with_the_best_font_that_has_it(text: str, face: str) -> None:
    assert {choose_font(ord(one)).face.name for one in text} == {face}


def test_every_glyph_fills_its_cells_exactly() -> None:
    def drawn(font: GridFont) -> float:
        return font.advance * font.face.scale * font.h_scale / 100

    for code in [*range(0x20, 0x3000, 7), *range(0x3000, 0x10000, 101), 0x1F600, 0x12000]:
        font = choose_font(code)
        assert drawn(font) == pytest.approx(font.cells * 602, abs=1), hex(code)


def test_full_width_is_two_cells() -> None:
    assert pytest.approx(2 * 602) == 1000 * FALLBACK_SCALE


def test_every_font_comes_with_its_licence_and_its_origin() -> None:
    origin = (FONT_FOLDER / "README.md").read_text(encoding="utf-8")
    for file in {face.file for face in FALLBACK_CHAIN}:
        assert file in origin
    for licence in ("DejaVu", "Noto", "Unifont", "WenQuanYi"):
        assert f"LICENSE-{licence}.txt" in origin
        assert (FONT_FOLDER / f"LICENSE-{licence}.txt").exists()
    shipped = {path.name for path in FONT_FOLDER.glob("*.tt[fc]")}
    used = {face.file for script in SCRIPTS for face in script.faces}
    assert shipped == used | {face.file for face in (*FALLBACK_CHAIN, BOLD_FACE, MARKED_FACE)} | {
        "emoji.ttf"
    }


def test_the_font_folder_has_only_fonts_and_licences() -> None:
    """All of that folder goes to Lambda."""
    assert {path.suffix for path in FONT_FOLDER.iterdir()} == {".ttf", ".ttc", ".txt", ".md", ".py"}


def test_the_characters_of_a_face_are_those_met_so_far_by_plane() -> None:
    repertoire = FontSelector()
    text = "\nab中\U00020000\U0001d400\u0378"
    before = repertoire.has_missing
    text.translate(repertoire)
    assert (before, repertoire.has_missing) == (False, True)
    drawn = {face: repertoire.drawn_with(face) for face in GRID_FACES}
    assert drawn[BODY_FACE] == {0: {ord("a"), ord("b")}}
    assert {code for planes in drawn.values() for codes in planes.values() for code in codes} == {
        *map(ord, text.strip())
    }
