"""Uploads over HTTP: signed forms with which a browser uploads a file directly to S3.

Source of the form: S3 API Reference, 'POST Object' and 'POST policy'.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from chalicelib import VERSION
from chalicelib.api.problem import Problem, ProblemKind
from chalicelib.converter import Options, option_form
from chalicelib.errors import BadOption, BadQuestion, KeyTooLong, UnsupportedType
from chalicelib.records import naming
from chalicelib.records.record import timestamp
from chalicelib.settings import Settings
from chalicelib.status import location, status_query

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CONTENT_TYPE = "text/plain"
"""Content-Type of all uploads. It has no charset; the option pdf-charset specifies one."""

MIN_FORM_SECONDS = 300
MAX_FORM_SECONDS = 6 * 3600
"""Minimum and maximum validity of a form, which expires earlier if its credentials do."""

MIN_UPLOAD_RATE = 32 * 2**10
"""Bytes per second of the slowest connection for which a form is valid long enough."""

MAX_POST_BYTES = 5 * 2**30
"""Maximum size of an object that one POST can create (S3 User Guide, 'Uploading objects')."""

FILE_NAME_VARIABLE = "${filename}"
"""The placeholder in the key of a form that S3 replaces by the file name in the request."""

MEMBER_TYPES = {"key": str, "size": int, "options": dict, "overwrite": bool}
"""Types of the members of the request's body."""


@dataclass(frozen=True)
class UploadRequest:
    """A request to upload a file of `size` bytes; `options` become metadata of the object.

    `overwrite` says whether the upload may replace an object with this key.
    """

    key: str
    size: int
    options: dict[str, str]
    overwrite: bool

    @classmethod
    def read(cls, body: bytes, settings: Settings) -> "UploadRequest":
        """Return the request in a body, which is JSON and may lack `options` and `overwrite`.

        Raises Problem or BadQuestion if it is malformed or the upload would not be converted,
        because of its key, size or options. Whether the key is taken is not checked.
        """
        members = _members(body)
        for name in ("key", "size"):
            if name not in members:
                raise Problem(
                    ProblemKind.BAD_BODY, f"The body has no member {name!r}, which is required."
                )
        return cls(
            _key(members["key"], settings),
            _size(members["size"], settings),
            _options(members.get("options", {}), settings),
            members.get("overwrite", False),
        )

    @property
    def seconds(self) -> int:
        """The validity of a form for this file in seconds: long enough at MIN_UPLOAD_RATE.

        It is from MIN_FORM_SECONDS to MAX_FORM_SECONDS.
        """
        return min(MIN_FORM_SECONDS + self.size // MIN_UPLOAD_RATE, MAX_FORM_SECONDS)


class Forms:
    """Signs forms that upload objects to the input bucket.

    The objects may have at most `max_bytes`, and not more than MAX_POST_BYTES.
    """

    def __init__(self, client: "S3Client", bucket: str, max_bytes: int) -> None:
        self._client = client
        self._bucket = bucket
        self._max_bytes = min(max_bytes, MAX_POST_BYTES)

    def signed(self, request: UploadRequest) -> dict[str, Any]:
        """Return the form's `url`, `fields`, and `expires_at`, a timestamp.

        Signing takes no request. The form's policy allows only this key, Content-Type and metadata,
        and objects within the limit.
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
    """Return the settings of a stage that the web page uses, as a JSON object.

    `uploads` is None if they are off.
    """
    uploads = {
        "max_bytes": min(settings.max_bytes, MAX_POST_BYTES),
        "input_prefix": settings.input_prefix,
        "suffixes": settings.suffixes.dotted,
        "options": option_form.of(settings.options),
    }
    return {
        "stage": settings.stage,
        "version": VERSION,
        "uploads": uploads if settings.uploads else None,
    }


def _members(body: bytes) -> dict[str, Any]:
    """Return the members of the body, each of the type in MEMBER_TYPES."""
    try:
        members = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Problem(ProblemKind.BAD_BODY, f"The body is not JSON: {_reason(error)}.") from error
    if not isinstance(members, dict):
        raise Problem(ProblemKind.BAD_BODY, "The body is not a JSON object.")
    for name, value in members.items():
        if name not in MEMBER_TYPES:
            raise Problem(
                ProblemKind.BAD_BODY,
                f"An upload has no member {name[:100]!a}; its members: {', '.join(MEMBER_TYPES)}.",
            )
        # In JSON 100.0 is a whole number, and a bool is none; in Python it is the other way round.
        if isinstance(value, float) and value.is_integer():
            members[name] = value = int(value)  # noqa: PLW2901
        if type(value) is not MEMBER_TYPES[name]:
            raise BadQuestion(name, f"{name} is not {_JSON_TYPES[MEMBER_TYPES[name]]}.")
    return members


_JSON_TYPES: dict[type, str] = {
    str: "a string",
    int: "a whole number",
    dict: "an object",
    bool: "true or false",
}


def _reason(error: Exception) -> str:
    """Return why the body could not be parsed."""
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)[:100]


def _key(key: str, settings: Settings) -> str:
    """Return the key if an upload may have it. Raises Problem or BadQuestion if not."""
    status_query.key(key)
    if key.startswith(location.SCHEME):
        raise BadQuestion(
            "key",
            f"The key begins with {location.SCHEME}, like a location: leave out "
            f"{location.SCHEME} and the name of the bucket.",
        )
    if FILE_NAME_VARIABLE in key:
        raise BadQuestion(
            "key",
            f"The key contains {FILE_NAME_VARIABLE}, which S3 would replace: rename the file, or "
            "upload it with `aws s3 cp`.",
        )
    if not key.startswith(settings.input_prefix):
        raise BadQuestion(
            "key",
            f"Stage {settings.stage} converts only keys that begin with {settings.input_prefix!r}.",
        )
    try:
        naming.output_key(key, **settings.names)
    except UnsupportedType as error:
        raise Problem(ProblemKind.UNSUPPORTED_TYPE, str(error)) from error
    except KeyTooLong as error:
        raise BadQuestion("key", str(error)) from error
    return key


def _size(size: int, settings: Settings) -> int:
    """Return the size if it is within the limits. Raises Problem or BadQuestion if not."""
    if size < 0:
        raise BadQuestion("size", "The size is negative; it is a number of bytes.")
    limit = min(settings.max_bytes, MAX_POST_BYTES)
    if size > limit:
        raise Problem(
            ProblemKind.TOO_LARGE,
            f"The file has {size:,} bytes, and the limit is {limit:,}: split it, or raise the "
            "stage's setting MAX_BYTES.",
        )
    return size


def _options(options: dict[str, Any], settings: Settings) -> dict[str, str]:
    """Return the options if they are valid and S3 can store them as metadata.

    Raises BadQuestion if not.
    """
    known = {choice["name"] for choice in option_form.of(settings.options)}
    for name, value in options.items():
        if name not in known:
            raise BadQuestion(
                "options",
                f"There is no option {name[:100]!a}; the options are {', '.join(sorted(known))}.",
            )
        if not (isinstance(value, str) and value.isascii() and value.isprintable()):
            raise BadQuestion("options", f"The value of {name} is not a string of printable ASCII.")
    try:
        Options.parse(options, settings.options)
    except BadOption as error:
        raise BadQuestion("options", str(error)) from error
    return options
