"""A page of one or more columns of rows side by side, each of which is laid out like a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from chalicelib.converter.drawing.content_sequences import ContentSequence, content_sequences
from chalicelib.converter.layout.page import Page
from chalicelib.converter.recognition.paragraphs import Block, Paragraphs, as_one


@dataclass(frozen=True, slots=True)
class Sheet:
    """The columns from left to right, their blocks, and the marked-content sequences of each.

    `goes_on` is whether the first block continues the last block of the sheet before.
    """

    columns: Sequence[Page]
    blocks: Sequence[Block]
    sequences: Sequence[Sequence[ContentSequence]]
    headings: Sequence[tuple[Block, Page]]
    goes_on: bool

    @classmethod
    def of(
        cls, columns: Sequence[Page], paragraphs: Paragraphs, *, one_block_each: bool
    ) -> "Sheet":
        """Return the sheet of at least one column; `paragraphs` has seen all columns before.

        `one_block_each` is whether a column has one block only, whatever its paragraphs are.
        """
        blocks: list[Block] = []
        sequences: list[list[ContentSequence]] = []
        headings: list[tuple[Block, Page]] = []
        goes_on = False
        for number, column in enumerate(columns):
            own, continues = paragraphs.blocks(column)
            headings += [(block, column) for block in own if block.heading]
            own = as_one(own) if one_block_each else own
            goes_on = continues if number == 0 else goes_on
            is_shared = bool(blocks) and continues
            first = len(blocks) - is_shared
            sequences.append(
                [
                    part._replace(block=first + part.block, order=(number, *part.order))
                    for part in (content_sequences(column, own) if own else ())
                ]
            )
            blocks += own[is_shared:]
        return cls(columns, blocks, sequences, headings, goes_on)

    @property
    def all_sequences(self) -> list[ContentSequence]:
        """The sequences of all columns, in the order in which they are drawn."""
        return list(chain.from_iterable(self.sequences))
