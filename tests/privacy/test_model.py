"""Which columns are worth a sample."""

from engine.catalog.model import Column, ColumnType
from engine.privacy.model import ColumnSample, unnamed_numbers, worth_sampling


def test_a_sample_never_shows_its_values() -> None:
    assert "maria" not in repr(ColumnSample("email", ("maria@example.com",)))


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
