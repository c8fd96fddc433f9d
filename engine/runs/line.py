"""Who may go: the pure rule of the line of runs."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from engine.runs.model import Priority, Run

PATIENCE: Mapping[Priority, timedelta] = MappingProxyType(
    {
        Priority.PERSON: timedelta(),
        Priority.BACKFILL: timedelta(minutes=30),
        Priority.SCHEDULE: timedelta(hours=1),
    }
)
"""For how long after its order a run lets those go first that people ask for meanwhile.

A person waits for minutes. An hour leaves what is due each morning done in the morning, and a
schedule of every hour waits for one due time, not for several.
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A run in line, and the datasets that it writes."""

    run_id: str
    targets: Collection[str]


def place(run: Run) -> tuple[datetime, str]:
    """Where a run stands in line: as if a person had asked for it when its patience ended.

    It never changes, so two runs never change places, and only so many come before any run.
    """
    return run.requested_at + PATIENCE[run.priority], run.id


def first_in_line(waiting: Iterable[Waiting], taken: Collection[str]) -> Iterator[str]:
    """The ids of those that may go, of runs in the order of the line.

    `taken` are the datasets of runs that were let go before. Two runs that write one dataset never
    go together, and nobody overtakes a run that waits for a dataset that both write.
    """
    spoken_for = set(taken)
    for each in waiting:
        if spoken_for.isdisjoint(each.targets):
            yield each.run_id
        spoken_for.update(each.targets)
