"""Describes the options for a form: name, allowed values and default of each."""

from enum import StrEnum
from typing import Any

from chalicelib.converter.options import DEFAULTS, FONT_SIZES, MARGINS, PREFIX, TAB_SIZES, Options

NUMBERS = {
    "font_size": (FONT_SIZES, "pt"),
    "margin": (MARGINS, "mm"),
    "tab_size": (TAB_SIZES, "columns"),
}
"""Limits and unit of each numeric option."""

STAGE_ONLY = {"charsets"}
"""Options that apply to all files of a stage and cannot be set for one file."""


def of(defaults: Options) -> list[dict[str, Any]]:
    """Return a description of each option of a file: `name`, `default` and `kind`.

    A `choice` also has `values`, a `number` has `minimum`, `maximum` and `unit`, and a `text` is
    free text.
    """
    return [
        {"name": PREFIX + name.replace("_", "-")} | _described(name, getattr(defaults, name))
        for name in DEFAULTS
        if name not in STAGE_ONLY
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
