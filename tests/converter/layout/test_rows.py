from chalicelib.converter.layout.rows import complex_ones, is_complex


def test_complex_characters_are_found_among_others_and_do_not_form_sequences() -> None:
    characters = [chr(code) for code in (*range(0xD800), *range(0xE000, 0x20000))]
    assert complex_ones(characters) == set(filter(is_complex, characters))
    assert complex_ones("ab") == set()
