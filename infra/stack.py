"""A stage's CloudFormation stack, with all resources that chalice does not deploy."""

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
FAILED_CREATION = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_COMPLETE"}
"""Statuses of a stack whose creation failed, and which can only be deleted."""
MAX_REASONS = 3
"""Number of CloudFormation's reasons in a message; the first ones cause the others."""
WAITER_CONFIG: "WaiterConfigTypeDef" = {"Delay": 2, "MaxAttempts": 450}
"""Seconds between polls of a stack in progress, and number of polls: 15 minutes."""


class Stack:
    """The CloudFormation stack of a stage, which need not exist; its name is `app`-`stage`."""

    def __init__(
        self, client: "CloudFormationClient", stage: str, app: str = configuration.APP
    ) -> None:
        self._client = client
        self.stage = stage
        self.name = f"{app}-{stage}"

    @classmethod
    def of(cls, stage: str, project: Path, session: boto3.Session) -> "Stack":
        """Return the stack of a stage of this project.

        Raises StageError if the project's configuration cannot be read.
        """
        return cls(session.client("cloudformation"), stage, configuration.app_name(project))

    def apply(
        self,
        template: str,
        parameters: Mapping[str, str],
        tags: Mapping[str, str] | None = None,
    ) -> dict[str, str]:
        """Create or update the stack from the text of a template, wait, and return its outputs.

        Parameters that are not given keep their values, or get the template's defaults in a new
        stack. `tags` replace all of the stack's tags; without any, those are kept. A stack whose
        creation failed is deleted and created again. Raises StageError with CloudFormation's
        reasons if it fails, after which CloudFormation restores the previous state, or if it takes
        longer than WAITER_CONFIG allows; botocore's ClientError if the request is rejected.
        """
        existing = self._describe()
        if existing and existing["StackStatus"] in FAILED_CREATION:
            self.delete()  # it holds no resources, only the name
            existing = None
        unchanged = {p["ParameterKey"] for p in (existing or {}).get("Parameters", ())} - set(
            parameters
        )
        request: dict[str, Any] = {
            "StackName": self.name,
            "TemplateBody": template,
            "Parameters": [
                *({"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()),
                *({"ParameterKey": key, "UsePreviousValue": True} for key in sorted(unchanged)),
            ],
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
        }
        if tags:
            request["Tags"] = [{"Key": name, "Value": value} for name, value in tags.items()]
        try:
            if not existing:
                self._client.create_stack(**request)
                self._client.get_waiter("stack_create_complete").wait(
                    StackName=self.name, WaiterConfig=WAITER_CONFIG
                )
            elif self._update(request):
                self._client.get_waiter("stack_update_complete").wait(
                    StackName=self.name, WaiterConfig=WAITER_CONFIG
                )
        except WaiterError as error:
            raise StageError(self._failure_message()) from error
        return self.outputs()

    def outputs(self) -> dict[str, str]:
        """Return the stack's outputs by name; empty if there is no stack."""
        return {
            o["OutputKey"]: o["OutputValue"] for o in (self._describe() or {}).get("Outputs", ())
        }

    def delete(self) -> None:
        """Delete the stack, if it exists, and wait until it is deleted.

        Resources whose deletion policy says so are retained. Raises StageError with
        CloudFormation's reasons if it fails, or takes longer than WAITER_CONFIG allows.
        """
        self._client.delete_stack(StackName=self.name)
        try:
            self._client.get_waiter("stack_delete_complete").wait(
                StackName=self.name, WaiterConfig=WAITER_CONFIG
            )
        except WaiterError as error:
            raise StageError(self._failure_message()) from error

    def _describe(self) -> Any:
        """Return CloudFormation's description of the stack, or None if there is no stack."""
        try:
            return self._client.describe_stacks(StackName=self.name)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in error.response["Error"]["Message"]:
                return None
            raise

    def _update(self, request: Mapping[str, Any]) -> bool:
        """Start an update, and return whether there was anything to update."""
        try:
            self._client.update_stack(**request)
        except ClientError as error:
            if "No updates are to be performed" in error.response["Error"]["Message"]:
                return False
            raise
        return True

    def _failure_message(self) -> str:
        """Return a message with the reasons why the latest operation failed, and advice."""
        every = list(dict.fromkeys(self._reasons()))
        consequences = f"{self.name}: ", "cancelled"
        reasons = [r for r in every if not any(text in r for text in consequences)] or every
        message = "; ".join(reasons[:MAX_REASONS])
        if len(reasons) > MAX_REASONS:
            message += (
                f"; and {len(reasons) - MAX_REASONS} more, listed by "
                f"`aws cloudformation describe-events --stack-name {self.name}`"
            )
        advice = "fix the cause and run this again: no partly created resources are left"
        if any("already exists" in reason for reason in reasons):
            advice = (
                "a resource of that name is left from a stack that was deleted by hand; "
                "docs/operations.md#a-stack-that-was-deleted-by-hand says how to import it, "
                "or choose another STAGE"
            )
        return f"CloudFormation could not create or update stack {self.name}: {message}: {advice}"

    def _reasons(self) -> Iterator[str]:
        """Yield the reasons why the latest operation failed or failed validation, oldest first."""
        events = self._client.describe_events(StackName=self.name)["OperationEvents"]
        latest = [e for e in events if e.get("OperationId") == events[0].get("OperationId")]
        for event in reversed(latest):
            validation = event.get("ValidationStatus") == "FAILED"
            which = "ValidationStatusReason" if validation else "ResourceStatusReason"
            reason = str(event.get(which, "")).strip(" .")
            if reason and (validation or event.get("ResourceStatus", "").endswith("FAILED")):
                yield f"{event.get('LogicalResourceId', self.name)}: {reason}"
