"""The Chromium for tests of the web page: an installed one, or else Playwright's."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_OMNIBOX = "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup"
"""Without pages for the address bar, which take a third of the CPU time of a new window."""
NO_CHROMIUM = (
    "no Chromium was found: run `make browser`, or install your system's package "
    "`chromium` or `google-chrome`"
)


def executable(playwright: Playwright) -> str | None:
    """Return the path of a Chromium, or None if there is none."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


@contextmanager
def running() -> Iterator[Browser | None]:
    """Run a headless Chromium; yields None if none is installed."""
    with sync_playwright() as playwright:
        path = executable(playwright)
        if path is None:
            yield None
            return
        # Chromium's sandbox does not work for root, the usual user in containers.
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=path, args=[*sandbox, NO_OMNIBOX])
        try:
            yield browser
        finally:
            browser.close()


def main() -> int:
    """Install a Chromium unless there is one, and return the exit status."""
    with sync_playwright() as playwright:
        path = executable(playwright)
    if path is not None:
        print(f"browser tests use {path}")
        return 0
    return subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"]).returncode


if __name__ == "__main__":
    sys.exit(main())
