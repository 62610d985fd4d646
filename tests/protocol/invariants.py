"""Invariants of the protocol: those of every state, and those of final states."""

from functools import cache

from chalicelib.records.record import Record, Status, record_from, timestamp
from chalicelib.records.violations import violation
from tests.protocol.explorer import DEAD, DONE, World
from tests.protocol.memory import Item, Version
from tests.protocol.scopes import RECONCILE


def violated(world: World) -> str | None:
    """Return the invariant that the state violates, or None."""
    record = recorded(world.record)
    violated_invariant = _check_success(world, record)
    if violated_invariant or not world.is_quiescent:
        return violated_invariant
    return _check_finished_events(world, record) or _check_newest_change(world, record)


def forbidden(old: Item, new: Item) -> str | None:
    """Return the rule of the audit that this change of the record violates, or None."""
    return violation(recorded(old), recorded(new))


@cache
def recorded(cell: Item) -> Record | None:
    """Return the record that the cell holds, if any."""
    if cell.attributes is None:
        return None
    values = {n: int(v) if kind == "N" else v for n, kind, v in cell.attributes}
    return record_from(values)


def _text(pdf: Version | None) -> str | None:
    return None if pdf is None else (pdf.body or b"").rpartition(b"\n")[2].decode()


def _sequencer(world: World, position: int) -> str:
    return world.scope.change(position).sequencer


def _check_success(world: World, record: Record | None) -> str | None:
    """If the record is SUCCESS, its PDF exists and is of that upload's text, or a newer one's."""
    if record is None or record.status is not Status.SUCCESS:
        return None
    texts, pdf = world.scope.texts, world.output.current
    if pdf is None or pdf.etag != record.output_etag:
        return f"SUCCESS without its PDF: {record.output_etag} is not {pdf and pdf.etag}"
    since = 0
    if not record.input_deleted_at:  # otherwise the sequencer is the deletion's
        uploads = (p for p in range(len(texts)) if texts[p] is not None)
        since = max((p for p in uploads if _sequencer(world, p) <= record.sequencer), default=0)
    if _text(pdf) not in texts[since:]:
        return f"a PDF of {_text(pdf)!r}, older than upload {since}"
    return None


def _check_finished_events(world: World, record: Record | None) -> str | None:
    """If an upload's event is done, the record is not of an older upload.

    This does not apply to deletions: if the file was uploaded again, their events write nothing.
    """
    for position, event in zip(world.scope.events, world.events, strict=True):
        if event == DONE and position != RECONCILE and world.scope.texts[position] is not None:
            if record is None:
                return f"event {position} is done, without a record"
            if record.sequencer < _sequencer(world, position):
                return f"event {position} is done, and the record is of an older one"
    return None


def _check_newest_change(world: World, record: Record | None) -> str | None:
    """Record and PDF are of the newest change, unless its event is in the failure queue."""
    newest = len(world.scope.texts) - 1
    relevant = {newest, RECONCILE} if world.scope.reconciles_last else {newest}
    outcomes = {
        outcome
        for event, outcome in zip(world.scope.events, world.events, strict=True)
        if event in relevant
    }
    if DONE not in outcomes or record is None:
        return None
    if world.scope.texts[newest] is None:
        gone = record.input_deleted_at or record.error_code == "ObjectGone"
        # Reconciliation skips a claim until its lease expires, even if its run is dead.
        is_alarmed = record.status is Status.PROCESSING and DEAD in outcomes
        return None if gone or is_alarmed else "the record does not say that the input is gone"
    if record.status is not Status.SUCCESS:
        # A run is done if another run of the same upload took over its claim, and that may die.
        is_alarmed = record.retryable is not False and DEAD in outcomes
        return None if is_alarmed else f"the newest upload ended as {record.status} {record.error}"
    return _check_newest_upload(world, record)


def _check_newest_upload(world: World, record: Record) -> str | None:
    newest = len(world.scope.texts) - 1
    read = world.input.current
    if newest in world.scope.events and record.sequencer < _sequencer(world, newest):
        return "the record is of an older upload"
    if _text(world.output.current) != world.scope.texts[newest]:
        return "the PDF is not of the newest text"
    if read is None or (record.etag, record.version_id) != (read.etag, read.id):
        return "the record does not name the object that was read"
    # A concurrent reconciliation may have listed the previous upload; the next one corrects it.
    is_dated = record.uploaded_at == timestamp(world.scope.moment(newest))
    if world.scope.reconciles_last and not is_dated:
        return "the record does not name the newest upload"
    return None
