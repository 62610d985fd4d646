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


def scroll_through_all(tab: Tab) -> None:
    """Scroll until all FILES are listed."""
    for count in (50, 100, FILES):
        expect(tab.rows).to_have_count(count)
        scroll_to_the_end(tab.page)


def test_a_refreshed_list_keeps_its_length(tab: Tab) -> None:
    add_records(tab.stack, *(f"long-list/{n:03}.txt" for n in range(FILES)))
    show(tab, "long-list/")
    scroll_through_all(tab)
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


def test_a_list_that_was_scrolled_is_no_wider_than_a_narrower_window(tab: Tab) -> None:
    add_records(tab.stack, *(f"narrow/{n:03}.txt" for n in range(FILES)))
    show(tab, "narrow/")
    scroll_through_all(tab)
    tab.page.evaluate("scrollTo(0, 0)")
    for width in (700, 320):
        tab.page.set_viewport_size({"width": width, "height": 700})
        widths = tab.page.evaluate(
            "[document.documentElement, main].map((one) => one.scrollWidth - one.clientWidth)"
        )
        assert widths == [0, 0]


def test_files_of_another_prefix_are_not_shown_with_an_error(tab: Tab) -> None:
    add_records(tab.stack, "other-prefix/a.txt")
    show(tab, "other-prefix/")
    expect(tab.rows).to_have_count(1)
    tab.find("x" * 1025)
    expect(tab.page.locator("#files-error")).to_contain_text("at most 1024")
    expect(tab.rows).to_have_count(0)
    expect(tab.page.locator("#count-all")).to_have_text("")
    tab.errors.clear()  # that of the refused requests
    tab.find("other-prefix/")
    expect(tab.page.locator("#count-all")).to_have_text("1")
    expect(tab.rows).to_have_count(1)


def test_a_pdf_that_browsers_cannot_address_is_not_offered(tab: Tab) -> None:
    add_records(tab.stack, "dots/../a.txt", "dots/..a.txt")
    show(tab, "dots/")
    expect(tab.row("dots/../a.txt")).to_contain_text("query.py --download")
    expect(tab.row("dots/../a.txt").locator("button")).to_have_count(0)
    expect(tab.row("dots/..a.txt").locator("button.open")).to_have_count(1)
