"""Whatever text bronze holds, refining keeps its rules: held against the same ones in Python."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.catalog.model import Cleaning, Column, ColumnType, DateFormat
from tests.adapters.builders import Lab, a_table, reasons

TABLE = a_table(
    Column("id", required=True, clean=(Cleaning.TRIM,)),
    Column("version", ColumnType.INTEGER),
    Column("amount", ColumnType.NUMBER),
    Column("day", ColumnType.DATE, formats=(DateFormat.ISO, DateFormat.DOTTED)),
    Column("note"),
    watermark="version",
)

CHAOS = (
    None, "", " ", "\u00a0", "n/a", " NULL ", "None", "-", "--", "0", "00", "-0", "+7", "12",
    "12.0", "NaN", "Infinity", "-inf", "now", "today", "epoch", "1e3", "1E-3", "1e999999",
    "-1e999999", "1e-20000", "0x10", "0b11", "0o17", "0xg", "1_000", "1__0", "_1", "1_", "9" * 60,
    ".5", "5.", "0xff",
    ".", "+", "9223372036854775807", "9223372036854775808", "2026-03-01", "2026-3-1",
    "1899-12-31", "0001-01-01", "0000-01-01", "2026-02-30", "2024-02-29", "29.02.2023",
    "29.02.2024", "1.1.1600", "31.12.9999", "2026-03-01 10:00", "'", '"', "\\", "\\N", "$1", "%s",
    "\v5", "5\v", "-.5", "-Infinity", "+inf", "- 5", "nUlL", "NaN ", " 226-03-01", "2026-03-1 ",
    ":name", "{}", "'; DROP TABLE bronze.people; --", "größe", "王", "🙂", "\u202e", "a\nb", "١٢",
)  # fmt: skip

_any_text = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=5)
_number_like = st.text("0123456789.+-eEx ", max_size=7)
_date_like = st.builds(
    lambda day, form: form.format(day),
    st.dates(),
    st.sampled_from(["{:%Y-%m-%d}", "{:%d.%m.%Y}", "{:%m/%d/%Y}", " {:%Y-%m-%d}\n"]),
)
cells = st.one_of(st.sampled_from(CHAOS), _any_text, _number_like, _date_like)
keys = st.one_of(st.sampled_from(("a", " a", "A", "b", "b\u00a0", "", None)), cells)
rows_of_bronze = st.lists(st.tuples(keys, cells, cells, cells, cells), max_size=12)


# The rules, said once more.

BLANKS = " \t\n\r\f\u00a0"
DIGITS = r"[0-9]+(?:_[0-9]+)*"
WHOLE = re.compile(
    rf"([-+]?)(?:({DIGITS})|0[xX]((?:_?[0-9a-fA-F])+)|0[oO]((?:_?[0-7])+)|0[bB]((?:_?[01])+))\v?"
)
DECIMAL = re.compile(rf"[-+]?(?:{DIGITS}\.?(?:{DIGITS})?|\.{DIGITS})(?:[eE][-+]?{DIGITS})?\v?")


def present(text: str | None) -> bool:
    return text is not None and text.strip(BLANKS).lower() not in {"", "n/a", "null", "none", "-"}


def whole(text: str) -> int | None:
    found = WHOLE.fullmatch(text)
    if found is None:
        return None
    sign, *parts = found.groups()
    digits, base = next((p, b) for p, b in zip(parts, (10, 16, 8, 2), strict=True) if p)
    value = int(digits.replace("_", ""), base) * (-1 if sign == "-" else 1)
    return value if -(2**63) <= value < 2**63 else None


def number(text: str) -> Decimal | None:
    written = WHOLE.fullmatch(text)
    if written is not None and written[2] is None:
        value = whole(text)
        return None if value is None else Decimal(value)
    if DECIMAL.fullmatch(text) is None:
        return None
    value_ = Decimal(text.strip("\v").replace("_", ""))
    exponent = int(value_.as_tuple().exponent)
    return None if exponent < -16383 or value_.adjusted() > 131071 else value_


def day(text: str) -> date | None:
    iso = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text, re.ASCII)
    dotted = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text, re.ASCII)
    parts = iso.groups() if iso else dotted.groups()[::-1] if dotted else None
    try:
        return None if parts is None else date(int(parts[0]), int(parts[1]), int(parts[2]))
    except ValueError:
        return None


Cast = Callable[[str], object]
TYPED: tuple[tuple[str, Cast, str], ...] = (
    ("version", whole, "version: not a whole number"),
    ("amount", number, "amount: not a number"),
    ("day", day, "day: not a date"),
)


@dataclass
class Judged:
    values: dict[str, object]
    complaints: list[str]


def judged(row: tuple[str | None, ...]) -> Judged:
    text = {
        column.name: cell if present(cell) else None
        for column, cell in zip(TABLE.columns, row, strict=True)
    }
    key = text["id"]
    values: dict[str, object] = {"id": key and key.strip(BLANKS), "note": text["note"]}
    complaints = ["id: missing"] if key is None else []
    for name, cast, complaint in TYPED:
        written = text[name]
        values[name] = None if written is None else cast(written.strip(BLANKS))
        if written is not None and values[name] is None:
            complaints.append(complaint)
    return Judged(values, complaints)


def newest(rows: list[Judged]) -> dict[object, dict[str, object]]:
    kept: dict[object, dict[str, object]] = {}
    for each in rows:
        before = kept.get(each.values["id"])
        if before is None or _version(each.values) >= _version(before):
            kept[each.values["id"]] = each.values
    return kept


def _version(values: dict[str, object]) -> int:
    version = values["version"]
    return version if isinstance(version, int) else -(2**64)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=rows_of_bronze)
async def test_silver_and_quarantine_hold_what_the_rules_say(
    lab: Lab, rows: list[tuple[str | None, ...]]
) -> None:
    await lab.fill_bronze(TABLE, rows)

    counts = await lab.refine(TABLE)

    expected = [judged(row) for row in rows]
    good = newest([each for each in expected if not each.complaints])
    silver = {row["id"]: row for row in await lab.silver(TABLE)}
    assert silver == good
    assert counts.published == len(await lab.silver(TABLE)) == len(silver)
    aside = await lab.quarantined(TABLE)
    assert [[reason.partition(" (")[0] for reason in reasons(row)] for row in aside] == [
        each.complaints for each in expected if each.complaints
    ]
    assert counts.quarantined == len(aside)
    assert counts.rows_in == len(rows)
    assert len(rows) == len(silver) + len(aside) + (counts.deduplicated or 0)
