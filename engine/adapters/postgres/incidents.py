"""Incidents and their members in two tables, changed by one transaction at a time."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.adapters.postgres.database import driver
from engine.alerts.incidents.model import Incident, Member, Status, Totals
from engine.alerts.incidents.ports import About, Pace, StormCount
from engine.cards import Severity

AT_HAND = 20
"""So many members are read of an incident beside those that are asked for."""

_INCIDENT = TypeAdapter(Incident)
_MEMBER = TypeAdapter(Member)
_TOTALS = TypeAdapter(Totals)

_HOLD = text("SELECT pg_advisory_xact_lock(hashtextextended('atlas incidents', 0))")


def _touching(datasets: str, runs: str, fingerprints: str) -> str:
    return f"""(dataset = ANY(CAST({datasets} AS text[]))
  OR dataset IS NULL AND runs && CAST({runs} AS text[])
  OR fingerprint = ANY(CAST({fingerprints} AS text[])))"""


_TOUCHES = _touching(":datasets", ":runs", ":fingerprints")

_CONCERNS = f"""
SELECT EXISTS (SELECT FROM atlas.incident_members JOIN atlas.incidents ON number = incident
WHERE {_touching("$1", "$2", "$3")} AND status <> 'resolved' AND merged_into IS NULL)"""
"""Asked at the end of each step: the driver takes half as long over it as SQLAlchemy."""

_HEADS = "SELECT number, CAST(document AS text), CAST(totals AS text) FROM atlas.incidents"

_ABOUT = text(
    f"""number IN (
  SELECT incident FROM atlas.incident_members JOIN atlas.incidents ON number = incident
  WHERE {_TOUCHES} AND merged_into IS NULL AND (status <> 'resolved'
    OR resolved_at >= :since AND fingerprint = ANY(CAST(:fingerprints AS text[]))))
ORDER BY number"""
)

_NUMBER = text("number = :number")

_LISTED = text(
    """merged_into IS NULL AND status = ANY(CAST(:statuses AS text[]))
  AND (CAST(:datasets AS text[]) IS NULL OR EXISTS (SELECT FROM atlas.incident_members
    WHERE incident = number AND dataset = ANY(CAST(:datasets AS text[]))))
ORDER BY number DESC LIMIT :limit"""
)

_WATCHED = text(
    """watched AND (snoozed_until IS NULL OR snoozed_until <= CAST(:at AS timestamptz))
ORDER BY number"""
)

_APART_FROM = text(
    """status <> 'resolved' AND merged_into IS NULL AND EXISTS (
  SELECT FROM atlas.incident_members WHERE incident = number AND NOT is_over
    AND dataset <> ALL(CAST(:datasets AS text[])))
ORDER BY number"""
)

_LAST_IN = text("places && CAST(:places AS text[]) ORDER BY number DESC LIMIT 1")

_IN_STORM = "storm = :storm AND places && CAST(:places AS text[])"

_BY_RANK = """resolved_at IS NOT NULL,
  array_position(CAST(:severities AS text[]), severity) DESC, number"""

# chosen first, since PostgreSQL would read the document of each one that it sorts
_WORST = text(
    f"""number IN (SELECT number FROM atlas.incidents
  WHERE {_IN_STORM} ORDER BY {_BY_RANK} LIMIT :named) ORDER BY {_BY_RANK}"""
)

_STORM = text(
    f"""SELECT count(*), count(resolved_at), min(begun_at), max(begun_at)
FROM atlas.incidents WHERE {_IN_STORM}"""
)

_PACE = text(
    """SELECT (SELECT count(*) FROM (
    SELECT FROM atlas.incidents WHERE begun_at >= :since LIMIT :most) begun),
  (SELECT storm FROM atlas.incidents WHERE begun_at >= :since AND storm IS NOT NULL
    ORDER BY begun_at DESC, number DESC LIMIT 1)"""
)

_NUMBERS = text(
    """SELECT nextval(pg_get_serial_sequence('atlas.incidents', 'number'))
FROM generate_series(1, CAST(:count AS int))"""
)

_ALL_MEMBERS = text(
    """SELECT incident, CAST(document AS text) FROM atlas.incident_members
WHERE incident = ANY(CAST(:numbers AS bigint[])) ORDER BY first_at, fingerprint"""
)

_MEMBERS = text(
    f"""WITH wanted AS (SELECT unnest(CAST(:numbers AS bigint[])) AS number),
