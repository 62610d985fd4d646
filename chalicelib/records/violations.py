"""The changes of a record that the protocol allows; docs/protocol.md gives the reasons.

These rules check changes after they were made; `claim.refusal` decides whether a run may claim an
upload. `violation` does not depend on how records are stored: the exhaustive check applies it to
every step of its model, and `announce` to every change of the deployed table.
"""

from dataclasses import replace

from chalicelib.errors import ObjectGone
from chalicelib.records.record import Record, Status

_SUCCESS_ATTRIBUTES = ("etag", "output_bucket", "output_key", "output_etag", "pages")
_FAILURE_ATTRIBUTES = ("error_code", "error", "retryable")
_RESULT_ATTRIBUTES = ("output_bucket", "output_key", "pages", "error_code", "error", "retryable")


def violation(old: Record | None, new: Record | None) -> str | None:
    """Return why the protocol does not allow this change of a record, or None if it does.

    `old` or `new` is None if there is no record before or after the change. Equal records are
    allowed.
    """
    if new is None:
        return None if old is None else "a record was deleted"
    if new == old:
        return None
    return _contradiction(new) or (_step(old, new) if old else _first(new))


def _contradiction(record: Record) -> str | None:
    """Return which attribute contradicts the status of a record, or None."""
    required: tuple[str, ...]
    forbidden: tuple[str, ...]
    match record.status:
        case Status.SUCCESS:
            required, forbidden = _SUCCESS_ATTRIBUTES, _FAILURE_ATTRIBUTES
        case Status.FAILED:
            required, forbidden = _FAILURE_ATTRIBUTES, ("output_key",)
        case Status.PROCESSING:
            required, forbidden = ("lease_expires_at", "claim"), _RESULT_ATTRIBUTES
    for name in required:
        if getattr(record, name) in {None, ""}:
            return f"a record in {record.status} has no {name}"
    for name in forbidden:
        if getattr(record, name) is not None:
            return f"a record in {record.status} has a {name}"
    return None


def _first(new: Record) -> str | None:
    """Return why a record may not begin like this, or None."""
    if new.input_deleted_at:
        return None if _is_gone(new) else "a removal without a record did not end as ObjectGone"
    if new.status is not Status.PROCESSING:
        return f"a record began as {new.status}, without a claim"
    return None if new.attempts == 1 else f"a first claim is attempt {new.attempts}"


def _step(old: Record, new: Record) -> str | None:
    """Return why a record may not change from `old` to `new`, or None."""
    if (old.input_bucket, old.input_key) != (new.input_bucket, new.input_key):
        return "the record is of another file"
    if new.sequencer < old.sequencer:
        return f"the sequencer went back from {old.sequencer} to {new.sequencer}"
    if new.sequencer == old.sequencer:
        return _same_upload(old, new)
    if new.input_deleted_at:
        return _removal(old, new)
    if new.status is not Status.PROCESSING:
        return f"a newer upload ended as {new.status}, without a claim"
    if new.attempts != 1:
        return f"a newer upload was claimed as attempt {new.attempts}"
    if new.output_etag != old.output_etag:
        return "a claim changed the output_etag"
    return None


def _same_upload(old: Record, new: Record) -> str | None:
    """Return why a record of one upload may not change like this, or None.

    Its claim may finish it; another run may claim it if it is retryable or its run is dead.
    """
    if old.input_deleted_at or new.input_deleted_at:
        return "a removal was changed in its place"
    if old.status is Status.SUCCESS or old.retryable is False:
        return f"a finished upload went from {old.status} to {new.status}"
    if new.status is Status.PROCESSING:
        return _takeover(old, new)
    if old.status is not Status.PROCESSING:
        return f"an upload went from {old.status} to {new.status}, without a claim"
    if (new.claim, new.attempts) != (old.claim, old.attempts):
        return "another run than the one with the claim finished the upload"
    return None


def _takeover(old: Record, new: Record) -> str | None:
    """Return why a run may not claim the upload again, or None."""
    if new.attempts != old.attempts + 1:
        return f"a claim of attempt {old.attempts} was taken over as attempt {new.attempts}"
    is_dead = old.claim == new.claim or old.lease_expires_at < new.processed_at
    if old.status is Status.PROCESSING and not is_dead:
        return "a claim was taken over before its lease ended"
    return None


def _removal(old: Record, new: Record) -> str | None:
    """Return why a removal may not change the record like this, or None.

    A SUCCESS or permanent failure is kept; anything else ends as ObjectGone.
    """
    if old.status is Status.SUCCESS or old.retryable is False:
        expected = replace(old, sequencer=new.sequencer, input_deleted_at=new.input_deleted_at)
        return None if new == expected else "a removal changed what was finished"
    return None if _is_gone(new) else "a removal left an unfinished upload open"


def _is_gone(record: Record) -> bool:
    """Return whether a record ended because its input was deleted."""
    return record.error_code == ObjectGone.__name__ and record.retryable is False
