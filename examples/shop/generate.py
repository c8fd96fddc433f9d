"""Write the two daily deliveries of the invented Harbour & Pine shop."""

from __future__ import annotations

import csv
import json
import re
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

Row = dict[str, str | None]
Spoil = Callable[[Random, str], str]
Dirt = tuple[str, float, Spoil]
Change = Callable[[Random, Row], Row]


def _words(text: str, separator: str | None = None) -> tuple[str, ...]:
    return tuple(text.split(separator))


SEED = 20260301
FIRST = date(2026, 3, 1)
SECOND = date(2026, 3, 2)
EMAIL_LOST = 0.92
GIFT_SHARE = 0.3

GIVEN = _words(
    "Maria Zoë Łukasz Amara Yusuf Ingrid Mateo Priya Kenji Chloé Oluwaseun Nadia Søren Leila "
    "Tomáš Aisha Diego Hanna Rajesh Siobhán Emeka Mei Björn Fatima Pavel Lucía Kwame Ana Jonas "
    "Thu Ravi Elena Omar Grace Viktor Naledi Carlos Freya Hiroshi Zeynep Marek Joana Samuel Anouk "
    "Dmitri Esther Tariq Ines Walter Noor Patrick Yara Gustav Salma Henry Kateryna"
)
FAMILY = _words(
    "Silva Kowalski Nguyen Okafor Müller Haddad Larsen Tanaka García Petrov Sharma O'Brien "
    "Dubois Mensah Novák Rossi Özdemir Andersson Castillo Ibrahim Fischer Marchetti Dlamini Park "
    "Horváth Bennett Costa Rahman Lindqvist Moreau Adeyemi Whitfield Sørensen Gupta Kaplan Reyes "
    "Bianchi Watanabe Jankowski Delgado Farouk Hughes Popescu Achterberg Zielińska Brandt Carter "
    "Melnyk Ferreira Suzuki Abebe Quinn Salazar Vogel Thorne Nakamura"
)
WHOLE_NAMES = ("李雷", "韩梅梅", "김민준", "山田花子", "Νίκος Παπαδάκης", "Олена Коваль")
CITIES = {
    "US": _words("Portland Austin Boston Denver Savannah Duluth"),
    "DE": _words("Kiel Leipzig Freiburg Bremen"),
    "FR": _words("Nantes Lyon Annecy"),
    "PL": _words("Łódź Gdańsk Poznań"),
    "ES": _words("Málaga Bilbao Cádiz"),
    "GB": _words("Leeds Bristol Dundee"),
    "SE": _words("Malmö Uppsala"),
    "NL": _words("Utrecht Delft"),
}
STREETS = _words(
    "Mill Road,Harbour Street,Chestnut Avenue,Station Way,Orchard Lane,Lindenweg,Rue des Tanneurs,"
    "Calle Mayor,Ulica Kwiatowa,Kanalgatan,Foundry Court,Meadow Close,Birch Terrace,Old Quay",
    ",",
)
AREA_CODES = _words(
    "201 202 206 212 213 214 215 216 303 305 310 312 314 404 410 412 415 503 504 512 "
    "513 602 612 614 615 617 619 702 704 713 716 718 720 801 808 813 816 901 904 919"
)
CARD_PREFIXES = (("411111", 16), ("555555", 16), ("378282", 15))
DOMAINS = ("example.com", "example.org", "example.net")
SEGMENTS = ("new", "regular", "regular", "regular", "vip", "business")
MATERIALS = _words(
    "stoneware printed copper bamboo wool steel ceramic recycled classic small green"
)
GOODS = {
    "kitchen": ("soup ladle", "salad bowl", "bread board", "tea towels, set of 3", "storage jar"),
    "coffee": ("pour-over dripper", "filter papers, pack of 100", "hand grinder", "milk jug"),
    "garden": ("watering can", "seed tray", "plant labels, pack of 20", "hand trowel"),
    "lighting": ("table lamp", "candle holder", "lantern", "lampshade"),
    "stationery": ("notebook, dotted", "pencil case", "desk tray", "paper clips, box of 50"),
    "outdoor": ("picnic blanket", "camping stool", "drinking bottle", "folding table"),
}
CHANNELS = ("email", "chat", "phone", "web")
PRIORITIES = ("low", "normal", "normal", "high", "urgent")
SUBJECTS = (
    "Where is my parcel?",
    "Wrong item in the box",
    "Refund not received",
    "Please call back {name}",
    "Change of address for {name}",
    "Damaged on arrival",
    "Question about an invoice",
)
BODIES = (
    "Hello,\nthis is {name}. My parcel has not arrived yet, could you check?",
    "The glass was broken when {name} opened the box. I would like a refund.",
    "Please ring me on {phone} after five, ask for {name}.",
    "You can write to {email} if you need the invoice number. Thanks, {name}",
    'I ordered two and got one, "again". {name}',
    "Our neighbour {name} took the parcel in, but the label says {email}.",
    "Can the delivery go to my office instead? Best regards, {name}",
    "No reply since Tuesday; my number is still {phone}.",
)
CARD_BODY = "I paid twice! Please refund the card {card}, thank you. {name}"

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
        sys.stderr.write("usage: python generate.py OUTPUT_DIR\n")
        return 2
    for path in generate(Path(arguments[0])):
        sys.stdout.write(f"{path}\n")
    return 0


