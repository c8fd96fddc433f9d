"""Sentences about personal data, its rules and findings, anonymity, and the audit trail."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.commands import (
    AcceptFinding,
    Audit,
    CheckAnonymity,
    Command,
    PrivacyReport,
    RejectFinding,
    ScanPrivacy,
    SetPrivacyRule,
)
from engine.people import Role
from skills.language.examples import EXAMPLE_VOCABULARY
from skills.language.readings import Guess, NotUnderstood, Reading, Understood
from skills.language.sentences import sentence
from skills.language.understanding import understand
from skills.language.vocabulary import Vocabulary
from tests.skills.language.judging import assert_offered

NOW = datetime(2026, 3, 11, 10, 30, tzinfo=UTC)
MONDAY = datetime(2026, 3, 9, tzinfo=UTC)
CUSTOMERS, ORDERS, REVENUE = "silver.customers", "silver.orders", "gold.revenue"


def read(text: str, vocabulary: Vocabulary = EXAMPLE_VOCABULARY) -> Reading:
    return understand(text, vocabulary, NOW, UTC)


def rule(column: str, operator: str, to: str | None = None, on: str = CUSTOMERS) -> SetPrivacyRule:
    return SetPrivacyRule(on, column, operator, to)


UNDERSTOOD: tuple[tuple[str, Command], ...] = (
    ("scan bronze.customers for personal data", ScanPrivacy("bronze.customers")),
    ("find personal data for customers", ScanPrivacy("bronze.customers")),
    ("privacy report", PrivacyReport()),
    ("show me the privacy report", PrivacyReport()),
    ("privacy report for customers", PrivacyReport(CUSTOMERS)),
    ("privacy report of bronze.customers", PrivacyReport("bronze.customers")),
    ("what personal data do we have?", PrivacyReport()),
    ("do we store any personal data?", PrivacyReport()),
    ("which tables hold personal data?", PrivacyReport()),
    ("what personal data is in customers?", PrivacyReport(CUSTOMERS)),
    ("which columns are masked?", PrivacyReport()),
    ("is customers.email personal?", PrivacyReport(CUSTOMERS)),
    ("is email in customers personal data?", PrivacyReport(CUSTOMERS)),
    ("why is customers.email hashed?", PrivacyReport(CUSTOMERS)),
    ("why is the email in customers masked?", PrivacyReport(CUSTOMERS)),
    ("why is phone masked", PrivacyReport(CUSTOMERS)),
    ("mask email in customers", rule("email", "mask")),
    ("Mask the email column of the customers table, please", rule("email", "mask")),
    ("could you mask customers.email?", rule("email", "mask")),
    ("mask silver.customers.email", rule("email", "mask")),
    ("mask email in bronze.customers", rule("email", "mask", on="bronze.customers")),
    ("hash phone in customers", rule("phone", "hash")),
    ("pseudonymise phone in customers", rule("phone", "hash")),
    ("redact phone in customers", rule("phone", "redact")),
    ("encrypt phone in customers", rule("phone", "encrypt")),
    ("keep phone in customers", rule("phone", "keep")),
    ("keep customers.phone as it is", rule("phone", "keep")),
    ("generalise birth_date in customers to year", rule("birth_date", "generalise", "year")),
    ("generalise birth_date to the year in customers", rule("birth_date", "generalise", "year")),
    ("generalize birth date in customers", rule("birth_date", "generalise")),
    ("generalise postcode in customers to first 3", rule("postcode", "generalise", "first 3")),
    (
        "generalise postcode in customers to the first 3 digits",
        rule("postcode", "generalise", "first 3"),
    ),
    (
        "generalise unit_price in orders to steps of 5",
        rule("unit_price", "generalise", "steps of 5", ORDERS),
    ),
    ("generalise email of customers to domain", rule("email", "generalise", "domain")),
    ('mask "E-Mail Address" in customers', rule("E-Mail Address", "mask")),
    ("mask contact in support tickets", rule("contact", "mask", on="silver.support_tickets")),
    ("orders.note is not personal data", RejectFinding(ORDERS, "note")),
    ("orders.note isn't personal", RejectFinding(ORDERS, "note")),
    ("note in orders holds no personal data", RejectFinding(ORDERS, "note")),
    ("orders.note is not a PERSON", RejectFinding(ORDERS, "note", "PERSON")),
    ("there is no PERSON in orders.note", RejectFinding(ORDERS, "note", "PERSON")),
    ("reject LOYALTY_CARD in note of orders", RejectFinding(ORDERS, "note", "LOYALTY_CARD")),
    ("email in customers is personal data", AcceptFinding(CUSTOMERS, "email")),
    ("customers.email is personal", AcceptFinding(CUSTOMERS, "email")),
    ("customers.email is an email address", AcceptFinding(CUSTOMERS, "email", "EMAIL_ADDRESS")),
    (
        "accept EMAIL_ADDRESS in customers.contact",
        AcceptFinding(CUSTOMERS, "contact", "EMAIL_ADDRESS"),
    ),
    (
        "how anonymous is gold.customer_value by segment and country",
        CheckAnonymity("gold.customer_value", ("segment", "country")),
    ),
    ("how anonymous is revenue by segment?", CheckAnonymity(REVENUE, ("segment",))),
    (
        "check k-anonymity of gold.revenue for segment, country with k 10",
        CheckAnonymity(REVENUE, ("segment", "country"), 10),
    ),
    (
        'k-anonymity of revenue by "Post Code", segment and birth date with k=7',
        CheckAnonymity(REVENUE, ("Post Code", "segment", "birth_date"), 7),
    ),
    ("how anonymous are orders by note", CheckAnonymity(ORDERS, ("note",))),
    ("audit", Audit()),
    ("show the audit log since Monday", Audit(MONDAY)),
    ("who changed the privacy rules?", Audit()),
    ("who revealed what since Monday?", Audit(MONDAY)),
)
OFFERED: tuple[tuple[str, tuple[Command, ...], str], ...] = (
    (
        "why is email masked?",
        (PrivacyReport(CUSTOMERS), PrivacyReport("silver.support_tickets")),
        "Which table?",
    ),
    (
        "mask email",
        (rule("email", "mask"), rule("email", "mask", on="silver.support_tickets")),
        "Which table?",
    ),
    (
        "mask emial in customers",
        (rule("email", "mask"),),
        "No table declares a column emial. Did you mean email?",
    ),
    ("mask emial of customers", (rule("email", "mask"),), "Did you mean email?"),
    (
        "generalise birthdate in customers to year",
        (rule("birth_date", "generalise", "year"),),
        "Did you mean birth_date?",
    ),
    ("orders.noet is not personal data", (RejectFinding(ORDERS, "note"),), "Did you mean note?"),
    ("mask phone2 in customers", (rule("phone", "mask"), rule("phone2", "mask")), "Did you mean"),
    ("mask emails in customers", (rule("email", "mask"), rule("emails", "mask")), "Did you mean"),
    ("unmask email in customers", (rule("email", "keep"),), "would show its values"),
    ("stop masking email in customers", (rule("email", "keep"),), "would show its values"),
    ("mask email in custmers", (rule("email", "mask"),), "There is no table custmers."),
    ("maks email in customers", (rule("email", "mask"),), "Not understood: maks."),
    ("mask email in customers?", (rule("email", "mask"),), "That is a question"),
    (
        "mask email and phone in customers",
        (rule("email", "mask"), rule("phone", "mask")),
        "One at a time",
    ),
    ("hash email in customers to year", (rule("email", "hash"),), "Only generalise"),
    (
        "orders.note is not personal data?",
        (RejectFinding(ORDERS, "note"),),
        "That is a question",
    ),
)
NOTHING = (
    "should I mask email in customers?",
    "don't mask email in customers",
    "~mask email in customers~",
    "mask email in customers tomorrow",
    "how anonymous is gold.revenue",
    "how anonymous is gold.revenue by segment with k 1",
    "is orders.note personal data?",
    "audit since banana",
)


@pytest.mark.parametrize(("text", "command"), UNDERSTOOD)
def test_a_sentence_about_personal_data_is_understood(text: str, command: Command) -> None:
    assert read(text) == Understood(command)


@pytest.mark.parametrize(("text", "commands", "reason"), OFFERED)
def test_what_is_not_quite_clear_is_offered_with_its_reason(
    text: str, commands: tuple[Command, ...], reason: str
) -> None:
    assert_offered(read(text), commands, reason)


@pytest.mark.parametrize("text", NOTHING)
def test_no_rule_is_set_or_offered_where_it_is_not_wanted(text: str) -> None:
    reading = read(text)
    offered = reading.commands if isinstance(reading, Guess) else ()

    assert (
        not isinstance(reading, Understood)
        or reading.command.needs is Role.VIEWER
        or isinstance(reading.command, ScanPrivacy)
    )
    assert not any(isinstance(each, SetPrivacyRule | RejectFinding) for each in offered)


@pytest.mark.parametrize("text", ["keep calm", "keep going", "leave me alone"])
def test_keep_is_a_rule_for_columns_only(text: str) -> None:
    assert isinstance(read(text), NotUnderstood)


columns = st.one_of(
    st.sampled_from(("email", "in", "is", "of", "to", "note", "E-Mail Address", 'a "b" c', "ä,ö")),
    st.text(min_size=1, max_size=20).filter(
        lambda name: name.isprintable() and name.strip() == name
    ),
)
datasets = st.sampled_from(EXAMPLE_VOCABULARY.datasets)
entities = st.none() | st.sampled_from(("PERSON", "EMAIL_ADDRESS", "LOYALTY_CARD"))
commands = st.one_of(
    st.builds(
        SetPrivacyRule,
        datasets,
        columns,
        st.sampled_from(("hash", "mask", "redact", "generalise", "encrypt", "keep")),
        st.none() | st.sampled_from(("year", "first 3", "steps of 5")),
    ),
    st.builds(AcceptFinding, datasets, columns, entities),
    st.builds(RejectFinding, datasets, columns, entities),
    st.builds(
        CheckAnonymity,
        datasets,
        st.lists(columns, min_size=1, max_size=3).map(tuple),
        st.integers(2, 99_999),
    ),
)


@given(commands)
def test_a_button_about_any_column_is_read_back(command: Command) -> None:
    assert read(sentence(command)) == Understood(command)
