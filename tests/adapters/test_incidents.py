"""Incidents in PostgreSQL: kept whole, found by what they are about, opened once."""

import asyncio
from dataclasses import replace
from datetime import UTC, timedelta

from engine.adapters.postgres.incident_notices import (
    PostgresIncidentNotices,
    PostgresOpenIncidents,
)
from engine.adapters.postgres.incidents import AT_HAND, PostgresIncidents
from engine.alerts.incidents import acts
from engine.alerts.incidents.lineage import ProjectLineage
from engine.alerts.incidents.model import Incident, Status
from engine.alerts.incidents.ports import About
from engine.alerts.incidents.signals import Noted
from engine.alerts.incidents.triage import REOPENS, triage
from engine.alerts.routing.model import Destination
from engine.cards import Severity
from tests.adapters.builders import Lab
from tests.alerts.incidents.builders import PROJECT, Book, at, cleared, noted

SINCE = at(-60)


def an_incident(*signals: Noted) -> Incident:
    """A new incident of some trouble."""
    (incident,) = triage((), signals or (noted(),), ProjectLineage(PROJECT), at(1))
    return incident


async def added(store: PostgresIncidents, incident: Incident) -> Incident:
    """A new incident under the next number."""
    (number,) = await store.numbers(1)
    made = replace(incident, number=number)
    await store.save([made])
    return made


async def test_an_incident_comes_out_as_it_was_put_in(lab: Lab) -> None:
    incident = acts.assigned(
        an_incident(noted(), noted("gold.revenue", 1)), "Lea", "Ann", at(2), UTC
    )
    incident = replace(incident, posted=(Destination("web:#a", ("@lea",), "a route"),))

    async with lab.database.begin() as connection:
        store = PostgresIncidents(connection)
        new = await added(store, incident)
        await store.save([replace(new, severity=Severity.WARNING)])
        kept = await PostgresIncidents(connection).get(new.number)

    assert kept == replace(incident, number=new.number, severity=Severity.WARNING)


async def test_it_is_found_by_what_it_is_about_until_it_is_long_over(lab: Lab) -> None:
    book = Book()
    (opened,) = book.hear(noted())
    (over,) = book.hear(cleared())
    print_ = opened.fingerprints[0]

    async with lab.database.begin() as connection:
        store = PostgresIncidents(connection)
        number = (await added(store, replace(opened, number=0))).number

        for about in (About(datasets=["silver.customers"]), About(fingerprints=[print_])):
            assert [each.number for each in await store.about(about, SINCE)] == [number]
            assert await store.concerns(about)
        assert not await store.concerns(About(["gold.revenue"], ["other"], ["other"]))

        await store.save([replace(over, number=number)])
        again = About(fingerprints=[print_])
        assert not await store.concerns(again)
        assert len(await store.about(again, SINCE)) == 1
        assert await store.about(About(datasets=["silver.customers"]), SINCE) == ()
        assert await store.about(again, at(1) + REOPENS) == ()


async def test_what_is_about_no_dataset_is_found_by_its_run(lab: Lab) -> None:
    async with lab.database.begin() as connection:
        store = PostgresIncidents(connection)
        apart = await added(store, an_incident(noted(None, run="A")))
        await added(store, an_incident(noted(run="A")))

        assert await store.about(About(runs=["A"]), SINCE) == (apart,)


async def test_of_many_members_few_are_read_and_the_others_are_counted_and_kept(lab: Lab) -> None:
    many = [
        replace(noted("gold.load", minutes), fingerprint=f"f{minutes:03}") for minutes in range(100)
    ]
    incident = an_incident(*many)

    async with lab.database.begin() as connection:
        number = (await added(PostgresIncidents(connection), incident)).number
    async with lab.database.begin() as connection:
        store = PostgresIncidents(connection)
        (found,) = await store.about(About(fingerprints=["f050"]), SINCE)
        changed = tuple(
            replace(each, count=7) if each.fingerprint == "f050" else each for each in found.members
        )
        await store.save([replace(found, members=changed)])
    async with lab.database.begin() as connection:
        after = await PostgresIncidents(connection).whole(number)

    assert len(found.members) <= AT_HAND + 2
    assert (found.totals.members, found.totals.open, found.totals.noted) == (100, 100, 100)
    assert found.cause.fingerprint == incident.root
    assert after is not None
    assert (len(after.members), after.totals.noted, after.whole) == (100, 106, True)


