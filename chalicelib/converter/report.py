"""Data that go into and come out of a conversion: source, progress, report."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from chalicelib.converter.warning import ConversionWarning


class Basis(StrEnum):
    """How certain the encoding of the text is."""

    DECLARED = "declared"
    CERTAIN = "certain"
    GUESSED = "guessed"


class Step(StrEnum):
    """The step that decided on the encoding, in the order in which they are tried."""

    MARK = "byte-order-mark"
    DECLARED = "declared"
    NULS = "nuls"
    ASCII = "ascii"
    UTF_8 = "utf-8"
    DAMAGED_UTF_8 = "damaged-utf-8"
    EBCDIC = "ebcdic"
    SETTING = "stage-setting"
    PLACES = "few-high-bytes"
    DETECTOR = "detector"


@dataclass(frozen=True, slots=True)
class Source:
    """Describes a text apart from its bytes.

    `name` is the title and is shown in the header. `created_at` (with a time zone) becomes the
    creation date, and `document_id` the document's /ID, so that two uploads with equal text
    differ, but the same upload always gives the same bytes. `charset` is the one that the sender
    declared, and `size` the length in bytes, for progress only. `language` is a BCP 47 tag; any
    other value is ignored.
    Raises ValueError if `created_at` has no time zone.
    """

    name: str
    created_at: datetime
    document_id: str
    charset: str | None = None
    size: int | None = None
    language: str | None = None

    def __post_init__(self) -> None:
        if self.created_at.tzinfo is None:
            raise ValueError("created_at needs a time zone")


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress of a conversion: bytes read, of `size` if that is known, and pages written."""

    bytes_read: int
    size: int | None
    pages: int


@dataclass(frozen=True, slots=True)
class Report:
    """The result of a conversion.

    `encoding_step` is the step that decided on the encoding, if known. `page_format` is the paper,
    orientation and font size that were chosen. `replaced` is the number of characters that could
    not be decoded or drawn, and `repaired` the number of stray bytes in UTF-8 that were decoded in
    another charset. `text_size` is the number of bytes read.
    """

    pages: int
    encoding: str
    encoding_basis: Basis
    replaced: int
    repaired: int = 0
    encoding_step: Step | None = None
    page_format: str | None = None
    warnings: tuple[ConversionWarning, ...] = ()
    text_size: int | None = None


OnProgress: TypeAlias = Callable[[Progress], None]
