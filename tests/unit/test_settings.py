"""Settings: what is missing or contradictory is named, with the way out."""

from pathlib import Path

import pytest

from chalicelib.converter import Options, PageSize
from chalicelib.converter.option_kinds import Option
from chalicelib.converter.options import OPTIONS
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
def test_missing_setting_is_named_with_advice(name: str) -> None:
    with pytest.raises(SettingsError, match=rf"{name} is missing: .*make deploy"):
        Settings.from_environment(WHOLE | {name: ""})


def test_all_missing_settings_are_named_at_once() -> None:
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
def test_invalid_number_of_shards_is_refused(shards: str) -> None:
    with pytest.raises(SettingsError, match="SHARDS"):
        Settings.from_environment(WHOLE | {"SHARDS": shards})


def test_unknown_stage_is_reported_with_the_known_ones(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"stages": {"dev": {}, "prod": {}}}')
    with pytest.raises(SettingsError, match=r"'nowhere' .*dev, prod.*make deploy"):
        Settings.from_chalice_config(tmp_path, "nowhere")


def test_missing_deployment_is_reported_with_advice(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="make run"):
        last_deployed_stage(tmp_path)


def test_page_options_are_read_from_settings() -> None:
    settings = Settings.from_environment(WHOLE | {"PDF_PAGE_SIZE": "letter", "PDF_FONT_SIZE": "8"})
    assert settings.options == Options(page_size=PageSize.LETTER, font_size=8)


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.setting)
def test_every_option_can_be_set_for_a_stage(option: Option) -> None:
    settings = Settings.from_environment(WHOLE | {option.setting: option.example})
    assert settings.options == Options.parse({option.key: option.example})


def test_invalid_page_option_is_refused_with_the_valid_values() -> None:
    with pytest.raises(SettingsError, match=r"pdf-page-size .*a4 or letter.*config\.json"):
        Settings.from_environment(WHOLE | {"PDF_PAGE_SIZE": "a0"})


def test_likely_charsets_are_read_from_settings() -> None:
    settings = Settings.from_environment(WHOLE | {"PDF_CHARSETS": "cp850, mac-roman"})
    assert settings.options.likely_charsets == ("cp850", "mac-roman")
    with pytest.raises(SettingsError, match=r"pdf-charsets .*klingon.*config\.json"):
        Settings.from_environment(WHOLE | {"PDF_CHARSETS": "cp850,klingon"})
