"""Presigned URLs of PDFs, each of which gives access to one PDF for five minutes."""

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LINK_SECONDS = 300
"""Validity of a link."""

MAX_NAME_BYTES = 255
"""Maximum length of a file name in bytes, as most file systems allow; it bounds the URL, too."""


class Links:
    """Signs URLs of the objects in the output bucket."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def url(self, output_key: str, *, inline: bool = False) -> str:
        """Return a presigned URL (SigV4), valid for LINK_SECONDS, that downloads a PDF.

        With `inline`, a browser shows the PDF instead. Signing takes no request, and does not check
        that the PDF exists. The URL expires earlier if the credentials that signed it do.
        """
        return self._client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": output_key,
                "ResponseContentDisposition": disposition(
                    output_key, "inline" if inline else "attachment"
                ),
                "ResponseContentType": "application/pdf",
            },
            ExpiresIn=LINK_SECONDS,
        )


def disposition(output_key: str, kind: str = "attachment") -> str:
    """Return a Content-Disposition with the last part of the key as file name (RFC 6266, RFC 8187).

    `kind` is `attachment`, which browsers download, or `inline`, which they show. Unprintable
    characters and those of paths and of the header's syntax become `_`, and the name is cut before
    its extension if it is longer than MAX_NAME_BYTES. Clients that read only `filename`, like curl,
    get a name in ASCII.
    """
    last = output_key.rpartition("/")[2]
    stem, dot, extension = _sanitize(last).rpartition(".")
    room = MAX_NAME_BYTES - len((dot + extension).encode())
    name = stem.encode()[:room].decode(errors="ignore") + dot + extension
    plain = re.sub(r"[^ -~]|[%]", "_", name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _sanitize(name: str) -> str:
    """Return a file name with unprintable and reserved characters replaced by `_`."""
    visible = "".join(letter if letter.isprintable() else "_" for letter in name)
    return re.sub(r'["\\/:*?<>|]', "_", visible)
