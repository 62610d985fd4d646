"""Provisioning a stage that is already there."""

from infra.deploy import token
from infra.provision import provision
from tests.stack import Stack


def test_provisioning_twice_changes_nothing(stack: Stack) -> None:
    config = stack.project / ".chalice/config.json"
    before = (config.read_text(), token(stack.settings.stage))
    stack.upload("provisioning/kept.txt")
    record = stack.settled("provisioning/kept.txt")
    provision(stack.settings.stage, stack.project)
    assert (config.read_text(), token(stack.settings.stage)) == before
    assert stack.records.get(stack.settings.input_bucket, "provisioning/kept.txt") == record
