"""The stage's CloudFormation stack: what outlives a deploy."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError, WaiterError

from infra import configuration
from infra.explanation import StageError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import WaiterConfigTypeDef

TEMPLATE = Path(__file__).parent / "template.yaml"
NEVER_WORKED = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_COMPLETE"}
TOLD_AT_MOST = 3
"""How many of CloudFormation's reasons; the first ones are the causes of the others."""
WAITING: "WaiterConfigTypeDef" = {"Delay": 2, "MaxAttempts": 450}
"""Seconds between looks at a stack in progress, and how many looks: a quarter of an hour."""


class Stack:
    """One stage's stack."""

    def __init__(
        self, client: "CloudFormationClient", stage: str, app: str = configuration.APP
    ) -> None:
        self._client = client
        self.stage = stage
        self.name = f"{app}-{stage}"

    @classmethod
    def of(cls, stage: str, project: Path, session: boto3.Session) -> "Stack":
        """Return the stack of a stage of this project."""
        return cls(session.client("cloudformation"), stage, configuration.app_name(project))

    def apply(
        self,
        template: str,
        parameters: Mapping[str, str],
        tags: Mapping[str, str] | None = None,
    ) -> dict[str, str]:
        """Create the stack, or bring it up to date; its outputs.

        A parameter that is not given keeps the value that it has, and so do tags. Raise StageError
        with CloudFormation's reasons if it could not be done; what was there before is there still.
        """
        existing = self._describe()
        if existing and existing["StackStatus"] in NEVER_WORKED:
            self.delete()  # a first try that failed left nothing but its name in the way
            existing = None
        kept = {p["ParameterKey"] for p in (existing or {}).get("Parameters", ())} - set(parameters)
        request: dict[str, Any] = {
            "StackName": self.name,
            "TemplateBody": template,
            "Parameters": [
                *({"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()),
                *({"ParameterKey": key, "UsePreviousValue": True} for key in sorted(kept)),
            ],
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
        }
        if tags:
            request["Tags"] = [{"Key": name, "Value": value} for name, value in tags.items()]
        try:
            if not existing:
                self._client.create_stack(**request)
                self._client.get_waiter("stack_create_complete").wait(
                    StackName=self.name, WaiterConfig=WAITING
                )
            elif self._update(request):
                self._client.get_waiter("stack_update_complete").wait(
                    StackName=self.name, WaiterConfig=WAITING
                )
        except WaiterError as error:
            raise StageError(self._what_failed()) from error
        return self.outputs()

    def outputs(self) -> dict[str, str]:
        """The outputs by name; empty if there is no stack."""
        return {
            o["OutputKey"]: o["OutputValue"] for o in (self._describe() or {}).get("Outputs", ())
        }

    def delete(self) -> None:
        """Delete the stack, and wait for it. What the template retains stays."""
        self._client.delete_stack(StackName=self.name)
        try:
            self._client.get_waiter("stack_delete_complete").wait(
                StackName=self.name, WaiterConfig=WAITING
            )
        except WaiterError as error:
            raise StageError(self._what_failed()) from error

    def _describe(self) -> Any:
        try:
            return self._client.describe_stacks(StackName=self.name)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in error.response["Error"]["Message"]:
                return None
            raise

    def _update(self, request: Mapping[str, Any]) -> bool:
        """Whether there was anything to update."""
        try:
            self._client.update_stack(**request)
        except ClientError as error:
            if "No updates are to be performed" in error.response["Error"]["Message"]:
                return False
            raise
        return True

    def _what_failed(self) -> str:
        every = list(dict.fromkeys(self._reasons()))
        echoes = f"{self.name}: ", "cancelled"
        reasons = [r for r in every if not any(echo in r for echo in echoes)] or every
        told = "; ".join(reasons[:TOLD_AT_MOST])
        if len(reasons) > TOLD_AT_MOST:
            told += (
                f"; and {len(reasons) - TOLD_AT_MOST} more, which "
                f"`aws cloudformation describe-events --stack-name {self.name}` tells"
            )
        advice = "mend the cause and run this again: nothing half-made is in the way"
        if any("already exists" in reason for reason in reasons):
            advice = (
                "something of that name is left from a stack that was deleted by hand; "
                "docs/operations.md#a-stack-that-was-deleted-by-hand says how to take it back, "
                "or choose another STAGE"
            )
        return f"CloudFormation could not bring stack {self.name} up to date: {told}: {advice}"

    def _reasons(self) -> Iterator[str]:
        """What failed this time, first things first: what was tried, or not even tried."""
        events = self._client.describe_events(StackName=self.name)["OperationEvents"]
        latest = [e for e in events if e.get("OperationId") == events[0].get("OperationId")]
        for event in reversed(latest):
            validation = event.get("ValidationStatus") == "FAILED"
            which = "ValidationStatusReason" if validation else "ResourceStatusReason"
            reason = str(event.get(which, "")).strip(" .")
            if reason and (validation or event.get("ResourceStatus", "").endswith("FAILED")):
                yield f"{event.get('LogicalResourceId', self.name)}: {reason}"
