"""Uploading files with the web page."""

import re
from io import BytesIO
from pathlib import Path

from playwright.sync_api import Route, expect
from pypdf import PdfReader

from tests.browser.tab import Tab
from tests.browser.uploads import (
    MB,
    PICTURE,
    keys,
    requested_forms,
    sent_forms,
    text_of,
    written,
)


def test_three_files_and_a_folder_can_be_dropped_and_read(tab: Tab, tmp_path: Path) -> None:
    files = [written(tmp_path / f"{name}.txt", f"I am {name}.") for name in ("one", "two", "three")]
    written(tmp_path / "trip/monday.txt", "Rain all day.")
    written(tmp_path / "trip/photos/list.txt", "A list of photos.")
    tab.sign_in("dropped/")
    tab.drop(*files, tmp_path / "trip")
    every = ["one.txt", "two.txt", "three.txt", "trip/monday.txt", "trip/photos/list.txt"]
    tab.expect_states([f"dropped/{path}" for path in every], "success")
    assert sorted(keys(tab, "dropped/")) == sorted(f"dropped/{path}" for path in every)
    expect(tab.row("dropped/one.txt")).to_contain_text(re.compile("1 page · .* text, .* PDF"))
    assert "I am two." in text_of(tab.read("dropped/two.txt"))
    assert "A list of photos." in text_of(tab.read("dropped/trip/photos/list.txt"))
    expect(tab.page.locator("#reader-title")).to_have_text("dropped/trip/photos/list.txt")


def test_a_chosen_folder_keeps_its_paths(tab: Tab, tmp_path: Path) -> None:
    written(tmp_path / "year/january/a.txt", "January")
    tab.sign_in("chosen")
    tab.page.set_input_files("#folder-input", tmp_path / "year")
    tab.expect_state("chosen/year/january/a.txt", "success")


def test_page_options_apply_to_files_added_afterwards(tab: Tab, tmp_path: Path) -> None:
    path = written(tmp_path / "wide.txt", "wide")
    tab.sign_in("options/")
    summary = tab.page.locator("#options-summary")
    expect(summary).to_have_text("standard")
    tab.page.get_by_text("Page options").click()
    tab.page.get_by_label("Orientation").select_option("landscape")
    tab.page.get_by_label("Paper").select_option("letter")
    expect(summary).to_have_text("Paper: Letter, Orientation: Landscape")
    tab.page.get_by_label("Type size").fill("20")
    tab.choose(path)
    tab.expect_state("options/wide.txt", "success")
    box = PdfReader(BytesIO(tab.read("options/wide.txt"))).pages[0].mediabox
    assert (float(box.width), float(box.height)) == (792.0, 612.0)
    head = tab.stack.s3.head_object(Bucket=tab.stack.settings.input_bucket, Key="options/wide.txt")
    assert head["ContentType"] == "text/plain"
    assert head["Metadata"] == {
        "pdf-orientation": "landscape",
        "pdf-page-size": "letter",
        "pdf-font-size": "20",
    }
    tab.page.get_by_label("Type size").fill("99")
    tab.choose(path)
    expect(tab.page.locator("#notices")).to_contain_text("A page option is not valid")


def test_a_failure_shows_the_error_of_the_record(tab: Tab, tmp_path: Path) -> None:
    tab.sign_in("failure/")
    tab.choose(written(tmp_path / "picture.txt", PICTURE))
    tab.expect_state("failure/picture.txt", "failed")
    file = tab.stack.get("/status", {"key": "failure/picture.txt"}).json
    expect(tab.row("failure/picture.txt")).to_contain_text(file["error"])
    expect(tab.row("failure/picture.txt")).to_contain_text(file["detail"])


def test_the_page_asks_before_it_overwrites_a_file(tab: Tab, tmp_path: Path) -> None:
    for name in ("kept", "replaced"):
        tab.stack.upload(f"again/{name}.txt", b"old words")
        tab.stack.settled(f"again/{name}.txt")
    tab.sign_in("again/")
    tab.choose(*(written(tmp_path / f"{name}.txt", "new words") for name in ("kept", "replaced")))
    tab.expect_states(["again/kept.txt", "again/replaced.txt"], "asking")
    assert sent_forms(tab) == 0
    tab.press("again/kept.txt", "Skip")
    tab.press("again/replaced.txt", "Replace")
    tab.expect_state("again/kept.txt", "skipped")
    tab.expect_state("again/replaced.txt", "success")
    expect(tab.page.locator("#session-summary")).to_have_text("2 of 2 finished, 1 not uploaded")
    assert "new words" in text_of(tab.read("again/replaced.txt"))
    assert "old words" in text_of(tab.stack.pdf("again/kept.pdf"))


def test_an_unsupported_file_is_reported_before_it_is_uploaded(tab: Tab, tmp_path: Path) -> None:
    large = written(tmp_path / "large.txt", "")
    with large.open("r+b") as file:
        file.truncate(256 * MB + 1)
    tab.sign_in("refused/")
    tab.choose(large, written(tmp_path / "sheet.xlsx", "PK"))
    tab.expect_state("refused/large.txt", "refused")
    expect(tab.row("refused/large.txt")).to_contain_text("the limit is 256 MB")
    expect(tab.page.locator("#notices")).to_contain_text(
        "1 file left out: only text files (.txt, .log, .csv"
    )
    tab.page.get_by_text("Which files").click()
    expect(tab.page.locator("#notices li")).to_have_text("sheet.xlsx")
    assert (requested_forms(tab), sent_forms(tab)) == (0, 0)


def test_a_location_is_refused_as_a_folder(tab: Tab, tmp_path: Path) -> None:
    location = f"s3://{tab.stack.settings.input_bucket}/team/"
    tab.sign_in()
    tab.page.fill("#destination", location)
    tab.choose(written(tmp_path / "a.txt", "words"))
    tab.expect_state(f"{location}a.txt", "refused")
    expect(tab.row(f"{location}a.txt")).to_contain_text(
        "leave out s3:// and the name of the bucket"
    )
    assert sent_forms(tab) == 0


def test_reloading_keeps_files_that_were_uploaded(tab: Tab, tmp_path: Path) -> None:
    tab.sign_in("reload/")
    tab.choose(*(written(tmp_path / f"{n}.txt", f"{n}") for n in range(3)))
    tab.expect_states([f"reload/{n}.txt" for n in range(3)], "success")
    tab.slow_down(64 * 1024)
    tab.choose(written(tmp_path / "big.txt", b"z\n" * MB))
    tab.expect_state("reload/big.txt", "uploading")
    tab.page.reload()
    tab.expect_states([f"reload/{n}.txt" for n in range(3)], "success")
    tab.expect_state("reload/big.txt", "refused")
    expect(tab.row("reload/big.txt")).to_contain_text("Add the file again")
    expect(tab.page.locator("#prefix")).to_have_value("reload/")


def test_there_is_no_drop_zone_with_uploads_off(tab: Tab) -> None:
    def turn_uploads_off(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, json=response.json() | {"uploads": None})

    tab.page.route("**/settings", turn_uploads_off)
    tab.sign_in()
    expect(tab.page.locator("#files")).to_be_visible()
    expect(tab.page.locator("#upload")).to_be_hidden()
