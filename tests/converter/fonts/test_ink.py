"""The ink of characters of the grid."""

import pytest

from chalicelib.converter.fonts import ink
from chalicelib.converter.fonts.face import GRID_FACES, Face
from chalicelib.converter.fonts.font import FontSelector
from chalicelib.converter.fonts.ink import GRID_REACH, CharacterInk, glyph_box

CHARACTERS = [chr(code) for code in range(0x21, 0x7F)]


def test_the_ink_of_a_bounded_number_of_characters_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = [CharacterInk(FontSelector())[character] for character in CHARACTERS]
    monkeypatch.setattr(ink, "_MAX_CHARACTERS", 10)
    kept = CharacterInk(FontSelector())
    for _ in range(2):
        assert [kept.of(character) for character in CHARACTERS] == expected
        assert len(kept) <= 10


def test_a_text_reaches_as_far_as_its_characters_together() -> None:
    characters = CharacterInk(FontSelector())
    assert characters.of("x") == characters["x"]
    assert characters.of("Ag").above == characters["A"].above
    assert characters.of("Ag").below == characters["g"].below > characters["A"].below


@pytest.mark.parametrize("face", GRID_FACES, ids=lambda face: face.name)
def test_no_glyph_of_the_grid_reaches_further_than_the_limit(face: Face) -> None:
    glyphs = range(face.hb_face.glyph_count)
    boxes = [box for glyph in glyphs if (box := glyph_box(face, glyph))]
    assert max(box.above for box in boxes) <= GRID_REACH.above
    assert max(box.below for box in boxes) <= GRID_REACH.below
