"""Uploads that are cancelled, interrupted or refused, and started again."""

from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Route, expect

from infra.throttling_and_cors import allow_uploads
from tests.browser.line import Line
from tests.browser.tab import Tab
from tests.browser.uploads import MB, keys, requested_forms, sent_forms, written
from tests.stack import Stack, wait_for


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
