"""The opaque `next` token of a listing, which is valid for one query only.

It contains the last key seen and a digest of that key and the query, by which damaged tokens and
tokens of other queries are detected. The digest needs no secret: clients may list any prefix, so a
forged token gives access to nothing more.
"""

import base64
import binascii
import hashlib
import json

from chalicelib.errors import BadQuestion
from chalicelib.records.naming import MAX_KEY_BYTES
from chalicelib.status.status_query import StatusQuery

_DIGEST_BYTES = 12


def encode(kind: str, bucket: str, query: StatusQuery, after: str) -> str:
    """Return the token to continue the query after the key `after` in this input bucket.

    `kind` is `page` or `count`; a token of one is not valid for the other. The token depends on the
    query's prefix, status and since.
    """
    key = after.encode()
    return base64.urlsafe_b64encode(_digest(kind, bucket, query, key) + key).decode().rstrip("=")


def decode(kind: str, bucket: str, query: StatusQuery, token: str) -> str:
    """Return the key to continue after.

    Raises BadQuestion if the token is damaged, or not of this kind, bucket and query.
    """
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        digest, key = raw[:_DIGEST_BYTES], raw[_DIGEST_BYTES:]
        after = key.decode()
    except (ValueError, binascii.Error) as error:
        raise BadQuestion("next", _REFUSAL) from error
    is_genuine = digest == _digest(kind, bucket, query, key)
    # A forged token may have a valid digest; DynamoDB still requires a key in the query's range.
    in_range = 1 <= len(key) <= MAX_KEY_BYTES and after.startswith(tuple(query.prefixes))
    if not (is_genuine and in_range):
        raise BadQuestion("next", _REFUSAL)
    return after


_REFUSAL = (
    "The token is damaged or belongs to another query: send it unchanged, with the same prefix, "
    "status and since as in the request that returned it, or leave it out to start again."
)


def _digest(kind: str, bucket: str, query: StatusQuery, key: bytes) -> bytes:
    """Return the digest of a key and the query that a token belongs to."""
    query_key = [kind, bucket, query.prefix, query.status, query.since]
    return hashlib.blake2b(
        json.dumps(query_key).encode() + b"\n" + key, digest_size=_DIGEST_BYTES
    ).digest()
