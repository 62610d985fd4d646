"""The opaque `next` token: where a listing goes on, bound to the question it belongs to.

It holds the last key seen and a digest over that key and the question. The digest keeps a token
from being used with another question, or damaged, unnoticed. It is no secret: whoever may ask can
ask for any prefix anyway, so a forged token opens nothing that the bearer token does not.
"""

import base64
import binascii
import hashlib
import json

from chalicelib.errors import BadQuestion
from chalicelib.records.naming import MAX_KEY_BYTES
from chalicelib.status.status_query import StatusQuery

_DIGEST_BYTES = 12


def encoded(kind: str, bucket: str, question: StatusQuery, after: str) -> str:
    """The token for going on after the key `after`; `kind` tells listings and counts apart."""
    key = after.encode()
    return base64.urlsafe_b64encode(_digest(kind, bucket, question, key) + key).decode().rstrip("=")


def decoded(kind: str, bucket: str, question: StatusQuery, token: str) -> str:
    """The key to go on after; BadQuestion unless the token was made for this very question."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        digest, key = raw[:_DIGEST_BYTES], raw[_DIGEST_BYTES:]
        after = key.decode()
    except (ValueError, binascii.Error) as error:
        raise BadQuestion("next", _REFUSAL) from error
    is_genuine = digest == _digest(kind, bucket, question, key)
    # A forged one may get the digest right; DynamoDB still wants a key of the question's own range.
    if not (is_genuine and 1 <= len(key) <= MAX_KEY_BYTES and after.startswith(question.prefix)):
        raise BadQuestion("next", _REFUSAL)
    return after


_REFUSAL = (
    "The token is damaged or belongs to another question: send it back unchanged, with the same "
    "prefix, status and since as the answer that gave it; or leave it out to begin anew."
)


def _digest(kind: str, bucket: str, question: StatusQuery, key: bytes) -> bytes:
    asked = [kind, bucket, question.prefix, question.status, question.since]
    return hashlib.blake2b(
        json.dumps(asked).encode() + b"\n" + key, digest_size=_DIGEST_BYTES
    ).digest()