def _random(table: str) -> Random:
    return Random(f"{SEED} {table}")


def _chance(rng: Random, share: float) -> bool:
    return rng.random() < share


# Tables: each returns the rows of the first and of the second delivery.


def _customers(rng: Random) -> tuple[list[Row], list[Row]]:
    known = [_customer(rng, number) for number in range(1, 3851)]
    first = _deliver(rng, known, CUSTOMER_DIRT, (_earlier_customer, 60), twins=90)
    changed = [_changed_customer(rng, row) for row in rng.sample(known, 470)]
    joined = [_on_second_day(rng, _customer(rng, number)) for number in range(3851, 4051)]
    upcoming = [_without_email(rng, row) for row in (*changed, *joined)]
    second = _deliver(rng, upcoming, CUSTOMER_DIRT, (_earlier_customer, 12), twins=18)
    return first, second


def _products(rng: Random) -> tuple[list[Row], tuple[list[Row], list[Row]]]:
    known = [_product(rng, number) for number in range(1, 293)]
    first = _deliver(rng, known, PRODUCT_DIRT, (_earlier_product, 3), twins=5)
    changed = [_changed_product(rng, row) for row in rng.sample(known, 28)]
    added = [_on_second_day(rng, _product(rng, number)) for number in range(293, 302)]
    second = _deliver(rng, [*changed, *added], PRODUCT_DIRT, (_earlier_product, 1), twins=2)
    return known, (first, second)


