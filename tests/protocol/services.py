"""S3 and DynamoDB for a test, of the emulator or in memory."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.records.claim import Claim, Refusal
from chalicelib.records.s3_changes import Removal, Upload, pad_sequencer
from chalicelib.storage.table import Records

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Services:
    """Clients, names of a table and buckets, and a key that no other test uses."""

    s3: Any
    dynamodb: Any
    table: str
    versioned: str
    plain: str
    key: str

    def at(self, minute: int) -> Records:
        """Return the table's records with a clock at a minute of the day."""
        return Records(self.dynamodb, self.table, 1, lambda: NOW + timedelta(minutes=minute))

    def upload(self, sequencer: str = "01", *, is_reconciled: bool = False) -> Upload:
        return Upload(
            self.versioned, self.key, pad_sequencer(sequencer), NOW, is_reconciled=is_reconciled
        )

    def removal(self, sequencer: str) -> Removal:
        return Removal(self.versioned, self.key, pad_sequencer(sequencer), NOW)

    def claimed(self, sequencer: str = "01", claim_id: str = "a", minute: int = 0) -> Claim:
        """Claim an upload for ten minutes."""
        until = NOW + timedelta(minutes=minute + 10)
        claim = self.at(minute).claim(self.upload(sequencer), claim_id, until)
        assert isinstance(claim, Claim)
        return claim

    def refused(self, upload: Upload, claim_id: str, minute: int = 0) -> Refusal:
        until = NOW + timedelta(minutes=minute + 10)
        refusal = self.at(minute).claim(upload, claim_id, until)
        assert isinstance(refusal, Refusal)
        return refusal


Make = Callable[[], Services]
