"""A proxy between the deployed functions and the emulator that counts calls and injects faults."""

import http.client
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


class Call(StrEnum):
    """The calls of a conversion, and others."""

    CLAIM = "claim"
    READ = "read"
    STORE = "store"
    FINISH = "finish"
    HEAD_OUTPUT = "read the output's etag"
    CHECK = "check the claim"
    PUBLISH = "publish"
    OTHER = "other"


class Fault(StrEnum):
    """Faults of a call."""

    ERROR = "500"
    SLOW_DOWN = "503 SlowDown"
    THROTTLED = "throttled"
    CUT_BEFORE = "connection closed, not executed"
    CUT_AFTER = "connection closed, executed"
    CUT_BODY = "connection closed in the middle of the response"
    SILENCE = "no response"
    DENIED = "denied"
    KILLED_BEFORE = "process killed, not executed"
    KILLED_AFTER = "process killed, executed"


_ERROR_RESPONSES = {
    Fault.ERROR: (500, "InternalError", "InternalServerError"),
    Fault.SLOW_DOWN: (503, "SlowDown", "ServiceUnavailable"),
    Fault.THROTTLED: (503, "RequestLimitExceeded", "ProvisionedThroughputExceededException"),
    Fault.DENIED: (403, "AccessDenied", "AccessDeniedException"),
}
"""HTTP status, and error codes of S3 and of DynamoDB (whose status for the last two is 400)."""


@dataclass
class Rule:
    """A fault for the next `times` calls of a kind that name a key; for all if negative."""

    key: str
    call: Call
    fault: Fault
    times: int


@dataclass
class Proxy:
    """Settings and log of a proxy; `seen` has the kind and text of each call."""

    endpoint: str
    url: str = ""
    rules: list[Rule] = field(default_factory=list)
    seen: list[tuple[Call, str]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def configure(self, config: dict[str, Any]) -> None:
        """Make the functions of a stage call AWS through the proxy."""
        config["environment_variables"]["AWS_ENDPOINT_URL"] = self.url

    def calls(self, key: str) -> list[Call]:
        """Return the calls so far that named the key, in order."""
        with self._lock:
            return [call for call, text in self.seen if key in text]

    def fault(self, call: Call, text: str) -> Fault | None:
        """Log the call, and return the fault to inject, if any."""
        with self._lock:
            self.seen.append((call, text))
            for rule in self.rules:
                if rule.times and rule.call is call and rule.key in text:
                    rule.times -= 1
                    return rule.fault
        return None


@contextmanager
def running(proxy: Proxy) -> Iterator[Proxy]:
    """Run the proxy on a free loopback port."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.proxy = proxy
    proxy.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.over.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    proxy: Proxy

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore errors of clients that were killed or disconnected on purpose."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        target = self.headers.get("X-Amz-Target", "").partition(".")[2]
        is_sns = body.startswith(b"Action=PublishBatch")
        text = f"{self.path} {body.decode()}" if target or is_sns else self.path
        fault = self.server.proxy.fault(_kind(self.command, target, text), text)
        if fault is None:
            self._respond(*self._forwarded(body))
        elif fault in _ERROR_RESPONSES:
            self._refuse(fault, is_s3=not target, is_sns=is_sns)
        else:
            self._break(fault, body)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = do_PATCH = _serve  # noqa: N815

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
        """Log nothing: the proxy has its own log."""

    def _forwarded(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        to = urlsplit(self.server.proxy.endpoint)
        assert to.hostname
        kind = http.client.HTTPSConnection if to.scheme == "https" else http.client.HTTPConnection
        connection = kind(to.hostname, to.port, timeout=600)
        headers = {name: value for name, value in self.headers.items() if name != "Expect"}
        connection.request(self.command, self.path, body, headers)
        response = connection.getresponse()
        content = response.read()
        connection.close()
        return response.status, response.getheaders(), content

    def _respond(
        self,
        status: int,
        headers: list[tuple[str, str]],
        content: bytes,
        length: int | None = None,
    ) -> None:
        """Send a response; `length` is its Content-Length, if it differs from the content's."""
        self.send_response_only(status)
        by_name = {name.lower(): value for name, value in headers}
        if self.command == "HEAD":
            length = int(by_name.get("content-length", 0))
        for name in by_name.keys() - {"content-length", "transfer-encoding", "connection"}:
            self.send_header(name, by_name[name])
        self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        self.wfile.write(content)

    def _refuse(self, fault: Fault, *, is_s3: bool, is_sns: bool) -> None:
        status, of_s3, of_dynamodb = _ERROR_RESPONSES[fault]
        if is_s3:
            content = f"<Error><Code>{of_s3}</Code><Message>no</Message></Error>"
            if is_sns:
                content = f"<ErrorResponse>{content}</ErrorResponse>"
            return self._respond(status, [("Content-Type", "application/xml")], content.encode())
        status = 400 if fault in {Fault.THROTTLED, Fault.DENIED} else status
        content = f'{{"__type": "com.amazonaws.dynamodb.v20120810#{of_dynamodb}"}}'
        kind = ("Content-Type", "application/x-amz-json-1.0")
        return self._respond(status, [kind], content.encode())

    def _break(self, fault: Fault, body: bytes) -> None:
        self.close_connection = True
        match fault:
            case Fault.CUT_AFTER:
                self._forwarded(body)
            case Fault.CUT_BODY:
                status, headers, content = self._forwarded(body)
                self._respond(status, headers, content[: len(content) // 2], len(content))
            case Fault.SILENCE:
                self.server.proxy.over.wait()
            case Fault.KILLED_BEFORE:
                os.kill(_process_at(self.client_address[1]), signal.SIGKILL)
            case Fault.KILLED_AFTER:
                self._forwarded(body)
                os.kill(_process_at(self.client_address[1]), signal.SIGKILL)
            case _:
                pass


def _kind(method: str, target: str, text: str) -> Call:
    if target == "UpdateItem":
        return Call.CLAIM if ":new_lease_expires_at" in text else Call.FINISH
    if target == "GetItem":
        return Call.CHECK
    if target:
        return Call.OTHER
    if "Action=PublishBatch" in text:
        return Call.PUBLISH
    return {"GET": Call.READ, "PUT": Call.STORE, "HEAD": Call.HEAD_OUTPUT}.get(method, Call.OTHER)


def _process_at(port: int) -> int:
    """Return the id of the process that is connected from this local port (proc(5))."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if int(fields[1].partition(":")[2], 16) == port:
            inode = f"socket:[{fields[9]}]"
            for link in Path("/proc").glob("[0-9]*/fd/*"):
                try:
                    if str(link.readlink()) == inode:
                        return int(link.parts[2])
                except OSError:
                    continue
    raise LookupError(f"no process is connected from port {port}")
