"""What incidents need from outside: a store that belongs to a transaction."""

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from engine.alerts.incidents.model import Incident, Status
from engine.alerts.ports import OutboxTransaction
from engine.alerts.routing.ports import RoutingStore


@dataclass(frozen=True, slots=True)
class About:
    """What some signals may have to do with: names of datasets, runs and fingerprints.

    Runs count for trouble that is about no dataset.
    """

    datasets: Collection[str] = ()
    runs: Collection[str] = ()
    fingerprints: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast incidents begin."""

    opened: int = 0
    """How many began within the last moment."""
    storm: int | None = None
    """The newest storm in which any of them began."""


@dataclass(frozen=True, slots=True)
class StormCount:
    """The incidents of one storm that concern one place.

    `worst` are a few of them, the most severe first.
    """

    total: int
    resolved: int
    began: datetime
    latest: datetime
    worst: tuple[Incident, ...]


class IncidentStore(Protocol):
    """Incidents, within one transaction."""

    async def hold(self) -> None:
        """Keep everybody else from changing incidents before the transaction ends."""
        ...

    async def concerns(self, about: About) -> bool:
        """Whether anything that is not resolved has to do with it."""
        ...

    async def about(
        self, about: About, since: datetime, *, whole: bool = False
    ) -> Sequence[Incident]:
        """Those not resolved that have to do with it; of its fingerprints those resolved since.

        At hand are the members that have to do with it, or all where they are wanted `whole`.
        """
        ...

    async def numbers(self, count: int) -> Sequence[int]:
        """So many numbers that no incident has or will have."""
        ...

    async def save(self, incidents: Sequence[Incident]) -> None:
        """Keep them, new or changed; members that are not at hand stay as they are."""
        ...

    async def get(self, number: int) -> Incident | None:
        """The incident of that number, with the first of its members at hand."""
        ...

    async def whole(self, number: int) -> Incident | None:
        """The same with all of its members."""
        ...

    async def listed(
        self,
        statuses: Collection[Status],
        limit: int,
        datasets: Collection[str] | None = None,
    ) -> Sequence[Incident]:
        """The newest with one of those statuses, about any of those datasets if some are given.

        None is part of another one; each with the first of its members at hand.
        """
        ...

    async def watched(self, at: datetime) -> Sequence[Incident]:
        """Those with which time alone may have to do something."""
        ...

    async def apart_from(self, datasets: Collection[str]) -> Sequence[Incident]:
        """Those not resolved with a member, not over, about any other dataset; each whole."""
        ...

    async def pace(self, since: datetime, most: int) -> Pace:
        """How many began since then, or began again; nobody counts beyond `most`."""
        ...

    async def storm(self, number: int, place: str, named: int) -> StormCount:
        """The incidents of a storm that concern a place, with so many of them."""
        ...


class IncidentTransaction(OutboxTransaction, Protocol):
    """What telling of incidents needs of a transaction."""

    @property
    def incidents(self) -> IncidentStore:
        """Incidents."""
        ...

    @property
    def routing(self) -> RoutingStore:
        """What was said in chat about who hears of what."""
        ...


T_co = TypeVar("T_co", bound=IncidentTransaction, covariant=True)


class IncidentTransactions(Protocol[T_co]):
    """Begins transactions in which incidents can be changed."""

    def begin(self, run_id: str | None = None) -> AbstractAsyncContextManager[T_co]:
        """A transaction: committed at the end of the block, rolled back when it raises."""
        ...
