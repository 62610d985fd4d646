import pytest
from wcwidth import wcwidth

from chalicelib.converter.fonts.terminal_cells import terminal_cells


@pytest.mark.parametrize(
    "blocks", [range(0x20, 0x3400), range(0x3400, 0xD800), range(0xE000, 0x110000, 7)]
)
def test_characters_have_the_width_that_terminals_give_them(blocks: range) -> None:
    assert [terminal_cells(code) for code in blocks] == [wcwidth(chr(code)) for code in blocks]
