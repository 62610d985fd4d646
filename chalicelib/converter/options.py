"""The options of a conversion, and the values that each may have."""

import codecs
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from math import isfinite

from chalicelib.converter.language import language_tag
from chalicelib.converter.line_template import is_in_order
from chalicelib.errors import BadOption

PREFIX = "pdf-"


class PageSize(StrEnum):
    """Paper sizes by their usual names."""

    A4 = "a4"
    LETTER = "letter"
    A3 = "a3"
    A5 = "a5"
    LEGAL = "legal"

    @property
    def points(self) -> tuple[float, float]:
        """Width and height in portrait orientation, in points (ISO 216, ANSI/ASME Y14.1)."""
        return _POINTS[self]


_POINTS = {
    PageSize.A4: (595.28, 841.89),
    PageSize.LETTER: (612.0, 792.0),
    PageSize.A3: (841.89, 1190.55),
    PageSize.A5: (419.53, 595.28),
    PageSize.LEGAL: (612.0, 1008.0),
}


class Orientation(StrEnum):
    """Whether the short or the long edge of the paper is on top."""

    PORTRAIT = "portrait"
    LANDSCAPE = "landscape"


class Fit(StrEnum):
    """What may change on a page so that the lines of a log or a table fit into its rows."""

    AUTO = "auto"
    NONE = "none"
    SHRINK = "shrink"
    LANDSCAPE = "landscape"


class Switch(StrEnum):
    """Value of an option that is on or off."""

    ON = "on"
    OFF = "off"


class CarriageControl(StrEnum):
    """What the first character of each line is: text, or ASA carriage control."""

    NONE = "none"
    ASA = "asa"


HEADER, FOOTER = "{name}", "page {page} of {pages}"
"""Default header and footer."""

FONT_SIZES = (4.0, 36.0)
"""Minimum and maximum font size in points; the maximum leaves room for some columns and rows."""

MARGINS = (5.0, 50.0)
"""Minimum and maximum margin in millimetres; most printers leave about 4 mm blank."""

TAB_SIZES = (1, 32)
"""Minimum and maximum number of cells between tab stops."""

MAX_TEXT = 200
"""Maximum characters of a header, footer or watermark."""


@dataclass(frozen=True, slots=True)
class Options:
    """Page layout and encodings.

    `font_size` is in points, `margin` in millimetres on all four sides. `charset` is the encoding
    of this text, if its sender knows it; `charsets` are the encodings that texts are likely to be
    in, in order, separated by commas. `tagged` is whether the PDF has structure for assistive
    technology. `carriage_control` is whether the first character of each line is text or a command
    to the printer. `language` is a BCP 47 tag for texts whose sender named none. `fit` is what may
    be changed for wide lines, except for the `given` options: the names of those that a user set,
    even to their defaults. `line_numbers` is whether lines are numbered in the margin. `header` and
    `footer` are "none" or a line with {name}, {date}, {page} and {pages}; `tab_size` is in cells;
    `watermark` is drawn behind the text of every page.
    Raises BadOption if a value is not allowed.
    """

    page_size: PageSize = PageSize.A4
    orientation: Orientation = Orientation.PORTRAIT
    font_size: float = 10.0
    margin: float = 15.0
    charset: str = ""
    charsets: str = ""
    tagged: Switch = Switch.ON
    language: str = ""
    carriage_control: CarriageControl = CarriageControl.NONE
    fit: Fit = Fit.AUTO
    line_numbers: Switch = Switch.OFF
    header: str = HEADER
    footer: str = FOOTER
    tab_size: int = 8
    watermark: str = ""
    given: frozenset[str] = field(default=frozenset(), compare=False, repr=False)

    def __post_init__(self) -> None:
        given = set(self.given)
        for name, default in DEFAULTS.items():
            value = _PARSERS[name](_name(name), str(getattr(self, name)))
            object.__setattr__(self, name, value)
            if value != default:
                given.add(name)
        object.__setattr__(self, "given", frozenset(given))

    @property
    def likely_charsets(self) -> tuple[str, ...]:
        """Python's names of the encodings in `charsets`."""
        return tuple(filter(None, self.charsets.split(",")))

    @property
    def page_format(self) -> str:
        """Paper, orientation and font size in words, such as "a4 portrait, 10 pt"."""
        return f"{self.page_size} {self.orientation}, {self.font_size:g} pt"

    @classmethod
    def parse(cls, metadata: Mapping[str, str], defaults: "Options | None" = None) -> "Options":
        """Return `defaults` with the values of the `pdf-…` keys in an object's user metadata.

        Other keys are ignored. Raises BadOption if a `pdf-…` key is unknown or its value is not
        allowed.
        """
        known = {_name(name): name for name in DEFAULTS}
        chosen: dict[str, str] = {}
        for key, value in metadata.items():
            option = key.strip().lower()
            if not option.startswith(PREFIX):
                continue
            if option not in known:
                raise BadOption(
                    f"There is no option {_shown(option)}; the options are {', '.join(known)}."
                )
            chosen[known[option]] = value
        defaults = defaults or cls()
        given = defaults.given | chosen.keys()
        # The values are text; __post_init__ parses them into the types of the fields.
        return replace(defaults, given=given, **chosen)  # type: ignore[arg-type]


