"""Settings: what is missing or contradictory is named, with the way out."""

from pathlib import Path

import pytest

from chalicelib.converter import Options, PageSize
from chalicelib.errors import SettingsError
from chalicelib.settings import Settings, last_deployed_stage

WHOLE = {
    "STAGE": "dev",
    "INPUT_BUCKET": "in",
    "OUTPUT_BUCKET": "out",
    "TABLE": "table",
    "TOKEN_PARAMETER": "/token",
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_missing_setting_is_named_with_the_way_out(name: str) -> None:
    with pytest.raises(SettingsError, match=rf"{name} is missing: .*make deploy"):
        Settings.from_environment(WHOLE | {name: ""})


def test_every_missing_setting_is_named_at_once() -> None:
    with pytest.raises(SettingsError, match="STAGE, INPUT_BUCKET, OUTPUT_BUCKET, TABLE"):
        Settings.from_environment({})


@pytest.mark.parametrize(
    ("source", "target"), [("", ""), ("a/", "a/b/"), ("a/b/", "a/"), ("", "x")]
)
def test_overlapping_prefixes_of_one_bucket_are_refused(source: str, target: str) -> None:
    with pytest.raises(SettingsError, match="overlap in bucket in"):
        Settings.from_environment(
            WHOLE | {"OUTPUT_BUCKET": "in", "INPUT_PREFIX": source, "OUTPUT_PREFIX": target}
        )


def test_disjoint_prefixes_of_one_bucket_are_allowed() -> None:
    settings = Settings.from_environment(
        WHOLE | {"OUTPUT_BUCKET": "in", "INPUT_PREFIX": "text/", "OUTPUT_PREFIX": "pdf/"}
    )
    assert (settings.input_prefix, settings.output_prefix) == ("text/", "pdf/")


@pytest.mark.parametrize("shards", ["0", "-1", "many", "٣"])
def test_a_number_of_shards_that_is_none_is_refused(shards: str) -> None:
    with pytest.raises(SettingsError, match="SHARDS"):
        Settings.from_environment(WHOLE | {"SHARDS": shards})


def test_a_stage_that_was_not_provisioned_is_named_with_those_that_were(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"stages": {"dev": {}, "prod": {}}}')
    with pytest.raises(SettingsError, match=r"'nowhere' .*dev, prod.*make deploy"):
        Settings.from_chalice_config(tmp_path, "nowhere")


def test_without_any_deployment_the_way_to_one_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="make run"):
        last_deployed_stage(tmp_path)


def test_pages_look_as_the_settings_say() -> None:
    settings = Settings.from_environment(WHOLE | {"PDF_PAGE_SIZE": "letter", "PDF_FONT_SIZE": "8"})
    assert settings.options == Options(page_size=PageSize.LETTER, font_size=8)


def test_a_page_that_cannot_be_is_refused_with_what_can_be() -> None:
    with pytest.raises(SettingsError, match=r"pdf-page-size .*a4 or letter.*config\.json"):
        Settings.from_environment(WHOLE | {"PDF_PAGE_SIZE": "a5"})


def test_likely_charsets_are_a_setting() -> None:
    settings = Settings.from_environment(WHOLE | {"PDF_CHARSETS": "cp850, mac-roman"})
    assert settings.options.likely_charsets == ("cp850", "mac-roman")
    with pytest.raises(SettingsError, match=r"pdf-charsets .*klingon.*config\.json"):
        Settings.from_environment(WHOLE | {"PDF_CHARSETS": "cp850,klingon"})
