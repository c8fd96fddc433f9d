"""Two people erase a person; who that is, is never kept, recorded or said."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest

from engine.cards import Card, Severity, to_json
from engine.commands import (
    ConfirmErasure,
    ErasePerson,
    FindPerson,
    ListErasures,
    RevealValue,
    WithdrawErasure,
)
from engine.errors import DatabaseBusy, EngineError, KeyMissing, NotAllowed
from engine.people import Asker
from engine.person_answers import PersonAnswers, PersonCommand, erased_card
from engine.persons.desk import Erased, PersonDesk, UnknownErasure
from engine.persons.model import ErasureRefused, ErasureState, Found
from engine.persons.revealing import Revealer
from engine.privacy.protect import Keyring, SecretKey, Tokens
from engine.privacy.sealing import Seal
from engine.testing.clock import FakeClock
from engine.testing.fixed import FixedPolicies
from engine.testing.persons import MemoryErasures, MemoryTraces, Notes
from tests.builders import a_project, an_asker

KEY = SecretKey(b"k" * 32)
MARIA = "maria.lopez@example.com"
TOKEN = Tokens(KEY, "EMAIL_ADDRESS").token(MARIA)
ANN, BO = an_asker("ann"), an_asker("bo")


class Office:
    """The desk with everything around it in memory."""

    def __init__(self, keys: Keyring | None = Keyring(KEY)) -> None:  # noqa: B008  # it is frozen
        self.traces = MemoryTraces(
            {"silver.customers": [TOKEN, TOKEN, "x"], "gold.revenue": [TOKEN]}
        )
        self.erasures = MemoryErasures()
        self.notes = Notes()
        self.clock = FakeClock()
        project = a_project()
        self.desk = PersonDesk(
            FixedPolicies(project), self.traces, self.erasures, keys, self.clock, self.notes
        )
        revealer = Revealer(keys, self.clock, self.notes)
        self.answers = PersonAnswers(project, self.desk, revealer)
        self.cards: list[Card] = []

    async def ask(self, command: PersonCommand, asker: Asker = ANN) -> Card:
        card = await self.answers.answer(command, asker)
        self.cards.append(card)
        return card

    def traces_of_maria(self) -> str:
        """All that is left behind besides the data."""
        return "\n".join([*map(to_json, self.cards), repr(self.notes.entries),
                          repr(self.erasures.kept)]).casefold()  # fmt: skip


@pytest.fixture
def office() -> Iterator[Office]:
    opened = Office()
    yield opened
    assert "maria" not in opened.traces_of_maria()


async def test_a_person_is_found_and_the_search_is_on_record(office: Office) -> None:
    card = await office.ask(FindPerson(MARIA))

    assert card.title == "Found in 2 places: 3 rows"
    assert card.table is not None
    assert card.table.rows == (("silver.customers", "2", "0"), ("gold.revenue", "1", "0"))
    assert not card.buttons
    (entry,) = office.notes.entries
    assert (entry.actor, entry.action, entry.subject) == ("web:ann", "person searched", "a person")
    assert dict(entry.detail) == {"silver.customers": 2, "gold.revenue": 1}


async def test_who_is_nowhere_needs_no_erasure(office: Office) -> None:
    for command in (FindPerson("maria@other.org"), ErasePerson("maria@other.org")):
        assert (await office.ask(command)).title == "Found nowhere"

    assert not office.erasures.kept


async def test_a_second_admin_erases_what_the_first_one_planned(office: Office) -> None:
    card = await office.ask(ErasePerson(MARIA))
    assert [button.command for button in card.buttons] == [
        "confirm erasure E1",
        "withdraw erasure E1",
    ]
    assert TOKEN in office.traces.held["silver.customers"]

    done = await office.ask(ConfirmErasure("e1"), BO)

    assert done.title == "E1 is done: 3 rows erased, none left"
    assert done.table is not None
    assert done.table.rows == (("silver.customers", "2", "0"), ("gold.revenue", "1", "0"))
    assert [button.command for button in done.buttons] == ["run pipeline silver_to_gold"]
    assert office.traces.held == {
        "silver.customers": ["x"], "gold.revenue": [], "bronze.customers": [],
        "bronze.orders": [], "silver.orders": [],
    }  # fmt: skip
    assert office.erasures.kept["E1"].state is ErasureState.ERASED
    assert not office.erasures.kept["E1"].marks.every_token
    assert [(entry.actor, entry.action) for entry in office.notes.entries] == [
        ("web:ann", "erasure planned"),
        ("web:bo", "erasure confirmed"),
        ("web:bo", "person erased"),
    ]


async def test_a_plan_is_withdrawn_and_forgets_who_was_meant(office: Office) -> None:
    await office.ask(ErasePerson(MARIA))

    card = await office.ask(WithdrawErasure("e1"))

    assert card.title == "E1 is withdrawn"
    assert not office.erasures.kept["E1"].marks.every_token
    assert TOKEN in office.traces.held["silver.customers"]
    for command, asker in ((WithdrawErasure("E1"), ANN), (ConfirmErasure("E1"), BO)):
        with pytest.raises(ErasureRefused, match="was withdrawn"):
            await office.ask(command, asker)
    assert office.notes.entries[-1].action == "erasure withdrawn"


async def test_what_has_begun_can_not_be_withdrawn(office: Office) -> None:
    await office.ask(ErasePerson(MARIA))
    office.traces.busy.add("silver.customers")
    await office.ask(ConfirmErasure("E1"), BO)

    with pytest.raises(ErasureRefused, match="being carried out"):
        await office.ask(WithdrawErasure("E1"))
    office.traces.busy.clear()
    await office.ask(ConfirmErasure("E1"), BO)
    with pytest.raises(ErasureRefused, match="done already"):
        await office.ask(WithdrawErasure("E1"))


async def test_of_a_confirmation_and_a_withdrawal_at_once_nothing_is_erased_once_it_is_withdrawn(
    office: Office,
) -> None:
    await office.ask(ErasePerson(MARIA))
    begin = office.erasures.begin

    async def too_late(erasure_id: str, by: str, at: datetime) -> bool:
        await office.erasures.withdraw(erasure_id)
        return await begin(erasure_id, by, at)

    office.erasures.begin = too_late  # type: ignore[method-assign]  # somebody withdraws it just then
    with pytest.raises(ErasureRefused, match="was withdrawn"):
        await office.ask(ConfirmErasure("E1"), BO)
    assert TOKEN in office.traces.held["silver.customers"]


async def test_a_list_tells_how_far_each_is_and_until_when_it_can_be_confirmed(
    office: Office,
) -> None:
    assert (await office.ask(ListErasures())).title == "No erasures were planned"
    await office.ask(ErasePerson(MARIA))
    await office.ask(WithdrawErasure("E1"))
    await office.ask(ErasePerson(MARIA))

    opened = await office.ask(ListErasures(), BO)
    office.clock.advance(24 * 3600)
    later = await office.ask(ListErasures(), BO)

    assert opened.title == "1 erasure to confirm"
    assert opened.table is not None
    assert opened.table.rows == (
        ("E2", "planned, to be confirmed until 2026-03-02 12:00 UTC", "web:ann"),
        ("E1", "withdrawn", "web:ann"),
    )
    assert [each.command for each in opened.buttons] == ["withdraw erasure E2"]
    assert later.table is not None
    assert later.table.rows[0][1] == "expired: nobody confirmed it until 2026-03-02 12:00 UTC"
    assert not later.buttons


async def test_nobody_confirms_their_own_plan_nor_an_old_nor_a_done_nor_an_unknown_one(
    office: Office,
) -> None:
    await office.ask(ErasePerson(MARIA))
    with pytest.raises(ErasureRefused, match="second person"):
        await office.ask(ConfirmErasure("E1"), ANN)
    with pytest.raises(UnknownErasure):
        await office.ask(ConfirmErasure("E2"), BO)
    office.clock.advance(24 * 3600)
    with pytest.raises(ErasureRefused, match="more than a day ago"):
        await office.ask(ConfirmErasure("E1"), BO)
    assert TOKEN in office.traces.held["silver.customers"]

    await office.ask(ErasePerson(MARIA))
    await office.ask(ConfirmErasure("E2"), BO)
    with pytest.raises(ErasureRefused, match="done already"):
        await office.ask(ConfirmErasure("E2"), BO)


@pytest.mark.parametrize("platform", ["terminal", "web"])
async def test_the_same_name_on_another_platform_is_no_second_person(
    office: Office, platform: str
) -> None:
    await office.ask(ErasePerson(MARIA), replace(ANN, platform="rest"))

    with pytest.raises(ErasureRefused, match="second person"):
        await office.ask(ConfirmErasure("E1"), replace(ANN, platform=platform))

    assert TOKEN in office.traces.held["silver.customers"]


async def test_who_is_planned_already_gets_no_second_plan_until_the_first_is_over(
    office: Office,
) -> None:
    await office.ask(ErasePerson(MARIA), ANN)
    office.clock.advance(3600)
    card = await office.ask(ErasePerson(MARIA), BO)
    assert card.title.startswith("Erasure E1:")
    assert {fact.name: fact.value for fact in card.facts}["Planned by"] == "web:ann"
    office.traces.held["silver.orders"] = [Tokens(KEY, "EMAIL_ADDRESS").token("ada@x.org")]
    assert (await office.ask(ErasePerson("ada@x.org"))).title.startswith("Erasure E2:")

    office.clock.advance(24 * 3600)
    assert (await office.ask(ErasePerson(MARIA))).title.startswith("Erasure E3:")
    assert [entry.action for entry in office.notes.entries] == [
        "erasure planned", "person searched", "erasure planned", "erasure planned",
    ]  # fmt: skip


async def test_an_erasure_that_finds_nothing_any_more_is_no_success(office: Office) -> None:
    await office.ask(ErasePerson(MARIA))
    office.traces.held.clear()

    card = await office.ask(ConfirmErasure("E1"), BO)

    assert (card.severity, card.title) == (Severity.INFO, "E1 is done: nothing was left to erase")


async def test_what_stays_in_emptied_rows_is_told_and_where_nobody_is_more_than_named_not(
    office: Office,
) -> None:
    await office.ask(ErasePerson(MARIA))
    erased = Erased(
        office.erasures.kept["E1"],
        (
            Found("bronze.customers", 2, mentions=1, stays=("id", "price")),
            Found("bronze.orders", 1, mentions=1, stays=("id",)),
        ),
        (),
    )

    card = erased_card(a_project(), erased)

    stays = {fact.name: fact.value for fact in card.facts}["Not personal: stays but for mentions"]
    assert stays == "bronze.customers: id, price"
    assert card.severity is Severity.SUCCESS
    assert "until VACUUM" in card.text


async def test_what_has_no_form_of_a_person_is_told_which_forms_work(office: Office) -> None:
    for identifier in ("C00155", "customer C00155"):
        text = (await office.ask(ErasePerson(identifier))).text
        assert "an e-mail address, a phone number" in text
        assert "Several people" not in text
    assert "Several people" not in (await office.ask(FindPerson("DE89370400440532013000"))).text


@pytest.mark.parametrize(
    ("identifier", "fact"),
    [
        ("904 555 0196", "Also ask with the country code, as +1 …"),
        ("+1 904 555 0196", "Also looked for without its country code"),
        ("Ada Byron", None),
        ("4111 1111 1111 1111", None),
    ],
)
async def test_a_phone_number_tells_in_which_forms_it_was_looked_for(
    office: Office, identifier: str, fact: str | None
) -> None:
    facts = (await office.ask(FindPerson(identifier))).facts

    assert [each.value for each in facts] == ([fact] if fact else [])


async def test_a_table_at_work_is_erased_later_by_itself(office: Office) -> None:
    office.traces.busy = {"silver.customers"}
    await office.ask(ErasePerson(MARIA))

    card = await office.ask(ConfirmErasure("E1"), BO)

    assert card.title == "E1 is not done yet: 1 row erased, 2 left"
    assert "silver.customers" in card.text
    assert await office.desk.resume() == 1
    office.traces.busy.clear()
    assert await office.desk.resume() == 0
    assert office.traces.held["silver.customers"] == ["x"]
    assert office.erasures.kept["E1"].state is ErasureState.ERASED


async def test_an_erasure_goes_on_after_a_crash(office: Office) -> None:
    await office.ask(ErasePerson(MARIA))
    office.traces.faults.plan("erase", DatabaseBusy("gone"), times=1, after=1)
    with pytest.raises(DatabaseBusy):
        await office.ask(ConfirmErasure("E1"), BO)
    assert office.erasures.kept["E1"].state is ErasureState.ERASING

    office.clock.advance(48 * 3600)
    assert await office.desk.resume() == 0

    assert not any(TOKEN in held for held in office.traces.held.values())
    assert office.notes.entries[-1].actor == "web:bo"


async def test_what_can_not_be_recorded_is_not_done(office: Office) -> None:
    await office.ask(ErasePerson(MARIA))
    office.notes.faults.plan("record", DatabaseBusy("away"))

    with pytest.raises(DatabaseBusy):
        await office.ask(ConfirmErasure("E1"), BO)
    with pytest.raises(DatabaseBusy):
        await office.ask(RevealValue(Seal(KEY, None).sealed("a")), an_asker("ann", ""))

    assert TOKEN in office.traces.held["silver.customers"]


async def test_the_tokens_of_plans_that_nobody_confirmed_are_forgotten(office: Office) -> None:
    await office.ask(ErasePerson(MARIA))
    office.clock.advance(25 * 3600)

    await office.desk.resume()

    assert not office.erasures.kept["E1"].marks.every_token


async def test_without_a_key_nobody_can_be_found() -> None:
    office = Office(keys=None)

    with pytest.raises(KeyMissing):
        await office.ask(FindPerson(MARIA))


async def test_a_name_is_said_to_be_shared(office: Office) -> None:
    office.traces.held["silver.orders"] = [Tokens(KEY, "PERSON").token("Maria Lopez")]

    assert "Several people" in (await office.ask(FindPerson("maria  LOPEZ"))).text


async def test_a_value_is_shown_to_its_asker_alone_and_on_record() -> None:
    office = Office()
    sealed = Seal(KEY, "EMAIL_ADDRESS").sealed(MARIA)

    with pytest.raises(NotAllowed):
        await office.ask(RevealValue(sealed), an_asker("ann", "#general"))
    assert not office.notes.entries
    card = await office.ask(RevealValue(f" {sealed} "), an_asker("ann", ""))

    assert [fact.value for fact in card.facts] == [MARIA]
    assert MARIA not in card.fallback_text
    (entry,) = office.notes.entries
    assert (entry.actor, entry.action, entry.subject) == ("web:ann", "revealed", "EMAIL_ADDRESS")
    assert MARIA not in repr(entry)
    assert sealed not in repr(entry)


async def test_a_value_that_can_not_be_opened_is_not_on_record_as_seen() -> None:
    office = Office()

    for sealed in ("es1_em_AAAA", "es9_em_AAAA", "es1", MARIA):
        with pytest.raises(EngineError) as refused:
            await office.ask(RevealValue(sealed), an_asker("ann", ""))
        assert MARIA not in f"{refused.value.message} {refused.value.hint}"
    assert not office.notes.entries
