"""What a form may offer of the options is what the options themselves admit."""

from typing import Any

import pytest

from chalicelib.converter import Options, option_form
from chalicelib.errors import BadOption

OFFERED = option_form.of(Options())


@pytest.mark.parametrize("choice", OFFERED, ids=lambda choice: choice["name"])
def test_whatever_is_offered_is_admitted(choice: dict[str, Any]) -> None:
    name = choice["name"]
    assert Options.parse({name: str(choice["default"])}) == Options()
    match choice["kind"]:
        case "choice":
            assert choice["default"] in choice["values"]
            for value in choice["values"]:
                Options.parse({name: value})
            with pytest.raises(BadOption):
                Options.parse({name: "another"})
        case "number":
            for bound, beyond in ((choice["minimum"], -0.1), (choice["maximum"], 0.1)):
                Options.parse({name: str(bound)})
                with pytest.raises(BadOption):
                    Options.parse({name: str(bound + beyond)})


def test_a_stage_s_own_values_are_the_defaults() -> None:
    offered = option_form.of(Options.parse({"pdf-page-size": "letter", "pdf-margin": "20"}))
    defaults = {choice["name"]: choice["default"] for choice in offered}
    assert (defaults["pdf-page-size"], defaults["pdf-margin"]) == ("letter", 20.0)


def test_options_of_a_stage_are_not_offered_for_a_file() -> None:
    assert "pdf-charsets" not in {choice["name"] for choice in OFFERED}
