"""Tags of a stage: `make deploy STAGE=dev TAGS="team=docs cost-center=42"`.

CloudFormation tags what is in the stack, chalice its functions. What neither of them tags is tagged
here: the API, the schedule's rule, the mapping to the stream and the token.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import boto3

from infra import deployed
from infra.explanation import StageError

_TAG = re.compile(r"(?P<name>[\w.:/+@-]{1,128})=(?P<value>[\w.:/+@-]{0,256})")


def parse(text: str) -> dict[str, str]:
    """Return the tags of `name=value name=value`; raise StageError for anything else."""
    tags: dict[str, str] = {}
    for part in text.split():
        match = _TAG.fullmatch(part)
        if match is None or match["name"].lower().startswith("aws:"):
            raise StageError(
                f"TAGS has {part!r}: write each as name=value, of letters, digits and .:/+@_-, "
                "with spaces between them; names that begin with aws: are AWS's own"
            )
        tags[match["name"]] = match["value"]
    return tags


def apply(
    stage: str, project: Path, tags: Mapping[str, str], parameter: str, session: boto3.Session
) -> None:
    """Tag what neither CloudFormation nor chalice tags; `parameter` is the token's."""
    if not tags:
        return
    region = session.region_name
    account = session.client("sts").get_caller_identity()["Account"]
    listed = [{"Key": name, "Value": value} for name, value in tags.items()]
    for made in deployed.resources(stage, project):
        match made["resource_type"]:
            case "rest_api":
                arn = f"arn:aws:apigateway:{region}::/restapis/{made['rest_api_id']}"
                session.client("apigateway").tag_resource(resourceArn=arn, tags=tags)
            case "cloudwatch_event":
                arn = f"arn:aws:events:{region}:{account}:rule/{made['rule_name']}"
                session.client("events").tag_resource(ResourceARN=arn, Tags=listed)  # type: ignore[arg-type]
            case "dynamodb_event":
                arn = f"arn:aws:lambda:{region}:{account}:event-source-mapping:{made['event_uuid']}"
                session.client("lambda").tag_resource(Resource=arn, Tags=tags)
    session.client("ssm").add_tags_to_resource(
        ResourceType="Parameter",
        ResourceId=parameter,
        Tags=listed,  # type: ignore[arg-type]
    )
