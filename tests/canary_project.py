"""A project that takes personal values in by every kind of source, with every operator."""

import csv
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa
from pyarrow import parquet

from tests.adapters.builders import execute
from tests.canaries import Person

Row: TypeAlias = dict[str, str]

SOURCE = "CANARY_SOURCE"
"""The environment variable with the address of the other database."""

_COLUMNS = """
  opted_in: {type: boolean, privacy: keep}
  balance: {type: number, privacy: keep}
  updated_at: {type: timestamp, required: true, privacy: keep}
"""

FILES = {
    "atlas.yaml": """
name: Canaries
owners: {crm: {name: CRM team, contact: "#crm"}}
pipelines:
  ingest: {stages: [ingest]}
  bronze_to_silver: {stages: [silver]}
  silver_to_gold: {stages: [gold]}
  medallion: {stages: [ingest, silver, gold]}
""",
    "privacy.yaml": """
default: redact
entities:
  EMAIL_ADDRESS: hash
  PHONE_NUMBER: hash
  CREDIT_CARD: mask
  PERSON: hash
columns:
  customers:
    remark: {free_text: true}
  members:
    street: {operator: generalise, entity: LOCATION, to: city}
    birth_date: {operator: generalise, entity: DATE_OF_BIRTH, to: year}
  visits:
    email: {operator: encrypt, entity: EMAIL_ADDRESS}
    birth_date: {operator: hash, entity: DATE_OF_BIRTH}
  contracts:
    birth_date: {operator: generalise, entity: DATE_OF_BIRTH, to: decade}
""",
    "tables/customers.yaml": f"""
owner: crm
source: {{format: csv, path: "deliveries/*/customers.csv"}}
key: [customer_no]
watermark: updated_at
columns:
  customer_no: {{required: true, privacy: keep}}
  name: {{clean: [trim], privacy: hash, entity: PERSON}}
  email: {{clean: [trim, lower], privacy: hash, entity: EMAIL_ADDRESS}}
  phone: {{privacy: hash, entity: PHONE_NUMBER}}
  ssn: {{privacy: redact, entity: US_SSN}}
  card: {{clean: [digits], privacy: mask, entity: CREDIT_CARD}}
  iban: {{privacy: encrypt, entity: IBAN_CODE}}
  street: {{privacy: redact, entity: LOCATION}}
  birth_date: {{type: date, formats: [YYYY-MM-DD, DD.MM.YYYY], privacy: redact}}
  remark: {{}}
{_COLUMNS}
checks:
  - row_count > 0
  - duplicate_count(customer_no) = 0
  - failed rows:
      name: who owes
      fail condition: balance < 0 AND email <> '' AND remark <> ''
  - failed rows:
      name: the odd ones
      fail condition: email LIKE '%1%' AND name <> ''
      attributes: {{severity: warn}}
  - failed rows:
      name: under another name
      fail query: SELECT email AS balance, name AS customer_no, remark FROM customers
      attributes: {{severity: warn}}
  - max_length(email) < 3:
      attributes: {{severity: warn}}
  - invalid_count(email) = 0:
      valid format: email
      attributes: {{severity: warn}}
  - invalid_count(name) = 0:
      valid values: [nobody]
      attributes: {{severity: warn}}
  - values in (email) must exist in visits (email):
      attributes: {{severity: warn}}
  - worst = 0:
      worst expression: max(length(remark))
      attributes: {{severity: warn}}
  - longest = 0:
      longest query: SELECT max(length(email)) AS longest FROM customers
      attributes: {{severity: warn}}
  - group by:
      name: by address
      query: SELECT email, name, count(*) AS n FROM customers GROUP BY email, name
      fields: [email, name]
      group_limit: 1000
      attributes: {{severity: warn}}
      checks:
        - n < 0:
            name: fewer than none
  - anomaly detection for row_count
  - change for max_length(email) < 5:
      attributes: {{severity: warn}}
  - failed rows:
      name: no such number
      fail condition: phone !~ '^([+]1 .*[0-8]|ph1_.*)$'
      attributes: {{severity: quarantine}}
  - failed rows:
      name: no such mailbox
      fail condition: email LIKE '%.m%stone@%'
      attributes: {{severity: quarantine}}
""",  # noqa: S608  # the checks of a table
    "tables/members.yaml": f"""
source: {{format: jsonl, path: "deliveries/*/members.jsonl"}}
key: [email]
watermark: updated_at
load: {{mode: incremental}}
columns:
  email: {{required: true, privacy: hash, entity: EMAIL_ADDRESS}}
  name: {{privacy: encrypt, entity: PERSON}}
  phone: {{privacy: mask, entity: PHONE_NUMBER}}
  ssn: {{privacy: hash, entity: US_SSN}}
  card: {{privacy: redact, entity: CREDIT_CARD}}
  iban: {{privacy: hash, entity: IBAN_CODE}}
  street: {{}}
  birth_date: {{type: date}}
{_COLUMNS}
checks:
  - row_count > 0
  - max_length(phone) < 3:
      attributes: {{severity: warn}}
""",
    "tables/visits.yaml": f"""
source: {{format: parquet, path: "deliveries/*/visits.parquet"}}
key: [iban]
watermark: updated_at
load: {{mode: incremental, history: true}}
columns:
  iban: {{required: true, privacy: hash, entity: IBAN_CODE}}
  name: {{privacy: mask, entity: PERSON}}
  email: {{}}
  phone: {{privacy: redact, entity: PHONE_NUMBER}}
  ssn: {{privacy: mask, entity: US_SSN}}
  card: {{privacy: hash, entity: CREDIT_CARD}}
  street: {{privacy: hash, entity: LOCATION}}
  birth_date: {{type: date}}
{_COLUMNS}
checks: [row_count > 0]
""",
    "tables/contracts.yaml": f"""
source: {{format: postgres, url_env: {SOURCE}, table: public.contracts}}
key: [contract_no]
columns:
  contract_no: {{required: true, privacy: keep}}
  name: {{}}
  email: {{}}
  card: {{type: integer}}
  iban: {{}}
  birth_date: {{type: date}}
{_COLUMNS}
checks:
  - row_count > 0
  - duplicate_count(email) = 0
  - min(card) > 0:
      attributes: {{severity: warn, on unknown: pass}}
""",
    "tables/notes.yaml": f"""
source: {{format: csv, path: "deliveries/*/notes.csv"}}
key: [note_id]
watermark: updated_at
load: {{mode: incremental}}
columns:
  note_id: {{required: true, privacy: keep}}
  note: {{}}
  due: {{type: date, privacy: keep}}
{_COLUMNS}
checks:
  - row_count > 0
  - max_length(note) < 3:
      attributes: {{severity: warn}}
""",
    "models/contacts.sql": """
SELECT c.email, c.name, c.phone, c.iban, c.card, c.remark, v.name AS visitor, p.name AS person,
  p.birth_date AS born, p.street AS town
FROM silver.customers AS c
LEFT JOIN silver.members AS p ON p.email = c.email
LEFT JOIN silver.visits AS v ON v.iban = p.iban AND v.is_current
""",
    "models/contacts.yaml": """
checks:
  - row_count > 0
  - missing_count(person) = 0:
      attributes: {severity: warn}
  - duplicate_count(email) = 0
  - failed rows:
      name: whoever
      fail query: SELECT email AS a, remark AS b FROM contacts
      attributes: {severity: warn}
""",
    "models/written.sql": """
SELECT string_agg(note, ' ') AS notes, max(note) AS latest, count(*) AS n FROM silver.notes
""",
    "models/by_year.sql": """
SELECT birth_date AS born, street AS town, count(*) AS members FROM silver.members GROUP BY 1, 2
""",
    "models/broken.sql": """
SELECT CAST(substr(email, 5) AS integer) AS email FROM silver.customers
""",
}


