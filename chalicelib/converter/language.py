"""Languages of texts, as BCP 47 names them."""

import re

# RFC 5646, 2.1: language, script, region, variants, extensions, private use; or private use alone.
_TAG = re.compile(
    r"(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(?:-[a-wy-z0-9](?:-[a-z0-9]{2,8})+)*"
    r"(?:-x(?:-[a-z0-9]{1,8})+)?|x(?:-[a-z0-9]{1,8})+",
    re.IGNORECASE | re.ASCII,
)


def tag(text: str) -> str | None:
    """Return the text, stripped, if it is one well-formed BCP 47 tag; else None.

    A list of languages, as HTTP's Content-Language may be, names no language of the text.
    """
    text = text.strip()
    return text if _TAG.fullmatch(text) else None
