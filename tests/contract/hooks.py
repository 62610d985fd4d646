"""Hooks for schemathesis that make valid requests follow rules that OpenAPI cannot express.

Requests that are meant to be invalid stay unchanged. Schemathesis loads this module through
SCHEMATHESIS_HOOKS.
"""

import os
from typing import Any

import schemathesis
from schemathesis.core import NOT_SET
from schemathesis.generation import GenerationMode

from chalicelib.errors import BadQuestion
from chalicelib.records.record import Status
from chalicelib.status import cursor, status_query
from chalicelib.status.status_query import StatusQuery

BUCKET = os.environ["INPUT_BUCKET"]
KNOWN_KEY = os.environ["KNOWN_KEY"]
LONGEST_KEY = 255
"""Characters of keys for which no PDF's key exceeds 1,024 bytes: 4 bytes each, and `.pdf`."""

KINDS = {"/status": "page", "/status/summary": "count"}


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """Make a request that matches its schema valid by all rules."""
    if case.meta is None or case.meta.generation.mode is not GenerationMode.POSITIVE:
        return
    query = case.query if isinstance(case.query, dict) else {}
    if case.path == "/status":
        case.query = query = _with_one_subject(query)
    if case.path == "/download" and len(query.get("key", "")) % 2:
        query["key"] = KNOWN_KEY  # random keys would never find a PDF
    if case.path == "/uploads" and len(case.body["key"]) > LONGEST_KEY:
        case.body["key"] = case.body["key"][-LONGEST_KEY:]
    if query.get("next", NOT_SET) is not NOT_SET:
        _put_genuine_token(case.path, query)


def _with_one_subject(query: dict[str, Any]) -> dict[str, Any]:
    """Return the query with `key` alone, or with `prefix` and its options."""
    if "key" in query and "prefix" not in query:
        return {"key": query["key"]}
    return {"prefix": ""} | {name: value for name, value in query.items() if name != "key"}


def _put_genuine_token(path: str, query: dict[str, Any]) -> None:
    """Replace the page token by one for this query, since no other is valid."""
    try:
        status, since = query.get("status"), query.get("since")
        status_filter = StatusQuery(
            query["prefix"],
            Status(status) if status else None,
            status_query.since(since) if since else None,
        )
    except BadQuestion:
        return
    query["next"] = cursor.encode(KINDS[path], BUCKET, status_filter, query["prefix"] + "x")
