"""The CloudFormation template: linters, and rules that no linter checks."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra import destroy
from infra.deploy import PROJECT
from infra.provision import ROLES
from infra.stack import TEMPLATE


def _tagged(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Any:
    """Return CloudFormation's short form `!Ref x` as {"Ref": "x"}, and others likewise."""
    if isinstance(node, yaml.ScalarNode):
        return {suffix: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {suffix: loader.construct_sequence(node, deep=True)}
    raise TypeError(node)


class Loader(yaml.SafeLoader):
    """YAML with CloudFormation's tags."""


Loader.add_multi_constructor("!", _tagged)
TEMPLATE_TEXT = TEMPLATE.read_text("utf-8")
RESOURCES: dict[str, Any] = yaml.load(TEMPLATE_TEXT, Loader)["Resources"]  # noqa: S506


def of_type(kind: str) -> dict[str, Any]:
    return {name: r for name, r in RESOURCES.items() if r["Type"] == kind}


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = str(Path(sys.executable).with_name(program))
    return subprocess.run([path, *arguments], capture_output=True, text=True)


def test_cfn_lint_finds_nothing() -> None:
    process = run("cfn-lint", "--include-checks", "I", "--", str(TEMPLATE))
    assert (process.returncode, process.stdout) == (0, "")


def test_cfripper_finds_nothing() -> None:
    process = run("cfripper", str(TEMPLATE), "--format", "json")
    assert process.returncode == 0, process.stderr
    report = json.loads(process.stdout[process.stdout.index("{") :])
    assert report == {"exceptions": [], "failures": []}


def test_no_linter_finding_is_suppressed() -> None:
    assert not re.search(r"cfn-lint|cfn_nag|checkov|cfripper|noqa", TEMPLATE_TEXT, re.IGNORECASE)


def statements() -> list[Any]:
    params = [
        pytest.param(statement, id=f"{name}-{statement['Sid']}")
        for name, role in of_type("AWS::IAM::Role").items()
        for policy in role["Properties"]["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    assert params
    return params


@pytest.mark.parametrize("statement", statements())
def test_a_policy_names_its_actions_and_resources(statement: dict[str, Any]) -> None:
    """`*` is allowed only for the objects of a bucket and the streams of a table."""
    actions, resources = statement["Action"], statement["Resource"]
    for action in [actions] if isinstance(actions, str) else actions:
        assert "*" not in action
    for resource in resources if isinstance(resources, list) else [resources]:
        # Always !GetAtt, !Ref or !Sub: a resource of this stage, or an existing bucket.
        value = next(iter(resource.values()))
        text = value if isinstance(value, str) else value[0]
        assert re.fullmatch(
            r"\w+\.(Stream)?Arn|SettledTopic|\$\{Table\.Arn\}/stream/\*|arn:[^*]*\$\{Stage\}[^*]*"
            r"|arn:\$\{AWS::Partition\}:s3:::\$\{Bucket\}(/\$\{(Input|Output)Prefix\}\*)?",
            text,
        )


def test_only_the_tracing_policy_uses_wildcards_and_only_with_tracing_on() -> None:
    policies = of_type("AWS::IAM::Policy")
    assert policies.keys() == {
        "TracingPolicy",
        "UploadPolicy",
        "UploadKeyPolicy",
        "InputKeyPolicy",
        "OutputKeyPolicy",
    }
    assert policies["TracingPolicy"]["Condition"] == "Traced"
    for use in ("Input", "Output"):
        policy = policies[f"{use}KeyPolicy"]
        (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
        assert (policy["Condition"], statement["Resource"]) == (
            f"Has{use}Key",
            {"Ref": f"{use}Key"},
        )


def test_only_the_api_can_upload_and_only_with_uploads_on() -> None:
    policy = of_type("AWS::IAM::Policy")["UploadPolicy"]
    assert policy["Condition"] == "Uploading"
    assert policy["Properties"]["Roles"] == [{"Ref": "ApiRole"}]
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Action"] == "s3:PutObject"
    assert "InputPrefix" in str(statement["Resource"])


def test_each_function_has_one_role() -> None:
    config = json.loads((PROJECT / ".chalice/config.json").read_text())
    assert config["lambda_functions"].keys() == ROLES.keys()
    assert set(ROLES.values()) == of_type("AWS::IAM::Role").keys()


def test_each_function_has_a_log_group_with_a_retention() -> None:
    groups = [g["Properties"] for g in of_type("AWS::Logs::LogGroup").values()]
    names = {group["LogGroupName"]["Sub"] for group in groups}
    assert names == {f"/aws/lambda/${{App}}-${{Stage}}{suffix}" for suffix in destroy.LOG_GROUPS}
    assert len(names) == len(ROLES)
    assert all(group["RetentionInDays"] == {"Ref": "LogDays"} for group in groups)


def test_buckets_and_table_are_retained_with_the_stack_deleted() -> None:
    for kind in ("AWS::S3::Bucket", "AWS::DynamoDB::Table"):
        for resource in of_type(kind).values():
            assert resource["DeletionPolicy"] == "RetainExceptOnCreate"
            assert resource["UpdateReplacePolicy"] == "Retain"


def test_each_alarm_notifies_the_topic_and_is_documented() -> None:
    page = (PROJECT / "docs/operations.md").read_text("utf-8")
    headings = {
        re.sub(r"[^\w -]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in page.splitlines()
        if line.startswith("#")
    }
    alarms = of_type("AWS::CloudWatch::Alarm")
    assert alarms
    for name, alarm in alarms.items():
        properties = alarm["Properties"]
        assert properties["AlarmActions"] == [{"Ref": "AlarmTopic"}], name
        anchor = properties["AlarmDescription"].rpartition("docs/operations.md#")[2]
        assert anchor in headings, name


def test_the_dashboard_is_json_and_shows_existing_metrics() -> None:
    body = of_type("AWS::CloudWatch::Dashboard")["Dashboard"]["Properties"]["DashboardBody"]["Sub"]
    widgets = json.loads(body)["widgets"]
    shown = {
        metric[1]
        for widget in widgets
        for metric in widget["properties"]["metrics"]
        if metric[0] == "TextToPdf"
    }
    source = (PROJECT / "chalicelib/metrics.py").read_text("utf-8")
    assert shown
    assert all(f'"{name}"' in source for name in shown)
