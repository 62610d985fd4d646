"""The routes of the REST API, from query parameters to JSON; openapi.json describes them.

All errors are problem documents (RFC 9457).
"""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from chalice.app import Response

from chalicelib import VERSION
from chalicelib.api import problem, uploads
from chalicelib.api.parameters import Parameters
from chalicelib.api.problem import Problem, ProblemKind
from chalicelib.api.uploads import UploadRequest
from chalicelib.errors import BadQuestion
from chalicelib.status import cursor
from chalicelib.status.file_status import Answer, FileStatus
from chalicelib.status.status_query import StatusQuery
from chalicelib.storage.pdf_links import LINK_SECONDS

if TYPE_CHECKING:
    from chalicelib.services import Services

log = logging.getLogger(__name__)

MAX_BODY_BYTES = 5_000_000
"""Maximum size of a response body, counted after it is encoded as a JSON string.

Lambda limits a response to 6 MB (Lambda quotas, 'invocation payload') and contains the body as a
JSON string, where quotes and backslashes take two bytes and other characters up to six each.
"""

MAX_COUNT_SECONDS = 15
"""Time after which a partial count is returned; API Gateway's timeout is 29 s."""

QueryParameters = Mapping[str, Sequence[str]]
"""All values of each query parameter by name."""


def respond(path: str, query: QueryParameters, services: "Services") -> Response:
    """Return the response of the route `path` to these query parameters.

    It is a problem document if an error occurs; nothing is raised. For POST /uploads there is
    `upload`.
    """
    return _handle_errors(
        lambda: _ROUTES[path](Parameters.read(path, query, services.settings), services)
    )


def upload(body: bytes, query: QueryParameters, services: "Services") -> Response:
    """Return the response of POST /uploads to this body: a form, or a problem document.

    The route has no query parameters, so any in `query` is an error. Nothing is raised.
    """

    def form() -> Response:
        Parameters.read("/uploads", query, services.settings)  # the route has no parameters
        return _form(body, services)

    return _handle_errors(form)


def _handle_errors(handler: Callable[[], Response]) -> Response:
    """Return the response of a handler, or a problem document if it raises."""
    try:
        return handler()
    except Problem as error:
        return _problem(error)
    except BadQuestion as error:
        return _problem(Problem(ProblemKind.BAD_PARAMETER, str(error), {"parameter": error.part}))
    except (BotoCoreError, ClientError):
        log.exception("a request failed because of AWS")
        return _problem(
            Problem(
                ProblemKind.UNAVAILABLE,
                "AWS did not respond or refused a request: try again in a few seconds.",
            )
        )
    except Exception:  # chalice's own response would not be a problem document
        log.exception("a request failed unexpectedly")
        return _problem(
            Problem(
                ProblemKind.INTERNAL,
                "The request failed unexpectedly. The cause is in the log of the API's function.",
            )
        )


def _status(parameters: Parameters, services: "Services") -> Response:
    """Return the status of one file, or a page of files with a prefix."""
    if parameters.has_prefix:
        return _page(parameters, services)
    return _json(200, json.dumps(_answer(parameters, services).public, ensure_ascii=False))


def _page(parameters: Parameters, services: "Services") -> Response:
    """Return a page of files, as many as fit into a response."""
    query = parameters.query
    after = parameters.after("page", query)
    page = services.answers.listing.page(query, after, parameters.limit)
    files = [json.dumps(Answer.of(r).public, ensure_ascii=False) for r in page.records]
    count = _count_fitting(files)
    end = page.next_after if count == len(files) else page.records[count - 1].input_key
    token = _token("page", query, end, services)
    head = json.dumps({"prefix": query.prefix, "next": token}, ensure_ascii=False)
    return _json(200, f'{head[:-1]}, "files": [{", ".join(files[:count])}]}}')


def _summary(parameters: Parameters, services: "Services") -> Response:
    """Return the number of files with a prefix by status."""
    query = parameters.query
    after = parameters.after("count", query)
    counts = services.answers.listing.counts(query, after, MAX_COUNT_SECONDS)
    summary = {
        "prefix": query.prefix,
        "next": _token("count", query, counts.next_after, services),
        "files": counts.files.total(),
        "counts": counts.files,
    }
    return _json(200, json.dumps(summary, ensure_ascii=False))


def _token(kind: str, query: StatusQuery, after: str | None, services: "Services") -> str | None:
    """Return the `next` token to continue after a key, or None if that is None."""
    if after is None:
        return None
    return cursor.encode(kind, services.settings.input_bucket, query, after)


