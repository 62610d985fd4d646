"""docs/options.md says of every option what the table of options says."""

import re

import pytest
from PIL import Image

from chalicelib.converter.option_kinds import Choice, Option
from chalicelib.converter.options import OPTIONS
from chalicelib.web import site
from infra.deploy import PROJECT
from tools import pictures

DOCUMENT = (PROJECT / "docs/options.md").read_text("utf-8")
PICTURE = re.compile(r"!\[([^]]*)\]\(([^)]*)\)")


def section(option: Option) -> str:
    """Return the text below an option's heading."""
    _, heading, text = DOCUMENT.partition(f"\n## `{option.key}`\n")
    assert heading, f"docs/options.md has no section {option.key}"
    return text.partition("\n## ")[0]


def label(option: Option) -> str:
    """Return the option's name on the web page."""
    match = re.search(rf'"{option.key}": "([^"]*)"', site.files()["page.js"])
    return match[1] if match and not option.stage_only else "no"


def test_the_options_are_listed_with_their_values_defaults_and_names() -> None:
    rows = []
    for option in OPTIONS:
        choices = option.kind.values if isinstance(option.kind, Choice) else ()
        values = ", ".join(f"`{value}`" for value in choices) or option.kind.allowed
        default = f"`{option.default_text}`" if option.default_text else "none"
        rows.append(
            f"| [`{option.key}`](#{option.key}) | {values} | {default} | `{option.setting}` "
            f"| `{option.flag}` | {label(option)} |"
        )
    assert re.findall(r"^\| \[.*", DOCUMENT, re.MULTILINE) == rows


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.key)
def test_an_option_has_an_example_and_a_picture_with_alternative_text(option: Option) -> None:
    text = " ".join(section(option).split())
    assert f"Example: `{option.key}={option.example}`." in text
    ((alternative, name),) = PICTURE.findall(text)
    assert re.fullmatch(r".{40,}\.", alternative)
    assert PROJECT / "docs" / name == pictures.picture_path(option.name)
    with Image.open(PROJECT / "docs" / name) as image:
        assert image.format == "PNG"
        assert image.width <= 1100


def test_there_are_pictures_of_all_options_and_no_others() -> None:
    files = set(pictures.FOLDER.iterdir())
    assert files == {pictures.picture_path(option.name) for option in OPTIONS}
    assert all(file.stat().st_size < 30_000 for file in files)
    assert sum(file.stat().st_size for file in files) < 400_000


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.key)
def test_a_picture_shows_what_the_converter_does_now(option: Option) -> None:
    made = pictures.render(option.name).convert("L")
    with Image.open(pictures.picture_path(option.name)) as image:
        stored = image.convert("L")
    assert stored.size == made.size, "run `make pictures`, and look at the pictures"
    pairs = zip(stored.tobytes(), made.tobytes(), strict=True)
    different = sum(abs(one - other) > 17 for one, other in pairs)
    assert different <= 0.001 * made.width * made.height, "run `make pictures`, and look at them"
