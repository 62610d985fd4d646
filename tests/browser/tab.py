"""A browser tab with the web page, and the actions of a user."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from playwright.sync_api import BrowserContext, CDPSession, Locator, Page, Request, expect

from tests.stack import Stack

TIMEOUT_MS = 90_000
"""Timeout in milliseconds; the first conversion includes a cold start."""
expect.set_options(timeout=TIMEOUT_MS)
UNAVOIDABLE = re.compile("Failed to load resource|net::ERR_")
"""Messages that Chromium logs for every response of 400 or more, and for lost connections."""


@dataclass
class Tab:
    """The web page in a tab. `errors` are its errors and warnings, `requests` its requests."""

    page: Page
    stack: Stack
    errors: list[str] = field(default_factory=list)
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    pending_requests: int = 0

    @classmethod
    def of(cls, context: BrowserContext, stack: Stack) -> "Tab":
        tab = cls(context.new_page(), stack)
        tab.page.on("pageerror", lambda error: tab.errors.append(str(error)))
        tab.page.on("console", lambda message: tab._on_console(message.type, message.text))
        tab.page.on("request", tab._on_request)
        tab.page.on("requestfinished", tab._on_request_end)
        tab.page.on("requestfailed", tab._on_request_end)
        tab.page.on("dialog", lambda dialog: dialog.accept())
        return tab

    def _on_console(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"} and not UNAVOIDABLE.search(text):
            self.errors.append(text)

    def _on_request(self, request: Request) -> None:
        self.requests.append((request.method, request.url, dict(request.headers)))
        self.pending_requests += 1

    def _on_request_end(self, _: Request) -> None:
        self.pending_requests -= 1

    def wait_for_responses(self) -> None:
        """Wait until the page has no pending requests."""
        while self.pending_requests:
            self.page.wait_for_timeout(50)

    def open(self, address: str = "/") -> None:
        self.page.goto(self.stack.url + address)

    def sign_in(self, destination: str = "") -> None:
        """Open the page signed in; uploads go below the folder `destination`."""
        self.open(f"/#token={self.stack.token}")
        expect(self.page.locator("#workspace")).to_be_visible(timeout=TIMEOUT_MS)
        if destination:
            self.page.fill("#destination", destination)
            self.find(destination)

    def find(self, prefix: str) -> None:
        self.page.fill("#prefix", prefix)

    def choose(self, *paths: Path) -> None:
        self.page.set_input_files("#files-input", list(paths))

    def drop(self, *paths: Path) -> None:
        """Drag files and folders from the desktop and drop them on the page."""
        data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            self._devtools.send(
                "Input.dispatchDragEvent", {"type": kind, "x": 300, "y": 200, "data": data}
            )

    @property
    def rows(self) -> Locator:
        """The visible rows of files, of this session and of the list."""
        return self.page.locator(".row:not([hidden])")

    def row(self, key: str) -> Locator:
        return self.rows.filter(has=self.page.locator(f".title[title={_quoted(key)}]"))

    def expect_state(self, key: str, state: str) -> None:
        expect(self.row(key)).to_have_attribute("data-state", state)

    def expect_states(self, keys: Sequence[str], state: str) -> None:
        for key in keys:
            self.expect_state(key, state)

    def press(self, key: str, name: str) -> None:
        """Click the button of that name in the file's row."""
        self.row(key).get_by_role("button", name=re.compile(f"^{name}")).click()

    def read(self, key: str) -> bytes:
        """Open the file's PDF beside the list, and return its bytes from the viewer's address."""
        self.row(key).locator("button.open").click()
        frame = self.page.locator("#reader iframe")
        expect(frame).to_be_visible(timeout=TIMEOUT_MS)
        address = frame.get_attribute("src")
        assert address is not None
        return self.stack.fetch(address.partition("#")[0]).body

    def slow_down(self, bytes_a_second: int) -> None:
        """Limit the upload rate; -1 stands for no limit."""
        self._devtools.send("Network.enable")
        self._devtools.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": 0,
                "downloadThroughput": -1,
                "uploadThroughput": bytes_a_second,
            },
        )

    @cached_property
    def _devtools(self) -> CDPSession:
        return self.page.context.new_cdp_session(self.page)


def _quoted(text: str) -> str:
    """Return the text as a CSS string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
