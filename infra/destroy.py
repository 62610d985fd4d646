"""Removal of a stage: its functions and API and, if the user confirms it, all of its data.

python -m infra.destroy --stage dev [--data delete --confirm dev]
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import boto3

from infra import api_token, configuration, throttling_and_cors
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
"""Suffixes of the names of a stage's log groups."""


def remove_functions(stage: str, project: Path) -> None:
    """Remove a stage's functions and API, and the input bucket's CORS rule for its page.

    Buckets, table, token, roles, logs and alarms are kept. Raises StageError if chalice fails.
    """
    chalice("delete", stage, project)
    config = configuration.read(project)
    settings = configuration.environment(config, config.get("stages", {}).get(stage, {}))
    if "INPUT_BUCKET" in settings:
        throttling_and_cors.allow_uploads(boto3.client("s3"), settings["INPUT_BUCKET"], stage, [])


def delete_data(stage: str, project: Path) -> list[str]:
    """Delete a stage's data irrevocably: its buckets, table, logs, token, stack and configuration.

    Buckets that existed before the stage are kept with all their files and PDFs; returns their
    names. Call `remove_functions` first. Raises StageError if the stage has no stack. If something
    cannot be deleted, raises StageError or botocore's errors, and this can be called again.
    """
    session = boto3.Session()
    stack = Stack.of(stage, project, session)
    outputs = stack.outputs()
    if not outputs:
        raise StageError(f"there is no stack {stack.name}: nothing to delete")
    own_buckets = [b for b in ("InputBucket", "OutputBucket") if f"Your{b}" not in outputs]
    for bucket in own_buckets:
        _delete_bucket(session.client("s3"), outputs[bucket])
    _delete_table(session.client("dynamodb"), outputs["Table"])
    for suffix in LOG_GROUPS:
        _delete_logs(session.client("logs"), f"/aws/lambda/{stack.name}{suffix}")
    session.client("ssm").delete_parameters(Names=[api_token.parameter_name(stage, project)])
    stack.delete()  # last, so that this can be run again if a step fails
    _remove_from_configuration(stage, project)
    return sorted({value for name, value in outputs.items() if name.startswith("Your")})


def _delete_bucket(client: "S3Client", bucket: str) -> None:
    """Delete all versions of all objects, unfinished multipart uploads, and the bucket."""
    try:
        for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket):
            versions = (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
            _delete_versions(client, bucket, [(v["Key"], v["VersionId"]) for v in versions])
        for uploads in client.get_paginator("list_multipart_uploads").paginate(Bucket=bucket):
            for upload in uploads.get("Uploads", ()):
                client.abort_multipart_upload(
                    Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"]
                )
        client.delete_bucket(Bucket=bucket)
    except client.exceptions.NoSuchBucket:
        return


def _delete_versions(client: "S3Client", bucket: str, versions: Sequence[tuple[str, str]]) -> None:
    """Delete versions of objects, given as pairs of key and version id, at most 1,000.

    Raises StageError if S3 refuses to delete one of them.
    """
    if not versions:
        return
    objects: list[ObjectIdentifierTypeDef] = [
        {"Key": key, "VersionId": version} for key, version in versions
    ]
    response = client.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
    for error in response.get("Errors", ()):
        raise StageError(
            f"S3 did not delete {error.get('Key')!r} of bucket {bucket} ({error.get('Code')}): "
            "remove its protection, then run the command again"
        )


def _delete_table(client: "DynamoDBClient", table: str) -> None:
    """Delete the table, if it exists, and wait until it is deleted."""
    try:
        client.delete_table(TableName=table)
    except client.exceptions.ResourceNotFoundException:
        return
    client.get_waiter("table_not_exists").wait(TableName=table, WaiterConfig={"Delay": 2})


def _delete_logs(client: "CloudWatchLogsClient", group: str) -> None:
    """Delete the log group, if it exists."""
    try:
        client.delete_log_group(logGroupName=group)
    except client.exceptions.ResourceNotFoundException:
        return


def _remove_from_configuration(stage: str, project: Path) -> None:
    """Remove the stage from chalice's configuration."""
    config = configuration.read(project)
    config["stages"].pop(stage, None)
    configuration.write(project, config)


def main(arguments: Sequence[str] | None = None) -> int:
    """Destroy a stage, print the result, and return the exit status.

    `arguments` are those after the program's name, by default this process's. Raises SystemExit
    if they are wrong, or if --data=delete is not confirmed.
    """
    parser = stage_parser("make destroy", __doc__)
    parser.add_argument("--data", choices=["keep", "delete"], default="keep")
    parser.add_argument("--confirm", default="", help="the stage's name again, to delete its data")
    options = parser.parse_args(arguments)
    stage: str = options.stage
    if options.data == "delete" and options.confirm != stage:
        parser.error(
            f"DATA=delete permanently deletes every file, PDF and record of stage {stage!r}: "
            f"to confirm, add CONFIRM={stage}"
        )
    return exit_status("make destroy", lambda: _destroy(stage, with_data=options.data == "delete"))


def _destroy(stage: str, *, with_data: bool) -> int:
    """Remove functions and API and, if asked for, all data; print the result, and return 0."""
    remove_functions(stage, PROJECT)
    if with_data:
        kept = delete_data(stage, PROJECT)
        print(f"Stage {stage} and all its data were deleted.")
        for bucket in kept:
            print(f"Bucket {bucket}, which existed before the stage, was kept with all its files.")
        return 0
    print(
        f"The functions and the API of stage {stage} were removed. Its files, PDFs and records "
        f"are kept: `make deploy STAGE={stage}` deploys it again, and "
        f"`make destroy STAGE={stage} DATA=delete CONFIRM={stage}` deletes them."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
