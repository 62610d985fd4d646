"""One tab with the page in it, and what a person does there."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from playwright.sync_api import BrowserContext, CDPSession, Locator, Page, Request, expect

from tests.stack import Stack

SETTLED_WITHIN = 90_000
"""Milliseconds; a first conversion starts a function."""
expect.set_options(timeout=SETTLED_WITHIN)
UNAVOIDABLE = re.compile("Failed to load resource|net::ERR_")
"""What Chromium writes to its console about every response of 400 or more, and cut lines."""


@dataclass
class Tab:
    """The page, open in a tab."""

    page: Page
    stack: Stack
    complaints: list[str] = field(default_factory=list)
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    unanswered: int = 0

    @classmethod
    def of(cls, context: BrowserContext, stack: Stack) -> "Tab":
        tab = cls(context.new_page(), stack)
        tab.page.on("pageerror", lambda error: tab.complaints.append(str(error)))
        tab.page.on("console", lambda message: tab._hear(message.type, message.text))
        tab.page.on("request", tab._ask)
        tab.page.on("requestfinished", tab._answer)
        tab.page.on("requestfailed", tab._answer)
        tab.page.on("dialog", lambda dialog: dialog.accept())
        return tab

    def _hear(self, kind: str, words: str) -> None:
        if kind in {"error", "warning"} and not UNAVOIDABLE.search(words):
            self.complaints.append(words)

    def _ask(self, request: Request) -> None:
        self.requests.append((request.method, request.url, dict(request.headers)))
        self.unanswered += 1

    def _answer(self, _: Request) -> None:
        self.unanswered -= 1

    def wait_for_answers(self) -> None:
        """Return once the page has an answer to everything it asked."""
        while self.unanswered:
            self.page.wait_for_timeout(50)

    def open(self, address: str = "/") -> None:
        self.page.goto(self.stack.url + address)

    def sign_in(self, destination: str = "") -> None:
        """Open the page signed in; what is uploaded goes below `destination`."""
        self.open(f"/#token={self.stack.token}")
        expect(self.page.locator("#workspace")).to_be_visible(timeout=SETTLED_WITHIN)
        if destination:
            self.page.fill("#destination", destination)
            self.find(destination)

    def find(self, prefix: str) -> None:
        self.page.fill("#prefix", prefix)

    def choose(self, *paths: Path) -> None:
        self.page.set_input_files("#files-input", list(paths))

    def drop(self, *paths: Path) -> None:
        """Drag files and folders from the desktop onto the page and let them go."""
        data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            self._devtools.send(
                "Input.dispatchDragEvent", {"type": kind, "x": 300, "y": 200, "data": data}
            )

    @property
    def rows(self) -> Locator:
        """The files of this session and those of the list, as far as they are shown."""
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
        """Open the file's PDF in the pane; its bytes, from where the viewer has them."""
        self.row(key).locator("button.open").click()
        frame = self.page.locator("#reader iframe")
        expect(frame).to_be_visible(timeout=SETTLED_WITHIN)
        address = frame.get_attribute("src")
        assert address is not None
        return self.stack.fetch(address.partition("#")[0]).body

    def slow_down(self, bytes_a_second: int) -> None:
        """Send no faster than that; -1: as fast as it goes."""
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
    """A CSS string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
