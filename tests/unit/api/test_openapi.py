"""The API's document says what the code does: routes, parameters, fields, problems."""

import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from chalice.app import Chalice

from chalicelib import VERSION
from chalicelib.api import routes
from chalicelib.api.parameters import ALLOWED
from chalicelib.api.problem import ProblemKind
from chalicelib.api.uploads import MEMBER_TYPES
from chalicelib.converter import Options
from chalicelib.converter.option_kinds import MAX_TEXT, Choice, Number, Option
from chalicelib.converter.options import OPTIONS
from chalicelib.records.naming import output_key
from chalicelib.records.record import Status
from chalicelib.settings import Settings
from chalicelib.status.file_status import PUBLIC_ATTRIBUTES, FileStatus
from chalicelib.status.status_query import MAX_LIMIT
from chalicelib.suffixes import Suffixes
from infra.deploy import PROJECT
from infra.throttling_and_cors import OPEN_ROUTES

ENVIRONMENT = {
    "STAGE": "unit",
    "INPUT_BUCKET": "in",
    "OUTPUT_BUCKET": "out",
    "TABLE": "table",
    "TOKEN_PARAMETER": "/token",
}
DOCUMENT: dict[str, Any] = json.loads(routes.document())
SCHEMAS = DOCUMENT["components"]["schemas"]


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> Iterator[Chalice]:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delitem(sys.modules, "app", raising=False)
    module = importlib.import_module("app")
    yield module.app
    del sys.modules["app"]


def parameters(operation: dict[str, Any]) -> list[dict[str, Any]]:
    """The operation's parameters, references followed."""
    known = DOCUMENT["components"]["parameters"]
    listed = operation.get("parameters", [])
    return [known[one["$ref"].rpartition("/")[2]] if "$ref" in one else one for one in listed]


def test_document_has_exactly_the_routes_of_the_app(app: Chalice) -> None:
    routed = {(path, method) for path, methods in app.routes.items() for method in methods}
    described = {
        (path, method.upper()) for path, ops in DOCUMENT["paths"].items() for method in ops
    }
    assert routed == described


def test_all_routes_except_the_page_require_the_token(app: Chalice) -> None:
    assert DOCUMENT["security"] == [{"bearer": []}]
    for path, methods in app.routes.items():
        is_open = path in OPEN_ROUTES
        assert all((route.authorizer is None) is is_open for route in methods.values())
        described = DOCUMENT["paths"][path].values()
        assert all(("security" in operation) is is_open for operation in described)
        assert not is_open or all(operation["security"] == [] for operation in described)


def test_upload_route_does_not_exist_if_uploads_are_off(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (ENVIRONMENT | {"UPLOADS": "off"}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delitem(sys.modules, "app", raising=False)
    assert "/uploads" not in importlib.import_module("app").app.routes
    del sys.modules["app"]


def test_every_route_has_exactly_these_parameters() -> None:
    for path, operations in DOCUMENT["paths"].items():
        if path not in OPEN_ROUTES:
            (operation,) = operations.values()
            assert {one["name"] for one in parameters(operation)} == set(ALLOWED[path])


UPLOAD_OPTIONS = SCHEMAS["Upload"]["properties"]["options"]["properties"]


def test_an_upload_has_exactly_these_members_and_options() -> None:
    upload = SCHEMAS["Upload"]["properties"]
    assert set(upload) == set(MEMBER_TYPES)
    assert set(UPLOAD_OPTIONS) == {option.key for option in OPTIONS if not option.stage_only}
    assert upload["size"]["maximum"] == Settings("", "in", "out", "", "").max_bytes


@pytest.mark.parametrize(
    "option", [one for one in OPTIONS if not one.stage_only], ids=lambda option: option.key
)
def test_an_option_has_exactly_these_values(option: Option) -> None:
    schema = UPLOAD_OPTIONS[option.key]
    if "$ref" in schema:
        schema = SCHEMAS[schema["$ref"].rpartition("/")[2]]
    values = schema.get("enum", [])
    for value in values:
        Options.parse({option.key: value})
    match option.kind:
        case Choice(allowed):
            assert values == list(allowed)
        case Number(limits):
            assert {f"{limit:g}" for limit in limits} | {option.default_text} <= set(values)
        case _:
            assert option.example in values or re.search(schema["pattern"], option.example)
            assert schema.get("maxLength", MAX_TEXT) == MAX_TEXT


def test_a_file_has_exactly_these_fields() -> None:
    fields = {*PUBLIC_ATTRIBUTES, "detail"}
    assert set(SCHEMAS["File"]["properties"]) == set(SCHEMAS["File"]["required"]) == fields
    assert SCHEMAS["File"]["properties"]["status"]["enum"] == list(FileStatus)
    assert SCHEMAS["RecordStatus"]["enum"] == list(Status)
    assert set(SCHEMAS["Summary"]["properties"]["counts"]["properties"]) == set(Status)


def test_problems_are_of_exactly_these_types() -> None:
    assert SCHEMAS["Problem"]["properties"]["type"]["enum"] == [kind.uri for kind in ProblemKind]


def test_bounds_and_version_are_those_of_the_code() -> None:
    limit = next(p for p in parameters(DOCUMENT["paths"]["/status"]["get"]) if p["name"] == "limit")
    assert limit["schema"]["maximum"] == SCHEMAS["Page"]["properties"]["files"]["maxItems"]
    assert limit["schema"]["maximum"] == MAX_LIMIT
    assert DOCUMENT["info"]["version"] == VERSION


def test_answering_never_loads_what_only_conversion_needs() -> None:
    code = """
import sys, app
from chalicelib.api import routes
app.services.answers
app.services.links
routes.respond("/health", {}, app.services)
print(sorted({name.partition(".")[0] for name in sys.modules} & {"fpdf", "fontTools", "PIL"}))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT,
        env=ENVIRONMENT | {"AWS_DEFAULT_REGION": "us-east-1"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


def test_the_pattern_of_keys_admits_exactly_what_is_converted() -> None:
    pattern = re.compile(SCHEMAS["Upload"]["properties"]["key"]["pattern"])
    for suffix in Suffixes().converted:
        for name in (f"a.{suffix}", f"b/.{suffix.upper()}", f"a.{suffix}.gz", f"a.{suffix}.GZ"):
            assert pattern.search(name)
            assert output_key(name)
    for name in ("a.docx", "a.gz", "log", "a.log.gz.gz", "a.logs", "a.log/b"):
        assert not pattern.search(name)
