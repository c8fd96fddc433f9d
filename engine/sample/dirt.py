"""The dirt in the deliveries: what a share of the cells of a column turns into."""

from collections.abc import Callable, Sequence
from datetime import date
from random import Random

from engine.sample.rows import Row
from engine.sample.values import chance

Spoil = Callable[[Random, str], str]
Dirt = tuple[str, float, Spoil]


def soiled_row(rng: Random, row: Row, dirt: Sequence[Dirt]) -> Row:
    """Copy the row and spoil some of its cells, each column with its own chance."""
    soiled = dict(row)
    for column, share, spoil in dirt:
        if chance(rng, share):
            soiled[column] = spoil(rng, soiled[column] or "")
    return soiled


def _blank(rng: Random, _value: str) -> str:
    return rng.choice(("", "", "n/a", "null", "-"))


def _empty(_rng: Random, _value: str) -> str:
    return ""


def _padded(rng: Random, value: str) -> str:
    return rng.choice((f" {value}", f"{value} ", f"  {value} "))


def _capitals(_rng: Random, value: str) -> str:
    return value.upper()


def _small(_rng: Random, value: str) -> str:
    return value.lower()


def _doubled_space(_rng: Random, value: str) -> str:
    return value.replace(" ", "  ")


def _bad_email(rng: Random, value: str) -> str:
    return rng.choice((value.replace("@", "."), "unknown"))


def _other_birth_date(rng: Random, value: str) -> str:
    return date.fromisoformat(value).strftime(rng.choice(("%d.%m.%Y", "%m/%d/%Y")))


def _other_created_date(rng: Random, value: str) -> str:
    return date.fromisoformat(value).strftime(rng.choice(("%d.%m.%Y", "%b %d, %Y")))


def _impossible_date(rng: Random, _value: str) -> str:
    return rng.choice(("31.02.1985", "30.02.1990", "2001-02-29", "31.04.1976", "13/45/1979"))


def _impossible_moment(rng: Random, _value: str) -> str:
    return rng.choice(("2026-02-30T10:15:00", "2026-01-12T25:10:00", "yesterday"))


def _wordy_quantity(rng: Random, _value: str) -> str:
    return rng.choice(("twelve", "1,5 kg", "a few"))


def _priced_in_words(rng: Random, value: str) -> str:
    return rng.choice((f"{value} USD", "on request"))


def _negative(_rng: Random, value: str) -> str:
    return f"-{value}"


def _unknown_customer(rng: Random, _value: str) -> str:
    return f"C{rng.randrange(90000, 99999)}"


CUSTOMER_DIRT: tuple[Dirt, ...] = (
    ("name", 0.02, _capitals),
    ("name", 0.02, _doubled_space),
    ("name", 0.03, _padded),
    ("name", 0.004, _blank),
    ("email", 0.04, _capitals),
    ("email", 0.015, _bad_email),
    ("email", 0.03, _padded),
    ("email", 0.012, _blank),
    ("phone", 0.02, _padded),
    ("phone", 0.03, _blank),
    ("card_number", 0.05, _blank),
    ("birth_date", 0.12, _other_birth_date),
    ("birth_date", 0.01, _blank),
    ("birth_date", 0.005, _impossible_date),
    ("created_at", 0.1, _other_created_date),
    ("country", 0.03, _small),
    ("segment", 0.03, _capitals),
    ("segment", 0.02, _padded),
    ("segment", 0.01, _blank),
    ("marketing_opt_in", 0.02, _capitals),
    ("marketing_opt_in", 0.01, _blank),
    ("customer_id", 0.01, _padded),
    ("customer_id", 0.003, _empty),
)
PRODUCT_DIRT: tuple[Dirt, ...] = (
    ("name", 0.04, _doubled_space),
    ("name", 0.03, _padded),
    ("category", 0.03, _capitals),
    ("cost", 0.02, _blank),
    ("price", 0.012, _priced_in_words),
    ("active", 0.03, _capitals),
    ("product_id", 0.01, _small),
)
ORDER_DIRT: tuple[Dirt, ...] = (
    ("customer_id", 0.005, _unknown_customer),
    ("customer_id", 0.01, _small),
    ("customer_id", 0.002, _blank),
    ("product_id", 0.01, _padded),
    ("quantity", 0.004, _negative),
    ("quantity", 0.004, _wordy_quantity),
    ("unit_price", 0.003, _priced_in_words),
    ("discount", 0.02, _blank),
    ("status", 0.03, _capitals),
    ("status", 0.02, _padded),
    ("order_id", 0.002, _empty),
)
TICKET_DIRT: tuple[Dirt, ...] = (
    ("customer_id", 0.01, _blank),
    ("opened_at", 0.004, _impossible_moment),
    ("channel", 0.03, _capitals),
    ("channel", 0.02, _padded),
    ("priority", 0.02, _blank),
    ("status", 0.02, _capitals),
    ("ticket_id", 0.003, _empty),
)
