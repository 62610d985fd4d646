"""Accessibility of the web page: keyboard, screen readers, colour schemes and narrow screens."""

from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FileChooser, Page, expect
from playwright.sync_api import TimeoutError as NoDialog

from tests.browser.tab import TIMEOUT_MS, Tab
from tests.browser.uploads import PICTURE, written
from tests.stack import wait_for

RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    # The browser's PDF viewer is not part of the page, and axe cannot inspect it.
    "iframes": False,
}
SCHEMES = ("light", "dark", "forced colours")


def findings(page: Page) -> list[str]:
    result = Axe().run(page, options=RULES)
    return [
        f"{violation['id']}: {node['html'][:200]} {node.get('failureSummary', '')}"
        for violation in result.response["violations"]
        for node in violation["nodes"]
    ]


def set_scheme(page: Page, scheme: str) -> None:
    is_forced = scheme == "forced colours"
    colours: Literal["light", "dark"] = "dark" if scheme == "dark" else "light"
    page.emulate_media(
        color_scheme=colours,
        forced_colors="active" if is_forced else "none",
        reduced_motion="reduce",
    )


def test_axe_finds_no_violations_in_any_state_or_colour_scheme(tab: Tab, tmp_path: Path) -> None:
    page = tab.page
    findings_by_state: dict[str, list[str]] = {}

    def check(state: str) -> None:
        for scheme in SCHEMES:
            set_scheme(page, scheme)
            findings_by_state[f"{state}, {scheme}"] = findings(page)

    tab.open()
    page.get_by_label("API token").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.locator("#sign-in-error")).to_contain_text("not valid")
    check("a wrong token")
    tab.sign_in("axe/")
    check("signed in")
    page.get_by_text("Page options").click()
    tab.choose(
        written(tmp_path / "good.txt", "good"),
        written(tmp_path / "again.txt", "again"),
        written(tmp_path / "bad.txt", PICTURE),
        written(tmp_path / "sheet.xlsx", "PK"),
    )
    tab.expect_states(["axe/good.txt", "axe/again.txt"], "success")
    tab.expect_state("axe/bad.txt", "failed")
    tab.choose(tmp_path / "again.txt")
    tab.expect_state("axe/again.txt", "asking")
    tab.slow_down(64 * 1024)
    tab.choose(written(tmp_path / "big.txt", b"b\n" * 2**20))
    tab.expect_state("axe/big.txt", "uploading")
    check("uploading, done, failed, asking")
    tab.press("axe/big.txt", "Cancel")
    tab.slow_down(-1)
    tab.read("axe/good.txt")
    check("reading")
    assert {state: texts for state, texts in findings_by_state.items() if texts} == {}
    assert len(findings_by_state) == 4 * len(SCHEMES)


def focused(page: Page) -> str:
    """Return the accessible name, text or id of the focused element."""
    name: str = page.evaluate(
        "(document.activeElement.ariaLabel ?? document.activeElement.innerText).trim()"
        " || document.activeElement.id"
    )
    return name


def tab_to(page: Page, name: str, key: str = "Tab") -> None:
    """Press the key until the element of that name has the focus."""
    for _ in range(40):
        if focused(page) == name:
            return
        page.keyboard.press(key)
    raise AssertionError(f"{name!r} cannot be reached by the keyboard")


def file_chooser(page: Page) -> FileChooser:
    """Press Enter until the file dialog opens; a busy Chromium may ignore a key press."""
    for _ in range(5):
        try:
            with page.expect_file_chooser(timeout=10_000) as chooser:
                page.keyboard.press("Enter")
        except NoDialog:
            continue
        return chooser.value
    raise AssertionError("the file dialog did not open")


def test_everything_can_be_done_by_keyboard(tab: Tab, tmp_path: Path) -> None:
    page = tab.page
    tab.open()
    expect(page.get_by_label("API token")).to_be_focused(timeout=TIMEOUT_MS)
    page.keyboard.type(tab.stack.token)
    page.keyboard.press("Enter")
    expect(page.locator("#workspace")).to_be_visible(timeout=TIMEOUT_MS)
    tab_to(page, "destination")
    page.keyboard.type("keyboard/")
    tab_to(page, "Choose files", "Shift+Tab")
    file_chooser(page).set_files(
        [written(tmp_path / "a.txt", "a"), written(tmp_path / "bad.txt", PICTURE)]
    )
    tab.expect_state("keyboard/a.txt", "success")
    tab.expect_state("keyboard/bad.txt", "failed")
    tab_to(page, "keyboard/a.txt")
    page.keyboard.press("Enter")
    expect(page.locator("#reader-title")).to_be_focused()
    tab_to(page, "Copy link")
    page.keyboard.press("Escape")
    expect(page.locator("#reader")).to_be_hidden()
    assert focused(page) == "keyboard/a.txt"
    tab_to(page, "prefix")
    page.keyboard.type("keyboard/")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowLeft")  # wraps from 'All' to 'Failed'
    expect(page.get_by_role("radio", name="Failed")).to_be_checked()
    tab_to(page, "Sign out", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("API token")).to_be_focused()


def test_progress_and_results_are_announced_to_screen_readers(tab: Tab, tmp_path: Path) -> None:
    tab.sign_in("spoken/")
    tab.page.evaluate(
        """() => {
            const live = document.getElementById("live");
            window.spoken = [];
            new MutationObserver(() => window.spoken.push(live.textContent))
                .observe(live, {childList: true, characterData: true, subtree: true});
        }"""
    )
    assert tab.page.locator("#live").get_attribute("role") == "status"
    tab.choose(written(tmp_path / "a.txt", "a"), written(tmp_path / "b.txt", "b"))
    tab.expect_states(["spoken/a.txt", "spoken/b.txt"], "success")

    def spoken() -> list[str] | None:
        words: list[str] = tab.page.evaluate("window.spoken")
        return words if "Finished: 2 PDFs ready." in words else None

    assert "2 files added." in wait_for(spoken, "the result to be announced")


@pytest.mark.parametrize("width", [320, 390, 768])
def test_the_page_fits_a_phone(tab: Tab, width: int) -> None:
    tab.stack.upload("phone/a-name-that-is-rather-long-for-a-phone.txt")
    tab.stack.settled("phone/a-name-that-is-rather-long-for-a-phone.txt")
    tab.page.set_viewport_size({"width": width, "height": 800})
    tab.sign_in()
    tab.find("phone/")
    tab.read("phone/a-name-that-is-rather-long-for-a-phone.txt")
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
    tab.page.get_by_role("button", name="Close").click()
    expect(tab.page.locator("#reader")).to_be_hidden()
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_layout_does_not_shift_during_a_conversion(tab: Tab, tmp_path: Path) -> None:
    tab.sign_in("steady/")
    tab.page.evaluate(
        """() => {
            window.jumps = 0;
            new PerformanceObserver(list => {
                for (const shift of list.getEntries()) {
                    if (!shift.hadRecentInput) window.jumps += shift.value;
                }
            }).observe({type: "layout-shift", buffered: false});
        }"""
    )
    tab.choose(written(tmp_path / "a.txt", "a"))
    expect(tab.row("steady/a.txt")).to_be_visible()
    tab.page.evaluate("window.jumps = 0")  # adding a row moves the rows below it, as intended
    tab.expect_state("steady/a.txt", "success")
    assert tab.page.evaluate("window.jumps") < 0.02
