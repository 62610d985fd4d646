"""Entry points only: what fires them is declared here, what they do is in chalicelib."""

import os
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from chalice.app import AuthRequest, AuthResponse, Chalice, Response, S3Event

from chalicelib import api, connections, journal
from chalicelib.errors import SettingsError
from chalicelib.settings import Settings

if TYPE_CHECKING:
    from chalicelib.pipeline import Pipeline

app = Chalice(app_name="text-to-pdf", configure_logs=False)
try:
    settings = Settings.from_environment(os.environ)
except SettingsError as error:
    raise SystemExit(f"text-to-pdf: {error}") from None
journal.open_journal()


@cache
def pipeline() -> "Pipeline":
    """Made once, in the converter's function only: it loads what PDFs need, and that is slow."""
    return connections.pipeline(settings)


@app.on_s3_event(
    bucket=settings.input_bucket,
    events=["s3:ObjectCreated:*"],
    prefix=settings.input_prefix or None,
)
def convert(event: S3Event) -> None:
    """Convert what was uploaded. No suffix filter: a file that is not text gets an answer too."""
    from chalicelib import notification
    from chalicelib.pipeline import Run

    run = Run.of(event.context)
    pipeline().process_all(notification.uploads(event.to_dict()), run)


@app.authorizer(ttl_seconds=60)
def authorize(request: AuthRequest) -> AuthResponse:
    """Whoever has the stage's token may ask."""
    allowed = connections.gate(settings).admits(request.token)
    return AuthResponse(routes=["*"] if allowed else [], principal_id="token")


def query() -> Mapping[str, str]:
    """The query parameters of the request being answered."""
    request = app.current_request
    return (request.query_params if request else None) or {}


@app.route("/status", methods=["GET"], authorizer=authorize)
def status() -> Response:
    """What became of one key, or of all keys with a prefix."""
    return api.status(query(), settings)
