"""Uploading over HTTP: signed forms, with which a browser sends a file straight to S3.

Source of the form: S3 API Reference, 'POST Object' and 'POST policy'.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from chalicelib import VERSION
from chalicelib.api.problem import Problem, ProblemKind
from chalicelib.converter import Options, choices
from chalicelib.errors import BadOption, BadQuestion, KeyTooLong, UnsupportedType
from chalicelib.records import naming
from chalicelib.records.record import timestamp
from chalicelib.settings import Settings
from chalicelib.status import status_query

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CONTENT_TYPE = "text/plain"
"""Content-Type of every upload. It names no charset; the option pdf-charset does."""

MIN_SECONDS = 300
SLOW_LINE = 32 * 2**10
"""Bytes a second of the slowest line for which a form is signed long enough."""
MAX_SECONDS = 6 * 3600
"""Maximum validity of a form. It ends earlier if the credentials that signed it do."""

MAX_POST_BYTES = 5 * 2**30
"""Maximum size of an object that one POST can create (S3 User Guide, 'Uploading objects')."""

FILE_NAME_VARIABLE = "${filename}"
"""What S3 replaces in the key of a form by the name that the browser sends."""

MEMBERS = {"key": str, "size": int, "options": dict, "overwrite": bool}


@dataclass(frozen=True)
class UploadRequest:
    """A file that somebody wants to upload: `size` in bytes, `options` as in its metadata."""

    key: str
    size: int
    options: dict[str, str]
    overwrite: bool

    @classmethod
    def read(cls, body: bytes, settings: Settings) -> "UploadRequest":
        """Read the request's body (JSON). Raises Problem or BadQuestion if it must be refused."""
        members = _members(body)
        for name in ("key", "size"):
            if name not in members:
                raise Problem(
                    ProblemKind.BAD_BODY, f"The body has no {name!r}, which every upload needs."
                )
        return cls(
            _key(members["key"], settings),
            _size(members["size"], settings),
            _options(members.get("options", {}), settings),
            members.get("overwrite", False),
        )

    @property
    def seconds(self) -> int:
        """For how long a form for this file is valid."""
        return min(MIN_SECONDS + self.size // SLOW_LINE, MAX_SECONDS)


class Forms:
    """Signs forms that upload objects to the input bucket."""

    def __init__(self, client: "S3Client", bucket: str, max_bytes: int) -> None:
        self._client = client
        self._bucket = bucket
        self._max_bytes = min(max_bytes, MAX_POST_BYTES)

    def signed(self, request: UploadRequest) -> dict[str, Any]:
        """Return the form's address and fields. Signed locally, without a request to AWS.

        The policy admits exactly this key, Content-Type and metadata, and up to MAX_BYTES.
        """
        fields = {"Content-Type": CONTENT_TYPE} | {
            f"x-amz-meta-{name}": value for name, value in sorted(request.options.items())
        }
        expires_at = datetime.now(UTC) + timedelta(seconds=request.seconds)
        form = self._client.generate_presigned_post(
            self._bucket,
            request.key,
            Fields=dict(fields),
            Conditions=[
                *({name: value} for name, value in fields.items()),
                ["content-length-range", 0, self._max_bytes],
            ],
            ExpiresIn=request.seconds,
        )
        return {
            "url": form["url"],
            "fields": form["fields"],
            "expires_at": timestamp(expires_at),
        }


def settings_document(settings: Settings) -> dict[str, Any]:
    """Return what the web page needs to know of a stage; `uploads` is None if they are off."""
    uploads = {
        "max_bytes": min(settings.max_bytes, MAX_POST_BYTES),
        "input_prefix": settings.input_prefix,
        "suffixes": settings.suffixes.dotted,
        "options": choices.of(settings.options),
    }
    return {
        "stage": settings.stage,
        "version": VERSION,
        "uploads": uploads if settings.uploads else None,
    }


def _members(body: bytes) -> dict[str, Any]:
    try:
        members = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Problem(ProblemKind.BAD_BODY, f"The body is not JSON: {_reason(error)}.") from error
    if not isinstance(members, dict):
        raise Problem(ProblemKind.BAD_BODY, "The body is not a JSON object.")
    for name, value in members.items():
        if name not in MEMBERS:
            raise Problem(
                ProblemKind.BAD_BODY,
                f"An upload has no {name[:100]!a}; its members: {', '.join(MEMBERS)}.",
            )
        # A bool is an int in Python, and not in JSON.
        if type(value) is not MEMBERS[name]:
            raise BadQuestion(name, f"{name} is not {_JSON_TYPES[MEMBERS[name]]}.")
    return members


_JSON_TYPES: dict[type, str] = {
    str: "a string",
    int: "a whole number",
    dict: "an object",
    bool: "true or false",
}


def _reason(error: Exception) -> str:
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)[:100]


def _key(key: str, settings: Settings) -> str:
    status_query.key(key)
    if FILE_NAME_VARIABLE in key:
        raise BadQuestion(
            "key",
            f"The key contains {FILE_NAME_VARIABLE}, which S3 would replace: rename the file, or "
            "upload it with `aws s3 cp`.",
        )
    if not key.startswith(settings.input_prefix):
        raise BadQuestion(
            "key",
            f"Only keys that begin with {settings.input_prefix!r} are converted in stage "
            f"{settings.stage}.",
        )
    try:
        naming.output_key(key, **settings.names)
    except UnsupportedType as error:
        raise Problem(ProblemKind.UNSUPPORTED_TYPE, str(error)) from error
    except KeyTooLong as error:
        raise BadQuestion("key", str(error)) from error
    return key


def _size(size: int, settings: Settings) -> int:
    if size < 0:
        raise BadQuestion("size", "A size is a number of bytes, 0 or more.")
    limit = min(settings.max_bytes, MAX_POST_BYTES)
    if size > limit:
        raise Problem(
            ProblemKind.TOO_LARGE,
            f"The file has {size:,} bytes, and the limit is {limit:,}: split it, or raise the "
            "stage's setting MAX_BYTES.",
        )
    return size


def _options(options: dict[str, Any], settings: Settings) -> dict[str, str]:
    """The options, if each may be one and S3 can store it as metadata."""
    known = {choice["name"] for choice in choices.of(settings.options)}
    for name, value in options.items():
        if name not in known:
            raise BadQuestion(
                "options",
                f"There is no option {name[:100]!a}; the options are {', '.join(sorted(known))}.",
            )
        if not (isinstance(value, str) and value.isascii() and value.isprintable()):
            raise BadQuestion("options", f"The value of {name} is not text in plain ASCII.")
    try:
        Options.parse(options, settings.options)
    except BadOption as error:
        raise BadQuestion("options", str(error)) from error
    return options
