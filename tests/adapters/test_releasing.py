"""Rows leave quarantine with what is published, and come to silver as if they had been good."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.adapters.postgres.transactions import PostgresTransaction
from engine.catalog.model import (
    Check,
    Column,
    ColumnType,
    Load,
    LoadMode,
    Operator,
    Pipeline,
    Project,
    Stage,
    Table,
)
from engine.quality.model import Outcome
from engine.runs.desk import Order, RunDesk
from engine.runs.model import Counts, Parameters, Release, Run, RunStatus, StepKind, started
from engine.runs.plan import refined_anew
from engine.runs.pulse import Pulse
from engine.runs.runner import Runner
from engine.runs.steps.check import Check as CheckStep
from engine.runs.steps.publish import Publish
from engine.runs.steps.refine import Refine
from engine.runs.steps.work import StepWork
from engine.testing.fixed import FixedDetector, FixedExamples, FixedPolicies, FixedQuality
from engine.testing.privacy import NoReaders
from tests.adapters.builders import CLOCK, SOMEBODY, Cells, Lab, a_table, execute, refining
from tests.adapters.loading import FULL, arrive, changes, day, loaded
from tests.builders import a_project

TABLE = a_table(
    Column("name", operator=Operator.KEEP),
    Column("at", ColumnType.TIMESTAMP),
    Column("gone", ColumnType.BOOLEAN),
    watermark="at",
)
INCREMENTAL = replace(TABLE, load=Load(LoadMode.INCREMENTAL))
LEAVING = replace(TABLE, load=Load(LoadMode.INCREMENTAL, deleted="gone"))
VERSIONED = replace(TABLE, load=Load(LoadMode.INCREMENTAL, history=True))
BAD = ("2", "Grace", "no day", None)


def released(table: Table, rule: str | None = None) -> Run:
    return replace(refining(table), parameters=Parameters(release=Release(rule)))


async def release(lab: Lab, table: Table = INCREMENTAL, rule: str | None = None) -> Counts:
    return await loaded(lab, table, released(table, rule))


async def mend(lab: Lab, row: int, at: str) -> None:
    """Correct a raw row where it is."""
    await lab.rows("UPDATE bronze.people SET at = $2 WHERE _row = $1", row, at)


async def aside(lab: Lab) -> list[object]:
    rows = await lab.rows("SELECT bronze_row FROM quarantine.people ORDER BY bronze_row")
    return [row["bronze_row"] for row in rows]


async def names(lab: Lab) -> dict[object, object]:
    return {row["id"]: row["name"] for row in await lab.rows("SELECT id, name FROM silver.people")}


async def test_a_row_that_is_good_now_is_merged_and_the_others_stay(lab: Lab) -> None:
    await lab.fill_bronze(INCREMENTAL, [("1", "Ada", day(1), None), BAD, ("3", "Joan", "x", None)])
    await loaded(lab, INCREMENTAL)
    assert await aside(lab) == [2, 3]
    await mend(lab, 2, day(2))

    counts = await release(lab)

    assert (counts.rows_in, counts.published, counts.quarantined) == (2, 1, 1)
    assert (changes(counts), counts.released) == ((1, 0, 0, 0), 1)
    assert await aside(lab) == [3]
    assert await names(lab) == {"1": "Ada", "2": "Grace"}


async def test_rows_that_stay_have_their_new_reasons(lab: Lab) -> None:
    await lab.fill_bronze(INCREMENTAL, [(None, "Ada", "x", None)])
    await loaded(lab, INCREMENTAL)
    await mend(lab, 1, day(1))

    counts = await release(lab)

    (row,) = await lab.quarantined(INCREMENTAL)
    assert (counts.released, row["reasons"]) == (0, ["id: missing"])


async def test_an_ordinary_load_does_not_look_at_quarantine_again(lab: Lab) -> None:
    await lab.fill_bronze(INCREMENTAL, [BAD])
    await loaded(lab, INCREMENTAL)
    await mend(lab, 1, day(2))

    counts = await loaded(lab, INCREMENTAL)

    assert (counts.rows_in, counts.released, await aside(lab)) == (0, None, [1])


async def test_only_rows_of_the_rule_are_judged_again(lab: Lab) -> None:
    rows = [("1", "Ada", "x", None), ("2", "Grace", day(1), "x")]
    await lab.fill_bronze(INCREMENTAL, rows)
    await loaded(lab, INCREMENTAL)
    await lab.rows("UPDATE bronze.people SET at = '2026-03-01', gone = 'false'")

    counts = await release(lab, rule="at")

    assert (counts.rows_in, counts.released, await aside(lab)) == (1, 1, [2])
    assert (await release(lab, rule="gone: not yes or no")).released == 1
    assert await aside(lab) == []


async def test_a_late_row_does_not_come_before_the_one_that_took_its_place(lab: Lab) -> None:
    await lab.fill_bronze(INCREMENTAL, [("1", "bad once", "x", None)])
    await loaded(lab, INCREMENTAL)
    await arrive(lab, ("1", "loaded later", day(5), None))
    await loaded(lab, INCREMENTAL)
    await mend(lab, 1, day(5))

    counts = await release(lab)

    # of equal watermarks the row that was loaded last wins, as in a refresh of all rows
    assert await names(lab) == {"1": "loaded later"}
    assert (counts.rows_in, counts.deduplicated, counts.released) == (2, 1, 1)
    assert await aside(lab) == []


async def test_a_released_row_does_not_bring_back_what_was_deleted(lab: Lab) -> None:
    await lab.fill_bronze(LEAVING, [("1", "bad once", "x", None)])
    await loaded(lab, LEAVING)
    await arrive(lab, ("1", "gone", day(5), "true"))
    await loaded(lab, LEAVING)
    await mend(lab, 1, day(3))

    await release(lab, LEAVING)

    assert (await names(lab), await aside(lab)) == ({}, [])


async def test_a_released_row_takes_its_place_in_a_history(lab: Lab) -> None:
    await lab.fill_bronze(
        VERSIONED, [("1", "first", day(1), None), ("1", "second", "x", None),
                    ("1", "third", day(3), None)],
    )  # fmt: skip
    await loaded(lab, VERSIONED)
    await mend(lab, 2, day(2))

    await release(lab, VERSIONED)

    versions = await lab.rows("SELECT name, is_current FROM silver.people ORDER BY valid_from")
    assert [(each["name"], each["is_current"]) for each in versions] == [
        ("first", False), ("second", False), ("third", True),
    ]  # fmt: skip


async def test_rows_that_were_not_read_yet_are_left_to_the_run_that_will(lab: Lab) -> None:
    await lab.fill_bronze(INCREMENTAL, [BAD])
    await loaded(lab, INCREMENTAL)
    await arrive(lab, ("2", "newer", day(9), None), ("3", "Joan", day(9), None))
    await mend(lab, 1, day(2))

    assert (await release(lab)).rows_in == 1
    assert await names(lab) == {"2": "Grace"}
    assert (await loaded(lab, INCREMENTAL)).rows_in == 2
    assert await names(lab) == {"2": "newer", "3": "Joan"}


async def test_nothing_leaves_quarantine_before_it_is_published(lab: Lab) -> None:
    await lab.fill_bronze(INCREMENTAL, [("1", "Ada", day(1), None), BAD])
    await loaded(lab, INCREMENTAL)
    await mend(lab, 2, day(2))
    run = released(INCREMENTAL)

    async with lab.transactions.begin() as tx:
        await tx.warehouse.refine(run, INCREMENTAL, ())
    assert await aside(lab) == [2]
    async with lab.transactions.begin() as tx:
        await tx.warehouse.discard(run, INCREMENTAL.silver)

    assert await aside(lab) == [2]
    assert (await release(lab)).released == 1
    assert (await aside(lab), await names(lab)) == ([], {"1": "Ada", "2": "Grace"})


async def test_a_table_of_all_rows_releases_whatever_is_good_now(lab: Lab) -> None:
    await lab.fill_bronze(TABLE, [("1", "Ada", day(1), None), BAD, ("3", "Joan", "x", None)])
    await loaded(lab, TABLE)
    await mend(lab, 2, day(2))

    counts = await release(lab, TABLE, rule="name")

    assert (counts.rows_in, counts.published, counts.quarantined) == (3, 2, 1)
    assert (counts.released, await aside(lab)) == (1, [3])


async def test_a_quarantine_of_an_older_atlas_is_adapted(lab: Lab) -> None:
    await lab.fill_bronze(INCREMENTAL, [BAD])
    await loaded(lab, INCREMENTAL)
    await execute(lab.url, "ALTER TABLE quarantine.people DROP COLUMN leaving")
    await mend(lab, 1, day(2))

    assert (await release(lab)).released == 1


rows_of_bronze = st.lists(
    st.tuples(
        st.sampled_from(("1", "2", None)),
        st.sampled_from(("a", "b", "c")),
        st.sampled_from((day(1), day(2), "x", "y", None)),
        st.sampled_from((None, "true", "false", "z")),
    ),
    max_size=6,
)


@given(
    st.sampled_from((INCREMENTAL, LEAVING, VERSIONED)),
    st.lists(rows_of_bronze, min_size=1, max_size=3),
    st.sampled_from((None, "at", "gone", "at: not a date and time")),
)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_whatever_was_mended_a_release_leaves_silver_as_a_refresh_does(
    lab: Lab, table: Table, deliveries: Sequence[Sequence[Cells]], rule: str | None
) -> None:
    if table.load.history:
        # a version without a moment has no place in a history
        deliveries = [[row for row in rows if row[2] is not None] for rows in deliveries]
    await lab.rows("TRUNCATE atlas.watermarks")
    await lab.rows("DROP TABLE IF EXISTS silver.people CASCADE")
    await lab.fill_bronze(table, deliveries[0])
    await loaded(lab, table, replace(refining(table), parameters=FULL))
    for delivery in deliveries[1:]:
        if delivery:
            await arrive(lab, *delivery)
        await loaded(lab, table)
    await lab.rows("UPDATE bronze.people SET at = '2026-03-02' WHERE at = 'x'")
    await lab.rows("UPDATE bronze.people SET gone = 'false' WHERE gone = 'z'")
    told = "SELECT (s.*)::text AS row FROM silver.people s ORDER BY 1"

    some = await release(lab, table, rule)
    rest = await release(lab, table)

    for counts in (some, rest):
        out = (counts.published or 0) + (counts.quarantined or 0) + (counts.deduplicated or 0)
        assert counts.rows_in == out
    after, left = await lab.text(told), await aside(lab)
    await loaded(lab, table, replace(refining(table), parameters=FULL))
    assert (await lab.text(told), await aside(lab)) == (after, left)


def shop(table: Table) -> Project:
    silver = Pipeline("bronze_to_silver", (Stage.SILVER,))
    checked = replace(table, checks=(Check("row_count > 0"),))
    return a_project((checked,), (), (silver,))


async def worked(lab: Lab, project: Project, quality: FixedQuality) -> Run:
    """A release that was ordered, worked to its end."""
    transactions, table = lab.transactions, project.tables[0]
    desk: RunDesk[PostgresTransaction] = RunDesk(transactions, CLOCK)
    steps: dict[StepKind, StepWork] = {
        StepKind.REFINE: Refine(
            FixedPolicies(project), transactions, FixedDetector(), CLOCK, readers=NoReaders()
        ),
        StepKind.CHECK: CheckStep(project, quality, FixedExamples(), CLOCK),
        StepKind.PUBLISH: Publish(),
    }
    pulse: Pulse[PostgresTransaction] = Pulse(project, transactions, CLOCK)
    runner = Runner(project, transactions, steps, pulse, CLOCK)
    order = Order(
        "quarantine release", table.name, refined_anew(table), SOMEBODY,
        Parameters(release=Release()),
    )  # fmt: skip
    run = await desk.order(order)
    return await runner.work(started(run, CLOCK.now()))


@pytest.mark.parametrize("opens", [True, False])
async def test_a_release_is_a_run_whose_gate_holds_back_like_any_other(
    lab: Lab, opens: bool
) -> None:
    await lab.fill_bronze(INCREMENTAL, [("1", "Ada", day(1), None), BAD])
    await loaded(lab, INCREMENTAL)
    await mend(lab, 2, day(2))
    outcome = Outcome.PASSED if opens else Outcome.FAILED

    run = await worked(lab, shop(INCREMENTAL), FixedQuality({"row_count > 0": outcome}))

    assert run.status is (RunStatus.SUCCEEDED if opens else RunStatus.FAILED)
    assert await aside(lab) == ([] if opens else [2])
    assert len(await names(lab)) == (2 if opens else 1)
    events = await lab.value("SELECT count(*) FROM atlas.lineage_events WHERE run_id = $1", run.id)
    assert events
    if opens:
        assert "1 row left quarantine" in run.steps[-1].report.notes
