"""What others ask of incidents: where they went, and how many of each owner are open."""

from collections.abc import Sequence

from engine.adapters.postgres.database import Database
from engine.adapters.postgres.incidents import PostgresIncidents
from engine.alerts.incidents.model import Incident, Status
from engine.alerts.incidents.telling import notice_of
from engine.alerts.routing.ports import Posted
from engine.cards import Severity
from engine.catalog.model import Project
from engine.digests.model import OpenOf

_MOST_DIGITS = 18
_MOST_COUNTED = 1000
_UNRESOLVED = (Status.OPEN, Status.ACKNOWLEDGED, Status.SNOOZED)


class PostgresIncidentNotices:
    """The incidents of the state tables, as notices."""

    def __init__(self, database: Database, project: Project) -> None:
        self._database = database
        self._project = project

    async def last_in(self, place: str) -> Posted | None:
        """The newest that was posted there."""
        async with self._database.connect() as connection:
            store = PostgresIncidents(connection)
            return await self._posted(store, await store.last_in(place))

    async def of(self, incident: str) -> Posted | None:
        """The one of that id, such as INC-12."""
        digits = incident.upper().removeprefix("INC").lstrip("- ")
        if not digits.isdecimal() or len(digits) > _MOST_DIGITS:
            return None
        async with self._database.connect() as connection:
            store = PostgresIncidents(connection)
            return await self._posted(store, await store.get(int(digits)))

    async def _posted(self, store: PostgresIncidents, found: Incident | None) -> Posted | None:
        """What became part of another one stands for that one."""
        if found is not None and found.merged_into is not None:
            found = await store.get(found.merged_into)
        if found is None:
            return None
        notice = notice_of(self._project, found)
        return Posted(
            found.id, notice, found.opened_at, found.posted, found.withheld, found.reasons
        )


class PostgresOpenIncidents:
    """The incidents that are not resolved, counted by owner."""

    def __init__(self, database: Database, project: Project) -> None:
        self._database = database
        self._project = project

    async def by_owner(self) -> Sequence[OpenOf]:
        """Those of each owner's datasets, the owner of most first."""
        async with self._database.connect() as connection:
            found = await PostgresIncidents(connection).listed(_UNRESOLVED, _MOST_COUNTED)
        owned: dict[str, list[Incident]] = {}
        for each in found:
            owned.setdefault(self._owner(each), []).append(each)
        ordered = sorted(owned.items(), key=lambda item: (-len(item[1]), item[0]))
        return tuple(_open_of(owner, incidents) for owner, incidents in ordered)

    def _owner(self, incident: Incident) -> str:
        dataset = incident.cause.dataset
        owner = self._project.owner_of(dataset) if dataset else None
        return owner.name if owner else ""


def _open_of(owner: str, incidents: Sequence[Incident]) -> OpenOf:
    critical = sum(each.severity is Severity.CRITICAL for each in incidents)
    oldest = min(incidents, key=lambda each: each.number)
    return OpenOf(owner, len(incidents), critical, oldest.id)
