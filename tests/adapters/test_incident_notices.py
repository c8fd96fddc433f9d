"""Where incidents went, as routing asks for it."""

from dataclasses import replace

import pytest

from engine.adapters.postgres.database import Database
from engine.adapters.postgres.incident_notices import PostgresIncidentNotices
from engine.adapters.postgres.incidents import PostgresIncidents
from engine.alerts.incidents.model import Incident, Member
from engine.alerts.routing.model import Destination, Notice
from engine.alerts.routing.ports import Posted
from engine.cards import Card, CardKind, Severity
from engine.testing.clock import EPOCH
from engine.topics import Kind
from tests.builders import a_project, dataset

PROJECT = a_project()
FINANCE = Destination("web:#finance", (), "route «gold»")
OTHER = Destination("web:#other", (), "route «other»")


def an_incident(*posted: Destination, name: str = "x", merged_into: int | None = None) -> Incident:
    """Revenue failed its checks; it was told in those places."""
    card = Card(CardKind.ALERT, Severity.CRITICAL, "gold.revenue was held back")
    revenue = dataset("gold.revenue")
    member = Member(name, Kind.QUALITY, revenue, Severity.CRITICAL, card, EPOCH, EPOCH, ("R1",))
    known = Incident(0, (member,), name, Severity.CRITICAL, EPOCH, EPOCH, posted=posted)
    return replace(known, merged_into=merged_into)


async def added(database: Database, *incidents: Incident) -> list[Incident]:
    async with database.begin() as connection:
        store = PostgresIncidents(connection)
        numbers = await store.numbers(len(incidents))
        made = [replace(each, number=n) for each, n in zip(incidents, numbers, strict=True)]
        await store.save(made)
        return made


async def test_the_newest_incident_of_a_place_is_found(database: Database) -> None:
    _, second, _ = await added(
        database, an_incident(FINANCE), an_incident(OTHER, FINANCE, name="y"), an_incident(OTHER)
    )
    notices = PostgresIncidentNotices(database, PROJECT)

    found = await notices.last_in("web:#finance")

    notice = Notice.about(
        PROJECT,
        Kind.QUALITY,
        Severity.CRITICAL,
        dataset("gold.revenue"),
        incident=second.number,
    )
    assert found == Posted(second.id, notice, EPOCH, (OTHER, FINANCE))
    assert await notices.last_in("web:#nowhere") is None


@pytest.mark.parametrize("written", ["INC-1", "inc-1", "1"])
async def test_an_incident_is_found_by_its_id(database: Database, written: str) -> None:
    await added(database, an_incident(FINANCE))

    found = await PostgresIncidentNotices(database, PROJECT).of(written)

    assert found is not None
    assert found.incident == "INC-1"


async def test_one_that_became_part_of_another_stands_for_that_one(database: Database) -> None:
    await added(database, an_incident(FINANCE), an_incident(OTHER, merged_into=1))
    notices = PostgresIncidentNotices(database, PROJECT)

    found = [await notices.of("INC-2"), await notices.last_in("web:#other")]

    assert [each.incident for each in found if each] == ["INC-1", "INC-1"]


@pytest.mark.parametrize("unknown", ["INC-7", "7K3F9QTZ", "", "INC-99999999999999999999"])
async def test_an_id_that_nothing_has_is_nothing(database: Database, unknown: str) -> None:
    assert await PostgresIncidentNotices(database, PROJECT).of(unknown) is None
