"""What must hold: at every moment, and when nothing is left to happen."""

from functools import cache

from chalicelib.records.record import Record, Status, record_from, timestamp
from chalicelib.records.transitions import violation
from tests.protocol.explorer import DEAD, DONE, RECONCILE, World
from tests.protocol.memory import Item, Version


def violated(world: World) -> str | None:
    """What does not hold, or None."""
    record = recorded(world.record)
    wrong = _success_is_true(world, record)
    if wrong or not world.is_quiescent:
        return wrong
    return _nothing_finished_is_forgotten(world, record) or _the_newest_is_told(world, record)


def forbidden(old: Item, new: Item) -> str | None:
    """What the rules that audit the deployed table say against this step of the record."""
    return violation(recorded(old), recorded(new))


@cache
def recorded(cell: Item) -> Record | None:
    """The record that the cell holds."""
    if cell.attributes is None:
        return None
    values = {n: int(v) if kind == "N" else v for n, kind, v in cell.attributes}
    return record_from(values)


def _text(pdf: Version | None) -> str | None:
    return None if pdf is None else (pdf.body or b"").rpartition(b"\n")[2].decode()


def _sequencer(world: World, position: int) -> str:
    return world.scope.change(position).sequencer


def _success_is_true(world: World, record: Record | None) -> str | None:
    """A reader who is told SUCCESS finds the PDF of that upload's text, or of a newer one's."""
    if record is None or record.status is not Status.SUCCESS:
        return None
    texts, pdf = world.scope.texts, world.output.current
    if pdf is None or pdf.etag != record.output_etag:
        return f"SUCCESS without its PDF: {record.output_etag} is not {pdf and pdf.etag}"
    since = 0
    if not record.input_deleted_at:  # then the record is in the place of the deletion
        places = (p for p in range(len(texts)) if texts[p] is not None)
        since = max((p for p in places if _sequencer(world, p) <= record.sequencer), default=0)
    if _text(pdf) not in texts[since:]:
        return f"a PDF of {_text(pdf)!r}, older than upload {since}"
    return None


def _nothing_finished_is_forgotten(world: World, record: Record | None) -> str | None:
    """No upload's event is done while the record is of an older one.

    A deletion's may be: where it finds that the file was uploaded again, it writes nothing.
    """
    for position, event in zip(world.scope.events, world.events, strict=True):
        if event == DONE and position != RECONCILE and world.scope.texts[position] is not None:
            if record is None:
                return f"event {position} is done, without a record"
            if record.sequencer < _sequencer(world, position):
                return f"event {position} is done, and the record is of an older one"
    return None


def _the_newest_is_told(world: World, record: Record | None) -> str | None:
    """Unless its event is in the failure queue, record and PDF are of the newest change."""
    newest = len(world.scope.texts) - 1
    ways = {newest, RECONCILE} if world.scope.reconciles_last else {newest}
    fates = {
        fate for event, fate in zip(world.scope.events, world.events, strict=True) if event in ways
    }
    if DONE not in fates or record is None:
        return None
    if world.scope.texts[newest] is None:
        gone = record.input_deleted_at or record.error_code == "ObjectGone"
        # Reconciling leaves a claim alone until its lease ends, even if its run is dead.
        is_alarmed = record.status is Status.PROCESSING and DEAD in fates
        return None if gone or is_alarmed else "the record does not say that the input is gone"
    if record.status is not Status.SUCCESS:
        # A run that lost its claim to another run of the same upload is done; that one may die.
        is_alarmed = record.retryable is not False and DEAD in fates
        return None if is_alarmed else f"the newest upload ended as {record.status} {record.error}"
    return _names_the_newest(world, record)


def _names_the_newest(world: World, record: Record) -> str | None:
    newest = len(world.scope.texts) - 1
    read = world.input.current
    if newest in world.scope.events and record.sequencer < _sequencer(world, newest):
        return "the record is of an older upload"
    if _text(world.output.current) != world.scope.texts[newest]:
        return "the PDF is not of the newest text"
    if read is None or (record.etag, record.version_id) != (read.etag, read.id):
        return "the record does not name the object that was read"
    # Reconciling meanwhile may have listed the upload before: the next time finds it out.
    is_dated = record.uploaded_at == timestamp(world.scope.moment(newest))
    if world.scope.reconciles_last and not is_dated:
        return "the record does not name the newest upload"
    return None
