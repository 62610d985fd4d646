"""Screenshots of the web page in docs/, with a stage on the local AWS and files of data/."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, ViewportSize, expect

from infra.deploy import PROJECT
from tests.browser import chromium
from tests.browser.tab import Tab
from tests.stack import Stack, deployed, policy_enforcing_aws

DOCS = PROJECT / "docs"
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 800}
SAMPLES = ("prose.txt", "table.txt", "manual-page.txt", "languages/human-rights.txt")
REJECTED = "rejected/picture.txt"


@contextmanager
def tab(browser: Browser, stack: Stack, size: ViewportSize, scheme: str = "light") -> Iterator[Tab]:
    """Open a signed-in tab of this size."""
    context = browser.new_context(
        ignore_https_errors=True,
        viewport=size,
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    opened = Tab.of(context, stack)
    opened.sign_in()
    yield opened
    context.close()


def take(browser: Browser, stack: Stack, folder: Path) -> None:
    """Upload the samples as a user would, and take a screenshot at each step."""
    with tab(browser, stack, DESKTOP) as desktop:
        desktop.choose(*(PROJECT / "data" / name for name in SAMPLES))
        names = [Path(name).name for name in SAMPLES]
        desktop.expect_states(names, "success")
        desktop.read("human-rights.txt")
        desktop.page.wait_for_timeout(2_000)  # the viewer does not signal when it has rendered
        desktop.page.screenshot(path=folder / "page.png")
        desktop.page.keyboard.press("Escape")
        desktop.choose(PROJECT / "data" / REJECTED, PROJECT / "data" / "prose.txt")
        desktop.expect_state("picture.txt", "failed")
        desktop.expect_state("prose.txt", "asking")
        desktop.page.screenshot(path=folder / "page-failure.png", full_page=True)
    with tab(browser, stack, DESKTOP, "dark") as dark:
        dark.read("human-rights.txt")
        dark.page.wait_for_timeout(2_000)
        dark.page.screenshot(path=folder / "page-dark.png")
    with tab(browser, stack, PHONE) as phone:
        expect(phone.rows.first).to_be_visible()
        phone.page.screenshot(path=folder / "page-phone.png", full_page=True)


def main() -> int:
    """Write the screenshots to docs/, or to the folder given, and return the exit status."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS
    with chromium.running() as browser:
        if browser is None:
            print(f"make screenshots: {chromium.NO_CHROMIUM}", file=sys.stderr)
            return 1
        with (
            tempfile.TemporaryDirectory() as project,
            policy_enforcing_aws() as aws,
            deployed(aws, Path(project), "demo") as stack,
        ):
            take(browser, stack, folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
