"""Templates of headers and footers: text with fields in braces."""

import re
from collections.abc import Iterator

_FIELD = re.compile(r"\{(name|date|pages?)\}")


def parts(template: str) -> Iterator[tuple[str, str]]:
    """Yield each text of a template with the name of the field after it.

    The text behind the last field comes with an empty name, and may be empty itself.
    """
    texts = [*_FIELD.split(template), ""]
    yield from zip(texts[::2], texts[1::2], strict=True)


def is_in_order(template: str) -> bool:
    """Return whether {pages} is there at most once, and no {page} after it.

    The number of pages is known last, and is written with all that follows it.
    """
    fields = [field for _, field in parts(template) if field in ("page", "pages")]
    return "pages" not in fields[:-1]