def _orders(rng: Random, products: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    opening = datetime.fromisoformat("2026-01-15")
    known = [_order(rng, number, products, opening, 44) for number in range(1, 9351)]
    first = _deliver(rng, known, ORDER_DIRT, (_earlier_order, 70), twins=80)
    unfinished = [row for row in known if row["status"] in ("pending", "paid", "shipped")]
    changed = [_changed_order(rng, row) for row in rng.sample(unfinished, 2150)]
    midnight = datetime.fromisoformat("2026-03-01")
    placed = [_order(rng, number, products, midnight, 0) for number in range(9351, 9661)]
    upcoming = [_with_gift_contact(rng, row) for row in (*changed, *placed)]
    second = _deliver(rng, upcoming, ORDER_DIRT, (_earlier_order, 15), twins=25)
    return first, second


def _tickets(rng: Random) -> tuple[list[Row], list[Row]]:
    opening = datetime.fromisoformat("2026-01-05")
    known = [_ticket(rng, number, opening, 54) for number in range(1, 1951)]
    known[1234]["body"] = CARD_BODY.format(card=_spaced_card(rng), name=_name(rng))
    repeated = [row for row in known if row is not known[1234]]
    changed = [_changed_ticket(rng, row) for row in rng.sample(repeated, 290)]
    first = _deliver(rng, repeated, TICKET_DIRT, (_earlier_ticket, 20), twins=30)
    first.insert(rng.randrange(len(first)), known[1234])
    midnight = datetime.fromisoformat("2026-03-01")
    opened = [_ticket(rng, number, midnight, 0) for number in range(1951, 2146)]
    second = _deliver(rng, [*changed, *opened], TICKET_DIRT, (_earlier_ticket, 5), twins=10)
    return first, second


def _deliver(
    rng: Random, rows: Sequence[Row], dirt: Sequence[Dirt], older: tuple[Change, int], twins: int
) -> list[Row]:
    """Soil the rows, add older versions and exact duplicates of some, and shuffle them."""
    earlier, count = older
    delivered = [_soiled(rng, row, dirt) for row in rows]
    previous = [_soiled(rng, earlier(rng, row), dirt) for row in rng.sample(rows, count)]
    doubled = [dict(row) for row in rng.sample(delivered, twins)]
    delivered += previous + doubled
    rng.shuffle(delivered)
    return delivered


# Customers.


def _customer(rng: Random, number: int) -> Row:
    name = _name(rng)
    country = rng.choices(tuple(CITIES), weights=(60, 8, 7, 6, 6, 6, 4, 3))[0]
    created = date(2022, 1, 1) + timedelta(days=rng.randrange(1400))
    return {
        "customer_id": f"C{number:05}",
        "name": name,
        "email": _email(rng, name),
        "phone": _phone(rng),
        "ssn": _ssn(rng) if country == "US" else "",
        "card_number": _card(rng),
        "birth_date": (date(1945, 1, 1) + timedelta(days=rng.randrange(22000))).isoformat(),
        "street": _street(rng),
        "city": rng.choice(CITIES[country]),
        "postcode": f"{rng.randrange(10000, 99999)}",
        "country": country,
        "segment": rng.choice(SEGMENTS),
        "marketing_opt_in": rng.choice(("true", "false")),
        "created_at": created.isoformat(),
        "updated_at": _moment(rng, datetime.fromisoformat("2025-12-01"), 89),
    }


def _earlier_customer(rng: Random, row: Row) -> Row:
    return {**row, "segment": "new", "street": _street(rng), "updated_at": _before(rng, row)}


def _changed_customer(rng: Random, row: Row) -> Row:
    changed = {"segment": rng.choice(SEGMENTS), "street": _street(rng), "phone": _phone(rng)}
    return _on_second_day(rng, {**row, **changed})


def _without_email(rng: Random, row: Row) -> Row:
    return {**row, "email": ""} if _chance(rng, EMAIL_LOST) else row


# Products.


def _product(rng: Random, number: int) -> Row:
    category = rng.choice(tuple(GOODS))
    price = rng.randrange(450, 9900) / 100
    return {
        "product_id": f"SKU-{number:04}",
        "name": f"{rng.choice(MATERIALS)} {rng.choice(GOODS[category])}".capitalize(),
        "category": category,
        "price": f"{price:.2f}",
        "cost": f"{price * rng.uniform(0.35, 0.7):.2f}",
        "active": "true" if _chance(rng, 0.93) else "false",
        "updated_at": _moment(rng, datetime.fromisoformat("2026-01-01"), 58),
    }


def _earlier_product(rng: Random, row: Row) -> Row:
    return {**row, "price": _scaled(row["price"], 0.95), "updated_at": _before(rng, row)}


def _changed_product(rng: Random, row: Row) -> Row:
    factor = rng.choice((0.9, 1.05, 1.1))
    return _on_second_day(rng, {**row, "price": _scaled(row["price"], factor)})


def _scaled(price: str | None, factor: float) -> str:
    return f"{float(price or 0) * factor:.2f}"


# Orders.


def _order(rng: Random, number: int, products: Sequence[Row], start: datetime, days: int) -> Row:
    product = products[int(len(products) * rng.random() ** 2)]
    ordered = _moment(rng, start, days)
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
        "updated_at": _followed(rng, ordered, start + timedelta(days=days + 1)),
    }


def _earlier_order(rng: Random, row: Row) -> Row:
    return {**row, "status": "pending", "updated_at": _before(rng, row)}


def _changed_order(rng: Random, row: Row) -> Row:
    following = {"pending": "paid", "paid": "shipped", "shipped": "delivered"}
    return _on_second_day(rng, {**row, "status": following[row["status"] or "pending"]})


def _with_gift_contact(rng: Random, row: Row) -> Row:
    contact = _email(rng, _name(rng)) if _chance(rng, GIFT_SHARE) else ""
    return {**row, "gift_contact": contact}


# Support tickets.


def _ticket(rng: Random, number: int, start: datetime, days: int) -> Row:
    opened = _moment(rng, start, days)
    name = _name(rng)
    details = {"name": name, "phone": _phone(rng), "email": _email(rng, name)}
    return {
        "ticket_id": f"T{number:05}",
        "customer_id": f"C{rng.randrange(1, 3851):05}",
        "opened_at": opened,
        "channel": rng.choice(CHANNELS),
        "priority": rng.choice(PRIORITIES),
        "subject": rng.choice(SUBJECTS).format(**details),
        "body": rng.choice(BODIES).format(**details),
        "status": "open" if days == 0 else rng.choice(("open", "waiting", "closed", "closed")),
        "updated_at": _followed(rng, opened, start + timedelta(days=days + 1)),
    }