def _download(parameters: Parameters, services: "Services") -> Response:
    """Redirect to the PDF of one file."""
    url = services.links.url(_output_key(parameters, services))
    return Response("", _headers() | {"Location": url}, 302)


def _link(parameters: Parameters, services: "Services") -> Response:
    """Return links to the PDF of one file: scripts of web pages cannot read redirects."""
    output_key = _output_key(parameters, services)
    links = {
        "view": services.links.url(output_key, inline=True),
        "download": services.links.url(output_key),
        "seconds": LINK_SECONDS,
    }
    return _json(200, json.dumps(links))


def _output_key(parameters: Parameters, services: "Services") -> str:
    """Return the output key of a file. Raises Problem if there is no PDF of it."""
    answer = _answer(parameters, services)
    record = answer.record
    if answer.status is not FileStatus.SUCCESS or record is None or record.output_key is None:
        reason = answer.public["error"] or answer.detail or ""
        raise Problem(
            ProblemKind.NO_PDF, f"The file is {answer.status}. {reason}", {"file": answer.public}
        )
    if services.outputs.head(record.output_key) is None:
        raise Problem(
            ProblemKind.PDF_GONE,
            f"The PDF was stored on {record.processed_at} and has been deleted since: "
            "upload the file again.",
        )
    return record.output_key


def _settings(parameters: Parameters, _services: "Services") -> Response:
    """Return the settings of the stage that the web page uses."""
    return _json(200, json.dumps(uploads.settings_document(parameters.settings)))


def _form(body: bytes, services: "Services") -> Response:
    """Return a form that uploads this file. Raises Problem if it would be refused."""
    request = UploadRequest.read(body, services.settings)
    if not request.overwrite and services.inputs.head(request.key) is not None:
        answer = services.answers.about(request.key)
        raise Problem(
            ProblemKind.ALREADY_EXISTS,
            "The bucket already has a file with this key: set overwrite to true to replace it, "
            "or choose another key.",
            {"file": answer.public} if answer else {},
        )
    return _json(201, json.dumps(services.forms.signed(request)))


def _health(_parameters: Parameters, _services: "Services") -> Response:
    """Report that the function runs, without any request to AWS."""
    return _json(200, json.dumps({"status": "ok", "version": VERSION}))


def _openapi(_parameters: Parameters, _services: "Services") -> Response:
    """Return the OpenAPI document."""
    return _json(200, document())


@cache
def document() -> str:
    """Return the OpenAPI 3.1 document of this API as JSON, with the version of the product."""
    text = (Path(__file__).parent / "openapi.json").read_text("utf-8")
    return text.replace('"VERSION"', f'"{VERSION}"')


_ROUTES: Mapping[str, Callable[[Parameters, "Services"], Response]] = {
    "/status": _status,
    "/status/summary": _summary,
    "/download": _download,
    "/link": _link,
    "/settings": _settings,
    "/health": _health,
    "/openapi.json": _openapi,
}


def _answer(parameters: Parameters, services: "Services") -> Answer:
    """Return the status of the file. Raises Problem if there is no such file."""
    key = parameters.key
    answer = services.answers.about(key, parameters.former_text)
    if answer is None:
        raise Problem(
            ProblemKind.NOT_FOUND,
            f"No file with the key {key!r} is in bucket {parameters.settings.input_bucket}, and no "
            "record of one exists: check the spelling (keys are case-sensitive), list the files by "
            "?prefix=, or upload the file.",
        )
    return answer


def _count_fitting(files: Sequence[str]) -> int:
    """Return how many of these files fit into one response; each single one does."""
    size = 0
    for count, file in enumerate(files):
        size += len(json.dumps(file))
        if size > MAX_BODY_BYTES:
            return count
    return len(files)


def _problem(error: Problem) -> Response:
    """Return a problem as a response."""
    headers = {"Retry-After": "5"} if error.kind is ProblemKind.UNAVAILABLE else {}
    body = json.dumps(error.document)
    return _json(error.kind.status, body, problem.CONTENT_TYPE, headers)


def _json(
    code: int,
    body: str,
    content_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a response with this status code and JSON body."""
    return Response(body, _headers() | {"Content-Type": content_type} | dict(headers or {}), code)


def _headers() -> dict[str, Any]:
    """Return the headers of all responses."""
    return {"Cache-Control": "no-store"}
