"""A history keeps every version of a row, in whichever order its rows arrive."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.catalog.model import Column, ColumnType, Load, LoadMode
from tests.adapters.builders import Cells, Lab, a_table, execute, refining
from tests.adapters.loading import FULL, arrive, changes, day, loaded

TABLE = replace(
    a_table(
        Column("name"),
        Column("at", ColumnType.TIMESTAMP, required=True),
        Column("gone", ColumnType.BOOLEAN),
        watermark="at",
    ),
    load=Load(LoadMode.INCREMENTAL, deleted="gone", history=True),
)


def march(number: int) -> datetime:
    return datetime(2026, 3, number, tzinfo=UTC)


async def versions(lab: Lab) -> list[tuple[object, ...]]:
    """Each version as key, name, first and last moment, and whether it is current."""
    rows = await lab.rows(
        "SELECT id, name, valid_from, valid_to, is_current FROM silver.people "
        "ORDER BY id, valid_from"
    )
    return [tuple(row.values()) for row in rows]


async def test_a_changed_row_ends_its_version_and_begins_the_next(lab: Lab) -> None:
    await lab.fill_bronze(TABLE, [("1", "Ada", day(1), None), ("2", "Grace", day(1), None)])
    first = await loaded(lab, TABLE)
    await arrive(lab, ("1", "Ada L", day(5), None))

    second = await loaded(lab, TABLE)

    assert changes(first) == (2, 0, 0, 0)
    assert changes(second) == (1, 1, 0, 0)
    assert await versions(lab) == [
        ("1", "Ada", march(1), march(5), False),
        ("1", "Ada L", march(5), None, True),
        ("2", "Grace", march(1), None, True),
    ]


async def test_a_late_row_takes_its_place_between_versions(lab: Lab) -> None:
    await lab.fill_bronze(TABLE, [("1", "a", day(1), None), ("1", "a", day(9), None)])
    await loaded(lab, TABLE)
    assert await versions(lab) == [("1", "a", march(1), None, True)]
    await arrive(lab, ("1", "b", day(4), None))

    counts = await loaded(lab, TABLE)

    assert changes(counts) == (2, 1, 0, 0)
    assert await versions(lab) == [
        ("1", "a", march(1), march(4), False),
        ("1", "b", march(4), march(9), False),
        ("1", "a", march(9), None, True),
    ]


async def test_a_deleted_row_ends_its_version_and_nothing_follows(lab: Lab) -> None:
    await lab.fill_bronze(TABLE, [("1", "a", day(1), None)])
    await loaded(lab, TABLE)
    await arrive(lab, ("1", "a", day(3), "true"))

    counts = await loaded(lab, TABLE)

    assert changes(counts) == (0, 1, 0, 1)
    assert await versions(lab) == [("1", "a", march(1), march(3), False)]


async def test_a_second_run_over_the_same_rows_rewrites_no_version(lab: Lab) -> None:
    rows = [("1", "a", day(1), None), ("1", "b", day(2), None), ("2", "c", day(2), "true")]
    await lab.fill_bronze(TABLE, rows)
    await loaded(lab, TABLE)
    before = await lab.rows("SELECT ctid::text, xmin::text, * FROM silver.people ORDER BY 1")
    await arrive(lab, *rows)

    counts = await loaded(lab, TABLE)

    assert changes(counts) == (0, 0, 2, 1)
    assert (
        await lab.rows("SELECT ctid::text, xmin::text, * FROM silver.people ORDER BY 1") == before
    )


async def test_only_one_version_of_a_key_is_current(lab: Lab) -> None:
    await lab.fill_bronze(TABLE, [("1", "a", day(1), None)])
    await loaded(lab, TABLE)

    assert await lab.value("SELECT indexdef FROM pg_indexes WHERE tablename = 'people'") == (
        "CREATE UNIQUE INDEX people_atlas_key ON silver.people USING btree (id) WHERE is_current"
    )


async def test_the_checks_see_the_history_as_it_will_be(lab: Lab) -> None:
    await lab.fill_bronze(TABLE, [("1", "a", day(1), None), ("2", "b", day(1), None)])
    await loaded(lab, TABLE)
    await arrive(lab, ("1", "c", day(2), None), ("3", "d", day(2), None))
    run = refining(TABLE)

    async with lab.transactions.begin() as tx:
        await tx.warehouse.refine(run, TABLE, ())

    staged = f'silver."people__{run.id.lower()}"'
    shown = await lab.rows(f"SELECT * FROM {staged} ORDER BY id, valid_from")  # noqa: S608  # an id of our own
    async with lab.transactions.begin() as tx:
        await tx.warehouse.publish(run, TABLE.silver)
    assert await lab.rows("SELECT * FROM silver.people ORDER BY id, valid_from") == shown
    assert len(shown) == 4


async def test_a_table_that_gets_a_history_later_is_made_anew(lab: Lab) -> None:
    plain = replace(TABLE, load=Load(LoadMode.INCREMENTAL))
    await lab.fill_bronze(TABLE, [("1", "a", day(1), None), ("1", "b", day(2), None)])
    await loaded(lab, plain)

    counts = await loaded(lab, TABLE)

    assert changes(counts) == (2, 0, 0, 0)
    assert [row[1] for row in await versions(lab)] == ["a", "b"]


# The rules, said once more.


def model(rows: Sequence[Cells]) -> list[tuple[object, ...]]:
    """The versions that rows make, in whichever portions they came."""
    found: list[tuple[object, ...]] = []
    for key in sorted({str(row[0]) for row in rows}):
        by_moment: Mapping[str, Cells] = {str(row[2]): row for row in rows if row[0] == key}
        found += _versions([by_moment[moment] for moment in sorted(by_moment)])
    return found


def _versions(events: Sequence[Cells]) -> list[tuple[object, ...]]:
    begins: list[Cells] = []
    for event in events:
        if not begins or (event[1], event[3]) != (begins[-1][1], begins[-1][3]):
            begins.append(event)
    return [
        (row[0], row[1], _at(row), _at(after) if after else None, after is None)
        for row, after in pairwise([*begins, None])
        if row is not None and row[3] != "true"
    ]


def _at(row: Cells) -> datetime:
    return datetime.fromisoformat(str(row[2])).replace(tzinfo=UTC)


rows_of_bronze = st.tuples(
    st.sampled_from(["1", "2"]),
    st.sampled_from(["a", "b", None]),
    st.integers(1, 5).map(day),
    st.sampled_from([None, "false", "true"]),
)
deliveries = st.lists(st.lists(rows_of_bronze, min_size=1, max_size=5), min_size=1, max_size=4)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(deliveries=deliveries)
async def test_however_rows_are_split_the_history_is_what_the_rules_say(
    lab: Lab, deliveries: Sequence[Sequence[Cells]]
) -> None:
    await execute(lab.url, "DROP TABLE IF EXISTS silver.people", "TRUNCATE atlas.watermarks")
    await lab.fill_bronze(TABLE, [])
    for rows in deliveries:
        await arrive(lab, *rows)
        counts = await loaded(lab, TABLE)
        assert counts.rows_in == _sum(counts.published, counts.quarantined, counts.deduplicated)
        assert counts.published == _sum(*changes(counts))

    assert await versions(lab) == model([row for rows in deliveries for row in rows])
    await loaded(lab, TABLE, replace(refining(TABLE), parameters=FULL))
    assert await versions(lab) == model([row for rows in deliveries for row in rows])


def _sum(*numbers: int | None) -> int:
    return sum(number or 0 for number in numbers)