at_hand AS (
  SELECT first.incident, first.fingerprint FROM wanted CROSS JOIN LATERAL (
    SELECT incident, fingerprint FROM atlas.incident_members WHERE incident = wanted.number
    ORDER BY is_over, first_at, fingerprint LIMIT :at_hand) AS first
  UNION SELECT number, document ->> 'root' FROM wanted JOIN atlas.incidents USING (number)
  UNION SELECT incident, fingerprint FROM atlas.incident_members
    WHERE {_TOUCHES} AND incident IN (SELECT number FROM wanted)
)
SELECT incident, CAST(document AS text)
FROM at_hand JOIN atlas.incident_members USING (incident, fingerprint)
ORDER BY first_at, fingerprint"""
)

_SAVE = text(
    """INSERT INTO atlas.incidents (number, status, severity, merged_into, storm, places, document,
  totals, begun_at, resolved_at, snoozed_until, watched)
VALUES (:number, :status, :severity, :merged_into, :storm, CAST(:places AS text[]),
  CAST(:document AS jsonb), CAST(:totals AS jsonb), :begun_at, :resolved_at, :snoozed_until,
  :watched)
ON CONFLICT (number) DO UPDATE SET status = excluded.status, severity = excluded.severity,
  merged_into = excluded.merged_into, storm = excluded.storm, places = excluded.places,
  document = excluded.document, totals = excluded.totals, begun_at = excluded.begun_at,
  resolved_at = excluded.resolved_at, snoozed_until = excluded.snoozed_until,
  watched = excluded.watched"""
)

_SAVE_MEMBER = text(
    """INSERT INTO atlas.incident_members
  (incident, fingerprint, dataset, runs, first_at, is_over, document)
VALUES (:incident, :fingerprint, :dataset, CAST(:runs AS text[]), :first_at, :is_over,
  CAST(:document AS jsonb))
ON CONFLICT (incident, fingerprint) DO UPDATE SET runs = excluded.runs,
  first_at = excluded.first_at, is_over = excluded.is_over, document = excluded.document"""
)

_FORGET_MEMBER = text(
    "DELETE FROM atlas.incident_members WHERE incident = :incident AND fingerprint = :fingerprint"
)


class PostgresIncidents:
    """Incidents on one connection, in the transaction of whoever holds it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._kept: dict[int, Mapping[str, Member]] = {}
        """The members that were read or written here: only what changes of them is written."""

    async def hold(self) -> None:
        """An advisory lock that goes with the transaction."""
        await self._connection.execute(_HOLD)

    async def concerns(self, about: About) -> bool:
        """Whether there is any, looked up by indexes of the members."""
        connection = await driver(self._connection)
        found: bool = await connection.fetchval(_CONCERNS, *_names(about).values())
        return found

    async def about(
        self, about: About, since: datetime, *, whole: bool = False
    ) -> Sequence[Incident]:
        """SELECT, oldest first."""
        return await self._read(_ABOUT, {**_names(about), "since": since}, about, whole=whole)

    async def numbers(self, count: int) -> Sequence[int]:
        """From the sequence of the table."""
        if not count:
            return ()
        return tuple((await self._connection.scalars(_NUMBERS, {"count": count})).all())

    async def save(self, incidents: Sequence[Incident]) -> None:
        """INSERT or UPDATE, also of each member that changed."""
        if not incidents:
            return
        await self._connection.execute(_SAVE, [_values(each) for each in incidents])
        changed, gone = list[dict[str, object]](), list[dict[str, object]]()
        for each in incidents:
            before = self._kept.get(each.number, {})
            now = {member.fingerprint: member for member in each.members}
            changed += [
                _member_values(each.number, member)
                for name, member in now.items()
                if before.get(name) != member
            ]
            gone += [{"incident": each.number, "fingerprint": n} for n in before if n not in now]
            self._kept[each.number] = now
        if changed:
            await self._connection.execute(_SAVE_MEMBER, changed)
        if gone:
            await self._connection.execute(_FORGET_MEMBER, gone)

    async def get(self, number: int) -> Incident | None:
        """The row of that number."""
        found = await self._read(_NUMBER, {"number": number})
        return found[0] if found else None

    async def whole(self, number: int) -> Incident | None:
        """The row of that number, and all rows of its members."""
        found = await self._read(_NUMBER, {"number": number}, whole=True)
        return found[0] if found else None

    async def listed(
        self,
        statuses: Collection[Status],
        limit: int,
        datasets: Collection[str] | None = None,
    ) -> Sequence[Incident]:
        """SELECT, newest first."""
        wanted = None if datasets is None else list(datasets)
        values = {"statuses": [str(each) for each in statuses], "limit": limit, "datasets": wanted}
        return await self._read(_LISTED, values)

    async def watched(self, at: datetime) -> Sequence[Incident]:
        """SELECT those that are marked so, without the ones that sleep on."""
        return await self._read(_WATCHED, {"at": at})

    async def last_in(self, place: str) -> Incident | None:
        """The newest that was posted in a place."""
        found = await self._read(_LAST_IN, {"places": [place]})
        return found[0] if found else None

    async def apart_from(self, datasets: Collection[str]) -> Sequence[Incident]:
        """SELECT, oldest first."""
        return await self._read(_APART_FROM, {"datasets": list(datasets)}, whole=True)

    async def pace(self, since: datetime, most: int) -> Pace:
        """Those that began since, found by an index."""
        found = await self._connection.execute(_PACE, {"since": since, "most": most})
        opened, storm = found.one()
        return Pace(opened, storm)

    async def storm(self, number: int, place: str, named: int) -> StormCount:
        """Counted by an index."""
        of_it = {"storm": number, "places": [place]}
        counted = (await self._connection.execute(_STORM, of_it)).one()
        total, resolved, began, latest = counted
        severities = [str(each) for each in Severity]
        worst = await self._read(_WORST, {**of_it, "severities": severities, "named": named})
        return StormCount(total, resolved, began, latest, tuple(worst))

    async def _read(
        self,
        which: TextClause,
        values: Mapping[str, object],
        about: About | None = None,
        *,
        whole: bool = False,
    ) -> Sequence[Incident]:
        """The incidents that some condition selects, with their members at hand."""
        query = text(f"{_HEADS} WHERE {which}")
        heads = (await self._connection.execute(query, dict(values))).all()
        numbers = [number for number, *_ in heads]
        if not numbers:
            return ()
        if whole:
            rows = await self._connection.execute(_ALL_MEMBERS, {"numbers": numbers})
        else:
            wanted = {"numbers": numbers, "at_hand": AT_HAND, **_names(about or About())}
            rows = await self._connection.execute(_MEMBERS, wanted)
        members: dict[int, list[Member]] = {number: [] for number in numbers}
        for number, document in rows:
            members[number].append(_MEMBER.validate_json(document))
        for number, found in members.items():
            self._kept[number] = {each.fingerprint: each for each in found}
        return tuple(
            _incident(number, head, totals, members[number]) for number, head, totals in heads
        )


