"""Who may go: the pure rule of the line of runs."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waiting:
    """A run in line, and the datasets that it writes."""

    run_id: str
    targets: Collection[str]


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
