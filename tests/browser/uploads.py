"""Files to upload in a tab, what the page requested for them, and the texts of their PDFs."""

from io import BytesIO
from pathlib import Path

from pypdf import PdfReader

from tests.browser.tab import Tab

MB = 2**20
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(100)


def written(path: Path, text: str | bytes) -> Path:
    """Write the text to the file, and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def text_of(pdf: bytes) -> str:
    """Return the text of all pages of a PDF."""
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def requested_forms(tab: Tab) -> int:
    """Return how many forms the page requested from the API."""
    return len(_posts(tab, "/uploads"))


def sent_forms(tab: Tab) -> int:
    """Return how many forms the page sent to S3."""
    return len(_posts(tab, tab.stack.settings.input_bucket))


def _posts(tab: Tab, ending: str) -> list[str]:
    return [url for method, url, _ in tab.requests if method == "POST" and url.endswith(ending)]


def keys(tab: Tab, prefix: str) -> list[str]:
    """Return the keys in the input bucket that begin with the prefix."""
    page = tab.stack.s3.list_objects_v2(Bucket=tab.stack.settings.input_bucket, Prefix=prefix)
    return [stored["Key"] for stored in page.get("Contents", [])]
