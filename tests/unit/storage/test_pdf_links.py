"""Links as AWS wants them, made without asking it, and the names that PDFs are saved under."""

import re
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import clients
from chalicelib.storage.pdf_links import Links, disposition

REGIONS = {
    "us-east-1": "out.s3.amazonaws.com",
    "eu-west-1": "out.s3.eu-west-1.amazonaws.com",
    "ap-southeast-2": "out.s3.ap-southeast-2.amazonaws.com",
}


@pytest.mark.parametrize(("region", "host"), REGIONS.items())
def test_link_has_the_regional_endpoint_of_the_bucket(region: str, host: str) -> None:
    client = boto3.Session("key", "secret", region_name=region).client(
        "s3", config=clients.SIGNING_CONFIG
    )
    url = urlsplit(Links(client, "out").url("a b/ü.pdf"))
    query = parse_qs(url.query)
    assert (url.scheme, url.hostname, unquote(url.path)) == ("https", host, "/a b/ü.pdf")
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert f"/{region}/s3/" in query["X-Amz-Credential"][0]
    assert query["X-Amz-Expires"] == ["300"]


def saved_as(header: str) -> str:
    """The name that a reader of RFC 6266 takes: it prefers `filename*` (4.3)."""
    extended = re.fullmatch(r"attachment; filename=\"[^\"]*\"; filename\*=UTF-8''([^;]*)", header)
    assert extended is not None
    return unquote(extended[1], errors="strict")


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("reports/a.pdf", "a.pdf"),
        ("a b.pdf", "a b.pdf"),
        ("Grüße/ü.pdf", "ü.pdf"),
        ('x/"quoted".pdf', "_quoted_.pdf"),
        ("x/a\r\nSet-Cookie: x.pdf", "a__Set-Cookie_ x.pdf"),
        ("x/..\\..\\evil.pdf", ".._.._evil.pdf"),
        ("100%.pdf", "100%.pdf"),
    ],
)
def test_pdf_is_downloaded_under_its_own_name(key: str, name: str) -> None:
    assert saved_as(disposition(key)) == name


@given(st.text(max_size=1020).map(lambda stem: stem + ".pdf"))
def test_no_key_breaks_the_header_or_yields_a_path(key: str) -> None:
    header = disposition(key)
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
    name = saved_as(header)
    assert not set(name) & set('/\\"')
    assert name.endswith(".pdf")
    assert len(name.encode()) <= 255


def test_filename_parameter_is_ascii() -> None:
    assert 'filename="Gr__e 100_.pdf"' in disposition("x/Grüße 100%.pdf")
