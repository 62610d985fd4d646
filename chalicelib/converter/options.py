"""The options of a conversion: one table, which everything that takes options reads.

Each field of Options declares one. The metadata of objects, the settings of a stage, the command
line and the API parse their values with it, and --help and the web page's form are made from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum

from chalicelib.converter.option_kinds import (
    MAX_TEXT,
    PREFIX,
    Choice,
    Number,
    Option,
    Text,
    option,
    parse_codec,
    parse_codecs,
    parse_language_tag,
    parse_running_line,
    parse_text,
    shown,
)
from chalicelib.errors import BadOption


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

COLUMNS = (1, 2)
"""Minimum and maximum number of columns of text."""

TAB_SIZES = (1, 32)
"""Minimum and maximum number of cells between tab stops."""

_RUNNING_LINE = Text("text with {name}, {date}, {page} and {pages}, or none", parse_running_line)


@dataclass(frozen=True, slots=True)
class Options:
    """Page layout and encodings, as the fields' metadata describe them.

    `given` has the names of the options that a user set, even to their defaults; `fit` changes none
    of these. Raises BadOption if a value is not allowed.
    """

    page_size: PageSize = field(
        default=PageSize.A4,
        metadata=option(Choice(PageSize), "paper size", example="letter"),
    )
    orientation: Orientation = field(
        default=Orientation.PORTRAIT,
        metadata=option(Choice(Orientation), "orientation of the paper", example="landscape"),
    )
    font_size: float = field(
        default=10.0,
        metadata=option(Number(FONT_SIZES, "points", "pt"), "font size", example="8"),
    )
    margin: float = field(
        default=15.0,
        metadata=option(
            Number(MARGINS, "millimetres", "mm"), "margin on all four sides", example="25"
        ),
    )
    charset: str = field(
        default="",
        metadata=option(
            Text("a name that Python knows", parse_codec),
            "encoding of the text, if you know it",
            example="windows-1252",
        ),
    )
    charsets: str = field(
        default="",
        metadata=option(
            Text("names that Python knows, separated by commas", parse_codecs),
            "encodings that texts are likely to be in, in order",
            example="cp850,windows-1252",
            stage_only=True,
        ),
    )
    tagged: Switch = field(
        default=Switch.ON,
        metadata=option(Choice(Switch), "structure for assistive technology", example="off"),
    )
    language: str = field(
        default="",
        metadata=option(
            Text("a BCP 47 tag", parse_language_tag),
            "language of the text",
            example="pt-BR",
        ),
    )
    carriage_control: CarriageControl = field(
        default=CarriageControl.NONE,
        metadata=option(
            Choice(CarriageControl),
            "commands to the printer in the first character of each line",
            example="asa",
        ),
    )
    fit: Fit = field(
        default=Fit.AUTO,
        metadata=option(Choice(Fit), "what may change for wide lines", example="none"),
    )
    line_numbers: Switch = field(
        default=Switch.OFF,
        metadata=option(Choice(Switch), "line numbers in the margin", example="on"),
    )
    columns: int = field(
        default=1,
        metadata=option(
            Number(COLUMNS, "columns", "columns", whole=True),
            "columns of text on a page",
            example="2",
        ),
    )
    header: str = field(
        default=HEADER,
        metadata=option(
            _RUNNING_LINE, "line above the text of every page", example="{date} {name}"
        ),
    )
    footer: str = field(
        default=FOOTER,
        metadata=option(_RUNNING_LINE, "line below the text of every page", example="none"),
    )
    tab_size: int = field(
        default=8,
        metadata=option(
            Number(TAB_SIZES, "columns", "columns", whole=True),
            "distance between tab stops",
            example="4",
        ),
    )
    watermark: str = field(
        default="",
        metadata=option(
            Text(f"up to {MAX_TEXT} characters", parse_text),
            "text behind the text of every page",
            example="DRAFT",
        ),
    )
    given: frozenset[str] = field(default=frozenset(), compare=False, repr=False)

    def __post_init__(self) -> None:
        given = set(self.given)
        for item in OPTIONS:
            value = item.parse(str(getattr(self, item.name)))
            object.__setattr__(self, item.name, value)
            if value != item.default:
                given.add(item.name)
        object.__setattr__(self, "given", frozenset(given))

    @property
    def likely_charsets(self) -> tuple[str, ...]:
        """Python's names of the encodings in `charsets`."""
        return tuple(filter(None, self.charsets.split(",")))

    @property
    def page_format(self) -> str:
        """Paper, orientation, font size and columns, such as "a4 landscape, 8.5 pt, 2 columns"."""
        columns = f", {self.columns} columns" if self.columns > 1 else ""
        return f"{self.page_size} {self.orientation}, {self.font_size:g} pt{columns}"

    @classmethod
    def parse(cls, metadata: Mapping[str, str], defaults: "Options | None" = None) -> "Options":
        """Return `defaults` with the values of the `pdf-…` keys in an object's user metadata.

        Other keys are ignored. Raises BadOption if a `pdf-…` key is unknown or its value is not
        allowed.
        """
        known = {item.key: item.name for item in OPTIONS}
        chosen: dict[str, str] = {}
        for name, value in metadata.items():
            key = name.strip().lower()
            if not key.startswith(PREFIX):
                continue
            if key not in known:
                raise BadOption(
                    f"There is no option {shown(key)}; the options are {', '.join(known)}."
                )
            chosen[known[key]] = value
        defaults = defaults or cls()
        given = defaults.given | chosen.keys()
        # The values are text; __post_init__ parses them into the types of the fields.
        return replace(defaults, given=given, **chosen)  # type: ignore[arg-type]


OPTIONS = tuple(
    Option(item.name, default=item.default, **item.metadata)
    for item in fields(Options)
    if item.metadata
)
"""The options, in the order in which they are declared."""
