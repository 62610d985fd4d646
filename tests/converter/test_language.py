"""Which languages a document may be said to be in."""

import io
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from chalicelib.converter import Options
from chalicelib.converter.language import detect_language, language_tag
from chalicelib.errors import BadOption
from tests.converter.converted import ABOUT, made


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
    assert language_tag(f" {text} ") == text
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
def test_a_malformed_tag_is_not_a_language(text: str) -> None:
    assert language_tag(text) is None
    document = made("text", about=replace(ABOUT, language=text)).pdf
    with pikepdf.open(io.BytesIO(document)) as opened:
        assert str(opened.Root.Lang) == "und"


@pytest.mark.parametrize(
    ("script", "language"),
    [
        ("th", "th"),
        ("ta", "ta"),
        ("km", "km"),
        ("vi", "und"),
        ("ar", "und"),
        ("ne", "und"),
    ],
)
def test_a_script_that_one_language_uses_gives_the_language(script: str, language: str) -> None:
    path = Path(__file__).parent / "scripts" / f"{script}.txt"
    with pikepdf.open(io.BytesIO(made(path.read_bytes()).pdf)) as opened:
        assert str(opened.Root.Lang) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("今日は日本語で書きます。" * 9, "ja"),
        ("안녕하세요 여러분 " * 9, "ko"),
        ("საქართველო" * 9, "ka"),
        ("日本語 in an English text about " * 9, None),
        ("中文是汉字" * 9, None),
        ("α", None),
    ],
)
def test_nine_letters_in_ten_must_be_of_the_script(text: str, language: str | None) -> None:
    assert detect_language(text) == language


def test_the_sender_s_language_precedes_the_option() -> None:
    options = Options.parse({"pdf-language": "de"})
    for sender, expected in (("fr", "fr"), (None, "de"), ("no language", "de")):
        pdf = made("ภาษาไทย" * 9, options, replace(ABOUT, language=sender)).pdf
        with pikepdf.open(io.BytesIO(pdf)) as opened:
            assert str(opened.Root.Lang) == expected
    with pytest.raises(BadOption, match="pdf-language cannot be 'not a tag'"):
        Options.parse({"pdf-language": "not a tag"})
