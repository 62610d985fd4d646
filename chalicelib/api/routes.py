"""The REST face of the answers: query parameters in, JSON out; openapi.json describes it.

Errors are problem documents (RFC 9457), whatever the input was.
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
from chalicelib.api.parameters import FILTERS, Parameters
from chalicelib.api.problem import Problem, ProblemKind
from chalicelib.api.uploads import UploadRequest
from chalicelib.errors import BadQuestion
from chalicelib.status import cursor
from chalicelib.status.answer import Answer, FileStatus
from chalicelib.storage.links import LINK_SECONDS

if TYPE_CHECKING:
    from chalicelib.services import Services

log = logging.getLogger(__name__)

MAX_BODY_BYTES = 5_000_000
"""Lambda's own limit is 6 MB (Lambda quotas, 'invocation payload'), with the body as a JSON string
inside the response: quotes and backslashes double there, and other letters grow up to sixfold."""

COUNTING_SECONDS = 15
"""After which a count is handed out in part; API Gateway waits for 29 s."""

Given = Mapping[str, Sequence[str]]


def respond(path: str, given: Given, services: "Services") -> Response:
    """The response of the route `path` to the query parameters `given`."""
    return _answered(
        lambda: _ROUTES[path](Parameters.read(path, given, services.settings), services)
    )


def upload(body: bytes, given: Given, services: "Services") -> Response:
    """The response to a request to upload a file, which the request's body describes."""

    def form() -> Response:
        Parameters.read("/uploads", given, services.settings)  # it has none
        return _form(body, services)

    return _answered(form)


def _answered(work: Callable[[], Response]) -> Response:
    """Return what the work returns, or the problem document of what it raises."""
    try:
        return work()
    except Problem as error:
        return _problem(error)
    except BadQuestion as error:
        return _problem(Problem(ProblemKind.BAD_PARAMETER, str(error), {"parameter": error.part}))
    except (BotoCoreError, ClientError):
        log.exception("a question could not be answered")
        return _problem(
            Problem(
                ProblemKind.UNAVAILABLE,
                "AWS did not answer or refused: ask again in a few seconds.",
            )
        )
    except Exception:  # chalice's own answer would be no problem document
        log.exception("a request failed unexpectedly")
        return _problem(
            Problem(
                ProblemKind.INTERNAL,
                "The request failed unexpectedly. Its cause is in the log of the API's function.",
            )
        )


def _status(asked: Parameters, services: "Services") -> Response:
    """What became of one key, or of all keys with a prefix."""
    if ("key" in asked) == ("prefix" in asked):
        raise Problem(
            ProblemKind.NO_SUBJECT,
            "Give either ?key=KEY for exactly one file or ?prefix=PREFIX for all whose keys begin "
            "with it; an empty prefix means every file.",
        )
    if "prefix" in asked:
        return _page(asked, services)
    for name in ("limit", "next", *FILTERS):
        if name in asked:
            raise BadQuestion(name, f"{name} goes with ?prefix=, not with ?key=.")
    return _json(200, json.dumps(_answer(asked, services).public, ensure_ascii=False))


def _page(asked: Parameters, services: "Services") -> Response:
    answers, question = services.answers, asked.question
    bucket = answers.bucket.name
    after = cursor.decoded("page", bucket, question, asked.next) if asked.next is not None else None
    page = answers.listing.page(question, after, asked.limit)
    files = [json.dumps(Answer.of(r).public, ensure_ascii=False) for r in page.records]
    fitting = _fitting(files)
    end = page.next_after if fitting == len(files) else page.records[fitting - 1].input_key
    token = cursor.encoded("page", bucket, question, end) if end is not None else None
    head = json.dumps({"prefix": question.prefix, "next": token}, ensure_ascii=False)
    return _json(200, f'{head[:-1]}, "files": [{", ".join(files[:fitting])}]}}')


