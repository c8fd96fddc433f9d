"""What is done for good is asked back, and done once the right person has confirmed it."""

from datetime import timedelta

import pytest

from engine.approvals.desk import ASKED_BACK, CONFIRMED, ApprovalDesk
from engine.approvals.foresight import Foresights
from engine.approvals.model import (
    LASTS,
    LASTS_FOR_OTHERS,
    ConfirmationRefused,
    Deed,
    Foreseen,
    UnknownConfirmation,
    new_code,
)
from engine.cards import Card
from engine.commands import (
    CheckQuality,
    Command,
    DeleteSchedule,
    ListRuns,
    ReleaseQuarantine,
    RunPipeline,
)
from engine.commands.people import Confirm, Grant, Revoke
from engine.errors import NotAllowed
from engine.people import Asker, Role
from engine.recurrence import Cron
from engine.schedules.model import Schedule
from engine.testing.audit import MemoryAudit
from engine.testing.clock import EPOCH, FakeClock
from engine.testing.fixed import FixedQuarantine
from engine.testing.roles import MemoryConfirmations, MemoryGrants, known_people
from tests.builders import a_project, an_asker

MARIA, OLGA, LEA = an_asker("maria"), an_asker("olga"), an_asker("lea")
REFRESH = RunPipeline("medallion", full_refresh=True)


class Office:
    """Where commands wait."""

    def __init__(self, *second: Deed) -> None:
        self.clock = FakeClock()
        self.audit = MemoryAudit()
        self.waiting = MemoryConfirmations()
        self.grants = MemoryGrants()
        self.quarantine = FixedQuarantine()
        self.schedules: list[Schedule] = []
        self.desk = ApprovalDesk(
            self.waiting,
            known_people(
                {MARIA.id: Role.ADMIN, OLGA.id: Role.OPERATOR, "web:otto": Role.OPERATOR},
                grants=self.grants,
            ),
            Foresights(a_project(), self.quarantine, self._schedules, (self._others,)).of,
            self.audit,
            self.clock,
            second,
        )

    async def _schedules(self) -> list[Schedule]:
        return self.schedules

    async def _others(self, command: Command, asker: Asker) -> Foreseen | None:
        del asker
        return Foreseen(f"Do {command.name}?", "")

    async def asked(self, command: Command, asker: Asker = OLGA) -> Card:
        """The card that asks back."""
        card = await self.desk.ask_back(command, asker)
        assert card is not None
        return card


def code_in(card: Card) -> str:
    """The code that the button of a card says."""
    (button,) = card.buttons
    assert button.command.startswith("confirm ")
    return button.command.removeprefix("confirm ")


async def test_a_full_refresh_says_what_it_would_do_and_is_done_once_confirmed() -> None:
    office = Office()

    card = await office.asked(REFRESH)
    held = await office.desk.confirm(Confirm(code_in(card).lower()), OLGA)

    assert card.title == "Run medallion with full refresh?"
    assert card.facts[0].value == "silver.customers, silver.orders, gold.revenue"
    assert f"«confirm {held.code}»" in card.text
    assert (held.command, held.asker) == (REFRESH, OLGA)


async def test_a_code_is_good_once() -> None:
    office = Office()
    code = code_in(await office.asked(REFRESH))
    await office.desk.confirm(Confirm(code), OLGA)

    with pytest.raises(UnknownConfirmation, match=code):
        await office.desk.confirm(Confirm(code), OLGA)


async def test_a_message_that_comes_again_gets_the_same_and_is_on_record_once() -> None:
    office = Office()
    code = Confirm(code_in(await office.asked(REFRESH)))
    first = await office.desk.confirm(code, OLGA, "slack:D1:7")
    office.clock.advance(2 * LASTS.total_seconds())

    again = await office.desk.confirm(code, OLGA, "slack:D1:7")

    assert (again.command, again.asker) == (first.command, first.asker)
    assert [each.action for each in office.audit.entries] == [ASKED_BACK, CONFIRMED]
    for other in ("slack:D1:8", None, ""):
        with pytest.raises(UnknownConfirmation):
            await office.desk.confirm(code, OLGA, other)


async def test_a_code_that_was_used_without_a_key_is_used() -> None:
    office = Office()
    code = Confirm(code_in(await office.asked(REFRESH)))
    await office.desk.confirm(code, OLGA)

    with pytest.raises(UnknownConfirmation):
        await office.desk.confirm(code, OLGA, "")


