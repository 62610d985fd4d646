"""Warnings about a PDF that was made: a code for programs and a sentence for people."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class WarningCode(StrEnum):
    """Kinds of warnings. Records store them, so a value must not change."""

    ENCODING_DOUBTFUL = "encoding-doubtful"
    REPLACED = "replaced"
    REPAIRED = "repaired"
    HOLES = "holes"
    CONTROLS_SHOWN = "controls-shown"
    CARRIAGE_CONTROL = "carriage-control"
    LINKS_LEFT_OUT = "links-left-out"


@dataclass(frozen=True, slots=True)
class ConversionWarning:
    """A possible defect of a PDF; `message` is a sentence for its user."""

    code: WarningCode
    message: str


def encoding_doubtful(readings: Sequence[tuple[str, str]]) -> ConversionWarning:
    """Return the warning that other encodings are about as likely as the chosen one.

    `readings` are two encodings or more, the chosen one first, each with the first word that they
    decode differently.
    """
    (chosen, word), *others = readings
    alternatives = " or ".join(f"{name} (“{other}”)" for name, other in others)
    return ConversionWarning(
        WarningCode.ENCODING_DOUBTFUL,
        f"The text was read as {chosen} (“{word}”), but may be {alternatives}. If it is, upload it "
        "again with its encoding in the metadata pdf-charset.",
    )


def replaced(count: int) -> ConversionWarning:
    """Return the warning that `count` characters could not be decoded or drawn."""
    return ConversionWarning(
        WarningCode.REPLACED,
        f"{_counted(count, 'character')} could not be read or shown: � or a box with a number is "
        "in the place of each.",
    )


def repaired(count: int) -> ConversionWarning:
    """Return the warning that `count` bytes in a UTF-8 text were decoded in another encoding."""
    were = "was" if count == 1 else "were"
    return ConversionWarning(
        WarningCode.REPAIRED,
        f"{_counted(count, 'byte')} {were} not UTF-8, as the rest of the text is, and {were} read "
        "in another encoding.",
    )


def holes(count: int, length: int) -> ConversionWarning:
    """Return the warning that the text has `count` long runs of NULs, of `length` bytes in all."""
    return ConversionWarning(
        WarningCode.HOLES,
        f"{_counted(count, 'run')} of NUL bytes ({length:,} in all): nothing was written there, or "
        "it was lost. A note in brackets is in the place of each.",
    )


def controls_shown(count: int) -> ConversionWarning:
    """Return the warning that `count` control characters were made visible."""
    return ConversionWarning(
        WarningCode.CONTROLS_SHOWN,
        f"{_counted(count, 'control character')} without a meaning in text: a symbol such as ␇ is "
        "in the place of each.",
    )


def carriage_control() -> ConversionWarning:
    """Return the warning that a text seems to have carriage control, which was printed as text."""
    return ConversionWarning(
        WarningCode.CARRIAGE_CONTROL,
        "Every line begins with a character for a line printer (1, 0, -, + or a blank), which was "
        "printed: if they are carriage control, upload the file again with the metadata "
        "pdf-carriage-control: asa.",
    )


def links_left_out(maximum: int) -> ConversionWarning:
    """Return the warning that a text has more than `maximum` addresses; the rest are no links."""
    return ConversionWarning(
        WarningCode.LINKS_LEFT_OUT,
        f"The text has more than {maximum:,} addresses of web pages and e-mail. The first "
        f"{maximum:,} are links in the PDF, the rest are plain text.",
    )


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
