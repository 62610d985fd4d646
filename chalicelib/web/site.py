"""The web page: its files, from `web/`, with the headers that keep it safe.

The page itself is asked for anew each time and names a version, a digest of all files; the files
are fetched once per version and kept.
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from chalice.app import Response

from chalicelib.web import bundle

FOLDER = Path(__file__).parent / "static"
INDEX = "index.html"
SCRIPT = "page.js"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
}
VERSION_MARK = "{version}"
UNCHANGING = "public, max-age=31536000, immutable"


def page(path: str, asked: Mapping[str, str], endpoint: str) -> Response:
    """Return the page. `path` is the request's own; `endpoint` is the address of S3's API.

    Links in the page are relative, so an address without its final slash is redirected.
    """
    if not path.endswith("/"):
        location = path.rpartition("/")[2] + "/"
        return Response("", _headers(endpoint) | {"Location": location}, 308)
    tag = f'"{version()}"'
    headers = _headers(endpoint) | {"Cache-Control": "no-cache", "ETag": tag}
    if tag in asked.get("if-none-match", ""):
        return Response("", headers, 304)
    text = files()[INDEX].replace(VERSION_MARK, version())
    return Response(text, headers | {"Content-Type": TYPES[".html"]}, 200)


def file(of_version: str, name: str, endpoint: str) -> Response:
    """Return one of the page's files; 404 unless it is of the version that is deployed."""
    headers = _headers(endpoint)
    if of_version != version() or name == INDEX or name not in files():
        plain = {"Cache-Control": "no-store", "Content-Type": "text/plain; charset=utf-8"}
        return Response("There is no such file: reload the page.\n", headers | plain, 404)
    kept = {"Cache-Control": UNCHANGING, "Content-Type": TYPES[Path(name).suffix]}
    return Response(files()[name], headers | kept, 200)


@cache
def files() -> Mapping[str, str]:
    """The text of each of the page's files, by its name; of all modules, one script."""
    texts = {path.name: path.read_text("utf-8") for path in sorted(FOLDER.iterdir())}
    modules = {
        name.removesuffix(".js"): texts.pop(name) for name in [*texts] if name.endswith(".js")
    }
    return texts | {SCRIPT: bundle.joined(modules, "main")}


@cache
def version() -> str:
    """A digest of all the files."""
    digest = hashlib.sha256()
    for name, text in files().items():
        digest.update(f"{name}\0{text}\0".encode())
    return digest.hexdigest()[:16]


def s3_origin(endpoint: str) -> str:
    """The source expression (CSP 3) for the stage's buckets at S3, whose names it does not tell.

    Strangers can read it, and names of buckets contain the number of the account.
    """
    parts = urlsplit(endpoint)
    buckets = "*." if (parts.hostname or "").startswith("s3.") else ""
    return f"{parts.scheme}://{buckets}{parts.netloc}"


def _headers(endpoint: str) -> dict[str, Any]:
    s3 = s3_origin(endpoint)
    policy = (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        f"connect-src 'self' {s3}",
        f"frame-src {s3}",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    )
    return {
        "Content-Security-Policy": "; ".join(policy),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
