"""Roles as people are given them: one change at a time, on record, felt at the next command."""

import pytest

from engine.audit.model import AuditEntry
from engine.commands import ListRuns, RunPipeline
from engine.commands.people import Grant, ListRoles, Revoke
from engine.errors import EngineError, NotAllowed
from engine.people import Role
from engine.roles.answers import RoleAnswers
from engine.roles.desk import GRANTED, REVOKED, RoleDesk
from engine.roles.model import RoleRefused, Rule, Scope
from engine.testing.audit import MemoryAudit
from engine.testing.clock import FakeClock
from engine.testing.roles import MemoryGrants, known_people
from tests.builders import an_asker

MARIA, LEA = an_asker("maria"), an_asker("lea")
RUN = RunPipeline("medallion")


class Office:
    """Where Maria grants roles."""

    def __init__(self) -> None:
        self.grants = MemoryGrants()
        self.audit = MemoryAudit()
        self.people = known_people({MARIA.id: Role.ADMIN}, grants=self.grants)
        desk = RoleDesk(
            (Rule(MARIA.id, Role.ADMIN),),
            Role.VIEWER,
            self.grants,
            self.audit,
            FakeClock(),
            ("medallion", "ingest"),
        )
        self.answers = RoleAnswers(desk)


async def test_a_granted_role_holds_at_the_next_command_and_a_revoked_one_no_more() -> None:
    office = Office()
    with pytest.raises(NotAllowed, match="Your role here is viewer; run_pipeline needs operator"):
        await office.people.require(LEA, RUN)

    granted = await office.answers.answer(Grant("lea", Role.OPERATOR), MARIA)
    await office.people.require(LEA, RUN)
    revoked = await office.answers.answer(Revoke("lea"), MARIA)

    assert (granted.title, revoked.title) == (
        "web:lea is operator now",
        "web:lea is no longer operator",
    )
    with pytest.raises(NotAllowed) as refused:
        await office.people.require(LEA, RUN)
    assert refused.value.hint == (
        "An admin can grant it (web:maria), saying «grant operator to web:lea»."
    )


async def test_a_role_for_a_pipeline_in_a_channel_holds_only_there() -> None:
    office = Office()
    await office.answers.answer(Grant("lea", Role.OPERATOR, "medallion", "#general"), MARIA)

    await office.people.require(LEA, RUN)
    assert await office.people.elsewhere(LEA) == ("operator for medallion in web:#general",)
    for asker, command in (
        (LEA, RunPipeline("ingest")),
        (an_asker("lea", "#sales"), RUN),
        (an_asker("olga"), RUN),
    ):
        with pytest.raises(NotAllowed):
            await office.people.require(asker, command)


async def test_who_may_only_look_may_look() -> None:
    people = Office().people

    assert await people.role_of(LEA, ListRuns()) is Role.VIEWER
    await people.require(LEA, ListRuns())
    with pytest.raises(NotAllowed, match="run_pipeline needs operator"):
        await people.require(LEA, RUN)


async def test_a_token_has_the_role_that_it_came_with() -> None:
    people = Office().people
    operator, viewer = (an_asker("ci", role=role) for role in (Role.OPERATOR, Role.VIEWER))

    assert await people.role_of(operator, RUN) is Role.OPERATOR
    await people.require(operator, RUN)
    with pytest.raises(NotAllowed, match="Your role here is viewer"):
        await people.require(viewer, RUN)


async def test_every_decision_is_on_record() -> None:
    office = Office()

    await office.answers.answer(Grant("lea", Role.OPERATOR, "medallion"), MARIA)
    await office.answers.answer(Revoke("lea"), MARIA)

    assert [(each.action, each.actor, each.subject) for each in office.audit.entries] == [
        (GRANTED, "web:maria", "web:lea"),
        (REVOKED, "web:maria", "web:lea"),
    ]
    first: AuditEntry = office.audit.entries[0]
    assert first.detail["role"] == ("operator for medallion",)


async def test_what_can_not_be_recorded_is_not_done() -> None:
    office = Office()
    office.audit.faults.plan("record", EngineError("The log is away."))

    with pytest.raises(EngineError, match="The log is away"):
        await office.answers.answer(Grant("lea", Role.OPERATOR), MARIA)

    assert office.grants.kept == []


async def test_a_grant_takes_the_place_of_the_one_before() -> None:
    office = Office()

    await office.answers.answer(Grant("lea", Role.ADMIN), MARIA)
    await office.answers.answer(Grant("lea", Role.OPERATOR), MARIA)

    (kept,) = office.grants.kept
    assert (kept.role, kept.scope, kept.granted_by) == (Role.OPERATOR, Scope(), "web:maria")


async def test_a_role_for_a_pipeline_that_is_not_there_is_refused() -> None:
    with pytest.raises(EngineError, match="no pipeline 'medalion'"):
        await Office().answers.answer(Grant("lea", Role.OPERATOR, "medalion"), MARIA)


async def test_what_a_grant_would_do_is_foreseen_and_changes_nothing() -> None:
    office = Office()

    foreseen = await office.answers.foresee(Grant("lea", Role.ADMIN), MARIA)

    assert foreseen is not None
    assert foreseen.question == "Make web:lea admin?"
    assert "grant roles" in foreseen.text
    assert office.grants.kept == []
    with pytest.raises(RoleRefused):
        await office.answers.foresee(Grant("olga", Role.ADMIN), LEA)


async def test_whoever_asks_hears_who_has_which_role_where_and_by_whom() -> None:
    office = Office()
    await office.answers.answer(Grant("lea", Role.OPERATOR, "medallion"), MARIA)

    everybody = await office.answers.answer(ListRoles(), LEA)
    admins = await office.answers.answer(ListRoles(Role.ADMIN), LEA)

    assert everybody.title == "2 people with a role"
    assert everybody.text == "Everybody else is viewer and may ask, and see results."
    assert everybody.table is not None
    assert everybody.table.rows == (
        ("web:maria", "admin", "everywhere", "configuration.yaml"),
        ("web:lea", "operator", "for medallion", "web:maria"),
    )
    assert admins.title == "1 person with the rights of an admin"
    assert admins.table is not None
    assert admins.table.rows == everybody.table.rows[:1]
