"""The header and footer of every page: their text, in parts around the page number."""

from dataclasses import dataclass
from datetime import UTC
from unicodedata import bidirectional

from chalicelib.converter.line_template import parts
from chalicelib.converter.reading.cleaning import PICTURES
from chalicelib.converter.report import Source

NONE = "none"

# Classes of the Unicode Bidirectional Algorithm (UAX #9, 3.2).
_RTL = {"R", "AL"}
_OF_NUMBERS = {"EN", "AN", "ES", "ET", "CS"}


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
    def is_rtl(self) -> bool:
        """Whether the texts and numbers follow one another from right to left.

        They do if all texts between numbers are right-to-left, and no number is part of a text in
        the other direction, as in `2/10` or `v2`.
        """
        texts = self.texts if self.tail is None else (*self.texts, self.tail)
        classes = [_classes(text) for text in texts]
        beside = {
            *(one[-1] for one in classes[:-1] if one),
            *(one[0] for one in classes[1:] if one),
        }
        return (
            any(_RTL.intersection(one) for one in classes)
            and not any("L" in one for one in classes)
            and all(_RTL.intersection(one) for one in classes[1:-1])
            and beside.isdisjoint(_OF_NUMBERS)
        )

    @property
    def is_static(self) -> bool:
        """Whether the line is the same on every page."""
        return len(self.texts) == 1 and self.tail is None


def _classes(text: str) -> list[str]:
    """Return the class of each character of a text in the Unicode Bidirectional Algorithm."""
    return [bidirectional(character) for character in text]


def _known(field: str, source: Source) -> str:
    """Return the value of a field, or "" if it is filled in later."""
    if field == "name":
        return source.name.translate(PICTURES)
    return f"{source.created_at.astimezone(UTC):%Y-%m-%d}" if field == "date" else ""
