"""Warnings about a PDF that was made: a code for programs and a sentence for people."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class WarningCode(StrEnum):
    """Kinds of warnings. Records store them, so a value must not change."""

    ENCODING_DOUBTFUL = "encoding-doubtful"


@dataclass(frozen=True, slots=True)
class ConversionWarning:
    """A possible defect of a PDF; `message` is a sentence for its user."""

    code: WarningCode
    message: str


def doubtful_encoding_warning(readings: Sequence[tuple[str, str]]) -> ConversionWarning:
    """Return the warning that other encodings are about as likely as the chosen one.

    `readings` are the encodings, the chosen one first, each with the first word that they decode
    differently.
    """
    (chosen, word), *others = readings
    alternatives = " or ".join(f"{name} (“{other}”)" for name, other in others)
    return ConversionWarning(
        WarningCode.ENCODING_DOUBTFUL,
        f"The text was read as {chosen} (“{word}”), but may be {alternatives}. If it is, upload it "
        "again with its encoding in the metadata pdf-charset.",
    )