def _earlier_ticket(rng: Random, row: Row) -> Row:
    return {**row, "status": "open", "updated_at": _before(rng, row)}


def _changed_ticket(rng: Random, row: Row) -> Row:
    return _on_second_day(rng, {**row, "status": rng.choice(("waiting", "closed"))})


# Invented values.


def _name(rng: Random) -> str:
    if _chance(rng, 0.02):
        return rng.choice(WHOLE_NAMES)
    return f"{rng.choice(GIVEN)} {rng.choice(FAMILY)}"


def _email(rng: Random, name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.lower().translate(str.maketrans("łø", "lo")))
    words = re.sub(r"[^a-z ]", "", plain.encode("ascii", "ignore").decode()).split()
    local = ".".join(words) or "customer"
    return f"{local}{rng.randrange(10, 9999)}@{rng.choice(DOMAINS)}"


def _phone(rng: Random) -> str:
    area, line = rng.choice(AREA_CODES), f"01{rng.randrange(100):02}"
    return rng.choice((f"+1 {area} 555 {line}", f"({area}) 555-{line}", f"{area}-555-{line}"))


def _ssn(rng: Random) -> str:
    area = rng.randrange(1, 666)
    return f"{area:03}-{rng.randrange(1, 100):02}-{rng.randrange(1, 10000):04}"


def _card(rng: Random) -> str:
    prefix, length = rng.choice(CARD_PREFIXES)
    return _with_luhn_digit(prefix + _digits(rng, length - len(prefix) - 1))


def _spaced_card(rng: Random) -> str:
    card = _with_luhn_digit("411111" + _digits(rng, 9))
    return " ".join(card[start : start + 4] for start in range(0, 16, 4))


def _digits(rng: Random, count: int) -> str:
    return "".join(rng.choice("0123456789") for _ in range(count))


def _with_luhn_digit(digits: str) -> str:
    doubled = (int(digit) * 2 for digit in digits[::-1][::2])
    total = sum(sum(divmod(value, 10)) for value in doubled)
    total += sum(int(digit) for digit in digits[::-1][1::2])
    return f"{digits}{-total % 10}"


def _street(rng: Random) -> str:
    street = f"{rng.randrange(1, 240)} {rng.choice(STREETS)}"
    if _chance(rng, 0.06):
        return f"{street}, Apt {rng.randrange(1, 40)}"
    return f"Flat {rng.randrange(1, 12)}\n{street}" if _chance(rng, 0.02) else street


def _moment(rng: Random, start: datetime, days: int) -> str:
    """Pick a second between 00:05 and 22:59 of a day from `start` on, `days` days at most."""
    seconds = rng.randrange(5 * 60, 23 * 3600)
    return (start + timedelta(days=rng.randint(0, days), seconds=seconds)).isoformat()


def _shifted(moment: str, minutes: int) -> str:
    return (datetime.fromisoformat(moment) + timedelta(minutes=minutes)).isoformat()


def _followed(rng: Random, moment: str, end: datetime) -> str:
    """Pick a later second within five days, before `end`."""
    left = int((end - datetime.fromisoformat(moment)).total_seconds())
    seconds = rng.randrange(900, min(left, 5 * 24 * 3600))
    return (datetime.fromisoformat(moment) + timedelta(seconds=seconds)).isoformat()


def _before(rng: Random, row: Row) -> str:
    return _shifted(row["updated_at"] or "", -rng.randrange(1, 15))


def _on_second_day(rng: Random, row: Row) -> Row:
    created = {"created_at": FIRST.isoformat()} if _is_new_customer(row) else {}
    return {**row, **created, "updated_at": _moment(rng, datetime.fromisoformat("2026-03-01"), 0)}


def _is_new_customer(row: Row) -> bool:
    return "created_at" in row and (row["customer_id"] or "") > "C03850"


# Dirt: what a share of the cells of a column turns into.


def _soiled(rng: Random, row: Row, dirt: Sequence[Dirt]) -> Row:
    soiled = dict(row)
    for column, share, spoil in dirt:
        if _chance(rng, share):
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
