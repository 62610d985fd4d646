"""Uploading files with the web page, including errors and retries."""

import os
import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Route, expect
from pypdf import PdfReader

from infra.web import allow_uploads
from tests.browser.line import Line
from tests.browser.tab import TIMEOUT_MS, Tab
from tests.stack import Stack, wait_for

FILES = int(os.environ.get("BROWSER_FILES", "500"))
"""Number of files uploaded at once; 500 take the local AWS several minutes."""

MB = 2**20
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(100)


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def written(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def posts(tab: Tab, ending: str) -> list[str]:
    return [url for method, url, _ in tab.requests if method == "POST" and url.endswith(ending)]


def requested_forms(tab: Tab) -> int:
    """Return how many forms the page requested from the API."""
    return len(posts(tab, "/uploads"))


def sent_forms(tab: Tab) -> int:
    """Return how many forms the page sent to S3."""
    return len(posts(tab, tab.stack.settings.input_bucket))


def keys(tab: Tab, prefix: str) -> list[str]:
    """Return the keys in the input bucket that begin with the prefix."""
    page = tab.stack.s3.list_objects_v2(Bucket=tab.stack.settings.input_bucket, Prefix=prefix)
    return [stored["Key"] for stored in page.get("Contents", [])]


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


def test_an_upload_can_be_cancelled_and_started_again(tab: Tab, tmp_path: Path) -> None:
    tab.sign_in("cancelled/")
    tab.slow_down(256 * 1024)
    tab.choose(written(tmp_path / "a.txt", b"x\n" * 4 * MB))
    tab.expect_state("cancelled/a.txt", "uploading")
    expect(tab.row("cancelled/a.txt").get_by_role("progressbar")).to_be_visible()
    tab.press("cancelled/a.txt", "Cancel")
    tab.expect_state("cancelled/a.txt", "cancelled")
    assert keys(tab, "cancelled/") == []
    tab.slow_down(-1)
    tab.press("cancelled/a.txt", "Retry")
    tab.expect_state("cancelled/a.txt", "success")


def test_an_upload_is_retried_after_a_lost_connection(
    browser: Browser, stack: Stack, tmp_path: Path
) -> None:
    with Line.running() as line:
        context = browser.new_context(
            ignore_https_errors=True, proxy={"server": line.address, "bypass": "<-loopback>"}
        )
        tab = Tab.of(context, stack)
        tab.sign_in("cut/")
        tab.slow_down(256 * 1024)
        tab.choose(written(tmp_path / "a.txt", b"y\n" * MB))
        progress = tab.row("cut/a.txt").get_by_role("progressbar")
        expect(progress).not_to_have_js_property("value", 0)
        line.cut()
        tab.expect_state("cut/a.txt", "retrying")
        expect(tab.row("cut/a.txt")).to_contain_text("The connection to S3 was interrupted.")
        assert keys(tab, "cut/") == []
        tab.slow_down(-1)
        line.restore()
        tab.expect_state("cut/a.txt", "success")
        context.close()
    head = stack.s3.head_object(Bucket=stack.settings.input_bucket, Key="cut/a.txt")
    assert head["ContentLength"] == 2 * MB


def test_uploads_wait_while_the_device_is_offline(tab: Tab, tmp_path: Path) -> None:
    tab.sign_in("offline/")
    tab.page.context.set_offline(True)
    tab.choose(written(tmp_path / "a.txt", "a"))
    tab.expect_state("offline/a.txt", "offline")
    tab.page.context.set_offline(False)
    tab.expect_state("offline/a.txt", "success")


def test_an_upload_is_retried_when_s3_is_busy(tab: Tab, tmp_path: Path) -> None:
    busy = [
        {"status": 503, "body": "<Error><Code>SlowDown</Code><Message>Slow.</Message></Error>"},
        {"status": 500, "body": "<Error><Code>InternalError</Code></Error>"},
    ]
    responses = iter(busy)

    def respond(route: Route) -> None:
        response = next(responses, None)
        if response is None or route.request.method != "POST":
            route.continue_()
        else:
            route.fulfill(**response)  # type: ignore[arg-type]

    tab.sign_in("busy/")
    tab.page.route(f"**/{tab.stack.settings.input_bucket}", respond)
    tab.choose(written(tmp_path / "a.txt", "a"))
    tab.expect_state("busy/a.txt", "retrying")
    expect(tab.row("busy/a.txt")).to_contain_text("S3 is busy.")
    tab.expect_state("busy/a.txt", "success")
    assert requested_forms(tab) == sent_forms(tab) == len(busy) + 1


def test_an_upload_gets_a_new_form_when_its_form_has_expired(tab: Tab, tmp_path: Path) -> None:
    expired = (
        "<Error><Code>AccessDenied</Code>"
        "<Message>Invalid according to Policy: Policy expired.</Message></Error>"
    )
    tab.sign_in("expired/")
    tab.page.route(
        f"**/{tab.stack.settings.input_bucket}",
        lambda route: route.fulfill(status=403, body=expired),
        times=1,
    )
    tab.choose(written(tmp_path / "a.txt", "a"))
    tab.expect_state("expired/a.txt", "success")
    assert requested_forms(tab) == 2


def test_a_request_without_a_response_is_retried(tab: Tab, tmp_path: Path) -> None:
    hung: list[Route] = []

    def hang_once(route: Route) -> None:
        if hung:
            route.continue_()
        else:
            hung.append(route)  # never gets a response

    tab.page.clock.install()
    tab.sign_in("hung/")
    tab.page.route("**/status?key=*", hang_once)
    tab.choose(written(tmp_path / "a.txt", "a"))
    tab.expect_state("hung/a.txt", "waiting")
    wait_for(lambda: (tab.page.title() and hung) or None, "a request for the file's status")
    tab.page.clock.fast_forward(36_000)
    tab.expect_state("hung/a.txt", "success")


def test_a_rejection_by_s3_is_shown_with_its_reason(tab: Tab, tmp_path: Path) -> None:
    tab.sign_in("denied/")
    refusal = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
    tab.page.route(
        f"**/{tab.stack.settings.input_bucket}",
        lambda route: route.fulfill(status=403, body=refusal),
    )
    tab.choose(written(tmp_path / "a.txt", "a"))
    tab.expect_state("denied/a.txt", "failed")
    expect(tab.row("denied/a.txt")).to_contain_text("S3 refused the upload: Access Denied")
    tab.page.unroute_all()
    tab.press("denied/a.txt", "Retry")
    tab.expect_state("denied/a.txt", "success")


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


def test_only_pages_of_an_allowed_origin_can_upload(
    context: BrowserContext, stack: Stack, tmp_path: Path
) -> None:
    """The page at another host name of this machine has an origin that S3 does not allow."""
    own = urlsplit(stack.url)
    other = f"https://localhost:{own.port}"
    elsewhere = Tab.of(context, replace(stack, url=other + own.path))
    elsewhere.sign_in("origin/")
    elsewhere.choose(written(tmp_path / "a.txt", "a"))
    elsewhere.expect_state("origin/a.txt", "retrying")
    assert any("blocked by CORS policy" in complaint for complaint in elsewhere.errors)
    assert keys(elsewhere, "origin/") == []
    bucket, stage = stack.settings.input_bucket, stack.settings.stage
    allowed = [f"https://{own.netloc}"]
    try:
        allow_uploads(stack.s3, bucket, stage, [*allowed, other])
        elsewhere.expect_state("origin/a.txt", "success")
    finally:
        allow_uploads(stack.s3, bucket, stage, allowed)


def test_there_is_no_drop_zone_with_uploads_off(tab: Tab) -> None:
    def turn_uploads_off(route: Route) -> None:
        response = route.fetch()
        route.fulfill(response=response, json=response.json() | {"uploads": None})

    tab.page.route("**/settings", turn_uploads_off)
    tab.sign_in()
    expect(tab.page.locator("#files")).to_be_visible()
    expect(tab.page.locator("#upload")).to_be_hidden()


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
        tab.rows.last.scroll_into_view_if_needed()
        # An answer that never comes is given up after 35 s, and asked for again.
        expect(tab.rows).not_to_have_count(before, timeout=4 * TIMEOUT_MS)
    expect(last).to_be_visible()