def _names(about: About) -> Mapping[str, list[str]]:
    return {
        "datasets": list(about.datasets),
        "runs": list(about.runs),
        "fingerprints": list(about.fingerprints),
    }


def _values(incident: Incident) -> dict[str, object]:
    head = replace(incident, members=(), beyond=Totals())
    return {
        "number": incident.number,
        "status": str(incident.status),
        "severity": str(incident.severity),
        "merged_into": incident.merged_into,
        "storm": incident.storm,
        "places": [each.place for each in incident.posted],
        "document": _INCIDENT.dump_json(head, exclude_defaults=True).decode(),
        "totals": _TOTALS.dump_json(incident.totals).decode(),
        "begun_at": incident.begun_at or incident.changed_at,
        "resolved_at": incident.resolved_at,
        "snoozed_until": incident.snoozed_until,
        "watched": _is_watched(incident),
    }


def _member_values(incident: int, member: Member) -> dict[str, object]:
    return {
        "incident": incident,
        "fingerprint": member.fingerprint,
        "dataset": None if member.dataset is None else str(member.dataset),
        "runs": list(member.runs),
        "first_at": member.first_at,
        "is_over": member.over,
        "document": _MEMBER.dump_json(member, exclude_defaults=True).decode(),
    }


def _is_watched(incident: Incident) -> bool:
    """Whether time alone may have to do something with it."""
    if incident.resolved:
        return False
    sleeps = incident.status is Status.SNOOZED and incident.snoozed_until is not None
    waits = incident.status is Status.OPEN and incident.storm in {None, incident.number}
    return sleeps or waits or incident.flapping or incident.withheld is not None


def _incident(number: int, head: str, totals: str, members: Sequence[Member]) -> Incident:
    beyond = _TOTALS.validate_json(totals).without(Totals.of(members))
    kept = _INCIDENT.validate_json(head)
    return replace(kept, number=number, members=tuple(members), beyond=beyond)
