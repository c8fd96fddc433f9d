"""Columns of whole databases are told right, and nothing harmless is called personal."""

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from engine.adapters.presidio.detector import PresidioDetector
from engine.privacy.classifying import classify_all
from engine.privacy.model import ColumnClass, ColumnSample
from engine.sample.generate import generate
from tests.world import SHARED

pytestmark = pytest.mark.asyncio(loop_scope="session")

SAMPLED = 40

Columns = dict[str, list[str]]

SHOP = {
    "customers": {
        "name": "PERSON",
        "email": "EMAIL_ADDRESS",
        "phone": "PHONE_NUMBER",
        "ssn": "US_SSN",
        "card_number": "CREDIT_CARD",
        "birth_date": "DATE_OF_BIRTH",
        "street": "LOCATION",
        "city": "LOCATION",
        "postcode": "LOCATION",
        "country": "LOCATION",
    },
    "orders": {"gift_contact": "EMAIL_ADDRESS"},
    "products": {},
}

PERSON = {
    "first_name": "PERSON",
    "last_name": "PERSON",
    "address": "LOCATION",
    "city": "LOCATION",
    "state": "LOCATION",
    "country": "LOCATION",
    "postal_code": "LOCATION",
    "phone": "PHONE_NUMBER",
    "fax": "PHONE_NUMBER",
    "email": "EMAIL_ADDRESS",
}
CHINOOK = {
    "customer": {**PERSON, "company": "ORGANIZATION"},
    "employee": {**PERSON, "birth_date": "DATE_OF_BIRTH"},
    "invoice": {
        f"billing_{part}": "LOCATION"
        for part in ("address", "city", "state", "country", "postal_code")
    },
    "artist": {},
    "album": {},
    "track": {},
    "genre": {},
    "media_type": {},
    "playlist": {},
}
"""The composers of published tracks are not people whose data somebody keeps."""


async def classes(detector: PresidioDetector, columns: Columns) -> dict[str, ColumnClass]:
    """What the columns of a table hold, from a sample of different values of each."""
    samples = [
        ColumnSample(name, sample) for name, values in columns.items() if (sample := _some(values))
    ]
    found = classify_all(await detector.examine(samples), ())
    return {each.column: each for each in found}


def _some(values: list[str]) -> tuple[str, ...]:
    different = sorted({value for value in values if value})
    return tuple(Random(4).sample(different, min(SAMPLED, len(different))))  # noqa: S311  # a sample, no secret


def _delivered(folder: Path, table: str) -> Columns:
    """What the deliveries of the shop hold for a table."""
    columns: Columns = {}
    for file in sorted(folder.rglob(f"{table}.*")):
        with file.open(encoding="utf-8", newline="") as lines:
            rows = csv.DictReader(lines) if file.suffix == ".csv" else map(json.loads, lines)
            for row in rows:
                for name, value in row.items():
                    columns.setdefault(name, []).append(str(value or ""))
    return columns


def _inserted(script: str, table: str) -> Columns:
    """What a script of INSERT statements has for a table."""
    columns: Columns = {}
    statement = rf"INSERT INTO {table} \(([^)]*)\) VALUES\s*\n(.*?\));\s*\n"
    for names, rows in re.findall(statement, script, re.DOTALL):
        for row in re.findall(r"^ *\((.*)\),?\s*$", rows, re.MULTILINE):
            for name, value in zip(names.split(", "), _values(row), strict=True):
                columns.setdefault(name, []).append(value)
    return columns


def _values(row: str) -> Iterator[str]:
    for match in re.finditer(r"N?'((?:[^']|'')*)'|([^,'\s][^,']*)", row):
        plain = (match[2] or "").strip()
        yield match[1].replace("''", "'") if match[1] is not None else plain.replace("NULL", "")


async def test_the_columns_of_the_shop_are_told_right(
    detector: PresidioDetector, tmp_path: Path
) -> None:
    generate(tmp_path)

    for table, expected in SHOP.items():
        found = await classes(detector, _delivered(tmp_path, table))

        assert {name: each.entity for name, each in found.items() if each.entity} == expected
        assert not any(each.free_text for each in found.values())


async def test_what_customers_write_is_free_text(
    detector: PresidioDetector, tmp_path: Path
) -> None:
    generate(tmp_path)

    found = await classes(detector, _delivered(tmp_path, "support_tickets"))

    assert {name for name, each in found.items() if each.free_text} == {"subject", "body"}
    assert {name for name, each in found.items() if each.entity} == {"subject", "body"}


@pytest.mark.shared
async def test_the_columns_of_chinook_are_told_right(detector: PresidioDetector) -> None:
    script = (SHARED / "data" / "chinook.sql").read_text(encoding="utf-8")

    for table, expected in CHINOOK.items():
        found = await classes(detector, _inserted(script, table))

        assert {name: each.entity for name, each in found.items() if each.entity} == expected
        assert not any(each.free_text for each in found.values())
