"""Entry points only: what fires them is declared here, what they do is in chalicelib."""

import os
from typing import Any, TypeVar, cast

from chalice.app import (
    AuthRequest,
    AuthResponse,
    BaseLambdaEvent,
    Chalice,
    DynamoDBEvent,
    EventSourceHandler,
    MultiDict,
    Rate,
    Response,
)

from chalicelib import clients, json_log, metrics
from chalicelib.api import routes
from chalicelib.errors import SettingsError
from chalicelib.services import Services
from chalicelib.settings import Settings
from chalicelib.web import site

app = Chalice(app_name="text-to-pdf", configure_logs=False)
if "AWS_CHALICE_CLI_MODE" in os.environ:  # chalice's command line sets it; Lambda never does
    from infra import preflight

    preflight.install_deploy_hooks()
try:
    settings = Settings.from_environment(os.environ)
except SettingsError as error:
    raise SystemExit(f"text-to-pdf: {error}") from None
services = Services(settings)
json_log.configure()


class AnyEvent(BaseLambdaEvent):
    """An event as it was sent, whoever sent it: a service, a person, or one of our functions."""

    def _extract_attributes(self, event_dict: dict[str, Any] | None) -> None:
        self._event_dict = event_dict or {}


Handler = TypeVar("Handler")


def from_any_sender(handler: Handler) -> Handler:
    """Have a handler get events as they were sent.

    Chalice's own events insist on the fields of a notification and of a schedule; a person's have
    none of them, nor have those of S3 Batch Operations and Step Functions.
    """
    cast("EventSourceHandler", handler).event_class = AnyEvent
    return handler


@from_any_sender
@app.on_s3_event(
    bucket=settings.input_bucket,
    events=[
        *("s3:ObjectCreated:*", "s3:ObjectRemoved:*"),
        *("s3:LifecycleExpiration:*", "s3:ObjectRestore:Completed"),
    ],
    prefix=settings.input_prefix or None,
)
def convert(event: AnyEvent) -> dict[str, Any] | None:
    """Convert what was uploaded. No suffix filter: a file that is not text gets an answer too."""
    from chalicelib.pipeline.invocation import Invocation

    return services.intake.process(event.to_dict(), Invocation.of(event.context))


# TRIM_HORIZON: what happened since the stream was made, and before the function was, is announced.
@app.on_dynamodb_record(
    stream_arn=settings.stream,
    starting_position="TRIM_HORIZON",
    maximum_batching_window_in_seconds=1,
)
def announce(event: DynamoDBEvent) -> None:
    """Audit each change of a record, and announce each file whose record says how it ended."""
    context: Any = event.context
    services.announcer.process(event.to_dict(), context.aws_request_id)


@from_any_sender
@app.schedule(Rate(1, unit=Rate.DAYS), description="Starts conversions whose event was lost")
def reconcile(event: AnyEvent) -> dict[str, Any]:
    """Start the conversion of every object whose record is missing or behind; the counts."""
    from chalicelib.pipeline.invocation import Invocation
    from chalicelib.pipeline.reconciliation import ReconcileRequest

    context: Any = event.context
    reconciliation = services.reconciliation(context.function_name)
    run = Invocation.of(context)
    told = reconciliation.answer(ReconcileRequest.of(event.to_dict()), run.convert_until)
    metrics.record_reconciliation(run.id, told)
    return told


@app.authorizer(ttl_seconds=60)
def authorize(request: AuthRequest) -> AuthResponse:
    """Whoever has the stage's token may ask."""
    allowed = services.gate.admits(request.token)
    return AuthResponse(routes=["*"] if allowed else [], principal_id="token")


def respond(path: str) -> Response:
    """The response to the request being answered."""
    return routes.respond(path, query(), services)


def query() -> dict[str, list[str]]:
    """The query parameters of the request being answered; each may be given more than once."""
    request = app.current_request
    given = (request.query_params if request else None) or MultiDict({})
    return {name: given.getlist(name) for name in given}


# Every route that tells anything of the stage asks for the token, /health and /openapi.json too: on
# an open route strangers run functions at our expense. Only the page and its files are open, since
# the page is where the token is typed; deployment throttles these two more than the rest.


@app.route("/")
def page() -> Response:
    """The web page."""
    request: Any = app.current_request
    return site.page(request.context["path"], request.headers, clients.s3_endpoint())


@app.route("/web/{version}/{name}")
def page_file(version: str, name: str) -> Response:
    """One of the page's files."""
    return site.file(version, name, clients.s3_endpoint())


@app.route("/status", authorizer=authorize)
def status() -> Response:
    """What became of one key, or of all keys with a prefix."""
    return respond("/status")


@app.route("/status/summary", authorizer=authorize)
def summary() -> Response:
    """How many files stand where, under a prefix."""
    return respond("/status/summary")


@app.route("/download", authorizer=authorize)
def download() -> Response:
    """The PDF of one key, by way of a link."""
    return respond("/download")


@app.route("/link", authorizer=authorize)
def link() -> Response:
    """Links to the PDF of one key."""
    return respond("/link")


@app.route("/settings", authorizer=authorize)
def page_settings() -> Response:
    """What the page needs to know of the stage."""
    return respond("/settings")


if settings.uploads:

    @app.route("/uploads", methods=["POST"], authorizer=authorize)
    def upload() -> Response:
        """A form for uploading one file."""
        request: Any = app.current_request
        return routes.upload(request.raw_body, query(), services)


@app.route("/health", authorizer=authorize)
def health() -> Response:
    """That the function runs."""
    return respond("/health")


@app.route("/openapi.json", authorizer=authorize)
def openapi() -> Response:
    """What all this is, for programs."""
    return respond("/openapi.json")
