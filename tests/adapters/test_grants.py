"""Granted roles and waiting commands in PostgreSQL."""

import asyncio
from datetime import timedelta

import pytest

from engine.adapters.postgres.audit import PostgresAudit
from engine.adapters.postgres.confirmations import PostgresConfirmations
from engine.adapters.postgres.database import Database
from engine.adapters.postgres.grants import PostgresGrants
from engine.approvals.model import Held
from engine.audit.seals import Seals
from engine.commands import Command, DeleteSchedule, ReleaseQuarantine, RunPipeline
from engine.commands.people import Grant, Revoke
from engine.people import Role
from engine.roles.desk import RoleDesk
from engine.roles.model import RoleRefused, Rule, Scope
from engine.testing.clock import EPOCH, FakeClock
from tests.builders import an_asker

HOUR = timedelta(hours=1)
SALES = Scope(("medallion",), ("web:#sales",))


def a_grant(person: str, role: Role = Role.OPERATOR, scope: Scope | None = None) -> Rule:
    """By Maria."""
    return Rule(person, role, scope or Scope(), "web:maria", EPOCH)


async def test_a_grant_is_found_by_person_and_takes_the_place_of_the_one_before(
    database: Database,
) -> None:
    grants = PostgresGrants(database)
    here, raised = a_grant("web:lea", scope=SALES), a_grant("web:lea", Role.ADMIN)

    async with grants.changing() as book:
        for each in (a_grant("web:lea"), here, raised, a_grant("web:olga")):
            await book.put(each)

    assert set(await grants.of("web:lea")) == {here, raised}
    assert len(await grants.all()) == 3
    async with grants.changing() as book:
        await book.remove(raised)
    assert await grants.of("web:lea") == (here,)


async def test_a_change_that_fails_leaves_all_as_it_was(database: Database) -> None:
    grants = PostgresGrants(database)

    async def fail() -> None:
        async with grants.changing() as book:
            await book.put(a_grant("web:lea"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()

    assert await grants.all() == ()


async def test_two_admins_who_revoke_each_other_at_once_leave_one(database: Database) -> None:
    grants = PostgresGrants(database)
    async with grants.changing() as book:
        for person in ("web:maria", "web:lea"):
            await book.put(a_grant(person, Role.ADMIN))
    audit = PostgresAudit(database, Seals())
    desk = RoleDesk((), Role.VIEWER, grants, audit, FakeClock(), ())

    done = await asyncio.gather(
        desk.revoke(Revoke("lea"), an_asker("maria")),
        desk.revoke(Revoke("maria"), an_asker("lea")),
        return_exceptions=True,
    )

    assert sum(isinstance(each, RoleRefused) for each in done) == 1
    assert len(await grants.all()) == 1
    assert await audit.count(None) == 1


@pytest.mark.parametrize(
    "command",
    [
        RunPipeline("medallion", "customers", full_refresh=True),
        DeleteSchedule("SCH-3"),
        ReleaseQuarantine("silver.customers", "age"),
        Grant("slack:U012", Role.ADMIN, "medallion", "here"),
    ],
)
async def test_a_waiting_command_is_the_same_after_a_restart(
    database: Database, command: Command
) -> None:
    asker = an_asker(thread="t1")
    held = Held("K7Q2", command, asker, EPOCH, EPOCH + HOUR, second=True)

    assert await PostgresConfirmations(database).keep(held)
    assert not await PostgresConfirmations(database).keep(held)

    assert await PostgresConfirmations(database).get("K7Q2") == held
    assert await PostgresConfirmations(database).get("K7Q3") is None


async def test_of_two_who_confirm_at_once_one_does(database: Database) -> None:
    waiting = PostgresConfirmations(database)
    await waiting.keep(Held("K7Q2", DeleteSchedule("SCH-3"), an_asker(), EPOCH, EPOCH + HOUR))

    taken = await asyncio.gather(*(waiting.take("K7Q2", f"m{each}") for each in range(5)))

    assert sorted(taken) == [False, False, False, False, True]
    kept = await waiting.get("K7Q2")
    assert kept is not None
    assert kept.confirmed_by == f"m{taken.index(True)}"


async def test_what_nobody_confirmed_is_forgotten(database: Database) -> None:
    waiting = PostgresConfirmations(database)
    for code, hours in (("A2A2", 1), ("B2B2", 3)):
        end = EPOCH + hours * HOUR
        await waiting.keep(Held(code, DeleteSchedule("SCH-3"), an_asker(), EPOCH, end))

    await waiting.forget(EPOCH + 2 * HOUR)

    assert await waiting.get("A2A2") is None
    assert await waiting.get("B2B2") is not None
