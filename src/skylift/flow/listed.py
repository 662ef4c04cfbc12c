"""Several runs at once, as a sequence: for loops, for pandas, for a notebook's eyes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, overload

from skylift.flow.listing import runs_table_of
from skylift.flow.rows import run_row
from skylift.flow.running import Run
from skylift.report.listing import runs_table
from skylift.report.notebook import rows_html
from skylift.values.record import Record
from skylift.values.words import counted


@dataclass(frozen=True, repr=False)
class Runs(Sequence[Run]):
    """Runs in an order. Their records were read when the list was made; each run asks anew."""

    records: tuple[Record, ...]
    open: Callable[[str], Run]
    """Gives the run of a name."""

    @overload
    def __getitem__(self, index: int) -> Run: ...
    @overload
    def __getitem__(self, index: slice) -> Runs: ...
    def __getitem__(self, index: int | slice) -> Run | Runs:
        if isinstance(index, slice):
            return Runs(self.records[index], self.open)
        return self.open(self.records[index].name)

    def __len__(self) -> int:
        return len(self.records)

    def __iter__(self) -> Iterator[Run]:
        return (self.open(record.name) for record in self.records)

    def rows(self) -> list[dict[str, Any]]:
        """A row a run, for ``pandas.DataFrame``.

        ``name job target status created duration`` (seconds) ``reason``, and a column for each parameter (``param:lr``) and
        each metric (``metric:loss``: the best value where its direction is known, else the last).
        """
        return [run_row(record) for record in self.records]

    def __repr__(self) -> str:
        if not self.records:
            return "<Runs: none>"
        return runs_table(runs_table_of(self.records, datetime.now(timezone.utc))).text

    def _repr_html_(self) -> str:
        return rows_html(counted(len(self), "run"), self.rows())
