from hypothesis import given
from hypothesis import strategies as st

from chalicelib.converter.fonts import character_set
from chalicelib.converter.fonts.character_set import CharacterSet

TEXTS = st.text(st.sampled_from("ab]^-\\\n é日\U0001f600\U00020000"), max_size=12)


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=8), st.sampled_from([0, 30]))
def test_a_character_set_behaves_like_a_set_however_it_grew(
    steps: list[tuple[str, str]], compiling: int
) -> None:
    character_set._COMPILE_COST = compiling
    try:
        characters, expected = CharacterSet(), set[str]()
        for new, text in steps:
            assert characters.covers(text) == expected.issuperset(text)
            assert characters.non_members(text) == set(text) - expected
            characters.add(new)
            expected.update(new)
            assert characters.covers(text) == expected.issuperset(text)
    finally:
        character_set._COMPILE_COST = 30


@given(TEXTS, TEXTS)
def test_a_character_set_meets_a_text_that_has_any_of_its_members(members: str, text: str) -> None:
    characters = CharacterSet()
    for member in members:
        characters.add_code_point(ord(member))
    assert characters.meets(text) == bool(set(members) & set(text))
