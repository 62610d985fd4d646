"""Structured logging: one JSON object per line, with metrics embedded in it.

CloudWatch extracts metrics from log lines, so that writing one takes no request.
Source: CloudWatch User Guide, 'Specification: Embedded metric format'.

No text of a file and no token is ever logged. Of an exception the class and the traceback are
logged, and its message only if it comes from this product or from AWS: messages of other libraries
may quote the file's text.
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
"""Fields of a log line by name; fields that are None are left out."""

Metrics = Mapping[str, tuple[float, str]]
"""Value and CloudWatch unit of each metric by name."""


class JsonFormatter(logging.Formatter):
    """Format a log record as one line of JSON in ASCII.

    Object keys cannot add line breaks or terminal escapes: control characters are escaped.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return a log record as a JSON object on one line.

        It has the time in UTC, level, logger and message; then the request id if Lambda added it,
        the `facts` of `event`, and under `errors` the logged exception with the chain of its
        causes.
        """
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
    """Make the root logger write JSON lines, to stdout if it has no handler, as outside of Lambda.

    Loggers of chalicelib log from level INFO on.
    """
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
    """Log one line of level INFO with these fields and metrics.

    CloudWatch stores each metric with the dimension Stage alone and, if there are more, with all
    `dimensions` together. `dimensions` must contain Stage if there are metrics, and is ignored if
    not.
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
    """Yield the error and its chain of causes, outermost first."""
    while error is not None:
        entry: dict[str, Any] = {
            "class": type(error).__name__,
            "at": _traceback(error.__traceback__),
        }
        if isinstance(error, TextToPdfError | ClientError | BotoCoreError):
            entry["message"] = str(error)
        yield entry
        error = error.__cause__ or error.__context__


def _traceback(trace: "TracebackType | None") -> list[str]:
    """Return a traceback as one string per frame."""
    return [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(trace)]
