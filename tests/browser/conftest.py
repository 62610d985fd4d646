"""Fixtures: a browser, and a new tab for each test."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser import chromium
from tests.browser.tab import TIMEOUT_MS, Tab
from tests.stack import Stack


@pytest.fixture(scope="session")
def installed_browser() -> Iterator[Browser | None]:
    with chromium.running() as browser:
        yield browser


@pytest.fixture
def browser(installed_browser: Browser | None) -> Browser:
    if installed_browser is None:
        pytest.skip(chromium.NO_CHROMIUM)
    return installed_browser


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A new browser profile, which trusts the emulator's certificate."""
    context = browser.new_context(ignore_https_errors=True, locale="en-US")
    context.set_default_timeout(TIMEOUT_MS)
    yield context
    context.close()


@pytest.fixture
def new_tab(context: BrowserContext, stack: Stack) -> Iterator[Callable[[], Tab]]:
    """A function that opens tabs; the test fails if one logs an error or a policy violation."""
    tabs: list[Tab] = []

    def opened() -> Tab:
        tabs.append(Tab.of(context, stack))
        return tabs[-1]

    yield opened
    for tab in tabs:
        assert tab.errors == []


@pytest.fixture
def tab(new_tab: Callable[[], Tab]) -> Tab:
    return new_tab()
