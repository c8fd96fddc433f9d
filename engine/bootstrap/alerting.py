"""The part of the engine that tells people: incidents, routes, digests, and what watches."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from sqlalchemy.engine import make_url

from engine.adapters.disk import FolderVolume
from engine.adapters.embedded import FOLDER
from engine.adapters.marquez import MarquezLineage
from engine.adapters.postgres.digests import PostgresDigestNumbers
from engine.adapters.postgres.incident_notices import (
    PostgresIncidentNotices,
    PostgresOpenIncidents,
)
from engine.adapters.postgres.lineage_deliveries import PostgresDeliveries
from engine.adapters.postgres.lineage_memory import RememberedLineage
from engine.adapters.postgres.monitors import PostgresBacklogs, PostgresSights
from engine.adapters.postgres.outbox import PostgresOutboxQueue
from engine.adapters.postgres.transactions import PostgresTransaction
from engine.adapters.postgres.verdict_history import PostgresVerdictHistory
from engine.adapters.scheduler import TriggerTimetable
from engine.alerting_answers import AlertingAnswers
from engine.alerts.announcer import Announcer
from engine.alerts.attendant import Attendant
from engine.alerts.incidents.desk import IncidentDesk
from engine.bootstrap.ground import Ground
from engine.catalog.model import DatasetName
from engine.delivery_answers import DeliveryAnswers
from engine.digest_answers import DigestAnswers
from engine.digests.desk import DigestDesk
from engine.findings.watch import Watch
from engine.incident_answers import IncidentAnswers
from engine.lineage.impact import Landscape, impact_of
from engine.lineage_answers import KnownLineage, LineageAnswers
from engine.routing_answers import RoutingAnswers
from engine.schedules.desk import ScheduleDesk


@dataclass(frozen=True, slots=True)
class Alerting:
    """What hears of trouble, what looks for it, and what answers about it."""

    announcer: Announcer
    attendant: Attendant[PostgresTransaction]
    watch: Watch[PostgresTransaction]
    digests: DigestDesk[PostgresTransaction]
    answers: AlertingAnswers


def alerting_of(ground: Ground) -> Alerting:
    """All of it, on one desk of incidents."""
    parts, transactions, clock = ground.parts, ground.transactions, ground.clock
    project, settings = parts.project, parts.settings
    zone = ZoneInfo(settings.timezone)
    incidents = IncidentDesk(
        project, settings.announce, clock, zone, impact=_impact(ground), routes=ground.routes
    )
    announcer = Announcer(project, incidents, clock)
    digests = _digests(ground)
    return Alerting(
        announcer=announcer,
        attendant=Attendant(incidents, transactions, clock),
        watch=Watch(transactions, _sights(ground), clock, zone, announcer),
        digests=digests,
        answers=_answers(ground, incidents, digests),
    )


def _impact(ground: Ground) -> Callable[[DatasetName], str]:
    """What is made from a dataset, by whatever tool, in one line."""

    known = Landscape.of(ground.parts.project, ground.memory.graph, ground.naming)

    def told(dataset: DatasetName) -> str:
        land = replace(known, graph=ground.memory.graph)
        return impact_of(land, ground.naming.id_of(dataset)).sentence

    return told


def _sights(ground: Ground) -> PostgresSights:
    parts = ground.parts
    backlogs = (PostgresBacklogs(ground.database, parts.own_platforms),)
    # a database that is reached by a socket of this machine may be the one of the data folder
    is_near = make_url(parts.database_url).host is None
    volume = FolderVolume(parts.folder / FOLDER) if parts.folder and is_near else None
    return PostgresSights(parts.project, ground.database, backlogs, volume, ground.routes)


def _digests(ground: Ground) -> DigestDesk[PostgresTransaction]:
    project, database = ground.parts.project, ground.database
    return DigestDesk(
        project,
        ground.transactions,
        PostgresDigestNumbers(database),
        PostgresVerdictHistory(database),
        ground.clock,
        TriggerTimetable(),
        incidents=PostgresOpenIncidents(database, project),
    )


def _known_lineage(ground: Ground) -> KnownLineage:
    """Atlas's own graph, or that of a Marquez."""
    own, marquez = RememberedLineage(ground.database, ground.memory), ground.parts.marquez
    if marquez is None:
        return own
    return MarquezLineage(marquez.url, own, ground.declared, marquez.key)


def _answers(
    ground: Ground, incidents: IncidentDesk, digests: DigestDesk[PostgresTransaction]
) -> AlertingAnswers:
    parts, transactions, clock = ground.parts, ground.transactions, ground.clock
    project, announce = parts.project, parts.settings.announce
    zone = ZoneInfo(parts.settings.timezone)
    lineage = _known_lineage(ground)
    notices = PostgresIncidentNotices(ground.database, project)
    schedules = ScheduleDesk(transactions, TriggerTimetable(), clock)
    return AlertingAnswers(
        lineage=LineageAnswers(project, ground.naming, lineage, transactions, clock, zone).answer,
        incidents=IncidentAnswers(project, incidents, transactions, clock).answer,
        routing=RoutingAnswers(
            project, transactions, notices, clock, zone.key, announce, routes=ground.routes
        ).answer,
        undelivered=DeliveryAnswers(
            PostgresOutboxQueue(ground.database), PostgresDeliveries(ground.database), zone
        ).answer,
        digests=DigestAnswers(digests, schedules, transactions, clock, zone, announce).answer,
    )
