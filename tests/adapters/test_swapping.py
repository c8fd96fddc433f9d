"""A swap loses nothing that is on the published table, and holds its readers up for a blink."""

import asyncio
import time
from dataclasses import replace

import asyncpg
import pytest

from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.catalog.model import DatasetName, Layer
from engine.errors import SwapRefused, TableBusy
from engine.runs.model import Parameters, Run
from tests.adapters.builders import Lab, a_model, building, execute, fresh

REPORT = DatasetName(Layer.GOLD, "report")

FURNISHED = """
SELECT 'index', indexname, indexdef FROM pg_indexes WHERE tablename = 'report'
UNION ALL
SELECT 'constraint', conname, pg_get_constraintdef(oid) || convalidated
FROM pg_constraint WHERE conrelid = 'gold.report'::regclass
UNION ALL
SELECT 'comment', objsubid::text, description FROM pg_description
WHERE objoid = 'gold.report'::regclass
UNION ALL
SELECT 'comment', classoid::regclass::text, description FROM pg_description
WHERE objoid IN (SELECT oid FROM pg_constraint WHERE conrelid = 'gold.report'::regclass)
   OR objoid IN (SELECT indexrelid FROM pg_index WHERE indrelid = 'gold.report'::regclass)
UNION ALL
SELECT 'table', relname, concat_ws(' ', relowner::regrole, relacl, reloptions, relrowsecurity,
                                   relforcerowsecurity, relreplident)
FROM pg_class WHERE oid = 'gold.report'::regclass
UNION ALL
SELECT 'toast', '', reloptions::text FROM pg_class WHERE oid =
  (SELECT reltoastrelid FROM pg_class WHERE oid = 'gold.report'::regclass)
UNION ALL
SELECT 'column', attname, concat_ws(' ', attacl, attstattarget, attstorage, attcompression,
                                    attoptions, attnotnull, pg_get_expr(adbin, adrelid))
FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE attrelid = 'gold.report'::regclass AND attnum > 0
UNION ALL
SELECT 'policy', policyname, concat_ws(' ', permissive, roles, cmd, qual, with_check)
FROM pg_policies WHERE tablename = 'report'
UNION ALL
SELECT 'statistics', stxname, pg_get_statisticsobjdef(oid) FROM pg_statistic_ext
ORDER BY 1, 2, 3
"""
"""All that the catalogs tell of a table besides its rows and its oid."""

ROWS = 'SELECT n, n % 7 AS told, \'x\' || n AS "odd ""name" FROM generate_series(1, 50) n'


async def staged(lab: Lab, sql: str) -> Run:
    run = building(a_model(sql))
    async with lab.transactions.begin() as tx:
        await tx.warehouse.build(run, a_model(sql))
    return run


async def published(lab: Lab, sql: str) -> None:
    await lab.build(a_model(sql))


async def swapped(lab: Lab, run: Run) -> None:
    async with lab.transactions.begin() as tx:
        await tx.warehouse.publish(run, REPORT)


