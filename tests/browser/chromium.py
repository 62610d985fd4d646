"""The Chromium that the page is tested in: one that is installed, or Playwright's own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW_TO_GET_ONE = (
    "no Chromium was found: `make browser` fetches one, or install your system's package "
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
    """Start a Chromium without a window; None if there is none."""
    with sync_playwright() as playwright:
        path = executable(playwright)
        if path is None:
            yield None
            return
        # Chromium's sandbox refuses to run as root, which is what a container's user is.
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=path, args=sandbox)
        try:
            yield browser
        finally:
            browser.close()


def main() -> int:
    """Make sure that there is a Chromium; the exit status."""
    with sync_playwright() as playwright:
        found = executable(playwright)
    if found is not None:
        print(f"browser tests run in {found}")
        return 0
    return subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"]).returncode


if __name__ == "__main__":
    sys.exit(main())
