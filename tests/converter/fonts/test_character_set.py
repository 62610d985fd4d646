from hypothesis import given
from hypothesis import strategies as st

from chalicelib.converter.fonts import character_set as alphabet_module
from chalicelib.converter.fonts.character_set import CharacterSet

TEXTS = st.text(st.sampled_from("ab]^-\\\n é日\U0001f600\U00020000"), max_size=12)


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=8), st.sampled_from([0, 30]))
def test_an_alphabet_is_a_set_however_it_grew(steps: list[tuple[str, str]], compiling: int) -> None:
    alphabet_module._COMPILING = compiling
    try:
        alphabet, expected = CharacterSet(), set[str]()
        for new, text in steps:
            assert alphabet.covers(text) == expected.issuperset(text)
            assert alphabet.others(text) == set(text) - expected
            alphabet.add(new)
            expected.update(new)
            assert alphabet.covers(text) == expected.issuperset(text)
    finally:
        alphabet_module._COMPILING = 30
