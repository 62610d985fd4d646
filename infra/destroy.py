"""The end of a stage: its functions and API, and its data only if asked for by name.

python -m infra.destroy --stage dev [--data delete --confirm dev]
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import boto3

from infra import api_token, configuration, web
from infra.command import exit_status, stage_parser
from infra.deploy import PROJECT, chalice
from infra.explanation import StageError
from infra.stack import Stack

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

LOG_GROUPS = ("", "-convert", "-reconcile", "-authorize", "-announce")
"""What follows the stage's name in the names of its log groups."""


def remove_functions(stage: str, project: Path) -> None:
    """Remove functions and API. Buckets, table, token, roles, logs and alarms stay."""
    chalice("delete", stage, project)
    config = configuration.read(project)
    settings = configuration.environment(config, config.get("stages", {}).get(stage, {}))
    if "INPUT_BUCKET" in settings:
        web.allow_uploads(boto3.client("s3"), settings["INPUT_BUCKET"], stage, [])


def delete_data(stage: str, project: Path) -> list[str]:
    """Delete all that is left of a stage, every file in it too; nothing brings it back.

    Buckets that the stage did not make stay as they are: their names are returned.
    """
    session = boto3.Session()
    stack = Stack.of(stage, project, session)
    outputs = stack.outputs()
    if not outputs:
        raise StageError(f"there is no stack {stack.name}: nothing to delete")
    made = [b for b in ("InputBucket", "OutputBucket") if f"Your{b}" not in outputs]
    for bucket in made:
        _delete_bucket(session.client("s3"), outputs[bucket])
    _delete_table(session.client("dynamodb"), outputs["Table"])
    for suffix in LOG_GROUPS:
        _delete_logs(session.client("logs"), f"/aws/lambda/{stack.name}{suffix}")
    session.client("ssm").delete_parameters(Names=[api_token.parameter(stage, project)])
    stack.delete()  # last: until it is gone, this can be run again
    _forget(stage, project)
    return sorted({value for name, value in outputs.items() if name.startswith("Your")})


def _delete_bucket(client: "S3Client", bucket: str) -> None:
    """Delete every version of every object, what uploads were abandoned, and the bucket."""
    try:
        for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket):
            found = (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
            _delete_versions(client, bucket, [(one["Key"], one["VersionId"]) for one in found])
        for parts in client.get_paginator("list_multipart_uploads").paginate(Bucket=bucket):
            for upload in parts.get("Uploads", ()):
                client.abort_multipart_upload(
                    Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"]
                )
        client.delete_bucket(Bucket=bucket)
    except client.exceptions.NoSuchBucket:
        return


def _delete_versions(client: "S3Client", bucket: str, versions: Sequence[tuple[str, str]]) -> None:
    """Delete versions of objects, given as key and version id: at most 1,000, as a page holds.

    Raise StageError if S3 refuses to delete one of them.
    """
    if not versions:
        return
    objects: list[ObjectIdentifierTypeDef] = [
        {"Key": key, "VersionId": version} for key, version in versions
    ]
    answer = client.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
    for error in answer.get("Errors", ()):
        raise StageError(
            f"S3 did not delete {error.get('Key')!r} of bucket {bucket} ({error.get('Code')}): "
            "remove what protects it, then run the command again"
        )


def _delete_table(client: "DynamoDBClient", table: str) -> None:
    try:
        client.delete_table(TableName=table)
    except client.exceptions.ResourceNotFoundException:
        return
    client.get_waiter("table_not_exists").wait(TableName=table, WaiterConfig={"Delay": 2})


def _delete_logs(client: "CloudWatchLogsClient", group: str) -> None:
    try:
        client.delete_log_group(logGroupName=group)
    except client.exceptions.ResourceNotFoundException:
        return


def _forget(stage: str, project: Path) -> None:
    """Take the stage out of chalice's configuration."""
    config = configuration.read(project)
    config["stages"].pop(stage, None)
    configuration.write(project, config)


def main(arguments: Sequence[str] | None = None) -> int:
    """Destroy the stage; the exit status."""
    parser = stage_parser("make destroy", __doc__)
    parser.add_argument("--data", choices=["keep", "delete"], default="keep")
    parser.add_argument("--confirm", default="", help="the stage's name again, to delete its data")
    asked = parser.parse_args(arguments)
    stage: str = asked.stage
    if asked.data == "delete" and asked.confirm != stage:
        parser.error(
            f"DATA=delete deletes every file, PDF and record of stage {stage!r} for ever: "
            f"to confirm, add CONFIRM={stage}"
        )
    return exit_status("make destroy", lambda: _destroy(stage, with_data=asked.data == "delete"))


def _destroy(stage: str, *, with_data: bool) -> int:
    remove_functions(stage, PROJECT)
    if with_data:
        kept = delete_data(stage, PROJECT)
        print(f"Stage {stage} is gone with all its data.")
        for bucket in kept:
            print(f"Bucket {bucket}, which it did not make, is as it was, with all its files.")
        return 0
    print(
        f"The functions and the API of stage {stage} are gone. Its files, PDFs and records "
        f"are kept: `make deploy STAGE={stage}` takes up where it left off, "
        f"`make destroy STAGE={stage} DATA=delete CONFIRM={stage}` deletes them."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
