"""Lists of more files than the page requests at once: scrolling, and refreshing them."""

from playwright.sync_api import Page, Route, expect

from chalicelib.records.record import Status
from tests import seeding
from tests.browser.tab import Tab
from tests.stack import Stack

FILES = 140


def add_records(stack: Stack, *keys: str) -> None:
    settings = stack.settings
    records = [seeding.record(settings.input_bucket, key, Status.SUCCESS) for key in keys]
    seeding.write(stack.dynamodb, settings.table, settings.shards, records)


def show(tab: Tab, prefix: str) -> None:
    """Wait for the list with this prefix, as the page has one of all files before."""
    tab.sign_in()
    with tab.page.expect_request("**/status?prefix=" + prefix.replace("/", "%2F*")):
        tab.find(prefix)
    tab.wait_for_responses()


def scroll_to_the_end(page: Page) -> None:
    page.evaluate("scrollTo(0, document.body.scrollHeight)")


def test_a_refreshed_list_keeps_its_length(tab: Tab) -> None:
    add_records(tab.stack, *(f"long-list/{n:03}.txt" for n in range(FILES)))
    show(tab, "long-list/")
    for count in (50, 100, FILES):
        expect(tab.rows).to_have_count(count)
        scroll_to_the_end(tab.page)
    add_records(tab.stack, "long-list/000 is new.txt")
    tab.find("long-list/")
    expect(tab.row("long-list/000 is new.txt")).to_have_count(1)
    assert tab.rows.count() == FILES


def test_scrolling_continues_after_a_refresh_that_failed(tab: Tab) -> None:
    """The end of the list comes into view while the refresh still waits for its response."""
    add_records(tab.stack, *(f"refreshed/{n:03}.txt" for n in range(FILES)))
    show(tab, "refreshed/")
    expect(tab.rows).to_have_count(50)
    held: list[Route] = []

    def hold_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    tab.page.route("**/status?prefix=refreshed*", hold_first)
    with tab.page.expect_request("**/status?prefix=refreshed*"):
        tab.find("refreshed/")
    scroll_to_the_end(tab.page)
    held[0].fulfill(status=400, json={"title": "Refused", "status": 400, "detail": "refused"})
    expect(tab.page.locator("#files-error")).to_have_text("refused")
    expect(tab.rows).to_have_count(100)
    expect(tab.page.locator("#files-error")).to_be_empty()
