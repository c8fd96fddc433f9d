"""Refining bronze into silver, rule by rule."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import cast

from engine.catalog.model import Cleaning, Column, ColumnType, DateFormat
from tests.adapters.builders import Lab, a_table, column_of, reasons

EVERY_FORMAT = tuple(DateFormat)


Text = str | None


async def values_of(lab: Lab, column: Column, texts: Iterable[Text]) -> dict[Text, object]:
    """What each text becomes in silver; none may go to quarantine."""
    written = dict(enumerate(texts))
    rows = await lab.refined(a_table(column), [(str(n), text) for n, text in written.items()])
    assert len(rows) == len(written)
    return {written[int(str(row["id"]))]: row[column.name] for row in rows}


async def complaints_about(lab: Lab, column: Column, texts: Iterable[Text]) -> dict[Text, str]:
    """Why each text goes to quarantine; none may come to silver."""
    written = dict(enumerate(texts))
    table = a_table(column)
    assert await lab.refined(table, [(str(n), text) for n, text in written.items()]) == []
    rows = await lab.quarantined(table)
    return {written[cast("int", row["bronze_row"]) - 1]: "; ".join(reasons(row)) for row in rows}


def dated(*formats: DateFormat) -> Column:
    return Column("day", ColumnType.DATE, formats=formats)


READ: dict[DateFormat, dict[Text, object]] = {
    DateFormat.ISO: {
        "2026-03-01": date(2026, 3, 1),
        "2026-3-1": date(2026, 3, 1),
        "1899-12-31": date(1899, 12, 31),
        "2024-02-29": date(2024, 2, 29),
        "  2026-03-01\t": date(2026, 3, 1),
    },
    DateFormat.DOTTED: {"01.03.2026": date(2026, 3, 1), "1.3.1750": date(1750, 3, 1)},
    DateFormat.SLASHED: {"31/12/1850": date(1850, 12, 31)},
    DateFormat.AMERICAN: {"03/01/2026": date(2026, 3, 1)},
    DateFormat.NAMED: {
        "Mar 1, 2026": date(2026, 3, 1),
        "SEPTEMBER 30, 2026": date(2026, 9, 30),
        "sept 3, 2026": date(2026, 9, 3),
    },
}

NOT_READ = {
    DateFormat.ISO: (
        "2026-02-30",
        "2026-00-10",
        "0000-01-01",
        "01.03.2026",
        "now",
        "infinity",
        "epoch",
        "20260301",
        "2026-03-01\n2026-03-02",
        "２０２６-03-01",
        "2026-03-01'; DROP TABLE bronze.people; --",
    ),
    DateFormat.DOTTED: ("31.02.2026", "01.03.26"),
    DateFormat.SLASHED: ("01/13/2026",),
    DateFormat.AMERICAN: ("13/01/2026",),
    DateFormat.NAMED: (
        "Feb 30, 2026",
        "Mon 12, 2026",
        "Julian 12, 2026",
        "Today 12, 2026",
        "Mar 1 2026",
    ),
}


async def test_a_date_is_read_in_its_declared_format(lab: Lab) -> None:
    for wanted, expected in READ.items():
        assert await values_of(lab, dated(wanted), expected) == expected


async def test_what_is_no_date_of_the_declared_format_goes_to_quarantine(lab: Lab) -> None:
    for wanted, written in NOT_READ.items():
        complaints = await complaints_about(lab, dated(wanted), written)

        assert all(each.startswith("day: not a date (") for each in complaints.values())


async def test_the_first_declared_format_that_fits_decides(lab: Lab) -> None:
    either = dated(DateFormat.AMERICAN, DateFormat.SLASHED)

    assert await values_of(lab, either, ["02/01/2026"]) == {"02/01/2026": date(2026, 2, 1)}


async def test_a_timestamp_is_read_in_utc_where_it_names_no_zone(lab: Lab) -> None:
    column = Column("at", ColumnType.TIMESTAMP, formats=EVERY_FORMAT)
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    written = ["2026-03-01 12:00", "2026-03-01T12:00:00Z", "2026-03-01 13:00:00+01"]
    table = a_table(column)

    rows = await lab.refined(table, [(str(n), text) for n, text in enumerate(written)])

    assert column_of(rows, "at") == [noon] * 3


async def test_what_is_no_moment_goes_to_quarantine(lab: Lab) -> None:
    written = ["now", "2026-03-01 25:00", "2026-03-01 x", "tomorrow", "2026-03-01 1 infinity"]

    complaints = await complaints_about(lab, Column("at", ColumnType.TIMESTAMP), written)

    assert all(each.startswith("at: not a date and time (") for each in complaints.values())


CAST: dict[ColumnType, dict[Text, object]] = {
    ColumnType.INTEGER: {" 12 ": 12, "-0": 0, "9223372036854775807": 9223372036854775807},
    ColumnType.NUMBER: {
        "1.50": Decimal("1.50"),
        "-.5": Decimal("-0.5"),
        "1e3": Decimal(1000),
        "9" * 60: Decimal("9" * 60),
    },
    ColumnType.BOOLEAN: {"YES": True, "f": False, "1": True, " off ": False},
}

NOT_CAST = {
    ColumnType.INTEGER: {
        "1.5": "value: not a whole number (9.9)",
        "9" * 60: f"value: not a whole number ({'9' * 40})",
        "zwölf!": "value: not a whole number (xxxxx!)",
    },
    ColumnType.NUMBER: {
        "NaN": "value: not a number (xxx)",
        "-Infinity": "value: not a number (-xxxxxxxx)",
        "1,5": "value: not a number (9,9)",
        "1e999999": "value: not a number (9x999999)",
        "12 kg": "value: not a number (99 xx)",
        "'); SELECT 1 --": "value: not a number ('); xxxxxx 9 --)",
    },
    ColumnType.BOOLEAN: {
        "perhaps": "value: not yes or no (xxxxxxx)",
        "2": "value: not yes or no (9)",
    },
}


async def test_a_value_is_cast_to_its_type(lab: Lab) -> None:
    for type_, expected in CAST.items():
        assert await values_of(lab, Column("value", type_), expected) == expected


async def test_what_can_not_be_cast_is_told_by_its_shape_only(lab: Lab) -> None:
    for type_, expected in NOT_CAST.items():
        assert await complaints_about(lab, Column("value", type_), expected) == expected


NOTHING: tuple[Text, ...] = (
    None, "", "  ", "\t\n", "\u00a0", "n/a", "N/A", " null ", "NULL", "None", "-", " - ",
)  # fmt: skip


async def test_words_for_nothing_become_null(lab: Lab) -> None:
    for type_ in ColumnType:
        found = await values_of(lab, Column("value", type_), NOTHING)

        assert set(found.values()) == {None}


async def test_a_required_value_that_is_missing_goes_to_quarantine(lab: Lab) -> None:
    for type_ in ColumnType:
        column = Column("value", type_, required=True)

        complaints = await complaints_about(lab, column, NOTHING)

        assert set(complaints.values()) == {"value: missing"}


async def test_a_row_tells_all_that_is_wrong_with_it(lab: Lab) -> None:
    table = a_table(Column("a", ColumnType.INTEGER), Column("b", ColumnType.DATE, required=True))
    await lab.fill_bronze(table, [(None, "x", "y")])

    await lab.refine(table)

    (row,) = await lab.quarantined(table)
    assert reasons(row) == ["id: missing", "a: not a whole number (x)", "b: not a date (x)"]
    assert (row["source"], row["bronze_row"]) == ("1.csv", 1)


CLEANED: dict[Cleaning, dict[Text, Text]] = {
    Cleaning.TRIM: {"\u00a0 a  b \n": "a  b"},
    Cleaning.SQUEEZE: {"a \t\n b": "a b"},
    Cleaning.LOWER: {"ÄRZTIN Ada": "ärztin ada"},
    Cleaning.UPPER: {"größe": "GRÖßE"},
    Cleaning.DIGITS: {"+1 (555) 01-23": "15550123", "no digits": None},
}


async def test_each_cleaning_does_what_its_name_says(lab: Lab) -> None:
    for cleaning, expected in CLEANED.items():
        column = Column("value", clean=(cleaning,))

        assert await values_of(lab, column, expected) == expected


async def test_cleanings_are_applied_in_their_order_before_keys_are_compared(lab: Lab) -> None:
    upper = (Cleaning.TRIM, Cleaning.SQUEEZE, Cleaning.UPPER)
    table = a_table(Column("id", required=True, clean=upper), "name")

    rows = await lab.refined(table, [("a  1", "old"), (" A 1 ", "new")])

    assert rows == [{"id": "A 1", "name": "new"}]


async def test_the_newest_by_watermark_stays_and_the_last_delivered_among_equals(lab: Lab) -> None:
    table = a_table(Column("at", ColumnType.TIMESTAMP), "name", watermark="at")
    rows = [
        ("1", "2026-03-02 10:00", "newest"),
        ("1", "2026-03-01 10:00", "older, delivered later"),
        ("1", None, "no watermark"),
        ("2", "2026-03-01", "first"),
        ("2", "2026-03-01", "second"),
        ("3", "not a date", "quarantined, not kept as newest"),
        ("3", "2026-03-01", "good"),
    ]
    await lab.fill_bronze(table, rows)

    counts = await lab.refine(table)

    assert column_of(await lab.silver(table), "name") == ["newest", "second", "good"]
    assert (counts.rows_in, counts.published, counts.quarantined, counts.deduplicated) == (
        (7, 3, 1, 3)
    )


async def test_a_key_of_several_columns_is_compared_as_a_whole(lab: Lab) -> None:
    table = a_table(
        Column("a", required=True), Column("b", ColumnType.INTEGER, required=True), key=("a", "b")
    )

    rows = await lab.refined(table, [("x", "1"), ("x", "2"), ("x", "01")])

    assert column_of(rows, "b") == [1, 2]


async def test_undeclared_columns_of_bronze_are_carried_along_as_text(lab: Lab) -> None:
    table = a_table("name")
    await lab.fill_bronze(table, [("1", "Ada", "12", "-")], "shoe_size", "other")

    await lab.refine(table)

    assert await lab.silver(table) == [{"id": "1", "name": "Ada", "shoe_size": "12", "other": None}]


async def test_a_declared_column_that_no_delivery_has_is_empty(lab: Lab) -> None:
    await lab.fill_bronze(a_table("name"), [("1", "Ada")])
    table = a_table("name", Column("born", ColumnType.DATE), Column("n", ColumnType.INTEGER))

    await lab.refine(table)

    assert await lab.silver(table) == [{"id": "1", "name": "Ada", "born": None, "n": None}]


async def test_bronze_without_rows_becomes_silver_without_rows(lab: Lab) -> None:
    table = a_table("name")
    await lab.fill_bronze(table, [])

    counts = await lab.refine(table)

    assert (counts.rows_in, counts.published, counts.quarantined) == (0, 0, 0)
    assert await lab.silver(table) == []


ODD_NAMES = (
    "größe",
    "order",
    "select",
    "value",
    "row",
    "reasons",
    "user",
    "王",
    "a" * 63,
    "ß" * 31,
)


async def test_columns_and_tables_may_have_odd_names(lab: Lab) -> None:
    columns = [Column(name, ColumnType.INTEGER, required=True) for name in ODD_NAMES]
    table = a_table(*columns, name="order", key=("select", "größe"), watermark="value")
    await lab.fill_bronze(table, [["1"] * 10, ["2"] * 10, ["2"] * 10, ["x"] * 10])

    counts = await lab.refine(table)

    assert (counts.published, counts.quarantined, counts.deduplicated) == (2, 1, 1)
    assert [list(row) for row in await lab.silver(table)] == [list(ODD_NAMES)] * 2


async def test_two_long_names_that_begin_alike_stay_apart(lab: Lab) -> None:
    one, other = "x" * 62 + "a", "x" * 62 + "b"
    table = a_table(Column(one, ColumnType.INTEGER), Column(other, ColumnType.INTEGER))

    assert await lab.refined(table, [("k", "1", "2")]) == [{"id": "k", one: 1, other: 2}]


async def test_quarantine_holds_what_the_last_published_run_put_there(lab: Lab) -> None:
    table = a_table(Column("n", ColumnType.INTEGER))
    await lab.fill_bronze(table, [("1", "x"), ("2", "y")])
    await lab.refine(table)
    await lab.fill_bronze(table, [("1", "x"), ("2", "5")])

    await lab.refine(table)

    assert len(await lab.quarantined(table)) == 1


async def test_a_quarantined_row_keeps_shapes_of_what_could_not_be_cast(lab: Lab) -> None:
    table = a_table(Column("n", ColumnType.INTEGER), Column("born", ColumnType.DATE), "town")
    await lab.fill_bronze(table, [("1", "12 ABC-34", "2026-03-01", "York")])

    await lab.refine(table)

    assert await lab.value('SELECT "row"::text FROM quarantine.people') == (
        '{"n": "99 xxx-99", "id": "1", "born": "2026-03-01", "town": "York"}'
    )


async def test_an_earlier_silver_with_other_columns_is_replaced(lab: Lab) -> None:
    await lab.refined(a_table("name", "town"), [("1", "Ada", "London")])

    rows = await lab.refined(a_table(Column("name", ColumnType.INTEGER)), [("1", "5")])

    assert rows == [{"id": "1", "name": 5}]