DEFAULTS = {option.name: option.default for option in fields(Options) if option.name != "given"}
"""The default of each option, by the name of its field."""


def _name(field: str) -> str:
    """Return the metadata key of an option, given the name of its field."""
    return PREFIX + field.replace("_", "-")


def _shown(value: str) -> str:
    """Return a value for a message: quoted, escaped and shortened."""
    return ascii(value if len(value) <= 40 else value[:40] + "…")


def _choice(kind: type[StrEnum]) -> Callable[[str, str], StrEnum]:
    """Return a parser of values that are one of an enumeration's."""

    def parse(option: str, value: str) -> StrEnum:
        try:
            return kind(value.strip().lower())
        except ValueError:
            allowed = " or ".join(kind)
            raise BadOption(f"Option {option} cannot be {_shown(value)}; use {allowed}.") from None

    return parse


def _number(limits: tuple[float, float], unit: str) -> Callable[[str, str], float]:
    """Return a parser of numbers between two limits."""

    def parse(option: str, value: str) -> float:
        low, high = limits
        problem = BadOption(
            f"Option {option} cannot be {_shown(value)}; "
            f"use a number from {low:g} to {high:g} ({unit})."
        )
        try:
            number = float(value)
        except ValueError:
            raise problem from None
        if not (isfinite(number) and low <= number <= high):
            raise problem
        return number

    return parse


def _whole(limits: tuple[int, int], unit: str) -> Callable[[str, str], int]:
    """Return a parser of whole numbers between two limits."""
    parse_number = _number(limits, unit)

    def parse(option: str, value: str) -> int:
        number = parse_number(option, value)
        if number != int(number):
            raise BadOption(f"Option {option} cannot be {_shown(value)}; use a whole number.")
        return int(number)

    return parse


def _codecs(option: str, value: str) -> str:
    """Return Python's names of encodings that are separated by commas."""
    return ",".join(_codec(option, name) for name in value.split(",")) if value.strip() else ""


def _codec(option: str, value: str) -> str:
    """Return Python's name of an encoding, or "" for an empty value."""
    if not value.strip():
        return ""
    try:
        name = codecs.lookup(value.strip()).name
        "x".encode(name)  # raises LookupError for rot13, zip and the like
    except (LookupError, ValueError):
        raise BadOption(
            f"Option {option} cannot be {_shown(value)}; "
            "use names of encodings, such as windows-1252 or cp850."
        ) from None
    return name


def _language(option: str, value: str) -> str:
    """Return a language tag, or "" for an empty value."""
    if value.strip() and language_tag(value) is None:
        raise BadOption(
            f"Option {option} cannot be {_shown(value)}; "
            "use a language tag (BCP 47), such as en or pt-BR."
        )
    return value.strip()


def _running_line(option: str, value: str) -> str:
    """Return a header or footer, in which {pages} must be the last of the page numbers."""
    if not is_in_order(value):
        raise BadOption(f"Option {option} can have {{pages}} only once, and no {{page}} after it.")
    return _text(option, value)


def _text(option: str, value: str) -> str:
    """Return a text of limited length without blanks around it."""
    if len(value) > MAX_TEXT:
        raise BadOption(f"Option {option} cannot be longer than {MAX_TEXT} characters.")
    return value.strip()


_PARSERS: dict[str, Callable[[str, str], StrEnum | float | str]] = {
    "page_size": _choice(PageSize),
    "orientation": _choice(Orientation),
    "font_size": _number(FONT_SIZES, "points"),
    "margin": _number(MARGINS, "millimetres"),
    "charset": _codec,
    "charsets": _codecs,
    "tagged": _choice(Switch),
    "language": _language,
    "carriage_control": _choice(CarriageControl),
    "fit": _choice(Fit),
    "line_numbers": _choice(Switch),
    "header": _running_line,
    "footer": _running_line,
    "tab_size": _whole(TAB_SIZES, "columns"),
    "watermark": _text,
}
