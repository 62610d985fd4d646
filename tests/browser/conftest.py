"""A browser, and a tab of it for each test."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser import chromium
from tests.browser.tab import SETTLED_WITHIN, Tab
from tests.stack import Stack

SKIPPED = pytest.StashKey[int]()


@pytest.fixture(scope="session")
def found_browser() -> Iterator[Browser | None]:
    with chromium.running() as found:
        yield found


@pytest.fixture
def browser(found_browser: Browser | None, pytestconfig: pytest.Config) -> Browser:
    if found_browser is None:
        pytestconfig.stash[SKIPPED] = pytestconfig.stash.get(SKIPPED, 0) + 1
        pytest.skip(chromium.HOW_TO_GET_ONE)
    return found_browser


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    skipped = config.stash.get(SKIPPED, 0)
    if skipped:
        terminalreporter.section("THE WEB PAGE WAS NOT TESTED", red=True, bold=True)
        terminalreporter.line(f"{skipped} tests were skipped: {chromium.HOW_TO_GET_ONE}.")


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A profile of its own, which trusts the emulator's certificate."""
    context = browser.new_context(ignore_https_errors=True, locale="en-US")
    context.set_default_timeout(SETTLED_WITHIN)
    yield context
    context.close()


@pytest.fixture
def new_tab(context: BrowserContext, stack: Stack) -> Iterator[Callable[[], Tab]]:
    """Opens tabs; none may complain of an error, or of what the page's own policy forbids."""
    tabs: list[Tab] = []

    def opened() -> Tab:
        tabs.append(Tab.of(context, stack))
        return tabs[-1]

    yield opened
    for tab in tabs:
        assert tab.complaints == []


@pytest.fixture
def tab(new_tab: Callable[[], Tab]) -> Tab:
    return new_tab()
