"""Which languages a document may be said to be in."""

import io
from dataclasses import replace

import pikepdf
import pytest

from chalicelib.converter.language import tag
from tests.converter.reading import ABOUT, made


@pytest.mark.parametrize(
    "text",
    [
        "en",
        "pt-BR",
        "zh-Hant-TW",
        "sl-rozaj-biske-1994",
        "de-CH-1901",
        "es-419",
        "en-u-ca-gregory",
        "de-x-private",
        "x-ours",
        "zh-cmn-Hans-CN",
    ],
)
def test_a_well_formed_tag_is_the_language_of_the_document(text: str) -> None:
    """Examples are from RFC 5646, appendix A."""
    assert tag(f" {text} ") == text
    document = made("text", about=replace(ABOUT, language=text)).pdf
    with pikepdf.open(io.BytesIO(document)) as opened:
        assert str(opened.Root.Lang) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "en, de",
        "e",
        "en_US",
        "en-",
        "-en",
        "a-DE",
        "en-a",
        "ä",
        "en)/X(",
        "english language",
        "e1",
    ],
)
def test_anything_else_names_no_language(text: str) -> None:
    assert tag(text) is None
    document = made("text", about=replace(ABOUT, language=text)).pdf
    with pikepdf.open(io.BytesIO(document)) as opened:
        assert "/Lang" not in opened.Root
