"""The objects that entry points and commands use; most are built once, when first needed."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from chalicelib import clients
from chalicelib.api.authorization import TokenAuthorizer
from chalicelib.api.uploads import Forms
from chalicelib.settings import Settings
from chalicelib.status.answers import Answers
from chalicelib.storage.bucket import Bucket
from chalicelib.storage.pdf_links import Links
from chalicelib.storage.table import Records

if TYPE_CHECKING:
    from chalicelib.converter import Report
    from chalicelib.events.announcer import Announcer
    from chalicelib.events.intake import Intake
    from chalicelib.pipeline.pipeline import Pipeline
    from chalicelib.pipeline.reconciliation import Reconciliation


@dataclass
class Services:
    """The objects behind one stage's functions and commands.

    The properties are built once, when they are first needed. The methods return a new object each
    time.
    """

    settings: Settings

    @cached_property
    def gate(self) -> TokenAuthorizer:
        """The check of the API's bearer token."""
        return TokenAuthorizer(clients.ssm(), self.settings)

    @cached_property
    def records(self) -> Records:
        """The table of records."""
        return Records(clients.dynamodb(), self.settings.table, self.settings.shards)

    @cached_property
    def inputs(self) -> Bucket:
        """The bucket that text files are uploaded to."""
        return self.bucket(self.settings.input_bucket)

    @cached_property
    def outputs(self) -> Bucket:
        """The bucket that PDFs are stored in."""
        return self.bucket(self.settings.output_bucket)

    @cached_property
    def answers(self) -> Answers:
        """The status of the files in the input bucket, one by one or by prefix."""
        return Answers(self.records, self.inputs, self.settings.input_prefix)

    @cached_property
    def links(self) -> Links:
        """The signer of links to the PDFs in the output bucket."""
        return Links(clients.signer(), self.settings.output_bucket)

    @cached_property
    def forms(self) -> Forms:
        """The signer of upload forms."""
        return Forms(clients.signer(), self.settings.input_bucket, self.settings.max_bytes)

    @cached_property
    def pipeline(self) -> "Pipeline":
        """The pipeline that converts uploads."""
        from chalicelib.converter import convert, preload
        from chalicelib.pipeline.pipeline import Pipeline

        def preloaded(*conversion: Any) -> "Report":
            preload()  # not before, as removals need no conversion
            return convert(*conversion)

        return Pipeline(self.records, self.bucket, self.settings, convert=preloaded)

    def reconciliation(self, function: str) -> "Reconciliation":
        """Return a new reconciliation of the input bucket.

        `function` is the full name of the Lambda function that runs it.
        """
        from chalicelib.pipeline.reconciliation import Functions, Reconciliation

        return Reconciliation(
            bucket=self.inputs,
            records=self.records,
            functions=Functions(clients.functions(), function),
            prefix=self.settings.input_prefix,
        )

    @cached_property
    def intake(self) -> "Intake":
        """The handler of the events that `convert` is invoked with."""
        from chalicelib.events.inspector import Inspector
        from chalicelib.events.intake import Intake

        inspector = Inspector(self.records, self.bucket, self.settings.input_prefix)
        return Intake(self.pipeline, inspector, self.settings.input_bucket)

    @cached_property
    def announcer(self) -> "Announcer":
        """The handler of the events that `announce` is invoked with."""
        from chalicelib.events.announcer import Announcer, Topic

        return Announcer(Topic(clients.sns(), self.settings.topic), self.settings.stage)

    def bucket(self, name: str) -> Bucket:
        """Return a new Bucket of this name; it is not checked that the bucket exists."""
        return Bucket(clients.s3(), name)
