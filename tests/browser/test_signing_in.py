"""Signing in and out: where the web page stores the token, and where it sends it."""

import json
from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Route, expect

from tests.browser.tab import TIMEOUT_MS, Tab


def type_token(tab: Tab, token: str) -> None:
    tab.page.get_by_label("API token").fill(token)
    tab.page.get_by_role("button", name="Sign in").click()


def stored(tab: Tab) -> str:
    """Return everything that the tab and its profile store."""
    text: str = tab.page.evaluate(
        "JSON.stringify([{...sessionStorage}, {...localStorage}, document.cookie, location.href])"
    )
    return text


def test_a_wrong_token_is_rejected_and_the_right_one_accepted(tab: Tab) -> None:
    tab.open()
    expect(tab.page.locator("#workspace")).to_be_hidden()
    type_token(tab, "wrong")
    expect(tab.page.get_by_role("alert").first).to_have_text(
        "This token is not valid for this stage. Check it and try again.", timeout=TIMEOUT_MS
    )
    assert "wrong" not in stored(tab)
    type_token(tab, tab.stack.token)
    expect(tab.page.locator("#workspace")).to_be_visible(timeout=TIMEOUT_MS)
    expect(tab.page.locator("#sign-in")).to_be_hidden()
    tab.page.reload()
    expect(tab.page.locator("#workspace")).to_be_visible(timeout=TIMEOUT_MS)


def test_a_link_signs_in_and_its_token_is_removed_from_the_address(tab: Tab) -> None:
    tab.sign_in()
    assert tab.page.url == f"{tab.stack.url}/"
    tab.page.go_back()
    assert tab.stack.token not in tab.page.url
    assert all(tab.stack.token not in url for _, url, _ in tab.requests)


def test_the_token_is_sent_to_the_api_and_never_to_s3(tab: Tab) -> None:
    tab.sign_in("to-s3/")
    tab.page.set_input_files(
        "#files-input", {"name": "a.txt", "mimeType": "text/plain", "buffer": b"a"}
    )
    tab.expect_state("to-s3/a.txt", "success")
    tab.read("to-s3/a.txt")
    bearers = [url for _, url, headers in tab.requests if tab.stack.token in json.dumps(headers)]
    assert bearers
    assert all(url.startswith(f"{tab.stack.url}/") for url in bearers)
    buckets = [url for _, url, _ in tab.requests if urlsplit(url).path.startswith("/text-to-pdf")]
    assert len(buckets) >= 2


def test_signing_out_removes_the_token_and_the_list(tab: Tab) -> None:
    tab.sign_in()
    tab.page.get_by_role("button", name="Sign out").click()
    expect(tab.page.locator("#workspace")).to_be_hidden()
    assert tab.stack.token not in stored(tab)
    tab.page.reload()
    expect(tab.page.get_by_label("API token")).to_be_visible()


def test_another_tab_does_not_have_the_token(new_tab: Callable[[], Tab]) -> None:
    new_tab().sign_in()
    second = new_tab()
    second.open()
    expect(second.page.get_by_label("API token")).to_be_visible()


def reject(route: Route) -> None:
    """Respond as the gateway does when the authorizer no longer accepts the token."""
    route.fulfill(status=403, json={"Message": "User is not authorized to access this resource"})


def test_when_the_token_is_replaced_the_list_is_kept_and_uploads_wait(
    tab: Tab, context: BrowserContext
) -> None:
    tab.stack.upload("expiry/before.txt")
    tab.stack.settled("expiry/before.txt")
    tab.sign_in("expiry/")
    tab.expect_state("expiry/before.txt", "success")
    context.route("**/api/*", reject)
    tab.page.set_input_files(
        "#files-input", {"name": "after.txt", "mimeType": "text/plain", "buffer": b"a"}
    )
    expect(tab.page.locator("#sign-in-error")).to_contain_text("no longer valid")
    expect(tab.row("expiry/before.txt")).to_be_visible()
    tab.expect_state("expiry/after.txt", "paused")
    context.unroute("**/api/*")
    type_token(tab, tab.stack.token)
    tab.expect_state("expiry/after.txt", "success")


def test_a_search_with_a_token_that_was_replaced_keeps_the_list(
    tab: Tab, context: BrowserContext
) -> None:
    tab.stack.upload("kept-list/a.txt")
    tab.stack.settled("kept-list/a.txt")
    tab.sign_in("kept-list/")
    tab.expect_state("kept-list/a.txt", "success")
    tab.wait_for_responses()
    context.route("**/api/*", reject)
    tab.find("kept-list/none")
    expect(tab.page.locator("#sign-in-error")).to_contain_text("no longer valid")
    tab.wait_for_responses()
    expect(tab.row("kept-list/a.txt")).to_be_visible()
    context.unroute("**/api/*")
    type_token(tab, tab.stack.token)
    expect(tab.rows).to_have_count(0)


def test_without_javascript_the_page_says_that_it_is_needed(tab: Tab) -> None:
    browser = tab.page.context.browser
    assert browser is not None
    with browser.new_context(ignore_https_errors=True, java_script_enabled=False) as plain:
        page = plain.new_page()
        page.goto(f"{tab.stack.url}/")
        assert "needs JavaScript" in page.locator("body").inner_text()
        expect(page.locator("#workspace")).to_be_hidden()
