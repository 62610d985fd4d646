"""Language tags (BCP 47), and the language of a text."""

import re

UNDETERMINED = "und"
"""Tag for text whose language is unknown where a tag is required (RFC 5646, 4.1)."""

# RFC 5646, 2.1: language, script, region, variants, extensions, private use; or private use alone.
_TAG = re.compile(
    r"(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(?:-[a-wy-z0-9](?:-[a-z0-9]{2,8})+)*"
    r"(?:-x(?:-[a-z0-9]{1,8})+)?|x(?:-[a-z0-9]{1,8})+",
    re.IGNORECASE | re.ASCII,
)


def language_tag(text: str) -> str | None:
    """Return the text, stripped, if it is one well-formed BCP 47 tag, or None.

    A list of languages, which HTTP's Content-Language may have, is not a tag.
    """
    text = text.strip()
    return text if _TAG.fullmatch(text) else None


# Languages with a script that hardly any other language uses, and the script's ranges of letters.
# Han counts as Japanese if there is kana.
_SCRIPTS = (
    ("ja", "\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9f"),
    ("ko", "\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3"),
    ("el", "\u0370-\u03ff\u1f00-\u1fff"),
    ("hy", "\u0530-\u058f"),
    ("ka", "\u10a0-\u10ff\u1c90-\u1cbf"),
    ("th", "\u0e01-\u0e5b"),
    ("lo", "\u0e81-\u0edf"),
    ("km", "\u1780-\u17ff"),
    ("si", "\u0d80-\u0dff"),
    ("pa", "\u0a00-\u0a7f"),
    ("gu", "\u0a80-\u0aff"),
    ("or", "\u0b00-\u0b7f"),
    ("ta", "\u0b80-\u0bff"),
    ("te", "\u0c00-\u0c7f"),
    ("kn", "\u0c80-\u0cff"),
    ("ml", "\u0d00-\u0d7f"),
)
_LETTERS = re.compile(r"[^\W\d_]")
_HAN = "\u3400-\u9fff"
_MIN_LETTERS = 20
"""Minimum letters of a script; fewer may be a foreign word in a text of another language."""

_SAMPLE = 5_000
"""Characters of a text that are examined."""


def detect_language(text: str) -> str | None:
    """Return the language tag of a text in a script that only one language uses, or None.

    Of the letters in the first 5,000 characters, nine in ten, and at least twenty, must be of the
    script. Other scripts, such as Latin, Cyrillic, Arabic or Han without kana, are used by many
    languages.
    """
    text = text[:_SAMPLE]
    if text.isascii():
        return None
    letters = len(_LETTERS.findall(text))
    for language, script in _SCRIPTS:
        members = re.findall(f"[{script}]", text)
        count = len(_LETTERS.findall("".join(members)))
        if language == "ja" and count:
            han = len(re.findall(f"[{_HAN}]", text))
            count += han if 5 * count > han else 0
        if count >= max(_MIN_LETTERS, 0.9 * letters):
            return language
    return None