async def test_what_people_put_on_a_table_is_there_after_a_swap_under_the_same_names(
    lab: Lab,
) -> None:
    role, owner = fresh("reader"), fresh("owner")
    await published(lab, ROWS)
    await execute(
        lab.url,
        f"CREATE ROLE {role}",
        f"CREATE ROLE {owner}",
        "ALTER TABLE gold.report ADD CONSTRAINT the_key PRIMARY KEY (n)",
        "ALTER TABLE gold.report ADD CONSTRAINT two UNIQUE (told, n) DEFERRABLE",
        "ALTER TABLE gold.report ADD CONSTRAINT small CHECK (told < 7)",
        "ALTER TABLE gold.report ADD CONSTRAINT later CHECK (n < 90) NOT VALID",
        "ALTER TABLE gold.report ALTER told SET NOT NULL, ALTER told SET DEFAULT 3",
        "CREATE INDEX ON gold.report (lower(\"odd \"\"name\")) WHERE told > 2",
        "CREATE INDEX \"an USING index\" ON gold.report USING hash (told)",
        "CREATE STATISTICS gold.both (dependencies) ON n, told FROM gold.report",
        "ALTER TABLE gold.report ALTER told SET STATISTICS 300, ALTER n SET (n_distinct = -1)",
        "ALTER TABLE gold.report ALTER \"odd \"\"name\" SET STORAGE external",
        "ALTER TABLE gold.report ALTER \"odd \"\"name\" SET COMPRESSION pglz",
        "ALTER TABLE gold.report SET (fillfactor = 70, toast.autovacuum_enabled = false)",
        "ALTER TABLE gold.report REPLICA IDENTITY USING INDEX the_key",
        "COMMENT ON TABLE gold.report IS 'What''s sold'",
        "COMMENT ON COLUMN gold.report.told IS 'one of seven'",
        "COMMENT ON INDEX gold.\"an USING index\" IS 'fast'",
        "COMMENT ON CONSTRAINT small ON gold.report IS 'as agreed'",
        f"GRANT SELECT ON gold.report TO {role} WITH GRANT OPTION",
        "GRANT SELECT (n) ON gold.report TO PUBLIC",
        f"CREATE POLICY own ON gold.report FOR SELECT TO {role} USING (told = 1)",
        "CREATE POLICY all_of_it ON gold.report AS RESTRICTIVE WITH CHECK (n > 0)",
        "ALTER TABLE gold.report ENABLE ROW LEVEL SECURITY",
        f"GRANT CREATE ON SCHEMA gold TO {owner}",
        f"ALTER TABLE gold.report OWNER TO {owner}",
    )  # fmt: skip
    before = await lab.rows(FURNISHED)
    oid = await lab.value("SELECT 'gold.report'::regclass::oid::bigint")

    await published(lab, ROWS.replace("50", "60"))

    assert await lab.rows(FURNISHED) == before
    assert len(before) > 20
    assert await lab.value("SELECT 'gold.report'::regclass::oid::bigint") != oid
    assert await lab.value("SELECT count(*) FROM gold.report") == 60
    assert await lab.value("SELECT count(*) FROM pg_tables WHERE schemaname = 'gold'") == 1
    await execute(
        lab.url, f"DROP OWNED BY {role}, {owner}", f"DROP ROLE {role}", f"DROP ROLE {owner}"
    )


async def test_swapping_again_and_again_adds_nothing(lab: Lab) -> None:
    await published(lab, ROWS)
    await execute(lab.url, "CREATE UNIQUE INDEX ON gold.report (n)")
    before = await lab.rows(FURNISHED)

    for _ in range(3):
        await published(lab, ROWS)

    assert await lab.rows(FURNISHED) == before


async def test_views_read_the_new_rows_and_keep_their_grants_options_and_dependents(
    lab: Lab,
) -> None:
    role = fresh("reader")
    await published(lab, "SELECT 1 AS n, 'old' AS told")
    await execute(
        lab.url,
        f"CREATE ROLE {role}",
        "CREATE TABLE public.towns AS SELECT 1 AS n, 'York' AS town",
        "CREATE VIEW public.mine WITH (security_barrier) AS SELECT * FROM gold.report WHERE n > 0 "
        "WITH LOCAL CHECK OPTION",
        "CREATE VIEW public.ours AS SELECT told, town FROM public.mine JOIN public.towns USING (n)",
        "CREATE VIEW public.both AS SELECT r.told, t.town FROM gold.report r JOIN towns t USING (n)"
        " WHERE n IN (SELECT n FROM gold.report)",
        "COMMENT ON VIEW public.mine IS 'for Monday'",
        f"GRANT SELECT ON public.mine TO {role}",
    )
    options = (
        "SELECT relname, relacl, reloptions, obj_description(oid) FROM pg_class "
        "WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace ORDER BY 1"
    )
    before = await lab.rows(options)

    await published(lab, "SELECT 1 AS n, 'new' AS told, true AS more")

    assert await lab.value("SELECT told FROM public.mine") == "new"
    assert await lab.rows("SELECT * FROM public.ours") == [{"told": "new", "town": "York"}]
    assert await lab.rows("SELECT * FROM public.both") == [{"told": "new", "town": "York"}]
    assert await lab.rows(options) == before
    await execute(lab.url, f"DROP OWNED BY {role}", f"DROP ROLE {role}")