async def test_a_code_is_good_for_some_minutes() -> None:
    office = Office()
    code = code_in(await office.asked(REFRESH))
    office.clock.advance(LASTS.total_seconds())

    with pytest.raises(ConfirmationRefused, match="waited until"):
        await office.desk.confirm(Confirm(code), OLGA)


async def test_nobody_confirms_what_somebody_else_asked_for() -> None:
    office = Office()
    code = code_in(await office.asked(REFRESH))

    with pytest.raises(ConfirmationRefused, match="is what web:olga asked for"):
        await office.desk.confirm(Confirm(code), MARIA)
    assert code in office.waiting.kept


async def test_what_is_marked_so_needs_a_second_person() -> None:
    office = Office(Deed.FULL_REFRESH)
    card = await office.asked(REFRESH)
    code = Confirm(code_in(card))
    office.clock.advance((LASTS_FOR_OTHERS - timedelta(minutes=1)).total_seconds())

    with pytest.raises(ConfirmationRefused, match="needs a second person"):
        await office.desk.confirm(code, OLGA)
    with pytest.raises(NotAllowed, match="needs operator"):
        await office.desk.confirm(code, LEA)
    held = await office.desk.confirm(code, an_asker("otto"))

    assert "second person" in card.text
    assert held.asker == OLGA


async def test_who_lost_the_role_meanwhile_confirms_nothing() -> None:
    office = Office()
    lea = an_asker("lea")
    code = code_in(await office.asked(REFRESH, lea))

    with pytest.raises(NotAllowed):
        await office.desk.confirm(Confirm(code), lea)
    assert code in office.waiting.kept


async def test_both_words_are_on_record() -> None:
    office = Office(Deed.FULL_REFRESH)
    code = code_in(await office.asked(REFRESH))
    await office.desk.confirm(Confirm(code), MARIA)

    asked, confirmed = office.audit.entries
    assert (asked.action, asked.actor) == (ASKED_BACK, "web:olga")
    assert (confirmed.action, confirmed.actor) == (CONFIRMED, "web:maria")
    assert confirmed.detail["asked by"] == "web:olga"


@pytest.mark.parametrize(
    "command",
    [
        RunPipeline("medallion"),
        RunPipeline("medallion", full_refresh=True, dry_run=True),
        RunPipeline("nonsense", full_refresh=True),
        DeleteSchedule("SCH-9"),
        DeleteSchedule(),
        ReleaseQuarantine("nonsense"),
        CheckQuality("silver.customers"),
        Revoke("lea"),
        ListRuns(),
    ],
)
async def test_what_does_no_harm_or_would_fail_is_not_asked_back(command: Command) -> None:
    assert await Office().desk.ask_back(command, MARIA) is None


async def test_a_program_with_a_token_is_not_asked_back() -> None:
    office = Office(Deed.FULL_REFRESH)

    assert await office.desk.ask_back(REFRESH, an_asker("ci", role=Role.OPERATOR)) is None


async def test_the_schedule_that_was_shown_is_the_one_that_goes() -> None:
    office = Office()
    nine = Cron.at([(9, 0)], "UTC")
    office.schedules = [Schedule(3, "medallion", "customers", nine, MARIA, EPOCH, EPOCH)]

    card = await office.asked(DeleteSchedule(table="customers"))
    office.schedules.append(Schedule(4, "ingest", "customers", nine, MARIA, EPOCH, EPOCH))
    held = await office.desk.confirm(Confirm(code_in(card)), OLGA)

    assert card.title == "Delete SCH-3 for good?"
    assert held.command == DeleteSchedule("SCH-3")


async def test_a_grant_is_asked_back() -> None:
    card = await Office().asked(Grant("lea", Role.ADMIN), MARIA)

    assert card.title == "Do grant?"


async def test_a_taken_code_is_not_used_twice() -> None:
    office = Office()
    cards = [await office.asked(REFRESH) for _ in range(30)]

    assert len({code_in(card) for card in cards}) == len(office.waiting.kept) == 30


def test_a_code_reads_as_no_word_and_no_id() -> None:
    for code in (new_code() for _ in range(200)):
        assert [each.isdigit() for each in code] == [False, True, False, True]
        assert code[0] != "E"
