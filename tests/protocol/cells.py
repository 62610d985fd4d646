"""Contents of cells by number, and what calls change in them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.protocol.memory import Cell, Reply, execute


@dataclass(frozen=True, eq=False)
class Call:
    """The call that a run is about to make; no two are equal."""

    cell: str
    operation: str
    parameters: dict[str, Any] = field(repr=False)

    @property
    def is_write(self) -> bool:
        return self.operation in {"update_item", "put_object"}


Services = Callable[[Call], Reply]


class Cells:
    """All contents that a cell ever had, by number. A call for the same contents is made once."""

    def __init__(self) -> None:
        self._cells: list[Cell] = []
        self._numbers: dict[Cell, int] = {}
        self._applied: dict[tuple[Call, int], tuple[int, Reply]] = {}

    def __getitem__(self, number: int) -> Cell:
        return self._cells[number]

    def number(self, cell: Cell) -> int:
        """Return the number of these contents."""
        number = self._numbers.get(cell)
        if number is None:
            number = self._numbers[cell] = len(self._cells)
            self._cells.append(cell)
        return number

    def apply(self, call: Call, cell: int) -> tuple[int, Reply]:
        """Return the number of a cell after a call, and the reply."""
        result = self._applied.get((call, cell))
        if result is None:
            after, reply = execute(self._cells[cell], call.operation, call.parameters)
            result = self._applied[call, cell] = self.number(after), reply
        return result

    def services(self, numbers: Mapping[str, int]) -> Services:
        """Return services that begin with the cells of these names and numbers."""
        current = dict(numbers)

        def reply_to(call: Call) -> Reply:
            current[call.cell], reply = self.apply(call, current[call.cell])
            return reply

        return reply_to