REFUSED = [
    ("CREATE MATERIALIZED VIEW public.kept AS SELECT * FROM gold.report", "public.kept"),
    ("CREATE TABLE public.child (n int REFERENCES gold.report)", "child_n_fkey"),
    ("CREATE TABLE public.child () INHERITS (gold.report)", "child"),
    (
        """CREATE FUNCTION public.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER noted AFTER INSERT ON gold.report EXECUTE FUNCTION public.f()""",
        "trigger noted",
    ),
    ("CREATE RULE no AS ON DELETE TO gold.report DO INSTEAD NOTHING", "rule no"),
    ("CREATE PUBLICATION outward FOR TABLE gold.report", "publication outward"),
    (
        """CREATE FUNCTION public.g() RETURNS bigint LANGUAGE sql
        BEGIN ATOMIC SELECT count(*) FROM gold.report; END""",
        "function public.g()",
    ),
    ("CREATE VIEW public.whole AS SELECT r FROM gold.report r", "public.whole"),
    ("CREATE TABLE public.holds (r gold.report)", "public.holds"),
]


@pytest.mark.parametrize(("statement", "named"), REFUSED)
async def test_what_a_swap_would_lose_is_named_and_nothing_is_touched(
    lab: Lab, statement: str, named: str
) -> None:
    await published(lab, "SELECT 1 AS n")
    await execute(lab.url, "ALTER TABLE gold.report ADD PRIMARY KEY (n)", statement)
    before = await lab.rows(FURNISHED)
    run = await staged(lab, "SELECT 2 AS n")

    with pytest.raises(SwapRefused) as caught:
        await swapped(lab, run)

    assert named in caught.value.message
    assert await lab.rows(FURNISHED) == before
    assert await lab.value("SELECT n FROM gold.report") == 1
    await execute(lab.url, "DROP PUBLICATION IF EXISTS outward")


async def test_a_view_that_names_a_lost_column_holds_the_swap_back_by_name(lab: Lab) -> None:
    await published(lab, "SELECT 1 AS n, 'x' AS told")
    await execute(lab.url, "CREATE VIEW public.mine AS SELECT told FROM gold.report")
    run = await staged(lab, "SELECT 2 AS n")

    with pytest.raises(SwapRefused, match=r"public\.mine uses the column told, which is gone"):
        await swapped(lab, run)

    assert await lab.rows("SELECT n, told FROM gold.report") == [{"n": 1, "told": "x"}]


async def test_what_is_on_a_lost_column_goes_with_it_once_that_was_accepted(lab: Lab) -> None:
    await published(lab, "SELECT 1 AS n, 'x' AS told")
    await execute(
        lab.url,
        "CREATE INDEX by_told ON gold.report (lower(told))",
        "CREATE INDEX by_n ON gold.report (n)",
        "ALTER TABLE gold.report ADD CONSTRAINT short CHECK (told < 'y' AND n > 0)",
        "ALTER TABLE gold.report ALTER told SET NOT NULL, ADD UNIQUE (n, told)",
        "COMMENT ON COLUMN gold.report.told IS 'goes'",
        "GRANT SELECT (told) ON gold.report TO PUBLIC",
    )
    run = await staged(lab, "SELECT 2 AS n")

    await swapped(lab, replace(run, parameters=Parameters(accept_drift=True)))

    assert await lab.rows("SELECT * FROM gold.report") == [{"n": 2}]
    furnished = await lab.text(FURNISHED)
    assert "by_n" in furnished
    assert "told" not in furnished


async def test_a_view_on_a_column_that_changes_its_type_holds_the_swap_back(lab: Lab) -> None:
    await published(lab, "SELECT 1::int AS n")
    await execute(lab.url, "CREATE VIEW public.mine AS SELECT n FROM gold.report")
    run = await staged(lab, "SELECT 2::numeric AS n")

    with pytest.raises(SwapRefused, match="the column n, which becomes numeric"):
        await swapped(lab, run)


async def test_new_rows_that_break_a_constraint_are_not_published_nor_told(lab: Lab) -> None:
    await published(lab, "SELECT 'a' AS told")
    await execute(lab.url, "ALTER TABLE gold.report ADD CONSTRAINT short CHECK (told < 'm')")
    run = await staged(lab, "SELECT 'secret' AS told")

    with pytest.raises(SwapRefused, match="its constraint on short") as caught:
        await swapped(lab, run)

    assert "secret" not in f"{caught.value.message} {caught.value.hint}"
    assert await lab.value("SELECT told FROM gold.report") == "a"


