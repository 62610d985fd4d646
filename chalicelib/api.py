"""The REST face of the answers: query parameters in, JSON out.

Errors are problem documents (RFC 9457).
"""

import json
from collections.abc import Mapping
from typing import Any

from chalice.app import Response

from chalicelib import connections
from chalicelib.settings import Settings
from chalicelib.status import public


def status(parameters: Mapping[str, str], settings: Settings) -> Response:
    """`?key=` answers about exactly one key, `?prefix=` about all keys that begin with it."""
    answers = connections.answers(settings)
    if ("key" in parameters) == ("prefix" in parameters):
        return _problem(
            400,
            "Which file?",
            "Give either ?key=KEY for exactly one file or ?prefix=PREFIX for all whose keys begin "
            "with it; an empty prefix means every file.",
        )
    if "prefix" in parameters:
        page = answers.page(parameters["prefix"])
        return _json(200, {"files": [public(r) for r in page.records], "next": page.next_after})
    record = answers.key(parameters["key"])
    if record is None:
        return _problem(
            404,
            "No such file",
            f"Nothing is known of key {parameters['key']!r} in bucket {settings.input_bucket}: "
            "check the spelling (keys are case-sensitive), ask ?prefix= for what there is, "
            "or upload the file.",
        )
    return _json(200, public(record))


def _problem(code: int, title: str, detail: str) -> Response:
    body = {"type": "about:blank", "title": title, "status": code, "detail": detail}
    return _json(code, body, "application/problem+json")


def _json(code: int, body: Mapping[str, Any], content_type: str = "application/json") -> Response:
    headers: dict[str, str | list[str]] = {
        "Content-Type": content_type,
        "Cache-Control": "no-store",
    }
    return Response(json.dumps(body, ensure_ascii=False), headers, code)
