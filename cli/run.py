"""One question from beginning to end: wait, print, download, and how it ended."""

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
from chalicelib.status.answer import Answer, FileStatus
from chalicelib.status.answers import Answers
from cli import formats, screen, waiting
from cli.downloads import Downloads
from cli.exit_status import Exit, fail, say
from cli.listing import Row
from cli.subject import Subject


@dataclass
class QueryRun:
    """One question being answered; `seen` counts what came out so far."""

    asked: argparse.Namespace
    settings: Settings
    subject: Subject
    seen: Counter[FileStatus] = field(default_factory=Counter)
    pdfs: list[str] = field(default_factory=list)

    def result(self) -> Exit:
        """Print the answer; how it ends."""
        has_ended = self.asked.wait is None or self._wait(float(self.asked.wait))
        try:
            if self.asked.summary:
                self._print_summary()
            else:
                self._print_files()
            sys.stdout.flush()
        except BrokenPipeError:  # `| head` has seen enough, and that is no error
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return self._exit()
        if self.asked.download is not None and not self._download():
            return Exit.NO_ACCESS
        if not has_ended:
            why = f"not all were settled within {float(self.asked.wait):g} s: ask again later"
            return fail(Exit.STILL_GOING_ON, why)
        if not self.seen.total():
            return self._nothing()
        return self._exit()

    @cached_property
    def services(self) -> Services:
        return Services(self.settings)

    @property
    def answers(self) -> Answers:
        return self.services.answers

    def _wait(self, seconds: float) -> bool:
        with screen.progress() as progress:
            task = progress.add_task("waiting", total=None)

            def show(settled: int, total: int) -> None:
                progress.update(task, completed=settled, total=total)

            return waiting.wait(self.answers, self.subject.awaited(self.answers), seconds, show)

    def _print_files(self) -> None:
        subject, answers = self.subject, self.answers
        found = subject.missing(answers) if self.asked.missing else subject.found(answers)
        first = next(found, None)
        if first is not None or self.asked.output == "json":
            formats.FORMATS[self.asked.output](self._rows(chain([first] if first else [], found)))

    def _rows(self, found: Iterable[Answer]) -> Iterator[Row]:
        for answer in found:
            self.seen[answer.status] += 1
            pdf = answer.public["output_key"]
            if pdf is not None:
                self.pdfs.append(pdf)
            is_linked = self.asked.url and pdf is not None
            yield answer, self.services.links.url(pdf) if is_linked else None

    def _print_summary(self) -> None:
        counted = self.answers.listing.counts(self.subject.question).files
        self.seen.update({FileStatus(status): files for status, files in counted.items()})
        told = {"prefix": self.subject.text, "files": counted.total(), "counts": counted}
        formats.counts(told, self.asked.output)

    def _download(self) -> bool:
        """Whether all PDFs were fetched."""
        downloads = Downloads(clients.s3(), self.settings.output_bucket, self.asked.download)
        with screen.progress() as progress:
            task = progress.add_task("fetching", total=len(self.pdfs))
            failures = downloads.fetch(self.pdfs, lambda: progress.advance(task))
        for key, why in failures.items():
            say(f"{key} could not be fetched: {why}")
        return not failures

    def _nothing(self) -> Exit:
        bucket, stage = self.settings.input_bucket, self.settings.stage
        place = f"{self.subject.text!r} in s3://{bucket} (stage {stage})"
        if self.asked.missing and any(True for _ in self.answers.objects(self.subject.text)):
            say(f"nothing is missing under {place}")
            return Exit.ALL_SUCCESS
        return fail(
            Exit.NOTHING_FOUND,
            f"nothing is known of {place}: "
            'keys are case-sensitive; `python query.py ""` lists what there is',
        )

    def _exit(self) -> Exit:
        is_all = self.seen.total() == self.seen[FileStatus.SUCCESS]
        return Exit.ALL_SUCCESS if is_all else Exit.SOME_NOT
