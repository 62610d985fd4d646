"""The entry points of all Lambda functions, with their triggers; chalicelib does the work."""

import gc
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
    from infra import chalice_hooks

    chalice_hooks.install_deploy_hooks()
try:
    settings = Settings.from_environment(os.environ)
except SettingsError as error:
    raise SystemExit(f"text-to-pdf: {error}") from None
services = Services(settings)
json_log.configure()


class AnyEvent(BaseLambdaEvent):
    """An event exactly as it was sent, whether by a service, by a user or by another function."""

    def _extract_attributes(self, event_dict: dict[str, Any] | None) -> None:
        """Keep the event unchanged."""
        self._event_dict = event_dict or {}


Handler = TypeVar("Handler")


def from_any_sender(handler: Handler) -> Handler:
    """Make a handler accept events of any sender; return the handler.

    Chalice's event classes require the fields of a notification or of a schedule. Events that are
    sent by hand, by S3 Batch Operations or by Step Functions do not have them.
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
    """Convert the uploads in an event, record its removals, and return what its sender expects.

    There is no suffix filter: other files get a FAILED record.
    """
    from chalicelib.pipeline.invocation import Invocation

    return services.intake.process(event.to_dict(), Invocation.of(event.context))


# TRIM_HORIZON: announce also what changed after the stream and before the function was created.
@app.on_dynamodb_record(
    stream_arn=settings.stream,
    starting_position="TRIM_HORIZON",
    maximum_batching_window_in_seconds=1,
)
def announce(event: DynamoDBEvent) -> None:
    """Audit each change of a record, and announce each file that is settled by it."""
    context: Any = event.context
    services.announcer.process(event.to_dict(), context.aws_request_id)


@from_any_sender
@app.schedule(Rate(1, unit=Rate.DAYS), description="Starts conversions whose event was lost")
def reconcile(event: AnyEvent) -> dict[str, Any]:
    """Start conversions of objects whose record is missing or outdated.

    Return the counts, with `next` as of `Reconciliation.handle`.
    """
    from chalicelib.pipeline.invocation import Invocation
    from chalicelib.pipeline.reconciliation import ReconcileRequest

    context: Any = event.context
    reconciliation = services.reconciliation(context.function_name)
    invocation = Invocation.of(context)
    request = ReconcileRequest.from_event(event.to_dict())
    counts = reconciliation.handle(request, invocation.convert_until)
    metrics.record_reconciliation(invocation.id, counts)
    return counts


@app.authorizer(ttl_seconds=60)
def authorize(request: AuthRequest) -> AuthResponse:
    """Allow all routes to requests that carry the stage's token, and none to others."""
    allowed = services.gate.admits(request.token)
    return AuthResponse(routes=["*"] if allowed else [], principal_id="token")


def respond(path: str) -> Response:
    """Return the response to the current request for the route `path`."""
    return routes.respond(path, query(), services)


def query() -> dict[str, list[str]]:
    """Return the query parameters of the current request, each with all its values."""
    request = app.current_request
    parameters = (request.query_params if request else None) or MultiDict({})
    return {name: parameters.getlist(name) for name in parameters}


# All routes require the token, even /health and /openapi.json: anyone could invoke the function at
# our expense through an open route. Only the page and its files are open, since users enter the
# token there; the deployment throttles these two routes more than the rest.


@app.route("/")
def page() -> Response:
    """Serve the web page, or redirect to it with a final slash."""
    request: Any = app.current_request
    return site.page(request.context["path"], request.headers, clients.s3_endpoint())


@app.route("/web/{version}/{name}")
def page_file(version: str, name: str) -> Response:
    """Serve one of the page's files."""
    return site.file(version, name, clients.s3_endpoint())


@app.route("/status", authorizer=authorize)
def status() -> Response:
    """Return the status of one file, or a page of the files with a prefix."""
    return respond("/status")


@app.route("/status/summary", authorizer=authorize)
def summary() -> Response:
    """Count the files with a prefix by status."""
    return respond("/status/summary")


@app.route("/download", authorizer=authorize)
def download() -> Response:
    """Redirect to the PDF of one file."""
    return respond("/download")


@app.route("/link", authorizer=authorize)
def link() -> Response:
    """Return links to the PDF of one file."""
    return respond("/link")


@app.route("/settings", authorizer=authorize)
def page_settings() -> Response:
    """Return the settings of the stage that the page uses."""
    return respond("/settings")


if settings.uploads:

    @app.route("/uploads", methods=["POST"], authorizer=authorize)
    def upload() -> Response:
        """Sign a form with which a browser uploads one file."""
        request: Any = app.current_request
        return routes.upload(request.raw_body, query(), services)


@app.route("/health", authorizer=authorize)
def health() -> Response:
    """Report that the function runs."""
    return respond("/health")


@app.route("/openapi.json", authorizer=authorize)
def openapi() -> Response:
    """Return the OpenAPI document."""
    return respond("/openapi.json")


# Modules live as long as the process. Collections that look at them in vain would be a tenth of a
# cold start.
gc.freeze()
