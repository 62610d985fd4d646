from dataclasses import replace

import pytest

from chalicelib.converter import Basis, Options, Orientation, PageSize
from chalicelib.converter.drawing.geometry import Geometry
from chalicelib.converter.option_kinds import Option
from chalicelib.converter.options import FONT_SIZES, MARGINS, OPTIONS
from chalicelib.errors import BadOption
from tests.converter.converted import ABOUT, made


def test_metadata_is_read_on_top_of_the_defaults() -> None:
    defaults = Options(page_size=PageSize.LETTER, font_size=8)
    metadata = {"pdf-font-size": " 12.5 ", "PDF-Orientation": "Landscape", "author": "somebody"}
    assert Options.parse(metadata, defaults) == Options(
        page_size=PageSize.LETTER, orientation=Orientation.LANDSCAPE, font_size=12.5
    )
    assert Options.parse({}) == Options()


@pytest.mark.parametrize(
    ("option", "value", "allowed"),
    [
        ("pdf-page-size", "a0", "a4 or letter or a3 or a5 or legal"),
        ("pdf-orientation", "upside down", "portrait or landscape"),
        ("pdf-font-size", "huge", "4 to 36"),
        ("pdf-font-size", "nan", "4 to 36"),
        ("pdf-font-size", "1e9", "4 to 36"),
        ("pdf-margin", "-3", "5 to 50"),
        ("pdf-margin", "", "5 to 50"),
    ],
)
def test_an_invalid_value_is_rejected_with_the_allowed_values(
    option: str, value: str, allowed: str
) -> None:
    with pytest.raises(BadOption) as refused:
        Options.parse({option: value})
    assert option in str(refused.value)
    assert repr(value) in str(refused.value)
    assert allowed in str(refused.value)


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.key)
def test_the_table_has_true_defaults_and_examples(option: Option) -> None:
    assert Options.parse({option.key: option.default_text}) == Options()
    changed = Options.parse({option.key: option.example})
    assert [one.name for one in OPTIONS if getattr(changed, one.name) != one.default] == [
        option.name
    ]


def test_an_unknown_option_is_rejected_with_the_known_ones() -> None:
    with pytest.raises(BadOption, match=r"pdf-colour.*pdf-page-size, pdf-orientation"):
        Options.parse({"pdf-colour": "red"})


def test_an_invalid_value_is_shown_shortened_and_escaped() -> None:
    with pytest.raises(BadOption) as refused:
        Options.parse({"pdf-margin": "\x1b[31m" + "9" * 5000})
    assert "\x1b" not in str(refused.value)
    assert len(str(refused.value)) < 200


def test_options_made_in_code_are_validated() -> None:
    with pytest.raises(BadOption):
        Options(font_size=500)


def test_every_allowed_page_has_room_for_text() -> None:
    for size in PageSize:
        for orientation in Orientation:
            for font in FONT_SIZES:
                for margin in MARGINS:
                    page = Geometry.of(Options(size, orientation, font, margin))
                    assert page.columns >= 6
                    assert page.rows >= 2


def test_charsets_are_normalized_to_python_s_names() -> None:
    options = Options.parse({"pdf-charset": "Windows-1252", "pdf-charsets": "IBM850, latin-1"})
    assert options.charset == "cp1252"
    assert options.likely_charsets == ("cp850", "iso8859-1")
    assert Options().likely_charsets == ()


@pytest.mark.parametrize("option", ["pdf-charset", "pdf-charsets"])
@pytest.mark.parametrize("value", ["klingon", "rot13", "cp850,klingon", "a\0b"])
def test_an_unknown_charset_is_rejected(option: str, value: str) -> None:
    with pytest.raises(BadOption, match=option):
        Options.parse({option: value})


def test_the_charset_option_decides_on_the_encoding() -> None:
    text = "größer"
    document = made(text.encode("cp850"), Options(charset="cp850"), replace(ABOUT, charset="utf-8"))
    assert document.letters == text
    assert document.report.encoding_basis is Basis.DECLARED
