"""What a conversion is told and what it tells: source, progress, report."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from chalicelib.converter.warning import Warned


class Basis(StrEnum):
    """How sure it is that the text was read in the right encoding."""

    DECLARED = "declared"
    CERTAIN = "certain"
    GUESSED = "guessed"


class Step(StrEnum):
    """What decided on an encoding, in the order in which it is tried."""

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
    """What is known of a text besides its bytes.

    `created_at` (with a zone) becomes the creation date, `document_id` the document's /ID:
    two uploads with equal text differ, the same upload always gives the same bytes.
    `charset` is what its sender declared, `size` its length in bytes (for progress only),
    `language` a BCP 47 tag; anything else is ignored.
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
    """How far a conversion has come: bytes read of `size`, pages written."""

    bytes_read: int
    size: int | None
    pages: int


@dataclass(frozen=True, slots=True)
class Report:
    """What came out.

    `encoding_step` is what decided on the encoding, if that is known. `replaced` counts characters
    that could not be decoded or drawn, `repaired` bytes that are no UTF-8 in a text that is, and
    were read in another charset.
    """

    pages: int
    encoding: str
    encoding_basis: Basis
    replaced: int
    repaired: int = 0
    encoding_step: Step | None = None
    warnings: tuple[Warned, ...] = ()


OnProgress: TypeAlias = Callable[[Progress], None]
