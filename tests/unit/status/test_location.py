"""Locations: of the text, of its PDF, and of neither."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import BadQuestion
from chalicelib.records import naming
from chalicelib.settings import Settings
from chalicelib.status import location

TWO = Settings("dev", "in", "out", "table", "/token")
ONE = Settings("dev", "b", "b", "table", "/token", input_prefix="text/", output_prefix="pdf/")


@pytest.mark.parametrize(
    ("settings", "text", "key"),
    [
        (TWO, "a.txt", "a.txt"),
        (TWO, "s3://in/a.txt", "a.txt"),
        (TWO, "s3://in", ""),
        (TWO, "s3://in//a.txt", "/a.txt"),
        (TWO, "s3://in/s3://in/a.txt", "s3://in/a.txt"),
        (TWO, "s3://out/a.pdf", "a.txt"),
        (TWO, "s3://out/a.PdF", "a.TxT"),
        (TWO, "s3://out/reports/", "reports/"),
        (ONE, "s3://b/text/a.txt", "text/a.txt"),
        (ONE, "s3://b/pdf/a.pdf", "text/a.txt"),
        (ONE, "s3://b/pdf/reports/", "text/reports/"),
        (ONE, "s3://b/", ""),
    ],
)
def test_a_location_means_an_input_key(settings: Settings, text: str, key: str) -> None:
    assert location.key_of_location(text, settings) == key


@given(st.text(max_size=40), st.sampled_from(["txt", "TXT", "Txt"]), st.sampled_from([TWO, ONE]))
def test_the_location_of_a_pdf_selects_its_text(
    stem: str, extension: str, settings: Settings
) -> None:
    key = f"{settings.input_prefix}{stem}.{extension}"
    pdf = naming.output_key(key, **settings.names)
    assert location.key_of_location(f"s3://{settings.output_bucket}/{pdf}", settings) == key


@pytest.mark.parametrize("text", ["s3://elsewhere/a.txt", "s3://", "s3:///a.txt", "s3://IN/a"])
def test_another_bucket_is_rejected_with_the_names_of_the_right_ones(text: str) -> None:
    with pytest.raises(BadQuestion, match="input bucket is in, its output bucket out"):
        location.key_of_location(text, TWO)


def test_the_location_of_a_pdf_may_mean_the_text_of_an_earlier_version() -> None:
    assert location.key_of_location("s3://out/app.log.pdf", TWO) == "app.log"
    former = location.former_text("s3://out/app.log.pdf", TWO)
    assert former == location.FormerText("app.log.txt", "app.log.pdf")
    one = location.former_text("s3://b/pdf/app.log.pdf", ONE)
    assert one == location.FormerText("text/app.log.txt", "pdf/app.log.pdf")
    for text in ("app.log.pdf", "s3://in/app.log.pdf", "s3://out/a.pdf", "s3://out/app.log.PDF"):
        assert location.former_text(text, TWO) is None
    assert location.former_text("s3://b/text/app.log.pdf", ONE) is None
