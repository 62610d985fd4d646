"""Options of `make deploy`: parsing, and rejection of invalid ones with advice."""

import argparse

import pytest

from infra import deploy_options
from infra.explanation import StageError


def parse(**values: str) -> deploy_options.DeployOptions:
    parser = argparse.ArgumentParser()
    deploy_options.add_options(parser)
    arguments = [a for n, v in values.items() for a in (f"--{n.replace('_', '-')}", v)]
    return deploy_options.parse(parser.parse_args(arguments))


def test_options_that_are_not_given_change_nothing() -> None:
    assert (
        parse() == parse(tags="", input_bucket="", notify_url="") == deploy_options.DeployOptions()
    )


def test_each_option_is_parsed() -> None:
    parsed = parse(
        log_days="90",
        input_bucket="in",
        output_prefix="out/",
        input_key="arn:aws:kms:eu-central-1:111122223333:key/k",
        tags="team=docs empty=",
        name_prefix="acme-",
        arch="arm64",
        notify_url="https://hooks.example.com/pdf",
    )
    assert parsed.parameters["LogDays"] == "90"
    assert parsed.parameters["InputKey"].endswith("key/k")
    assert parsed.buckets == {"input": "in"}
    assert parsed.environment == {"OUTPUT_PREFIX": "out/"}
    assert parsed.tags == {"team": "docs", "empty": ""}
    assert parsed.architecture == "arm64"


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("notify_email", "nobody"),
        ("notify_url", "http://hooks.example.com/"),
        ("notify_url", "https://"),
        ("notify_url", "hooks.example.com"),
        ("tags", "team"),
        ("tags", "aws:mine=1"),
        ("tags", "a=b,c"),
        ("arch", "aarch64"),
        ("name_prefix", "Acme-"),
        ("name_prefix", "acme"),
        ("name_prefix", "averylongprefix-"),
        ("permissions_boundary", "bounds"),
        ("permissions_boundary", "arn:aws:kms:eu-central-1:111122223333:key/k"),
        ("output_key", "alias/mine"),
        ("input_prefix", "in/*"),
        ("output_prefix", "${aws:username}/"),
    ],
)
def test_an_invalid_option_is_rejected_by_name(option: str, value: str) -> None:
    with pytest.raises(StageError, match=option.upper()):
        parse(**{option: value})
