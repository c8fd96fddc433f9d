"""Verdicts of the past: what each was said of, and which of them tell how a dataset is now."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from engine.catalog.model import DatasetName
from engine.quality.model import Outcome

Named = tuple[DatasetName, str]
"""A check by its dataset and its text."""

MOST_TURNS = 20_000


@dataclass(frozen=True, slots=True)
class Version:
    """What a run made of a dataset in order to publish it."""

    published_at: datetime | None = None
    held_back: bool = False
    """Whether its run ended without publishing it."""

    def waits(self, at: datetime) -> bool:
        """Whether it was not published, or not yet, at a moment."""
        return self.published_at is None or self.published_at > at

    def was_held_back(self, at: datetime) -> bool:
        """Whether it was not published at a moment, and not because its run was at work."""
        return self.held_back or (self.published_at is not None and self.published_at > at)


@dataclass(frozen=True, slots=True)
class PastVerdict:
    """What one check said at one time."""

    dataset: DatasetName
    check: str
    outcome: Outcome
    value: str | None
    reason: str
    at: datetime
    run_id: str
    version: Version | None = None
    """What it was said of; None for the table that was published then."""

    @property
    def of(self) -> Named:
        """The check that said it."""
        return self.dataset, self.check

    @property
    def holds(self) -> bool:
        """Whether the check passed or only warned."""
        return self.outcome in HOLDING

    def is_of_published(self, at: datetime) -> bool:
        """Whether it was said of what is published at a moment."""
        return self.version is None or not self.version.waits(at)


HOLDING = frozenset({Outcome.PASSED, Outcome.WARNED})


@dataclass(frozen=True, slots=True)
class Publication:
    """When a dataset was published last, and by which run."""

    dataset: DatasetName
    run_id: str
    at: datetime


class VerdictHistory(Protocol):
    """Where verdicts of the past are kept; all raise DatabaseError.

    A look at the published table tells nothing of a newer version: as long as that one waits to be
    published, what was said of it stays the newest that is known; `telling` is the rule.
    """

    async def latest(self, checks: Sequence[Named], before: datetime) -> tuple[PastVerdict, ...]:
        """The newest telling verdict of each check before a moment; one without any is left out."""
        ...

    async def course(
        self, checks: Sequence[Named], moments: Sequence[datetime]
    ) -> tuple[PastVerdict, ...]:
        """Telling verdicts by time, among them each check's newest one before each moment."""
        ...

    async def published(self, checks: Sequence[Named], before: datetime) -> tuple[PastVerdict, ...]:
        """The newest verdict of each check on what was published at that moment."""
        ...

    async def publications(
        self, datasets: Sequence[DatasetName], before: datetime
    ) -> tuple[Publication, ...]:
        """When each dataset was published last before a moment; one that never was is left out."""
        ...

    async def evaluated(self, checks: Sequence[Named], before: datetime) -> Collection[Named]:
        """Which of these checks said before a moment anything but that it is not evaluated."""
        ...

    async def turns(self, dataset: DatasetName, before: datetime) -> tuple[PastVerdict, ...]:
        """Of the telling verdicts each unlike the one before it, and each check's first, by time.

        Where there are more than MOST_TURNS, the newest ones.
        """
        ...


def telling(verdicts: Iterable[PastVerdict]) -> Iterator[PastVerdict]:
    """Verdicts in order, without looks at a table of which a newer version waits."""
    newest: dict[Named, Version] = {}
    for each in verdicts:
        if each.version is not None:
            newest[each.of] = each.version
            yield each
        elif each.of not in newest or not newest[each.of].waits(each.at):
            yield each


def newest(verdicts: Iterable[PastVerdict]) -> tuple[PastVerdict, ...]:
    """The last verdict of each check, of verdicts in order."""
    return tuple({each.of: each for each in verdicts}.values())
