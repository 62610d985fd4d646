"""Links to PDFs: whoever has one may fetch that PDF, and nothing else, for five minutes."""

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LINK_SECONDS = 300

MAX_NAME_BYTES = 255
"""What file systems allow one name, in bytes; so that the link stays short of any limit too."""


class Links:
    """Signs links to the objects of the output bucket."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def url(self, output_key: str, *, inline: bool = False) -> str:
        """A link (SigV4) that is good for LINK_SECONDS and saves the PDF under its own name.

        With `inline`, a browser shows the PDF instead of saving it. Made here, without a request;
        it ends earlier if the credentials that signed it do.
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
    """Content-Disposition that saves under the key's last part (RFC 6266, names as in RFC 8187).

    Control characters, and what would make it a path or end the header, become `_`. Programs
    that know only `filename`, like curl, get a name in ASCII.
    """
    last = output_key.rpartition("/")[2]
    stem, dot, extension = _harmless(last).rpartition(".")
    room = MAX_NAME_BYTES - len((dot + extension).encode())
    name = stem.encode()[:room].decode(errors="ignore") + dot + extension
    plain = re.sub(r"[^ -~]|[%]", "_", name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _harmless(name: str) -> str:
    visible = "".join(letter if letter.isprintable() else "_" for letter in name)
    return re.sub(r'["\\/:*?<>|]', "_", visible)
