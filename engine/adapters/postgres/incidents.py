"""Incidents in their table, changed by one transaction at a time."""

import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    case,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import Text

from engine.adapters.postgres.incident_tables import incidents
from engine.alerts.incidents.model import Incident, Status
from engine.alerts.incidents.ports import About, Pace, StormCount
from engine.cards import Severity

_INCIDENT = TypeAdapter(Incident)

_HOLD = text("SELECT pg_advisory_xact_lock(hashtextextended('atlas incidents', 0))")

_OPEN = incidents.c.status != Status.RESOLVED
_APART = incidents.c.merged_into.is_(None)
_BY_SEVERITY = case(
    {each.value: place for place, each in enumerate(Severity)}, value=incidents.c.severity
)


class PostgresIncidents:
    """Incidents on one connection, in the transaction of whoever holds it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def hold(self) -> None:
        """An advisory lock that goes with the transaction."""
        await self._connection.execute(_HOLD)

    async def concerns(self, about: About) -> bool:
        """Whether there is any, looked up by an index."""
        query = select(incidents.c.number).where(_OPEN, _APART, _touches(about)).limit(1)
        return await self._connection.scalar(query) is not None

    async def about(self, about: About, since: datetime) -> Sequence[Incident]:
        """SELECT, oldest first."""
        again = and_(
            incidents.c.resolved_at >= since,
            incidents.c.fingerprints.overlap(_texts(about.fingerprints)),
        )
        wanted = or_(and_(_OPEN, _touches(about)), again)
        return await self._read(select(incidents).where(_APART, wanted).order_by("number"))

    async def add(self, incident: Incident) -> Incident:
        """INSERT; PostgreSQL gives the number."""
        made = insert(incidents).values(**_values(incident), created_at=incident.changed_at)
        number = await self._connection.scalar(made.returning(incidents.c.number))
        return _numbered(incident, int(number or 0))

    async def save(self, incident: Incident) -> None:
        """UPDATE."""
        await self._connection.execute(
            update(incidents)
            .where(incidents.c.number == incident.number)
            .values(**_values(incident))
        )

    async def get(self, number: int) -> Incident | None:
        """The row of that number."""
        found = await self._read(select(incidents).where(incidents.c.number == number))
        return found[0] if found else None

    async def listed(self, statuses: Collection[Status], limit: int) -> Sequence[Incident]:
        """SELECT, newest first."""
        query = (
            select(incidents)
            .where(_APART, incidents.c.status.in_(list(statuses)))
            .order_by(incidents.c.number.desc())
            .limit(limit)
        )
        return await self._read(query)

    async def watched(self, at: datetime) -> Sequence[Incident]:
        """SELECT those that are marked so, without the ones that sleep on."""
        awake = or_(incidents.c.snoozed_until.is_(None), incidents.c.snoozed_until <= at)
        query = select(incidents).where(incidents.c.watched, awake)
        return await self._read(query.order_by("number"))

    async def last_in(self, place: str) -> Incident | None:
        """The newest that was posted in a place."""
        query = select(incidents).where(incidents.c.places.overlap(_texts([place])))
        found = await self._read(query.order_by(incidents.c.number.desc()).limit(1))
        return found[0] if found else None

    async def pace(self, since: datetime) -> Pace:
        """Those that were added since."""
        query = (
            select(func.count(), func.max(incidents.c.number))
            .select_from(incidents)
            .where(incidents.c.created_at >= since)
        )
        opened, newest = (await self._connection.execute(query)).one()
        if newest is None:
            return Pace()
        storm = select(incidents.c.storm).where(incidents.c.number == newest)
        return Pace(opened, await self._connection.scalar(storm))

    async def storm(self, number: int, named: int) -> StormCount:
        """Counted by an index."""
        of_it = incidents.c.storm == number
        counted = select(
            func.count(),
            func.count(incidents.c.resolved_at),
            func.min(incidents.c.created_at),
            func.max(incidents.c.created_at),
        ).where(of_it)
        total, resolved, began, latest = (await self._connection.execute(counted)).one()
        worst = (
            select(incidents)
            .where(of_it)
            .order_by(incidents.c.resolved_at.is_not(None), _BY_SEVERITY.desc(), "number")
            .limit(named)
        )
        return StormCount(total, resolved, began, latest, tuple(await self._read(worst)))

    async def _read(self, query: Select[tuple[object, ...]]) -> tuple[Incident, ...]:
        return tuple(_incident(row) for row in await self._connection.execute(query))


def _touches(about: About) -> ColumnElement[bool]:
    return or_(
        incidents.c.datasets.overlap(_texts(about.datasets)),
        incidents.c.runs.overlap(_texts(about.runs)),
        incidents.c.fingerprints.overlap(_texts(about.fingerprints)),
    )


def _texts(names: Collection[str]) -> ColumnElement[list[str]]:
    return literal(list(names), ARRAY(Text))


def _values(incident: Incident) -> dict[str, object]:
    return {
        "status": incident.status,
        "severity": incident.severity,
        "merged_into": incident.merged_into,
        "storm": incident.storm,
        "datasets": list(incident.datasets),
        "runs": list(incident.runs),
        "fingerprints": list(incident.fingerprints),
        "places": [each.place for each in incident.posted],
        "document": json.loads(_INCIDENT.dump_json(incident, exclude_defaults=True)),
        "resolved_at": incident.resolved_at,
        "snoozed_until": incident.snoozed_until,
        "watched": _is_watched(incident),
    }


def _is_watched(incident: Incident) -> bool:
    """Whether time alone may have to do something with it."""
    if incident.resolved:
        return False
    sleeps = incident.status is Status.SNOOZED and incident.snoozed_until is not None
    waits = incident.status is Status.OPEN and incident.storm in {None, incident.number}
    return sleeps or waits or incident.flapping or incident.withheld is not None


def _incident(row: Row[tuple[object, ...]]) -> Incident:
    return _numbered(_INCIDENT.validate_json(json.dumps(row.document)), row.number)


def _numbered(incident: Incident, number: int) -> Incident:
    return replace(incident, number=number)
