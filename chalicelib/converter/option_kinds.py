"""An option of a conversion: what it does, and the kind of values that it takes."""

import codecs
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import Any, Protocol

from chalicelib.converter.language import language_tag
from chalicelib.converter.line_template import is_in_order
from chalicelib.errors import BadOption

PREFIX = "pdf-"
"""Prefix of the metadata keys of all options."""

MAX_TEXT = 200
"""Maximum characters of a header, footer or watermark."""


class Kind(Protocol):
    """The values that an option may have."""

    @property
    def allowed(self) -> str:
        """The allowed values in words."""

    @property
    def form(self) -> dict[str, Any]:
        """The allowed values for a form: `kind`, and what this kind of field needs."""

    def parse(self, key: str, value: str) -> object:
        """Return the value of the option with this key. Raises BadOption if it is not allowed."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values of an enumeration, in any case."""

    values: type[StrEnum]

    @property
    def allowed(self) -> str:
        return " or ".join(self.values)

    @property
    def form(self) -> dict[str, Any]:
        return {"kind": "choice", "values": [*map(str, self.values)]}

    def parse(self, key: str, value: str) -> StrEnum:
        try:
            return self.values(value.strip().lower())
        except ValueError:
            raise BadOption(f"Option {key} cannot be {shown(value)}; use {self.allowed}.") from None


@dataclass(frozen=True, slots=True)
class Number:
    """A number between two limits; `symbol` is the short form of its unit.

    If it is `whole`, it is an int, and otherwise a float.
    """

    limits: tuple[float, float]
    unit: str
    symbol: str
    whole: bool = False

    @property
    def allowed(self) -> str:
        low, high = self.limits
        return f"{low:g} to {high:g} {self.unit}"

    @property
    def form(self) -> dict[str, Any]:
        low, high = self.limits
        return {"kind": "number", "minimum": low, "maximum": high, "unit": self.symbol}

    def parse(self, key: str, value: str) -> float:
        low, high = self.limits
        problem = BadOption(
            f"Option {key} cannot be {shown(value)}; "
            f"use a number from {low:g} to {high:g} ({self.unit})."
        )
        try:
            number = float(value)
        except ValueError:
            raise problem from None
        if not (isfinite(number) and low <= number <= high):
            raise problem
        if not self.whole:
            return number
        if number != int(number):
            raise BadOption(f"Option {key} cannot be {shown(value)}; use a whole number.")
        return int(number)


@dataclass(frozen=True, slots=True)
class Text:
    """Free text that `parser` checks and normalizes, given the option's key and the text."""

    allowed: str
    parser: Callable[[str, str], str]

    @property
    def form(self) -> dict[str, Any]:
        return {"kind": "text"}

    def parse(self, key: str, value: str) -> str:
        return self.parser(key, value)


@dataclass(frozen=True, slots=True)
class Option:
    """One option, as everything that reads, offers or documents options needs it.

    `name` is that of the field of Options, `help` a phrase for --help, and `example` an allowed
    value other than the default. A `stage_only` option applies to all files of a stage, and the
    API and the web page do not offer it for one file.
    """

    name: str
    kind: Kind
    default: Any
    help: str
    example: str
    stage_only: bool = False

    @property
    def key(self) -> str:
        """The key in an object's metadata, such as "pdf-page-size"."""
        return PREFIX + self.name.replace("_", "-")

    @property
    def setting(self) -> str:
        """The environment variable that sets it for a stage, such as "PDF_PAGE_SIZE"."""
        return self.key.upper().replace("-", "_")

    @property
    def flag(self) -> str:
        """The option of the command line, such as "--page-size"."""
        return "--" + self.name.replace("_", "-")

    @property
    def default_text(self) -> str:
        """The default in the form in which users give a value, such as `a4` or `10`."""
        return f"{self.default:g}" if isinstance(self.kind, Number) else str(self.default)

    @property
    def description(self) -> str:
        """The option in a phrase: what it does, its values, and its default or an example."""
        note = f"default: {self.default_text}" if self.default_text else f"such as {self.example}"
        return f"{self.help}: {self.kind.allowed} ({note})"

    def parse(self, value: str) -> object:
        """Return the value in the type of its field. Raises BadOption if it is not allowed."""
        return self.kind.parse(self.key, value)


def option(kind: Kind, help: str, *, example: str, stage_only: bool = False) -> dict[str, Any]:  # noqa: A002
    """Return the metadata of a dataclass field that is an option; see Option."""
    return {"kind": kind, "help": help, "example": example, "stage_only": stage_only}


def shown(value: str) -> str:
    """Return a value for a message: quoted, escaped and shortened."""
    return ascii(value if len(value) <= 40 else value[:40] + "…")


def parse_codecs(key: str, value: str) -> str:
    """Return Python's names of encodings that are separated by commas."""
    return ",".join(parse_codec(key, name) for name in value.split(",")) if value.strip() else ""


def parse_codec(key: str, value: str) -> str:
    """Return Python's name of an encoding, or "" for an empty value."""
    if not value.strip():
        return ""
    try:
        name = codecs.lookup(value.strip()).name
        "x".encode(name)  # raises LookupError for rot13, zip and the like
    except (LookupError, ValueError):
        raise BadOption(
            f"Option {key} cannot be {shown(value)}; "
            "use names of encodings, such as windows-1252 or cp850."
        ) from None
    return name


def parse_language_tag(key: str, value: str) -> str:
    """Return a language tag as it is given, or "" if there is none.

    Blanks around it are removed. Raises BadOption if it is not a tag of BCP 47.
    """
    if value.strip() and language_tag(value) is None:
        raise BadOption(
            f"Option {key} cannot be {shown(value)}; "
            "use a language tag (BCP 47), such as en or pt-BR."
        )
    return value.strip()


def parse_running_line(key: str, value: str) -> str:
    """Return a header or footer, in which {pages} must be the last of the page numbers."""
    if not is_in_order(value):
        raise BadOption(f"Option {key} can have {{pages}} only once, and no {{page}} after it.")
    return parse_text(key, value)


def parse_text(key: str, value: str) -> str:
    """Return a text of limited length without blanks around it."""
    if len(value) > MAX_TEXT:
        raise BadOption(f"Option {key} cannot be longer than {MAX_TEXT} characters.")
    return value.strip()
