"""What is done to each column: as people decided, as found, and by the strictest rule for it."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog.model import Column, ColumnType, Operator, Project
from engine.catalog.policy import Allowed, ColumnRule, CustomPattern, Place, PrivacyPolicy, Rule
from engine.catalog.policy_reading import governed
from engine.privacy.coverage import Coverage, Reach
from engine.privacy.model import ColumnClass, Evidence, Protection
from engine.privacy.policy import TableRules, recognition_of, scanned, stricter_demand
from engine.privacy.recognition import OFF
from tests.builders import a_project, a_table, dataset

EMAIL, PERSON, CARD = "EMAIL_ADDRESS", "PERSON", "CREDIT_CARD"
COLUMNS = (
    Column("id", operator=Operator.KEEP),
    Column("email", operator=Operator.HASH, entity=EMAIL),
    Column("note"),
    Column("born", ColumnType.DATE),
    Column("paid", ColumnType.INTEGER),
)
NAMES = tuple(each.name for each in COLUMNS)


def project(
    *rules: Rule, columns: Mapping[str, ColumnRule] | None = None, **policy: object
) -> Project:
    """Customers with five columns, under these rules."""
    built = a_project([a_table(columns=COLUMNS)])
    own = {("customers", name): rule for name, rule in (columns or {}).items()}
    declared = {("customers", each.name): built.decided("customers", each.name) for each in COLUMNS}
    given_policy = PrivacyPolicy({EMAIL: Operator.HASH}, rules=rules, columns={**declared, **own})
    return governed(built, replace(given_policy, **policy))  # type: ignore[arg-type]  # by field name


def rules_of(built: Project) -> TableRules:
    return TableRules.of(built, built.tables[0])


def by_column(coverages: tuple[Coverage, ...]) -> dict[str, Coverage]:
    return {each.column: each for each in coverages}


def test_a_protection_names_the_rule_that_decided() -> None:
    stricter = Rule(Operator.REDACT, entity=EMAIL, place=Place("privacy.yaml", 4))

    (protection,) = rules_of(project(stricter)).protections(NAMES)

    assert protection == Protection(
        "email", Operator.REDACT, EMAIL, True, (), None, "EMAIL_ADDRESS: redact in privacy.yaml:4"
    )


def test_what_was_found_is_protected_by_the_rule_for_it() -> None:
    found = ColumnClass("note", CARD, ("12 of 200 sampled values are card numbers",))
    mask = Rule(Operator.MASK, entity=CARD)

    _, note = rules_of(project(mask)).protections(NAMES, [found])

    assert note == Protection(
        "note", Operator.MASK, CARD, False, found.reasons, None, "CREDIT_CARD: mask"
    )


def test_what_no_rule_is_about_is_protected_by_default() -> None:
    _, note = rules_of(project()).protections(NAMES, [ColumnClass("note", PERSON)])

    assert (note.operator, note.rule) == (Operator.REDACT, "by default: redact")


def test_what_people_declared_goes_before_what_was_found() -> None:
    found = [ColumnClass("email", PERSON), ColumnClass("id", PERSON)]

    protections = rules_of(project()).protections(NAMES, found)

    assert [(each.column, each.entity) for each in protections] == [("email", EMAIL)]


def test_an_entity_without_an_operator_is_a_declaration() -> None:
    built = project(columns={"note": ColumnRule(entity=EMAIL)})

    note = rules_of(built).protection("note")

    assert note is not None
    assert (note.operator, note.declared) == (Operator.HASH, True)
    assert "note" not in rules_of(built).undecided(NAMES)


def test_a_column_whose_name_says_what_it_holds_is_held_to_the_rule_for_that() -> None:
    built = project(
        Rule(Operator.REDACT, entity="PHONE_NUMBER"),
        columns={"phone": ColumnRule(Operator.HASH, undeclared=True)},
    )

    protection = rules_of(built).protection("phone")

    assert protection is not None
    assert (protection.operator, protection.entity) == (Operator.REDACT, "PHONE_NUMBER")


def test_a_key_is_never_made_coarser_by_what_its_name_may_mean() -> None:
    table = replace(a_table(columns=(Column("email", operator=Operator.HASH),)), key=("email",))
    rules = (Rule(Operator.REDACT, entity=EMAIL),)
    built = replace(a_project([table]), privacy=PrivacyPolicy({}, rules=rules))

    protection = TableRules.of(built, table).protection("email")

    assert protection is not None
    assert protection.operator is Operator.HASH


def test_a_column_that_only_comes_is_protected_as_was_decided_where_it_came() -> None:
    rules = rules_of(project(columns={"gift": ColumnRule(Operator.MASK, undeclared=True)}))

    assert [each.column for each in rules.protections((*NAMES, "gift"))] == ["email", "gift"]
    assert [each.column for each in rules.protections(NAMES)] == ["email"]


def test_only_what_nobody_decided_is_sampled() -> None:
    rules = rules_of(project(columns={"gift": ColumnRule(Operator.MASK, undeclared=True)}))

    assert rules.undecided((*NAMES, "gift", "extra")) == ("note", "born", "paid", "extra")


def test_what_somebody_rejected_is_not_found_again() -> None:
    rules = rules_of(project(columns={"note": ColumnRule(not_personal=(PERSON,))}))
    evidence = Evidence("note", 10, {PERSON: 9, CARD: 1})

    (left,) = rules.accepted([evidence])

    assert left.cells == {CARD: 1}
    assert rules.protection("note", PERSON) is None
    assert rules.protection("note", CARD) is not None
    assert by_column(rules.coverages(NAMES))["note"].protection_of(PERSON) is None


def test_every_text_that_is_not_kept_is_looked_through() -> None:
    coverages = rules_of(project()).coverages((*NAMES, "extra"))

    assert [(each.column, each.reach) for each in coverages] == [
        ("email", Reach.CELL),
        ("note", Reach.PATTERNS),
        ("extra", Reach.PATTERNS),
    ]


def test_within_a_text_each_entity_has_its_own_rule() -> None:
    built = project(Rule(Operator.MASK, entity=CARD), Rule(Operator.HASH, table="customers"))
    text = ColumnClass("note", PERSON, free_text=True)

    note = by_column(rules_of(built).coverages(NAMES, [text]))["note"]

    assert note.reach is Reach.TEXT
    card, person = note.protection_of(CARD), note.protection_of(PERSON)
    assert card is not None
    assert person is not None
    assert (card.operator, card.rule) == (Operator.MASK, "CREDIT_CARD: mask")
    assert person.operator is Operator.HASH
    assert person.rule == "everything personal in customers: hash"


@pytest.mark.parametrize(
    ("said", "found", "reach"),
    [
        (True, False, Reach.TEXT),
        (False, True, Reach.PATTERNS),
        (None, True, Reach.TEXT),
        (None, False, Reach.PATTERNS),
    ],
)
def test_people_may_say_whether_a_column_is_free_text(
    said: bool | None, found: bool, reach: Reach
) -> None:
    rules = rules_of(project(columns={"note": ColumnRule(free_text=said)}))
    classes = [ColumnClass("note", PERSON, free_text=True)] if found else []

    assert by_column(rules.coverages(NAMES, classes))["note"].reach is reach


def test_the_operator_of_a_free_text_is_for_what_stands_in_it() -> None:
    built = project(columns={"note": ColumnRule(Operator.REDACT, free_text=True)})

    note = by_column(rules_of(built).coverages(NAMES))["note"]

    assert note.protection is None
    found = note.protection_of(EMAIL)
    assert found is not None
    assert (found.operator, found.rule) == (Operator.REDACT, "customers.note: redact")


def test_what_somebody_accepted_within_a_text_is_declared_and_no_other() -> None:
    rules = rules_of(project(columns={"note": ColumnRule(holds=(CARD,))}))

    note = by_column(rules.coverages(NAMES))["note"]

    card, person = note.protection_of(CARD), note.protection_of(PERSON)
    assert card is not None
    assert person is not None
    assert (card.declared, person.declared) == (True, False)


def test_an_entity_that_is_kept_is_left_alone() -> None:
    rules = rules_of(project(Rule(Operator.KEEP, entity="URL")))

    assert rules.protection("note", "URL") is None
    assert by_column(rules.coverages(NAMES))["note"].protection_of("URL") is None


def test_a_scan_tells_what_is_done_to_what_it_found_and_to_what_is_declared() -> None:
    built = project(columns={"note": ColumnRule(not_personal=(PERSON,))})
    found = [
        ColumnClass("id", CARD, ("all pass",)),
        ColumnClass("note", PERSON, ("some",)),
        ColumnClass("extra", CARD, ("many",), free_text=True),
        ColumnClass("paid", None),
    ]

    told = scanned(built, dataset("bronze.customers"), found)

    assert [(each.column, each.operator, each.declared, each.rule) for each in told] == [
        ("id", Operator.KEEP, True, "customers.id: keep in tables/customers.yaml"),
        ("note", Operator.KEEP, True, "customers.note: not PERSON"),
        ("extra", Operator.REDACT, False, "by default: redact"),
        ("email", Operator.HASH, True, "customers.email: hash in tables/customers.yaml"),
    ]
    assert [each.reasons[0] for each in told] == [
        "all pass", "some", "many", "the project declares it"
    ]  # fmt: skip


def test_a_scan_of_gold_tells_what_the_rules_for_gold_say() -> None:
    built = project(Rule(Operator.MASK, layer="gold"))

    (told,) = scanned(built, dataset("gold.revenue"), [ColumnClass("who", PERSON)])

    assert (told.operator, told.rule) == (Operator.MASK, "everything personal in gold: mask")


def test_the_rules_for_gold_are_for_gold() -> None:
    built = project(Rule(Operator.REDACT, layer="gold"))

    gold = TableRules(built, dataset("gold.revenue")).protection("email", EMAIL)
    silver = rules_of(built).protection("email")

    assert gold is not None
    assert silver is not None
    assert (gold.operator, silver.operator) == (Operator.REDACT, Operator.HASH)


@given(st.sampled_from([*Operator]), st.sampled_from([*Operator]), st.sampled_from([*Operator]))
def test_a_rule_that_would_be_too_weak_is_told_of_exactly_then(
    entity: Operator, table: Operator, wanted: Operator
) -> None:
    built = project(Rule(entity, entity=EMAIL), Rule(table, table="customers"))
    rule = Rule(wanted, table="customers", column="email")

    demand = stricter_demand(built, "customers", "email", rule, EMAIL)

    own = {("customers", "email"): ColumnRule(wanted, entity=EMAIL)}
    policy = replace(built.privacy, columns={**built.privacy.columns, **own})
    after = rules_of(governed(built, policy)).protection("email")
    holds = wanted is Operator.KEEP or (after is not None and after.operator is wanted)
    assert holds if demand is None else demand.stricter_than(rule)


def test_what_a_project_wants_recognised_is_what_its_file_says() -> None:
    built = project(
        Rule(Operator.HASH, entity="UUID", table="customers"),
        patterns=(CustomPattern("staff", "EMPLOYEE_ID", r"E-\d{6}", 0.6, ("staff",)),),
        allowed=Allowed(("Harbour",), ("^x$",)),
        languages=("en", "de"),
    )

    recognition = recognition_of(built)

    assert recognition.languages == ("en", "de")
    assert [(each.entity, each.regex) for each in recognition.custom] == [
        ("EMPLOYEE_ID", r"E-\d{6}")
    ]
    assert recognition.allow.words == {"Harbour"}
    assert recognition.allow.regexes == ("^x$",)
    assert recognition.off == OFF - {"UUID"}