async def test_members_that_went_to_another_incident_are_gone_from_the_first(lab: Lab) -> None:
    both = an_incident(noted(), noted("gold.revenue", 1))
    async with lab.database.begin() as connection:
        number = (await added(PostgresIncidents(connection), both)).number
    async with lab.database.begin() as connection:
        store = PostgresIncidents(connection)
        found = await store.whole(number)
        assert found is not None
        await store.save([replace(found, members=(found.cause,))])
    async with lab.database.begin() as connection:
        kept = await PostgresIncidents(connection).whole(number)

    assert kept is not None
    assert kept.members == (both.cause,)


async def test_lists_leave_out_what_is_part_of_another_incident(lab: Lab) -> None:
    async with lab.database.begin() as connection:
        store = PostgresIncidents(connection)
        first = await added(store, an_incident())
        second = await added(store, an_incident(noted("gold.load")))
        await store.save([replace(second, status=Status.RESOLVED, merged_into=first.number)])

        assert await store.listed(tuple(Status), 10) == (first,)
        assert await store.concerns(About(datasets=["gold.load"])) is False


async def test_trouble_of_what_a_project_does_not_know_is_found(lab: Lab) -> None:
    async with lab.database.begin() as connection:
        store = PostgresIncidents(connection)
        gone = await added(store, an_incident(noted("gold.load")))
        await added(store, an_incident())
        await added(store, an_incident(noted(None, run="A")))

        assert await store.apart_from(["silver.customers"]) == (gone,)
        assert await store.apart_from(["silver.customers", "gold.load"]) == ()


async def test_only_those_are_watched_with_which_time_may_do_something(lab: Lab) -> None:
    async with lab.database.begin() as connection:
        store = PostgresIncidents(connection)
        waits = await added(store, an_incident())
        taken = await added(store, acts.acknowledged(an_incident(), "Lea", at(2), UTC))
        sleeps = await added(store, acts.snoozed(an_incident(), at(60), "Lea", at(2), UTC))
        green = await added(store, acts.snoozed(an_incident(), None, "Lea", at(2), UTC))

        early = {each.number for each in await store.watched(at(59))}
        late = {each.number for each in await store.watched(at(60))}

    assert (early, late) == ({waits.number}, {waits.number, sleeps.number})
    assert {taken.number, green.number}.isdisjoint(late)


async def test_a_storm_is_counted_and_its_worst_are_named(lab: Lab) -> None:
    async with lab.database.begin() as connection:
        store = PostgresIncidents(connection)
        mild = await added(store, an_incident(noted("gold.load", severity=Severity.WARNING)))
        grave = await added(store, an_incident())
        for each in (mild, grave):
            await store.save([replace(each, storm=mild.number, posted=(Destination("web:#a"),))])
        elsewhere = replace(grave, storm=mild.number, posted=(Destination("web:#b"),))
        await added(store, elsewhere)

        count = await store.storm(mild.number, "web:#a", 1)
        pace = await store.pace(at(0), 2)

    assert (count.total, count.resolved) == (2, 0)
    assert [each.number for each in count.worst] == [grave.number]
    assert (pace.opened, pace.storm) == (2, mild.number)


async def test_whoever_holds_incidents_keeps_the_others_waiting(lab: Lab) -> None:
    order: list[str] = []

    async def second() -> None:
        async with lab.database.begin() as connection:
            await PostgresIncidents(connection).hold()
            order.append("second")

    async with lab.database.begin() as connection:
        await PostgresIncidents(connection).hold()
        waiting = asyncio.create_task(second())
        await asyncio.sleep(timedelta(milliseconds=200).total_seconds())
        order.append("first")
    await waiting

    assert order == ["first", "second"]


async def test_the_newest_of_a_place_is_known(lab: Lab) -> None:
    async with lab.database.begin() as connection:
        store = PostgresIncidents(connection)
        posted = replace(an_incident(), posted=(Destination("web:#a"),))
        await added(store, posted)
        newest = await added(store, posted)
        await added(store, an_incident())

        assert await store.last_in("web:#a") == newest
        assert await store.last_in("web:#b") is None


async def test_open_incidents_are_counted_by_owner_and_known_by_place(lab: Lab) -> None:
    async with lab.database.begin() as connection:
        store = PostgresIncidents(connection)
        await added(store, replace(an_incident(), posted=(Destination("web:#a"),)))
        await added(store, an_incident(noted("gold.load", severity=Severity.WARNING)))

    counted = await PostgresOpenIncidents(lab.database, PROJECT).by_owner()
    notices = PostgresIncidentNotices(lab.database, PROJECT)
    last = await notices.last_in("web:#a")

    assert [(each.owner, each.open, each.critical) for each in counted] == [
        ("", 1, 0),
        ("Customer relations", 1, 1),
    ]
    assert last is not None
    assert (last.incident, last.notice.owner) == ("INC-1", "crm")
    assert await notices.of("inc-1") == last
    assert await notices.of("INC-99") is None