def write_project(folder: Path) -> Path:
    """The project folder, without deliveries."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


class Deliveries:
    """Writes what arrives: each delivery of all sources at once."""

    def __init__(self, project: Path, source: str, whose: Sequence[Person]) -> None:
        self._folder = project / "deliveries"
        self._source = source
        self._persons = whose

    async def first(self) -> None:
        """Everybody, with nothing wrong."""
        folder = self._new("1")
        rows = [_row(n, each) for n, each in enumerate(self._persons)]
        _csv(folder / "customers.csv", (_customer(row) for row in rows))
        _json_lines(folder / "members.jsonl", (_without(row, "remark", "no") for row in rows))
        _parquet(folder / "visits.parquet", [_without(row, "remark", "no") for row in rows])
        _csv(folder / "notes.csv", _notes(self._persons[0], 2000))
        await self._contracts(rows)

    async def second(self) -> None:
        """Changes, columns that nobody declared, bad cells, and somebody in names."""
        folder = self._new(f"2 {self._persons[9].email} {self._persons[9].phone}")
        who = self._persons[9]
        rows = [_row(n, each, 1) for n, each in enumerate(self._persons)]
        _csv(folder / "customers.csv", (_customer(_spoilt(n, row)) for n, row in enumerate(rows)))
        late = [_spoilt(n, _without(row, "remark", "no")) for n, row in enumerate(rows)]
        _json_lines(folder / "members.jsonl", (_with_more(row) | {who.email: "x"} for row in late))
        _parquet(folder / "visits.parquet", [_with_more(row) for row in late])
        _csv(folder / "notes.csv", _late_notes(rows))

    def third(self) -> None:
        """Files that can't be read, each stopping at a personal value."""
        folder = self._new("3")
        row = _customer(_row(7, self._persons[7], 2))
        lines = [",".join(row), ",".join(row.values()) + ",one,more"]
        (folder / "customers.csv").write_text("\n".join(lines))
        (folder / "members.jsonl").write_text(f"{json.dumps(row)}\n{json.dumps(row)[:-9]}\n")
        (folder / "visits.parquet").write_text(json.dumps(row))
        # no header: the first line is taken for one
        email = self._persons[7].email
        (folder / "notes.csv").write_text(f"1,{email},{email}\n2,{email},{email}\n")

    def take_back_third(self) -> None:
        """Remove what can't be read."""
        shutil.rmtree(self._folder / "3")

    async def break_source(self) -> None:
        """The other database stumbles over a value while it gives its rows."""
        await execute(
            self._source,
            "ALTER TABLE public.contracts RENAME TO kept",
            "CREATE VIEW public.contracts AS SELECT contract_no, name, email, card, iban, "
            "birth_date, opted_in, CAST(email AS numeric) AS balance, updated_at FROM public.kept",
        )

    def _new(self, name: str) -> Path:
        folder = self._folder / name
        folder.mkdir(parents=True)
        return folder

    async def _contracts(self, rows: Sequence[Row]) -> None:
        names = ("no", "name", "email", "card", "iban", "birth_date", "opted_in", "updated_at")
        values = ", ".join(
            "({})".format(", ".join(f"'{_plain(name, row)}'" for name in names)) for row in rows
        )
        await execute(
            self._source,
            "CREATE TABLE public.contracts (contract_no text, name text, email text, card bigint, "
            "iban text, birth_date date, opted_in boolean, updated_at timestamptz, "
            "balance numeric DEFAULT 1)",
            f"INSERT INTO public.contracts VALUES {values}",  # noqa: S608  # made up here
        )


