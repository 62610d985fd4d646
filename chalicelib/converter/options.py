"""What the converter is told, and what it tells."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Source:
    """The text's name, upload time, identity (of which the PDF's /ID is made) and charset."""

    name: str
    created_at: datetime
    document_id: str
    charset: str | None = None
    size: int | None = None


@dataclass(frozen=True)
class Options:
    """How the page looks; `font_size` in points."""

    font_size: float = 9.0

    @classmethod
    def parse(cls, metadata: Mapping[str, str], defaults: "Options") -> "Options":  # noqa: ARG003
        """Options of an object's user metadata."""
        return defaults


@dataclass(frozen=True)
class Progress:
    """How far a conversion is; `size` is that of the whole text in bytes, if known."""

    bytes_read: int
    size: int | None
    pages: int


@dataclass(frozen=True)
class Report:
    """What came out."""

    pages: int
    encoding: str
    encoding_basis: str
    replaced: int
