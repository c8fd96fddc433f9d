"""Which columns are sampled, and what is done to personal ones."""

from engine.catalog.model import Column, ColumnType, Operator, PrivacyPolicy
from engine.privacy.model import (
    ColumnClass,
    ColumnSample,
    Protection,
    protections,
    undecided,
    unnamed_numbers,
    worth_sampling,
)

POLICY = PrivacyPolicy({"EMAIL_ADDRESS": Operator.HASH, "PERSON": Operator.HASH})


def test_a_sample_never_shows_its_values() -> None:
    assert "maria" not in repr(ColumnSample("email", ("maria@example.com",)))


def test_text_and_numbers_that_nobody_decided_on_are_sampled() -> None:
    declared = (
        Column("id", operator=Operator.KEEP),
        Column("paid", ColumnType.INTEGER),
        Column("born", ColumnType.DATE),
        Column("segment"),
    )

    open_columns = undecided(("id", "paid", "born", "segment", "extra"), declared)

    assert open_columns == ("paid", "segment", "extra")


def test_numbers_too_short_for_any_entity_are_not_worth_a_sample() -> None:
    declared = (
        Column("card", ColumnType.INTEGER),
        Column("amount", ColumnType.NUMBER),
        Column("phone", ColumnType.INTEGER),
        Column("note"),
    )
    open_columns = ("card", "amount", "phone", "note", "extra")

    numbers = unnamed_numbers(open_columns, declared)

    assert numbers == ("card", "amount")
    left = worth_sampling(open_columns, {"card": 9, "amount": 8})
    assert left == ("card", "phone", "note", "extra")


def test_a_declared_operator_goes_before_what_was_found() -> None:
    declared = (
        Column("email", operator=Operator.REDACT),
        Column("id", operator=Operator.KEEP),
        Column("phone", operator=Operator.HASH, entity="PERSON"),
    )
    found = (ColumnClass("extra", "PERSON", ("why",)), ColumnClass("note", None))

    decided = protections(declared, found, POLICY)

    assert decided == (
        Protection("email", Operator.REDACT, "EMAIL_ADDRESS"),
        Protection("phone", Operator.HASH, "PERSON"),
        Protection("extra", Operator.HASH, "PERSON", False, ("why",)),
    )
