"""One run of query.py: wait, print, download, and choose the exit status."""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

from chalicelib import clients
from chalicelib.services import Services
from chalicelib.settings import Settings
from chalicelib.status.answers import Answers
from chalicelib.status.file_status import Answer, FileStatus
from cli import formats, screen, waiting
from cli.downloads import Downloads
from cli.exit_status import Exit, fail, print_message
from cli.listing import Row
from cli.subject import Subject


@dataclass
class QueryRun:
    """One run with parsed `options`, for the files of `subject`.

    `counts` are the files printed so far by status, `pdfs` the keys of their PDFs.
    """

    options: argparse.Namespace
    settings: Settings
    subject: Subject
    counts: Counter[FileStatus] = field(default_factory=Counter)
    pdfs: list[str] = field(default_factory=list)

    def run(self) -> Exit:
        """Wait for the selected files if asked to, print them, download their PDFs if asked to.

        Return the exit status. Errors of AWS are raised, except those of single downloads.
        """
        is_settled = self.options.wait is None or self._wait(float(self.options.wait))
        try:
            if self.options.summary:
                self._print_summary()
            else:
                self._print_files()
            sys.stdout.flush()
        except BrokenPipeError:  # `| head` closed the pipe, which is no error
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return self._exit_status()
        if self.options.download is not None and not self._download():
            return Exit.NO_ACCESS
        if not is_settled:
            seconds = float(self.options.wait)
            message = f"not all files were settled within {seconds:g} s: run this again later"
            return fail(Exit.WAIT_TIMED_OUT, message)
        if not self.counts.total():
            return self._report_nothing_found()
        return self._exit_status()

    @cached_property
    def services(self) -> Services:
        """The objects of the stage."""
        return Services(self.settings)

    @property
    def answers(self) -> Answers:
        """The status of the stage's files."""
        return self.services.answers

    def _wait(self, seconds: float) -> bool:
        """Wait until the selected files are settled, and return False if `seconds` pass before."""
        with screen.progress() as progress:
            task = progress.add_task("waiting", total=None)

            def show(settled: int, total: int) -> None:
                progress.update(task, completed=settled, total=total)

            files = self.subject.for_waiting(self.answers)
            return waiting.wait_until_settled(self.answers, files, seconds, show)

    def _print_files(self) -> None:
        """Print the selected files in the chosen format."""
        subject, answers = self.subject, self.answers
        files = subject.missing(answers) if self.options.missing else subject.files(answers)
        first = next(files, None)
        if first is not None or self.options.output == "json":
            rows = self._rows(chain([first] if first else [], files))
            formats.FORMATS[self.options.output](rows)

    def _rows(self, files: Iterable[Answer]) -> Iterator[Row]:
        """Yield a row for each file, and note its status and the key of its PDF."""
        for answer in files:
            self.counts[answer.status] += 1
            pdf = answer.public["output_key"]
            if pdf is not None:
                self.pdfs.append(pdf)
            is_linked = self.options.url and pdf is not None
            yield answer, self.services.links.url(pdf) if is_linked else None

    def _print_summary(self) -> None:
        """Print the number of files with each status."""
        counts = self.answers.listing.counts(self.subject.query).files
        self.counts.update({FileStatus(status): files for status, files in counts.items()})
        summary = {"prefix": self.subject.text, "files": counts.total(), "counts": counts}
        formats.print_summary(summary, self.options.output)

    def _download(self) -> bool:
        """Download the PDFs of the printed files, and return whether all downloads succeeded."""
        downloads = Downloads(clients.s3(), self.settings.output_bucket, self.options.download)
        with screen.progress() as progress:
            task = progress.add_task("downloading", total=len(self.pdfs))
            failures = downloads.fetch(self.pdfs, lambda: progress.advance(task))
        for key, reason in failures.items():
            print_message(f"{key} could not be downloaded: {reason}")
        return not failures

    def _report_nothing_found(self) -> Exit:
        """Print why no file was printed, and return the exit status."""
        bucket, stage = self.settings.input_bucket, self.settings.stage
        place = f"{self.subject.text!r} in s3://{bucket} (stage {stage})"
        if self.options.missing and any(True for _ in self.answers.objects(self.subject.text)):
            print_message(f"nothing is missing under {place}")
            return Exit.ALL_SUCCESS
        return fail(
            Exit.NOTHING_FOUND,
            f"no file matches {place}: {_hint(self.subject.text)}; "
            '`python query.py ""` lists all files',
        )

    def _exit_status(self) -> Exit:
        """Return the exit status for the statuses of the printed files."""
        is_all_success = self.counts.total() == self.counts[FileStatus.SUCCESS]
        return Exit.ALL_SUCCESS if is_all_success else Exit.NOT_ALL_SUCCESS


def _hint(text: str) -> str:
    """Return what may be wrong with a key or prefix that matches no file."""
    if text.lower().endswith(".pdf"):
        return "give the key of the text, or the s3:// location of its PDF"
    if "*" in text:
        return "there are no wildcards, but the beginning of keys selects all of them"
    if text.startswith(("/", "./")):
        return "keys have no / or ./ in front, unless they were uploaded so"
    return "keys are case-sensitive"
