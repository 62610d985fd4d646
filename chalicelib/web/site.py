"""The responses that serve the files of the web page, with security headers.

Browsers revalidate the page itself on each visit. It refers to its files by a version, which is a
digest of them all, so that browsers may cache the files forever.
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
CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
}
VERSION_PLACEHOLDER = "{version}"
CACHE_FOREVER = "public, max-age=31536000, immutable"


def page(path: str, request_headers: Mapping[str, str], endpoint: str) -> Response:
    """Return the page, or 304 if the browser has this version of it.

    `path` is that of the request with the stage. Links in the page are relative, so a path without
    a final slash is redirected (308). `request_headers` has names in lower case. `endpoint` is the
    URL of S3's API, which the page may connect to.
    """
    if not path.endswith("/"):
        location = path.rpartition("/")[2] + "/"
        return Response("", _headers(endpoint) | {"Location": location}, 308)
    tag = f'"{version()}"'
    headers = _headers(endpoint) | {"Cache-Control": "no-cache", "ETag": tag}
    if tag in request_headers.get("if-none-match", ""):
        return Response("", headers, 304)
    text = files()[INDEX].replace(VERSION_PLACEHOLDER, version())
    return Response(text, headers | {"Content-Type": CONTENT_TYPES[".html"]}, 200)


def file(of_version: str, name: str, endpoint: str) -> Response:
    """Return one of the page's files, which browsers may cache forever.

    `of_version` is the version in the requested URL. The response is 404 if it is not the deployed
    one, or if there is no file of this name besides the page itself. `endpoint` is that of `page`.
    """
    headers = _headers(endpoint)
    if of_version != version() or name == INDEX or name not in files():
        plain = {"Cache-Control": "no-store", "Content-Type": "text/plain; charset=utf-8"}
        return Response("There is no such file: reload the page.\n", headers | plain, 404)
    cached = {"Cache-Control": CACHE_FOREVER, "Content-Type": CONTENT_TYPES[Path(name).suffix]}
    return Response(files()[name], headers | cached, 200)


@cache
def files() -> Mapping[str, str]:
    """Return the texts of the page's files by name, with SCRIPT in place of all its modules."""
    texts = {path.name: path.read_text("utf-8") for path in sorted(FOLDER.iterdir())}
    modules = {
        name.removesuffix(".js"): texts.pop(name) for name in [*texts] if name.endswith(".js")
    }
    return texts | {SCRIPT: bundle.bundle_modules(modules, "main")}


@cache
def version() -> str:
    """Return the version of the page: 16 hex digits of a digest of all files."""
    digest = hashlib.sha256()
    for name, text in files().items():
        digest.update(f"{name}\0{text}\0".encode())
    return digest.hexdigest()[:16]


def s3_origin(endpoint: str) -> str:
    """Return a CSP source expression (CSP Level 3) that matches all buckets at this S3 endpoint.

    `endpoint` is a URL. Buckets are subdomains of AWS's endpoints only. The header is public, so it
    must not disclose the names of the stage's buckets, which contain the account id.
    """
    parts = urlsplit(endpoint)
    buckets = "*." if (parts.hostname or "").startswith("s3.") else ""
    return f"{parts.scheme}://{buckets}{parts.netloc}"


def _headers(endpoint: str) -> dict[str, Any]:
    """Return the security headers of all responses."""
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
