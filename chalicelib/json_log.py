"""What a run tells its operators: one JSON object a line, metrics within it.

Metrics travel inside log lines, so they cost no call and no time; CloudWatch takes them out.
Source: CloudWatch User Guide, 'Specification: Embedded metric format'.

Nothing of a file's text and no token is ever written. Of an error only its class and where it
arose are, and its message only if it is ours or AWS's: a library's message may quote the text.
"""

import json
import logging
import sys
import traceback
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import TextToPdfError

if TYPE_CHECKING:
    from types import TracebackType

NAMESPACE = "TextToPdf"
Facts = Mapping[str, str | int | bool | Mapping[str, Any] | None]
Metrics = Mapping[str, tuple[float, str]]
"""Value and CloudWatch unit of each metric by name."""


class JsonFormatter(logging.Formatter):
    """A log record as one line of ASCII: whatever a key contains, no line or escape comes of it."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id := getattr(record, "aws_request_id", None):  # set by Lambda's own handler
            line["request_id"] = request_id
        line |= getattr(record, "facts", {})
        if record.exc_info and record.exc_info[1]:
            line["errors"] = list(_chain(record.exc_info[1]))
        return json.dumps(line, default=str).replace("\x7f", "\\u007f")


def configure() -> None:
    """Have everything that is logged in this process written as JSON lines."""
    root = logging.getLogger()
    if not root.handlers:
        root.addHandler(logging.StreamHandler(sys.stdout))
    for handler in root.handlers:
        handler.setFormatter(JsonFormatter())
    logging.getLogger("chalicelib").setLevel(logging.INFO)


def event(
    log: logging.Logger,
    message: str,
    facts: Facts,
    metrics: Metrics | None = None,
    dimensions: Mapping[str, str] | None = None,
) -> None:
    """Write one line with these facts, and with the metrics if there are any.

    Each metric is kept for the dimension Stage alone, and for all `dimensions` together.
    """
    fields: dict[str, Any] = {name: value for name, value in facts.items() if value is not None}
    if metrics:
        dimensions = dict(dimensions or {})
        sets = [["Stage"]] + ([list(dimensions)] if dimensions.keys() - {"Stage"} else [])
        fields |= dimensions | {name: value for name, (value, _) in metrics.items()}
        fields["_aws"] = {
            "Timestamp": round(datetime.now(UTC).timestamp() * 1000),
            "CloudWatchMetrics": [
                {
                    "Namespace": NAMESPACE,
                    "Dimensions": sets,
                    "Metrics": [{"Name": n, "Unit": unit} for n, (_, unit) in metrics.items()],
                }
            ],
        }
    log.info(message, extra={"facts": fields})


def _chain(error: BaseException | None) -> Iterator[dict[str, Any]]:
    """The error and what it arose from, outermost first."""
    while error is not None:
        told: dict[str, Any] = {"class": type(error).__name__, "at": _place(error.__traceback__)}
        if isinstance(error, TextToPdfError | ClientError | BotoCoreError):
            told["message"] = str(error)
        yield told
        error = error.__cause__ or error.__context__


def _place(trace: "TracebackType | None") -> list[str]:
    return [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(trace)]