def _plain(name: str, row: Row) -> str:
    return row[name].replace(" ", "") if name == "card" else row[name]


def _row(number: int, who: Person, round_: int = 0) -> Row:
    return {
        "no": f"N{number}",
        "name": who.name,
        "email": who.email,
        "phone": who.phone,
        "ssn": who.ssn,
        "card": who.card,
        "iban": who.iban,
        "street": who.address,
        "birth_date": f"{who.born:%Y-%m-%d}",
        "remark": _remark(number, who),
        "opted_in": "yes",
        "balance": f"{number}.50",
        "updated_at": f"2026-03-0{1 + round_} 12:00:00",
    }


def _remark(number: int, who: Person) -> str:
    """Something that somebody wrote of a person."""
    texts = (
        f"Called back on {who.phone} about the invoice, please confirm by mail to {who.email} 🙂.",
        f"Paid with {who.card} instead of {who.iban}; the clerk asked for {who.ssn} again.",
        f"Dear Mr. {who.name}, your parcel is late. Write to <{who.email}>,{who.phone}.",
    )
    return texts[number % len(texts)]


def _customer(row: Row) -> Row:
    return {("customer_no" if name == "no" else name): value for name, value in row.items()}


def _without(row: Row, *names: str) -> Row:
    return {name: value for name, value in row.items() if name not in names}


def _with_more(row: Row) -> Row:
    """Columns that nobody has declared."""
    return row | {"contact": f"{row['email']}", "comment": f"was {row['phone']}, {row['card']}"}


_UNREADABLE = ("balance", "opted_in", "birth_date", "updated_at")


def _spoilt(number: int, row: Row) -> Row:
    """Every tenth row has a personal value where another type is wanted."""
    if number % 10:
        return row
    name = _UNREADABLE[number // 10 % len(_UNREADABLE)]
    value = (row["phone"], row["email"], row["birth_date"] + "?", row["ssn"])[number // 10 % 4]
    return row | {name: value}


def _notes(who: Person, count: int) -> Iterator[Row]:
    """Harmless ones, one of which holds a card number."""
    for number in range(count):
        paid = f", paid with {who.card} by phone" if number == count // 2 else ""
        note = f"please leave parcel {number} at the door{paid}"
        yield _note(number, note)


def _note(number: int, note: str, round_: int = 0, **more: str) -> Row:
    moment = f"2026-03-0{1 + round_} 12:00:00"
    row = {"note_id": str(number), "note": note, "due": "2026-04-01", "opted_in": "no"}
    return row | {"balance": "1", "updated_at": moment} | more


def _late_notes(rows: Sequence[Row]) -> Iterator[Row]:
    for number, row in enumerate(rows):
        more = {"contact": row["email"], "full_name": row["name"], "home": row["street"]}
        note = _note(number, f"parcel {number} is here", 1, **more)
        bad = {"due": row["ssn"], "balance": row["card"], "opted_in": row["phone"]}
        name = tuple(bad)[number % len(bad)]
        yield note | ({name: bad[name]} if number % 5 == 0 else {})


def _csv(path: Path, rows: Iterable[Row]) -> None:
    given = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(given[0]))
        writer.writeheader()
        writer.writerows(given)


def _json_lines(path: Path, rows: Iterable[Mapping[str, str]]) -> None:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))


def _parquet(path: Path, rows: list[Row]) -> None:
    parquet.write_table(pa.Table.from_pylist(rows), path)
