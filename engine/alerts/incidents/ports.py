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
    """What some signals may have to do with: names of datasets, runs and fingerprints."""

    datasets: Collection[str] = ()
    runs: Collection[str] = ()
    fingerprints: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast incidents begin."""

    opened: int = 0
    """How many began within the last moment."""
    storm: int | None = None
    """The storm of the newest of them, where it began in one."""


@dataclass(frozen=True, slots=True)
class StormCount:
    """The incidents of one storm; `worst` are a few of them, the most severe first."""

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

    async def about(self, about: About, since: datetime) -> Sequence[Incident]:
        """Those not resolved that have to do with it; of its fingerprints those resolved since."""
        ...

    async def add(self, incident: Incident) -> Incident:
        """Keep a new one; the same with its number."""
        ...

    async def save(self, incident: Incident) -> None:
        """Keep what changed."""
        ...

    async def get(self, number: int) -> Incident | None:
        """The incident of that number."""
        ...

    async def listed(self, statuses: Collection[Status], limit: int) -> Sequence[Incident]:
        """The newest with one of those statuses; none that is part of another one."""
        ...

    async def watched(self, at: datetime) -> Sequence[Incident]:
        """Those with which time alone may have to do something."""
        ...

    async def pace(self, since: datetime) -> Pace:
        """How many began since then."""
        ...

    async def storm(self, number: int, named: int) -> StormCount:
        """The incidents of a storm, with so many of them."""
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
