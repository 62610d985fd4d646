"""Tags of a stage: `make deploy STAGE=dev TAGS="team=docs cost-center=42"`.

CloudFormation tags the resources of the stack, and chalice the functions. This module tags the
rest: the API, the schedule's rule, the mapping to the stream and the token.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import boto3

from infra import deployed_resources
from infra.explanation import StageError

_TAG = re.compile(r"(?P<name>[\w.:/+@-]{1,128})=(?P<value>[\w.:/+@-]{0,256})")


def parse(text: str) -> dict[str, str]:
    """Return the values by name of a text `name=value name=value`, which may be empty.

    Of a name that occurs twice, the last value counts. Raises StageError if a part has another
    form, characters or a length that not all services allow, or a name that begins with `aws:`.
    """
    tags: dict[str, str] = {}
    for part in text.split():
        match = _TAG.fullmatch(part)
        if match is None or match["name"].lower().startswith("aws:"):
            raise StageError(
                f"TAGS has {part!r}: write each tag as name=value, with letters, digits and "
                ".:/+@_-, and spaces between tags; names must not begin with aws:"
            )
        tags[match["name"]] = match["value"]
    return tags


def apply(
    stage: str, project: Path, tags: Mapping[str, str], parameter: str, session: boto3.Session
) -> None:
    """Add tags to the stage's API, schedule rule, stream mapping and token.

    `parameter` is the name of the parameter in Parameter Store that holds the token. Other tags of
    the resources are kept. Does nothing if `tags` is empty; otherwise raises StageError if the
    stage is not deployed.
    """
    if not tags:
        return
    region = session.region_name
    account = session.client("sts").get_caller_identity()["Account"]
    tag_list = [{"Key": name, "Value": value} for name, value in tags.items()]
    for resource in deployed_resources.resources(stage, project):
        match resource["resource_type"]:
            case "rest_api":
                arn = f"arn:aws:apigateway:{region}::/restapis/{resource['rest_api_id']}"
                session.client("apigateway").tag_resource(resourceArn=arn, tags=tags)
            case "cloudwatch_event":
                arn = f"arn:aws:events:{region}:{account}:rule/{resource['rule_name']}"
                session.client("events").tag_resource(ResourceARN=arn, Tags=tag_list)  # type: ignore[arg-type]
            case "dynamodb_event":
                mapping_id = resource["event_uuid"]
                arn = f"arn:aws:lambda:{region}:{account}:event-source-mapping:{mapping_id}"
                session.client("lambda").tag_resource(Resource=arn, Tags=tags)
    session.client("ssm").add_tags_to_resource(
        ResourceType="Parameter",
        ResourceId=parameter,
        Tags=tag_list,  # type: ignore[arg-type]
    )
