"""What people hear about personal data, and what their word about it becomes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.approvals.model import Foreseen
from engine.cards import Card, Severity
from engine.catalog.model import Column, ColumnType, Operator, Project
from engine.catalog.policy import ColumnRule, Place, PrivacyPolicy, Rule, Word
from engine.catalog.policy_reading import governed
from engine.commands import (
    AcceptFinding,
    Command,
    PrivacyReport,
    RejectFinding,
    SetPrivacyRule,
)
from engine.errors import EngineError, UnknownDataset
from engine.privacy.model import ColumnFinding
from engine.privacy.telling import UNDECIDED
from engine.privacy_answers import PrivacyAnswers, PrivacyCommand
from engine.testing.audit import MemoryAudit
from engine.testing.clock import EPOCH, FakeClock
from engine.testing.privacy import FixedPrivacyFindings, MemoryRuleFile
from tests.builders import a_project, a_table, an_asker, dataset

EMAIL, PERSON, CARD = "EMAIL_ADDRESS", "PERSON", "CREDIT_CARD"
COLUMNS = (
    Column("id", operator=Operator.KEEP),
    Column("email", operator=Operator.HASH, entity=EMAIL),
    Column("contact"),
    Column("note"),
    Column("born", ColumnType.DATE, operator=Operator.REDACT),
)
RULES = (
    Rule(Operator.REDACT, place=Place("privacy.yaml", 1)),
    Rule(Operator.HASH, entity=EMAIL, place=Place("privacy.yaml", 3)),
    Rule(Operator.MASK, entity=CARD, place=Place("privacy.yaml", 4)),
)
TODAY = date(2026, 3, 1)


def found(
    column: str = "contact", entity: str = EMAIL, share: float = 0.9, on: str = "silver.customers"
) -> ColumnFinding:
    cells = round(1000 * share)
    last = EPOCH + timedelta(days=2)
    return ColumnFinding(dataset(on), column, entity, cells, share, EPOCH, last, "7K3F9QTZ")


def shop(columns: dict[str, ColumnRule] | None = None) -> Project:
    built = a_project([a_table(columns=COLUMNS), a_table("orders")])
    declared = {
        (table.name, each.name): built.decided(table.name, each.name)
        for table in built.tables
        for each in table.columns
    }
    own = {("customers", name): rule for name, rule in (columns or {}).items()}
    policy = PrivacyPolicy({EMAIL: Operator.HASH}, rules=RULES, columns={**declared, **own})
    return governed(built, policy)


class Office:
    """The answers over a project in memory."""

    def __init__(
        self,
        *findings: ColumnFinding,
        columns: dict[str, ColumnRule] | None = None,
        present: Sequence[str] = (),
    ) -> None:
        self.file = MemoryRuleFile(shop(columns))
        self.audit = MemoryAudit()
        at_hand = FixedPrivacyFindings(*findings, columns={"bronze.customers": tuple(present)})
        self._answers = PrivacyAnswers(self.file, at_hand, FakeClock(), UTC, self.audit)

    async def tell(self, command: PrivacyCommand) -> Card:
        return await self._answers.answer(command, an_asker())

    async def foresee(self, command: Command) -> Foreseen | None:
        return await self._answers.foresee(command, an_asker())

    def decided(self, column: str) -> ColumnRule:
        return self.file.project.decided("customers", column)


def rows(card: Card) -> list[tuple[str, ...]]:
    return list(card.table.rows) if card.table else []


def facts(card: Card) -> dict[str, str]:
    return {each.name: each.value for each in card.facts}


@pytest.mark.parametrize("name", ["customers", "silver.customers", "bronze.customers"])
async def test_a_rule_is_written_with_who_said_so_and_what_held_before(name: str) -> None:
    office = Office()

    card = await office.tell(SetPrivacyRule(name, "email", "mask"))

    assert office.decided("email") == ColumnRule(Operator.MASK, entity=EMAIL)
    assert office.decided("email").word == Word("web:maria", TODAY, "hash")
    assert (card.title, card.severity) == ("customers.email will be masked", Severity.SUCCESS)
    assert "from the next run of silver.customers on" in card.text
    assert facts(card) == {
        "Written to": "privacy.yaml:1",
        "Rule": "customers.email: mask in privacy.yaml:1",
        "Before": "hash",
        "By": "web:maria, 2026-03-01",
    }
    assert [each.command for each in card.buttons] == [
        "run pipeline bronze_to_silver for customers",
        "privacy report of silver.customers",
    ]


async def test_what_held_first_is_remembered_however_often_it_changes() -> None:
    office = Office()

    await office.tell(SetPrivacyRule("customers", "email", "mask"))
    await office.tell(SetPrivacyRule("customers", "email", "redact"))

    assert office.decided("email").operator is Operator.REDACT
    assert office.decided("email").word.was == "hash"


async def test_it_is_said_how_far_to_generalise() -> None:
    office = Office()

    card = await office.tell(SetPrivacyRule("customers", "born", "generalise", "year"))

    assert card.title == "customers.born will be generalised to year"
    assert office.decided("born") == ColumnRule(Operator.GENERALISE, "year")


async def test_a_rule_that_a_stricter_one_would_undo_is_refused_with_that_one() -> None:
    office = Office()

    with pytest.raises(EngineError) as raised:
        await office.tell(SetPrivacyRule("customers", "email", "encrypt"))

    assert raised.value.message == (
        "customers.email would not be encrypted: EMAIL_ADDRESS: hash in privacy.yaml:3 is "
        "stricter, and it holds."
    )
    assert raised.value.hint == "Change that rule, or say «hash email in customers»."
    assert office.file.written == []


async def test_what_was_found_counts_against_a_weak_rule() -> None:
    office = Office(found("note", CARD))

    with pytest.raises(EngineError, match=r"CREDIT_CARD: mask in privacy\.yaml:4 is stricter"):
        await office.tell(SetPrivacyRule("customers", "note", "hash"))
    with pytest.raises(EngineError) as raised:
        await office.tell(SetPrivacyRule("customers", "note", "keep"))

    assert "«note in customers is not personal data»" in raised.value.hint


async def test_what_holds_already_is_not_written_again() -> None:
    office = Office()

    card = await office.tell(SetPrivacyRule("customers", "email", "hash"))

    assert card.title == "Nothing to change for customers.email"
    assert card.text == "tables/customers.yaml says so."
    assert office.file.written == []


@pytest.mark.parametrize(
    ("command", "said", "hint"),
    [
        (SetPrivacyRule("custmers", "email", "mask"), "no table 'custmers'", "Did you mean"),
        (SetPrivacyRule("customers", "emial", "mask"), "no column 'emial'", "Did you mean email?"),
        (SetPrivacyRule("customers", "zzzzz", "mask"), "no column 'zzzzz'", "customers has id"),
        (SetPrivacyRule("customers", "mali", "mask"), "no column 'mali'", "Did you mean email?"),
        (SetPrivacyRule("customers", "gender", "mask"), "no column 'gender'", "customers has id"),
        (SetPrivacyRule("customers", "email", "maks"), "called 'maks'", "Did you mean mask?"),
        (RejectFinding("gold.revenue", "name"), "gold.revenue is made from silver", "Name the"),
        (AcceptFinding("revenue", "name"), "gold.revenue is made from silver", "Name the"),
    ],
)  # fmt: skip
async def test_a_name_that_nothing_has_is_refused_with_the_nearest(
    command: PrivacyCommand, said: str, hint: str
) -> None:
    office = Office()

    with pytest.raises(EngineError, match=said) as raised:
        await office.tell(command)

    assert raised.value.hint.startswith(hint)
    assert office.file.written == []


async def test_a_finding_that_fills_a_column_is_declared_as_what_it_holds() -> None:
    office = Office(found())

    card = await office.tell(AcceptFinding("customers", "contact"))

    assert office.decided("contact") == ColumnRule(entity=EMAIL)
    assert card.title == "customers.contact holds EMAIL_ADDRESS, as is declared now"
    assert card.text.startswith("It will be replaced by tokens; nobody is asked again.")
    assert facts(card)["Rule"] == "EMAIL_ADDRESS: hash in privacy.yaml:3"


async def test_one_card_number_among_notes_does_not_make_the_notes_personal() -> None:
    office = Office(found("note", CARD, share=0.001))

    card = await office.tell(AcceptFinding("silver.customers", "note", CARD))

    assert office.decided("note") == ColumnRule(holds=(CARD,))
    assert card.title == "CREDIT_CARD within customers.note is declared"


async def test_a_column_that_nobody_declared_can_be_decided_about_once_it_came() -> None:
    office = Office(found("gift"), present=("id", "gift", "extra"))

    await office.tell(AcceptFinding("customers", "gift"))
    await office.tell(SetPrivacyRule("customers", "extra", "redact"))

    assert office.decided("gift") == ColumnRule(entity=EMAIL, undeclared=True)
    assert office.decided("extra") == ColumnRule(Operator.REDACT, undeclared=True)


async def test_somebody_may_say_what_a_column_holds_although_nothing_was_found() -> None:
    office = Office()

    await office.tell(AcceptFinding("customers", "contact", PERSON))

    assert office.decided("contact") == ColumnRule(entity=PERSON)
    with pytest.raises(EngineError, match=r"Nothing personal was found in customers\.note"):
        await office.tell(AcceptFinding("customers", "note"))


async def test_what_is_not_personal_is_kept_and_not_looked_at() -> None:
    office = Office(found("note", PERSON))

    card = await office.tell(RejectFinding("customers", "note"))

    assert office.decided("note") == ColumnRule(Operator.KEEP)
    assert office.decided("note").word == Word("web:maria", TODAY, None)
    assert card.title == "customers.note is not personal data"
    again = await office.tell(RejectFinding("customers", "note"))
    assert again.title == "Nothing to change for customers.note"


async def test_one_entity_can_be_rejected_and_the_others_go_on_being_looked_for() -> None:
    office = Office(found("note", PERSON), found("note", CARD, share=0.1))

    card = await office.tell(RejectFinding("customers", "note", PERSON))
    await office.tell(AcceptFinding("customers", "note", CARD))

    assert office.decided("note") == ColumnRule(holds=(CARD,), not_personal=(PERSON,))
    assert card.title == "customers.note does not hold PERSON"
    assert "anything else still is" in card.text


async def test_a_rejection_can_be_taken_back() -> None:
    office = Office(found())

    await office.tell(RejectFinding("customers", "contact"))
    await office.tell(AcceptFinding("customers", "contact"))

    assert office.decided("contact") == ColumnRule(entity=EMAIL)


@pytest.mark.parametrize(
    "command",
    [
        RejectFinding("customers", "email"),
        RejectFinding("customers", "email", EMAIL),
        RejectFinding("customers", "born"),
        SetPrivacyRule("customers", "born", "keep"),
    ],
)
async def test_what_a_tables_own_file_declares_is_no_finding(command: PrivacyCommand) -> None:
    office = Office()

    with pytest.raises(EngineError, match=r"tables/customers\.yaml declares customers\.") as raised:
        await office.tell(command)

    assert "Take that line out" in raised.value.hint
    assert office.file.written == []


async def test_what_a_tables_file_declares_is_none_either_once_a_rule_goes_before_it() -> None:
    over = Place("tables/customers.yaml", 5)
    masked = ColumnRule(Operator.MASK, entity=EMAIL, place=Place("privacy.yaml", 9), over=over)
    office = Office(columns={"email": masked})

    with pytest.raises(EngineError, match=r"tables/customers\.yaml:5 declares customers\.email"):
        await office.tell(RejectFinding("customers", "email"))


async def test_the_report_tells_all_that_is_personal_what_nobody_decided_first() -> None:
    word = Word("web:ada", date(2026, 2, 3))
    office = Office(
        found(),
        found("note", CARD, share=0.001),
        columns={"gift": ColumnRule(Operator.MASK, undeclared=True, word=word)},
    )

    card = await office.tell(PrivacyReport())

    hashed = ("replaced by tokens", "EMAIL_ADDRESS: hash in privacy.yaml:3; nobody decided")
    assert rows(card)[:2] == [
        ("silver.customers", "contact", f"{EMAIL}, found in 900 cells", *hashed, "2026-03-01"),
        (
            "silver.customers", "note", f"{CARD}, found in 1 cell", "masked",
            "CREDIT_CARD: mask in privacy.yaml:4; nobody decided", "2026-03-01",
        ),
    ]  # fmt: skip
    assert [row[1] for row in rows(card)[2:]] == ["email", "born", "gift", "email"]
    assert rows(card)[4][-1] == "2026-02-03, by web:ada"
    assert card.severity is Severity.WARNING
    assert card.text.startswith("2 findings nobody said anything to")
    assert card.buttons[0].command == "accept EMAIL_ADDRESS in contact of customers"
    assert facts(card)["Kept, not looked at"] == "2 columns"


async def test_what_was_decided_is_no_open_finding_any_more() -> None:
    office = Office(found(), found("note", CARD, share=0.001), found("note", PERSON))
    for command in (
        AcceptFinding("customers", "contact"),
        AcceptFinding("customers", "note", CARD),
        RejectFinding("customers", "note", PERSON),
    ):
        await office.tell(command)

    card = await office.tell(PrivacyReport())

    assert card.severity is Severity.INFO
    assert [row[1] for row in rows(card)].count("note") == 1


async def test_a_report_marks_the_columns_that_nobody_decided_about() -> None:
    office = Office(columns={"note": ColumnRule(not_personal=(PERSON,))}, present=("id", "extra"))

    card = await office.tell(PrivacyReport("customers"))

    marked = {row[0]: row[3] == UNDECIDED for row in rows(card)}
    assert marked["extra"]
    assert not any((marked["id"], marked["email"], marked["note"]))


async def test_the_report_on_a_dataset_has_every_column_of_it() -> None:
    office = Office(found(), present=("id", "email", "extra"))

    card = await office.tell(PrivacyReport("customers"))

    told = {row[0]: row[2] for row in rows(card)}
    assert list(told) == ["contact", "email", "born", "id", "note", "extra"]
    assert told["id"] == "kept, not looked at"
    assert told["note"] == told["extra"] == "each cell is looked through"
    assert card.buttons[-1].command == "scan bronze.customers for personal data"


async def test_what_a_scan_found_in_gold_is_told_as_unprotected() -> None:
    office = Office(found("who", PERSON, on="gold.revenue"))

    everything = await office.tell(PrivacyReport())
    gold = await office.tell(PrivacyReport("gold.revenue"))

    assert rows(everything)[0][:2] == ("gold.revenue", "who")
    assert rows(gold) == [("who", "PERSON, found in 900 cells", "nothing", "gold is not protected",
                           "2026-03-01")]  # fmt: skip
    assert gold.severity is Severity.WARNING


async def test_a_report_on_what_does_not_exist_is_refused() -> None:
    with pytest.raises(UnknownDataset) as raised:
        await Office().tell(PrivacyReport("ordres"))

    assert raised.value.close == ("orders",)


async def test_the_first_entity_of_several_is_the_one_with_the_largest_share() -> None:
    office = Office(found("contact", CARD, share=0.2), found())

    await office.tell(AcceptFinding("customers", "contact"))

    assert office.decided("contact").entity == EMAIL
    assert replace(office.decided("contact"), entity=None) == ColumnRule()


HASHED = "replaced by tokens (EMAIL_ADDRESS: hash in privacy.yaml:3)"
MASKED = ColumnRule(Operator.MASK, entity=EMAIL, place=Place("privacy.yaml", 9))


@pytest.mark.parametrize(
    ("command", "now", "then"),
    [
        (RejectFinding("customers", "contact"), HASHED, "kept as it is, not looked at"),
        (
            RejectFinding("customers", "contact", EMAIL),
            HASHED,
            "what is found in it is protected, but EMAIL_ADDRESS",
        ),
        (
            RejectFinding("customers", "note"),
            "what is found in it is protected",
            "kept as it is, not looked at",
        ),
        (
            SetPrivacyRule("customers", "note", "keep"),
            "what is found in it is protected",
            "kept as it is, not looked at",
        ),
        (
            SetPrivacyRule("customers", "gift", "hash"),
            "masked (customers.gift: mask in privacy.yaml:9)",
            "replaced by tokens (customers.gift: hash)",
        ),
    ],
)
async def test_what_protects_less_is_asked_back_with_what_is_done_now_and_then(
    command: PrivacyCommand, now: str, then: str
) -> None:
    office = Office(found(), columns={"gift": replace(MASKED, undeclared=True)}, present=("gift",))

    foreseen = await office.foresee(command)

    assert foreseen is not None
    assert {each.name: each.value for each in foreseen.facts} == {"Now": now, "Then": then}
    assert not office.file.written
    assert not office.audit.entries


@pytest.mark.parametrize(
    "command",
    [
        SetPrivacyRule("customers", "email", "mask"),
        SetPrivacyRule("customers", "note", "redact"),
        SetPrivacyRule("customers", "email", "hash"),
        AcceptFinding("customers", "contact"),
        AcceptFinding("customers", "note", PERSON),
        PrivacyReport(),
    ],
)
async def test_what_protects_as_much_or_more_is_not_asked_back(command: PrivacyCommand) -> None:
    assert await Office(found()).foresee(command) is None


async def test_what_would_be_refused_is_refused_before_it_is_asked_back() -> None:
    with pytest.raises(EngineError, match=r"declares customers\.email personal"):
        await Office().foresee(RejectFinding("customers", "email"))


@given(st.lists(st.sampled_from(["mask", "hash", "redact", "encrypt"]), min_size=2, max_size=2))
async def test_of_two_ways_to_protect_going_back_is_asked_or_coming(ways: list[str]) -> None:
    first, second = (Operator(each) for each in ways)
    asked = []
    for now, then in ((first, second), (second, first)):
        office = Office(columns={"note": ColumnRule(now)})
        asked.append(await office.foresee(SetPrivacyRule("customers", "note", then)) is not None)

    assert sum(asked) == (first is not second)


async def test_the_audit_log_holds_what_a_rule_was_and_is() -> None:
    office = Office()

    await office.tell(SetPrivacyRule("customers", "email", "mask"))

    (entry,) = office.audit.entries
    assert (entry.action, entry.actor, entry.subject) == (
        "rule changed",
        "web:maria",
        "customers.email",
    )
    assert entry.detail["before"] == HASHED.replace("EMAIL_ADDRESS: hash in privacy.yaml:3", OWN)
    assert entry.detail["after"] == "masked (customers.email: mask)"


OWN = "customers.email: hash in tables/customers.yaml"


async def test_a_text_is_generalised_to_a_year_only_where_something_says_it_holds_dates() -> None:
    office = Office(found("contact", "DATE_TIME"))

    await office.tell(SetPrivacyRule("customers", "contact", "generalise", "year"))
    await office.tell(SetPrivacyRule("customers", "note", "generalise", "first 3"))

    with pytest.raises(EngineError, match="nothing says that it holds dates") as raised:
        await office.tell(SetPrivacyRule("customers", "note", "generalise", "year"))
    assert "first 3" in raised.value.message
    assert "type: date" in raised.value.hint
    with pytest.raises(EngineError, match="write one of domain"):
        await Office().tell(SetPrivacyRule("customers", "email", "generalise", "year"))


async def test_a_birthday_is_known_by_its_name() -> None:
    office = Office(present=("birth_date",))

    await office.tell(SetPrivacyRule("customers", "birth_date", "generalise", "year"))

    assert office.decided("birth_date").to == "year"
