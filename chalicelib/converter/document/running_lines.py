"""The header and footer of every page: their text, in parts around the page number."""

from dataclasses import dataclass
from datetime import UTC

from chalicelib.converter.line_template import parts
from chalicelib.converter.reading.cleaning import PICTURES
from chalicelib.converter.report import Source

NONE = "none"


@dataclass(frozen=True, slots=True)
class RunningLine:
    """A line in parts: `texts` are the same on all pages, with the page number between them.

    If there is a `tail`, the last of them is followed by the number of pages and the tail.
    """

    texts: tuple[str, ...]
    tail: str | None = None

    @classmethod
    def of(cls, template: str, source: Source) -> "RunningLine":
        """Return the line of a template, with its `{name}` and `{date}` (UTC) filled in.

        NONE is an empty line. `{page}` and `{pages}` are filled in later; all other text in braces
        is kept.
        """
        if template.strip().lower() == NONE:
            return cls(("",))
        texts = [""]
        tail: str | None = None
        for part, field in parts(template):
            text = part + _known(field, source)
            if tail is None:
                texts[-1] += text
            else:
                tail += text
            if field == "page" and tail is None:
                texts.append("")
            elif field == "pages":
                tail = tail or ""
        return cls(tuple(texts), tail)

    @property
    def is_static(self) -> bool:
        """Whether the line is the same on every page."""
        return len(self.texts) == 1 and self.tail is None


def _known(field: str, source: Source) -> str:
    """Return the value of a field, or "" if it is filled in later."""
    if field == "name":
        return source.name.translate(PICTURES)
    return f"{source.created_at.astimezone(UTC):%Y-%m-%d}" if field == "date" else ""
