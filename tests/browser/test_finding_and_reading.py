"""The web page: filters by prefix and status, unusual keys, and the PDF beside the list."""

import re
from collections.abc import Callable
from urllib.parse import unquote

import pytest
from playwright.sync_api import expect

from tests.browser.tab import TIMEOUT_MS, Tab
from tests.browser.uploads import PICTURE, text_of
from tests.stack import Stack, wait_for

LONG = "long/" + "é" * 506 + "/ab.txt"
HOSTILE = {
    "emoji": "hostile/👩‍👩‍👧‍👦 family.txt",
    "right to left": "hostile/שלום/عربي.txt",
    "script": "hostile/<script>document.title='taken'</script>.txt",
    "image": "hostile/<img src=x onerror=document.title='taken'>.txt",
    "newline": "hostile/two\nlines\r\n.txt",
    "right-to-left override": "hostile/\u202etxt.exe.txt",
    "spaces": "hostile/ two  spaces\u00a0.txt",
    "percent": "hostile/100%25 + &amp; ?#.txt",
    "quotes": "hostile/\"'`\\.txt",
}
SHOWN = {
    "newline": "hostile/twoU+000AlinesU+000DU+000A.txt",
    "right-to-left override": "hostile/U+202Etxt.exe.txt",
    "spaces": "hostile/ two  spacesU+00A0.txt",
}
"""Text on the page for keys that are not shown unchanged."""


def expect_title(tab: Tab, text: str) -> None:
    titles = tab.page.locator(".row:not([hidden]) .title")
    expect(titles.filter(has_text=re.compile(f"^{re.escape(text)}$"))).to_have_count(
        1, timeout=TIMEOUT_MS
    )


@pytest.fixture(scope="module")
def hostile(stack: Stack) -> dict[str, str]:
    """Converted files with each of these keys."""
    for key in HOSTILE.values():
        stack.upload(key, b"harmless")
        stack.settled(key)
    return HOSTILE


def test_keys_of_any_kind_are_shown_safely(tab: Tab, hostile: dict[str, str]) -> None:
    tab.sign_in()
    tab.find("hostile/")
    for name, key in hostile.items():
        expect_title(tab, SHOWN.get(name, key))
    assert tab.page.title() == "Text to PDF"
    assert tab.page.locator("main img").count() == 1  # the drop zone's own


def test_files_with_any_key_can_be_uploaded_and_read(tab: Tab) -> None:
    names = ["👩‍👩‍👧‍👦.txt", "שלום.txt", "<b>bold<b>.txt", "two\nlines.txt", "tab\t%20+&.txt"]
    tab.sign_in("any-key/")
    tab.page.evaluate(
        """names => {
            const transfer = new DataTransfer();
            for (const name of names) transfer.items.add(new File(["I am " + name], name));
            dispatchEvent(new DragEvent("drop", {dataTransfer: transfer, cancelable: true}));
        }""",
        names,
    )
    for name in names:
        record = tab.stack.settled(f"any-key/{name}")
        assert record.status == "SUCCESS"
    expect(tab.page.locator("#session-rows > [data-state=success]")).to_have_count(
        len(names), timeout=TIMEOUT_MS
    )
    tab.page.locator("#session-rows button.open", has_text="lines").click()
    frame = tab.page.locator("#reader iframe")
    expect(frame).to_be_visible()
    assert "/any-key/two\nlines.pdf?" in unquote(frame.get_attribute("src") or "")


def test_a_key_of_1024_bytes_works(tab: Tab) -> None:
    assert len(LONG.encode()) == 1024
    folder, _, name = LONG.rpartition("/")
    tab.sign_in()
    tab.page.fill("#destination", folder)
    tab.page.set_input_files(
        "#files-input", {"name": name, "mimeType": "text/plain", "buffer": b"long"}
    )
    assert tab.stack.settled(LONG).status == "SUCCESS"
    expect(tab.page.locator("#session-rows > [data-state=success]")).to_have_count(
        1, timeout=TIMEOUT_MS
    )
    assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.fixture(scope="module")
def mixed(stack: Stack) -> None:
    """Three files that are converted, and two that fail."""
    for n in range(3):
        stack.upload(f"mixed/good-{n}.txt", f"good {n}".encode())
    for n in range(2):
        stack.upload(f"mixed/bad-{n}.txt", PICTURE)
    for key in [f"mixed/good-{n}.txt" for n in range(3)] + [f"mixed/bad-{n}.txt" for n in range(2)]:
        stack.settled(key)


