"""Problem documents (RFC 9457), which the API returns for all errors.

`type` is stable, for programs; the wording of `title` and `detail`, for people, may change.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Any

CONTENT_TYPE = "application/problem+json"


class ProblemKind(Enum):
    """The kinds of problems, each with its name in `type`, HTTP status and title."""

    BAD_PARAMETER = "bad-parameter", 400, "A parameter is not valid"
    UNKNOWN_PARAMETER = "unknown-parameter", 400, "The route has no such parameter"
    REPEATED_PARAMETER = "repeated-parameter", 400, "A parameter is given more than once"
    NO_SUBJECT = "no-subject", 400, "No file is selected"
    BAD_BODY = "bad-body", 400, "The request's body is not valid"
    NOT_FOUND = "not-found", 404, "No such file"
    NO_PDF = "no-pdf", 409, "There is no PDF of this file"
    ALREADY_EXISTS = "already-exists", 409, "A file of that key exists"
    PDF_GONE = "pdf-gone", 410, "The PDF was deleted"
    TOO_LARGE = "too-large", 422, "The file is too large"
    UNSUPPORTED_TYPE = "unsupported-type", 422, "Files of this kind are not converted"
    INTERNAL = "internal", 500, "Internal error"
    UNAVAILABLE = "unavailable", 503, "The service is temporarily unavailable"

    def __init__(self, slug: str, status: int, title: str) -> None:
        self.uri = f"urn:text-to-pdf:problem:{slug}"
        self.status = status
        self.title = title


class Problem(Exception):
    """An error that ends a request with a problem document; `members` are added to its members."""

    def __init__(
        self, kind: ProblemKind, detail: str, members: Mapping[str, Any] = MappingProxyType({})
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.members = members

    @property
    def document(self) -> dict[str, Any]:
        """The problem document as a JSON object, with the `members` added."""
        return {
            "type": self.kind.uri,
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
            **self.members,
        }