def _summary(asked: Parameters, services: "Services") -> Response:
    """How many files stand where, under a prefix."""
    answers, question = services.answers, asked.question
    bucket = answers.bucket.name
    token = asked.next
    after = None if token is None else cursor.decoded("count", bucket, question, token)
    counts = answers.listing.counts(question, after, COUNTING_SECONDS)
    end = counts.next_after
    told = {
        "prefix": question.prefix,
        "next": cursor.encoded("count", bucket, question, end) if end is not None else None,
        "files": counts.files.total(),
        "counts": counts.files,
    }
    return _json(200, json.dumps(told, ensure_ascii=False))


def _download(asked: Parameters, services: "Services") -> Response:
    """The way to the PDF of one key."""
    url = services.links.url(_output_key(asked, services))
    return Response("", _headers() | {"Location": url}, 302)


def _link(asked: Parameters, services: "Services") -> Response:
    """Links to the PDF of one key: scripts of a page cannot read where a redirect leads."""
    output_key = _output_key(asked, services)
    told = {
        "view": services.links.url(output_key, inline=True),
        "download": services.links.url(output_key),
        "seconds": LINK_SECONDS,
    }
    return _json(200, json.dumps(told))


def _output_key(asked: Parameters, services: "Services") -> str:
    """The key of the PDF asked for; Problem if there is no such PDF now."""
    answer = _answer(asked, services)
    record = answer.record
    if answer.status is not FileStatus.SUCCESS or record is None or record.output_key is None:
        reason = answer.public["error"] or answer.detail or ""
        raise Problem(
            ProblemKind.NO_PDF, f"The file is {answer.status}. {reason}", {"file": answer.public}
        )
    if services.outputs.head(record.output_key) is None:
        raise Problem(
            ProblemKind.PDF_GONE,
            f"The PDF was made on {record.processed_at} and has been deleted since: "
            "upload the file again.",
        )
    return record.output_key


def _settings(asked: Parameters, _services: "Services") -> Response:
    """What the web page needs to know of the stage."""
    return _json(200, json.dumps(uploads.settings_document(asked.settings)))


def _form(body: bytes, services: "Services") -> Response:
    """A signed form that uploads exactly this file; Problem if it would be refused later."""
    request = UploadRequest.read(body, services.settings)
    if not request.overwrite and services.inputs.head(request.key) is not None:
        answer = services.answers.about(request.key)
        raise Problem(
            ProblemKind.ALREADY_EXISTS,
            "A file of this key is in the bucket already: send overwrite as true to replace it, "
            "or choose another key.",
            {"file": answer.public} if answer else {},
        )
    return _json(201, json.dumps(services.forms.signed(request)))


def _health(_asked: Parameters, _services: "Services") -> Response:
    """That the function runs; no dependency is touched."""
    return _json(200, json.dumps({"status": "ok", "version": VERSION}))


def _openapi(_asked: Parameters, _services: "Services") -> Response:
    """What all this is, for programs."""
    return _json(200, document())


@cache
def document() -> str:
    """The OpenAPI 3.1 document of this API, with the version of the product filled in."""
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


def _answer(asked: Parameters, services: "Services") -> Answer:
    """The answer about the key asked for; Problem if there is no such file."""
    key = asked.key
    answer = services.answers.about(key, asked.former_text)
    if answer is None:
        raise Problem(
            ProblemKind.NOT_FOUND,
            f"No file of key {key!r} is in bucket {asked.settings.input_bucket}, and none was: "
            "check the spelling (keys are case-sensitive), ask ?prefix= for what there is, "
            "or upload the file.",
        )
    return answer


def _fitting(files: Sequence[str]) -> int:
    """How many of these a response can hold; each one fits."""
    size = 0
    for count, file in enumerate(files):
        size += len(json.dumps(file))
        if size > MAX_BODY_BYTES:
            return count
    return len(files)


def _problem(error: Problem) -> Response:
    more = {"Retry-After": "5"} if error.kind is ProblemKind.UNAVAILABLE else {}
    body = json.dumps(error.document)
    return _json(error.kind.status, body, problem.CONTENT_TYPE, more)


def _json(
    code: int,
    body: str,
    content_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> Response:
    return Response(body, _headers() | {"Content-Type": content_type} | dict(headers or {}), code)


def _headers() -> dict[str, Any]:
    return {"Cache-Control": "no-store"}
