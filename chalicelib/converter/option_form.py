"""Describes the options for a form: name, allowed values and default of each."""

from typing import Any

from chalicelib.converter.options import OPTIONS, Options


def of(defaults: Options) -> list[dict[str, Any]]:
    """Return a description of each option of a file: `name`, `default` and `kind`.

    A `choice` also has `values`, a `number` has `minimum`, `maximum` and `unit`, and a `text` is
    free text.
    """
    return [
        {"name": option.key, "default": getattr(defaults, option.name), **option.kind.form}
        for option in OPTIONS
        if not option.stage_only
    ]
