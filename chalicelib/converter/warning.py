"""What may be wrong with a PDF that was made: a code for programs, and a sentence for people."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class WarningCode(StrEnum):
    """Kinds of warnings, which stay what they are once records have them."""

    ENCODING_DOUBTFUL = "encoding-doubtful"
    LINKS_LEFT_OUT = "links-left-out"


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning."""

    code: WarningCode
    message: str


def encoding_doubtful(readings: Sequence[tuple[str, str]]) -> Warned:
    """Return the warning that other encodings are about as likely as the one that was taken.

    `readings` are the encodings, the taken one first, each with what it makes of the first word
    that they read differently.
    """
    (taken, word), *others = readings
    alternatives = " or ".join(f"{name} (“{other}”)" for name, other in others)
    return Warned(
        WarningCode.ENCODING_DOUBTFUL,
        f"The text was read as {taken} (“{word}”) and may as well be {alternatives}: if so, upload "
        "it again with its encoding in the metadata pdf-charset.",
    )


def links_left_out(maximum: int) -> Warned:
    """Return the warning that a text has more addresses than a PDF has links."""
    return Warned(
        WarningCode.LINKS_LEFT_OUT,
        f"The text has more than {maximum:,} addresses of web pages and e-mail. The first "
        f"{maximum:,} are links in the PDF, those behind them are plain text.",
    )
