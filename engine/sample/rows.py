"""One row of each table as it is invented, as it was before, and as it changes."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random

from engine.sample.values import (
    FIRST,
    card_number,
    chance,
    email_address,
    moment_after,
    moment_from,
    person_name,
    phone_number,
    shifted,
    social_security_number,
    street_address,
)
from engine.sample.words import (
    BODIES,
    CHANNELS,
    CITIES,
    GOODS,
    MATERIALS,
    PRIORITIES,
    SEGMENTS,
    SUBJECTS,
)

Row = dict[str, str | None]

EMAIL_LOST = 0.92
"""The share of the second delivery's customers without an e-mail address."""

GIFT_SHARE = 0.3
"""The share of the second delivery's orders with a gift contact."""


# Customers.


def a_customer(rng: Random, number: int) -> Row:
    """Make up a customer; only those in the US have an SSN."""
    name = person_name(rng)
    country = rng.choices(tuple(CITIES), weights=(60, 8, 7, 6, 6, 6, 4, 3))[0]
    created = date(2022, 1, 1) + timedelta(days=rng.randrange(1400))
    return {
        "customer_id": f"C{number:05}",
        "name": name,
        "email": email_address(rng, name),
        "phone": phone_number(rng),
        "ssn": social_security_number(rng) if country == "US" else "",
        "card_number": card_number(rng),
        "birth_date": (date(1945, 1, 1) + timedelta(days=rng.randrange(22000))).isoformat(),
        "street": street_address(rng),
        "city": rng.choice(CITIES[country]),
        "postcode": f"{rng.randrange(10000, 99999)}",
        "country": country,
        "segment": rng.choice(SEGMENTS),
        "marketing_opt_in": rng.choice(("true", "false")),
        "created_at": created.isoformat(),
        "updated_at": moment_from(rng, datetime.fromisoformat("2025-12-01"), 89),
    }


def earlier_customer(rng: Random, row: Row) -> Row:
    """Give an older version of the row."""
    return {**row, "segment": "new", "street": street_address(rng), "updated_at": _before(rng, row)}


def changed_customer(rng: Random, row: Row) -> Row:
    """Give the row as the second day changes it."""
    changed = {
        "segment": rng.choice(SEGMENTS),
        "street": street_address(rng),
        "phone": phone_number(rng),
    }
    return on_second_day(rng, {**row, **changed})


def without_email(rng: Random, row: Row) -> Row:
    """Take the e-mail address from most rows."""
    return {**row, "email": ""} if chance(rng, EMAIL_LOST) else row


# Products.


def a_product(rng: Random, number: int) -> Row:
    """Make up a product of some category."""
    category = rng.choice(tuple(GOODS))
    price = rng.randrange(450, 9900) / 100
    return {
        "product_id": f"SKU-{number:04}",
        "name": f"{rng.choice(MATERIALS)} {rng.choice(GOODS[category])}".capitalize(),
        "category": category,
        "price": f"{price:.2f}",
        "cost": f"{price * rng.uniform(0.35, 0.7):.2f}",
        "active": "true" if chance(rng, 0.93) else "false",
        "updated_at": moment_from(rng, datetime.fromisoformat("2026-01-01"), 58),
    }


def earlier_product(rng: Random, row: Row) -> Row:
    """Give an older version of the row, a little cheaper."""
    return {**row, "price": _scaled(row["price"], 0.95), "updated_at": _before(rng, row)}


def changed_product(rng: Random, row: Row) -> Row:
    """Give the row with the second day's price."""
    factor = rng.choice((0.9, 1.05, 1.1))
    return on_second_day(rng, {**row, "price": _scaled(row["price"], factor)})


def _scaled(price: str | None, factor: float) -> str:
    return f"{float(price or 0) * factor:.2f}"


# Orders.


def an_order(rng: Random, number: int, products: Sequence[Row], start: datetime, days: int) -> Row:
    """Make up an order of one product, at most `days` days after `start`."""
    product = products[int(len(products) * rng.random() ** 2)]
    ordered = moment_from(rng, start, days)
    fresh = days == 0
    statuses, weights = ("delivered", "shipped", "paid", "pending"), (56, 15, 11, 8)
    status = rng.choices((*statuses, "cancelled", "returned"), (*weights, 6, 4))[0]
    return {
        "order_id": f"O{number:06}",
        "customer_id": f"C{int(3850 * rng.random() ** 1.6) + 1:05}",
        "product_id": product["product_id"],
        "quantity": str(rng.choices((1, 2, 3, 4, 6, 12), (55, 24, 10, 6, 4, 1))[0]),
        "unit_price": product["price"],
        "discount": rng.choices(("0", "0.05", "0.10", "0.20"), (70, 14, 11, 5))[0],
        "status": rng.choice(("pending", "paid")) if fresh else status,
        "ordered_at": ordered,
        "updated_at": moment_after(rng, ordered, start + timedelta(days=days + 1)),
    }


def earlier_order(rng: Random, row: Row) -> Row:
    """Give an older version of the row, still pending."""
    return {**row, "status": "pending", "updated_at": _before(rng, row)}


def changed_order(rng: Random, row: Row) -> Row:
    """Give the row one status further on the second day."""
    following = {"pending": "paid", "paid": "shipped", "shipped": "delivered"}
    return on_second_day(rng, {**row, "status": following[row["status"] or "pending"]})


def with_gift_contact(rng: Random, row: Row) -> Row:
    """Add the column that no table file declares, filled for some."""
    contact = email_address(rng, person_name(rng)) if chance(rng, GIFT_SHARE) else ""
    return {**row, "gift_contact": contact}


# Support tickets.


def a_ticket(rng: Random, number: int, start: datetime, days: int) -> Row:
    """Make up a ticket, opened at most `days` days after `start`."""
    opened = moment_from(rng, start, days)
    name = person_name(rng)
    details = {"name": name, "phone": phone_number(rng), "email": email_address(rng, name)}
    return {
        "ticket_id": f"T{number:05}",
        "customer_id": f"C{rng.randrange(1, 3851):05}",
        "opened_at": opened,
        "channel": rng.choice(CHANNELS),
        "priority": rng.choice(PRIORITIES),
        "subject": rng.choice(SUBJECTS).format(**details),
        "body": rng.choice(BODIES).format(**details),
        "status": "open" if days == 0 else rng.choice(("open", "waiting", "closed", "closed")),
        "updated_at": moment_after(rng, opened, start + timedelta(days=days + 1)),
    }


def earlier_ticket(rng: Random, row: Row) -> Row:
    """Give an older version of the row, still open."""
    return {**row, "status": "open", "updated_at": _before(rng, row)}


def changed_ticket(rng: Random, row: Row) -> Row:
    """Give the row as waiting or closed on the second day."""
    return on_second_day(rng, {**row, "status": rng.choice(("waiting", "closed"))})


# What happens to rows of several tables.


def on_second_day(rng: Random, row: Row) -> Row:
    """Give the row as updated after the first delivery."""
    created = {"created_at": FIRST.isoformat()} if _is_new_customer(row) else {}
    return {
        **row,
        **created,
        "updated_at": moment_from(rng, datetime.fromisoformat("2026-03-01"), 0),
    }


def _is_new_customer(row: Row) -> bool:
    return "created_at" in row and (row["customer_id"] or "") > "C03850"


def _before(rng: Random, row: Row) -> str:
    return shifted(row["updated_at"] or "", -rng.randrange(1, 15))