async def test_a_long_reader_makes_the_swap_give_up_while_other_readers_go_on(lab: Lab) -> None:
    await published(lab, "SELECT 1 AS n")
    patient = DatabaseLimits(swap_lock_timeout=1.0)
    hasty = Lab(lab.url, Database(lab.url, patient), lab.folder, lab.shields)
    run = await staged(hasty, "SELECT 2 AS n")
    waits: list[float] = []

    async def read_on() -> None:
        connection = await asyncpg.connect(lab.url)
        try:
            while True:
                begun = time.monotonic()
                await connection.fetchval("SELECT n FROM gold.report")
                waits.append(time.monotonic() - begun)
                await asyncio.sleep(0.01)
        finally:
            await connection.close()

    async with lab.database.begin() as long_reader:
        await long_reader.exec_driver_sql("SELECT * FROM gold.report")
        reader = asyncio.create_task(read_on())
        begun = time.monotonic()
        with pytest.raises(TableBusy, match=r"gold\.report was read .* longer than 1 seconds"):
            await swapped(hasty, run)
        took = time.monotonic() - begun
        reader.cancel()
        await asyncio.wait([reader])

    await hasty.database.close()
    assert 0.8 < took < 2.5
    assert max(waits) < 0.6
    assert len(waits) > 5
    assert await lab.value("SELECT n FROM gold.report") == 1


async def test_a_swap_waits_for_a_reader_who_ends_in_time(lab: Lab) -> None:
    await published(lab, "SELECT 1 AS n")
    await execute(lab.url, "CREATE VIEW public.mine AS SELECT n FROM gold.report")
    run = await staged(lab, "SELECT 2 AS n")

    async with lab.database.begin() as reader:
        await reader.exec_driver_sql("SELECT * FROM public.mine")
        swapping = asyncio.create_task(swapped(lab, run))
        await asyncio.sleep(0.3)
        assert not swapping.done()

    await swapping
    assert await lab.value("SELECT n FROM public.mine") == 2


VACUUMED_SLOWLY = """ALTER TABLE gold.report SET (autovacuum_vacuum_insert_threshold = 1,
  autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_cost_limit = 1,
  autovacuum_vacuum_cost_delay = 100)"""

AUTOVACUUMS = """SELECT count(*) FROM pg_stat_activity
WHERE backend_type = 'autovacuum worker' AND query LIKE '%gold.report%'
  AND datname = current_database()"""


async def test_an_autovacuum_of_the_table_gives_way_to_a_swap(lab: Lab) -> None:
    await published(lab, "SELECT n, repeat('x', 500) AS told FROM generate_series(1, 20000) n")
    run = await staged(lab, "SELECT 2 AS n, 'y' AS told")
    await execute(lab.url, VACUUMED_SLOWLY, "INSERT INTO gold.report SELECT 3, 'z'")
    often = ("ALTER SYSTEM SET autovacuum_naptime = '1s'", "SELECT pg_reload_conf()")

    await execute(lab.url, *often)
    try:
        async with asyncio.timeout(60):
            while not await lab.value(AUTOVACUUMS):
                await asyncio.sleep(0.1)
        await swapped(lab, run)
    finally:
        await execute(lab.url, "ALTER SYSTEM RESET autovacuum_naptime", "SELECT pg_reload_conf()")

    assert await lab.value("SELECT n FROM gold.report") == 2


async def test_the_lock_timeout_of_the_transaction_is_as_before_after_a_swap(lab: Lab) -> None:
    await published(lab, "SELECT 1 AS n")
    run = await staged(lab, "SELECT 2 AS n")

    async with lab.transactions.begin() as tx:
        await tx.warehouse.publish(run, REPORT)
        shown = await tx.warehouse._connection.exec_driver_sql(
            "SELECT current_setting('lock_timeout') || current_setting('search_path')"
        )

    assert shown.scalar() == '30s"$user", public'


async def test_what_is_put_on_the_table_meanwhile_is_not_lost(lab: Lab) -> None:
    await published(lab, "SELECT 1 AS n")
    run = await staged(lab, "SELECT 2 AS n")

    async with lab.database.begin() as reader:
        await reader.exec_driver_sql("SELECT * FROM gold.report")
        swapping = asyncio.create_task(swapped(lab, run))
        await asyncio.sleep(0.3)
        await execute(lab.url, "COMMENT ON TABLE gold.report IS 'just now'")
    with pytest.raises(TableBusy, match="Somebody changed"):
        await swapping
    await swapped(lab, run)

    assert await lab.value("SELECT n FROM gold.report") == 2
    assert await lab.value("SELECT obj_description('gold.report'::regclass)") == "just now"
