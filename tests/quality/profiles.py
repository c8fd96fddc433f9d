"""Profiles with defaults, so that a test names only what it is about."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from engine.quality.profile import ColumnProfile, Family, Inclusion, Key, Profile, Reference, Shown
from tests.builders import dataset

ORDERS = dataset("silver.orders")


def texts(name: str = "status", distinct: int = 900, **shown: object) -> ColumnProfile:
    """An open column of text."""
    values = replace(Shown(lengths=(2, 9)), **shown)  # type: ignore[arg-type]  # by field name
    return ColumnProfile(name, Family.TEXT, 0, distinct, shown=values)


def numbers(name: str, low: str, high: str, average: str = "5", total: str = "7") -> ColumnProfile:
    """An open column of numbers."""
    shown = Shown(Decimal(low), Decimal(high), Decimal(total), Decimal(average))
    return ColumnProfile(name, Family.NUMBER, 0, 500, shown=shown)


def moments(name: str = "at", age: timedelta | None = timedelta(hours=5)) -> ColumnProfile:
    """An open column of times."""
    return ColumnProfile(name, Family.TIME, 0, 800, shown=Shown(age=age))


def closed(name: str = "email", nulls: int = 0) -> ColumnProfile:
    """A column of which only counts are known."""
    return ColumnProfile(name, Family.TEXT, nulls, 990)


def a_profile(
    *columns: ColumnProfile,
    on: str = "silver.orders",
    rows: int = 1_000,
    keys: tuple[Key, ...] = (),
    inclusions: tuple[Inclusion, ...] = (),
) -> Profile:
    """A table of a thousand rows."""
    return Profile(dataset(on), rows, columns, keys, inclusions)


def naming_customers(unmatched: int = 0) -> Inclusion:
    """A column that names customers, with some that are not there."""
    reference = Reference("customer_id", dataset("silver.customers"), "customer_id")
    return Inclusion(reference, unmatched)