@pytest.mark.usefixtures("mixed")
def test_files_can_be_filtered_by_prefix_and_status_and_are_counted(tab: Tab) -> None:
    tab.sign_in()
    tab.find("mixed/")
    expect(tab.rows).to_have_count(5)
    for status, count in (("all", "5"), ("SUCCESS", "3"), ("FAILED", "2"), ("PROCESSING", "0")):
        expect(tab.page.locator(f"#count-{status}")).to_have_text(count)
    tab.page.get_by_role("radio", name="Failed").check()
    expect(tab.rows).to_have_count(2)
    tab.find("mixed/good-")
    expect(tab.page.locator("#files-empty")).to_contain_text("No file matches")
    tab.page.get_by_role("radio", name="All").check()
    expect(tab.rows).to_have_count(3)
    tab.page.reload()
    expect(tab.page.locator("#prefix")).to_have_value("mixed/good-")
    expect(tab.rows).to_have_count(3)


@pytest.mark.usefixtures("mixed")
def test_a_pdf_can_be_read_and_downloaded_and_its_link_copied(tab: Tab) -> None:
    tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.sign_in()
    tab.find("mixed/")
    assert "good 1" in text_of(tab.read("mixed/good-1.txt"))

    def viewer() -> str | None:
        """Return the address of Chromium's PDF viewer in the frame."""
        assert tab.page.evaluate("frames.length") == 1
        addresses = [frame.url for frame in tab.page.frames]
        return next((a for a in addresses if a.startswith("chrome-extension://")), None)

    assert wait_for(viewer, "the browser's viewer")
    with tab.page.expect_download() as download:
        tab.page.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "good-1.pdf"
    assert "good 1" in text_of(download.value.path().read_bytes())
    tab.page.get_by_role("button", name="Copy link").click()
    expect(tab.page.locator("#reader-note")).to_have_text(
        "Link copied. It is valid for five minutes."
    )
    link = tab.page.evaluate("navigator.clipboard.readText()")
    assert "X-Amz-Expires=300" in link
    assert "good 1" in text_of(tab.stack.fetch(link).body)


@pytest.mark.usefixtures("mixed")
def test_a_deleted_pdf_is_reported(tab: Tab) -> None:
    tab.stack.upload("mixed-deleted/a.txt")
    tab.stack.settled("mixed-deleted/a.txt")
    bucket = tab.stack.settings.output_bucket
    tab.stack.s3.delete_object(Bucket=bucket, Key="mixed-deleted/a.pdf")
    tab.sign_in()
    tab.find("mixed-deleted/")
    tab.row("mixed-deleted/a.txt").locator("button.open").click()
    expect(tab.page.locator("#reader-error")).to_contain_text("has been deleted since")


def test_an_upload_in_one_tab_is_shown_in_another(new_tab: Callable[[], Tab]) -> None:
    first, second = new_tab(), new_tab()
    for tab in (first, second):
        tab.sign_in("two-tabs/")
    for tab, name in ((first, "from-one.txt"), (second, "from-two.txt")):
        tab.page.bring_to_front()
        tab.page.set_input_files(
            "#files-input", {"name": name, "mimeType": "text/plain", "buffer": name.encode()}
        )
        tab.expect_state(f"two-tabs/{name}", "success")
    second.find("two-tabs/from-")
    second.expect_state("two-tabs/from-one.txt", "success")
    first.page.bring_to_front()
    first.page.reload()
    first.expect_states(["two-tabs/from-one.txt", "two-tabs/from-two.txt"], "success")


def test_polling_stops_when_everything_is_settled(tab: Tab) -> None:
    tab.page.clock.install()
    tab.sign_in("polling/")
    tab.page.set_input_files(
        "#files-input", {"name": "a.txt", "mimeType": "text/plain", "buffer": b"a"}
    )
    tab.expect_state("polling/a.txt", "success")
    tab.page.clock.run_for(5_000)  # the list is requested once more
    tab.wait_for_responses()  # requests without a response within 35 s would be retried
    before = len(tab.requests)
    tab.page.clock.run_for(600_000)
    tab.wait_for_responses()
    assert len(tab.requests) == before
