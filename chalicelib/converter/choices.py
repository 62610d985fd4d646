"""Describes the options for a form: name, allowed values and default of each."""

from dataclasses import fields
from enum import StrEnum
from typing import Any

from chalicelib.converter.options import FONT_SIZES, MARGINS, PREFIX, Options

NUMBERS = {"font_size": (FONT_SIZES, "pt"), "margin": (MARGINS, "mm")}
"""Limits and unit of each numeric option."""

STAGE_ONLY = {"charsets"}
"""Options that apply to all files of a stage and cannot be set for one file."""


def of(defaults: Options) -> list[dict[str, Any]]:
    """Return a description of each option of a file: `name`, `default` and `kind`.

    A `choice` also has `values`, a `number` has `minimum`, `maximum` and `unit`, and a `text` is
    free text.
    """
    return [
        {"name": PREFIX + field.name.replace("_", "-")}
        | _described(field.name, getattr(defaults, field.name))
        for field in fields(Options)
        if field.name not in STAGE_ONLY
    ]


def _described(name: str, default: object) -> dict[str, Any]:
    """Return kind, default and allowed values of an option."""
    if isinstance(default, StrEnum):
        return {"kind": "choice", "default": str(default), "values": [*map(str, type(default))]}
    if name in NUMBERS:
        (minimum, maximum), unit = NUMBERS[name]
        return {
            "kind": "number",
            "default": default,
            "minimum": minimum,
            "maximum": maximum,
            "unit": unit,
        }
    return {"kind": "text", "default": default}
