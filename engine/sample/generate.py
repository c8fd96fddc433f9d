"""Write the two daily deliveries of the invented Harbour & Pine shop."""

import csv
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from random import Random

from engine.sample.dirt import (
    CUSTOMER_DIRT,
    ORDER_DIRT,
    PRODUCT_DIRT,
    TICKET_DIRT,
    Dirt,
    soiled_row,
)
from engine.sample.rows import (
    Row,
    a_customer,
    a_product,
    a_ticket,
    an_order,
    changed_customer,
    changed_order,
    changed_product,
    changed_ticket,
    earlier_customer,
    earlier_order,
    earlier_product,
    earlier_ticket,
    on_second_day,
    with_gift_contact,
    without_email,
)
from engine.sample.values import FIRST, SECOND, person_name, spaced_card_number
from engine.sample.words import CARD_BODY

Change = Callable[[Random, Row], Row]

SEED = 20260301
"""Another one gives other rows."""

PERSONAL_COLUMNS = ("email", "phone", "ssn", "card_number", "gift_contact")
FREE_TEXT_COLUMNS = ("subject", "body")
NOT_PERSONAL = frozenset({"", "n/a", "null", "none", "-", "unknown"})
PERSONAL_TEXT = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|\+1 \d{3} \d{3} \d{4}|\(\d{3}\) \d{3}-\d{4}|\b\d{3}-\d{3}-\d{4}\b"
    r"|\b\d{4}(?: \d{4}){3}\b"
)


def generate(out: Path) -> tuple[Path, ...]:
    """Write every file of both deliveries below `out` and return their paths."""
    products, product_files = _products(_random("products"))
    tables = {
        "customers.csv": _customers(_random("customers")),
        "products.csv": product_files,
        "orders.csv": _orders(_random("orders"), products),
        "support_tickets.jsonl": _tickets(_random("tickets")),
    }
    return tuple(
        _write(out / day.isoformat() / name, deliveries[index])
        for index, day in enumerate((FIRST, SECOND))
        for name, deliveries in tables.items()
    )


def personal_values(out: Path) -> frozenset[str]:
    """Read every e-mail, phone, SSN and card value below `out`, as written and as cleaned."""
    found: set[str] = set()
    for path in sorted((*out.glob("*/*.csv"), *out.glob("*/*.jsonl"))):
        for row in _read(path):
            for value in _raw_values(row):
                found.update(_spellings(value))
    return frozenset(found)


def main(arguments: Sequence[str]) -> int:
    """Generate into the folder named by the only argument."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m engine.sample.generate OUTPUT_DIR\n")
        return 2
    for path in generate(Path(arguments[0])):
        sys.stdout.write(f"{path}\n")
    return 0


def _random(table: str) -> Random:
    return Random(f"{SEED} {table}")


# Tables: each returns the rows of the first and of the second delivery.


def _customers(rng: Random) -> tuple[list[Row], list[Row]]:
    known = [a_customer(rng, number) for number in range(1, 3851)]
    first = _deliver(rng, known, CUSTOMER_DIRT, (earlier_customer, 60), twins=90)
    changed = [changed_customer(rng, row) for row in rng.sample(known, 470)]
    joined = [on_second_day(rng, a_customer(rng, number)) for number in range(3851, 4051)]
    upcoming = [without_email(rng, row) for row in (*changed, *joined)]
    second = _deliver(rng, upcoming, CUSTOMER_DIRT, (earlier_customer, 12), twins=18)
    return first, second


def _products(rng: Random) -> tuple[list[Row], tuple[list[Row], list[Row]]]:
    known = [a_product(rng, number) for number in range(1, 293)]
    first = _deliver(rng, known, PRODUCT_DIRT, (earlier_product, 3), twins=5)
    changed = [changed_product(rng, row) for row in rng.sample(known, 28)]
    added = [on_second_day(rng, a_product(rng, number)) for number in range(293, 302)]
    second = _deliver(rng, [*changed, *added], PRODUCT_DIRT, (earlier_product, 1), twins=2)
    return known, (first, second)


def _orders(rng: Random, products: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    opening = datetime.fromisoformat("2026-01-15")
    known = [an_order(rng, number, products, opening, 44) for number in range(1, 9351)]
    first = _deliver(rng, known, ORDER_DIRT, (earlier_order, 70), twins=80)
    unfinished = [row for row in known if row["status"] in ("pending", "paid", "shipped")]
    changed = [changed_order(rng, row) for row in rng.sample(unfinished, 2150)]
    midnight = datetime.fromisoformat("2026-03-01")
    placed = [an_order(rng, number, products, midnight, 0) for number in range(9351, 9661)]
    upcoming = [with_gift_contact(rng, row) for row in (*changed, *placed)]
    second = _deliver(rng, upcoming, ORDER_DIRT, (earlier_order, 15), twins=25)
    return first, second


def _tickets(rng: Random) -> tuple[list[Row], list[Row]]:
    opening = datetime.fromisoformat("2026-01-05")
    known = [a_ticket(rng, number, opening, 54) for number in range(1, 1951)]
    known[1234]["body"] = CARD_BODY.format(card=spaced_card_number(rng), name=person_name(rng))
    repeated = [row for row in known if row is not known[1234]]
    changed = [changed_ticket(rng, row) for row in rng.sample(repeated, 290)]
    first = _deliver(rng, repeated, TICKET_DIRT, (earlier_ticket, 20), twins=30)
    first.insert(rng.randrange(len(first)), known[1234])
    midnight = datetime.fromisoformat("2026-03-01")
    opened = [a_ticket(rng, number, midnight, 0) for number in range(1951, 2146)]
    second = _deliver(rng, [*changed, *opened], TICKET_DIRT, (earlier_ticket, 5), twins=10)
    return first, second


def _deliver(
    rng: Random, rows: Sequence[Row], dirt: Sequence[Dirt], older: tuple[Change, int], twins: int
) -> list[Row]:
    """Soil the rows, add older versions and exact duplicates of some, and shuffle them."""
    earlier, count = older
    delivered = [soiled_row(rng, row, dirt) for row in rows]
    previous = [soiled_row(rng, earlier(rng, row), dirt) for row in rng.sample(rows, count)]
    doubled = [dict(row) for row in rng.sample(delivered, twins)]
    delivered += previous + doubled
    rng.shuffle(delivered)
    return delivered


# Files.


def _write(path: Path, rows: Sequence[Row]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        if path.suffix == ".csv":
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        else:
            for row in rows:
                values = {name: value or None for name, value in row.items()}
                file.write(json.dumps(values, ensure_ascii=False) + "\n")
    return path


def _read(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        if path.suffix == ".csv":
            yield from csv.DictReader(file)
        else:
            yield from (json.loads(line) for line in file)


def _raw_values(row: Row) -> Iterator[str]:
    for column in PERSONAL_COLUMNS:
        value = (row.get(column) or "").strip()
        if value.lower() not in NOT_PERSONAL:
            yield value
    for column in FREE_TEXT_COLUMNS:
        yield from PERSONAL_TEXT.findall(row.get(column) or "")


def _spellings(value: str) -> Iterator[str]:
    """Give the value as written, and as lower case letters or as digits only after cleaning."""
    yield value
    if any(letter.isalpha() for letter in value):
        yield value.lower()
    else:
        yield re.sub(r"\D", "", value)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
