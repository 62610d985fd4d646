"""Uploading hundreds of files at once with the web page."""

import os
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.tab import TIMEOUT_MS, Tab
from tests.browser.uploads import written

FILES = int(os.environ.get("BROWSER_FILES", "500"))
"""Number of files uploaded at once."""


def test_hundreds_of_files_can_be_uploaded_at_once(tab: Tab, tmp_path: Path) -> None:
    count = FILES
    for n in range(count):
        written(tmp_path / f"many/{n:03}.txt", f"File number {n}")
    tab.sign_in("hundreds/")
    tab.page.set_input_files("#folder-input", tmp_path / "many")
    expect(tab.page.locator("#session-summary")).to_have_text(
        f"{count} of {count} finished", timeout=10 * TIMEOUT_MS
    )
    expect(tab.page.locator("#session-rows > [data-state=success]")).to_have_count(count)
    counts = tab.stack.get("/status/summary", {"prefix": "hundreds/"}).json["counts"]
    assert counts == {"SUCCESS": count, "FAILED": 0, "PROCESSING": 0}
    tab.page.get_by_role("button", name="Clear finished").click()
    expect(tab.page.locator("#count-all")).to_have_text(str(count))
    last = tab.row(f"hundreds/many/{count - 1:03}.txt")
    while not last.count():
        before = tab.rows.count()
        # The page, not a row of it: the list may just be replaced by a newer one.
        tab.page.evaluate("scrollTo(0, document.body.scrollHeight)")
        expect(tab.rows).not_to_have_count(before, timeout=TIMEOUT_MS)
    expect(last).to_be_visible()
