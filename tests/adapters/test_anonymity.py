"""Rows that look the same, counted by PostgreSQL."""

import random
from collections.abc import Sequence
from dataclasses import replace

import asyncpg
import pytest

from engine.adapters.postgres.anonymity import PostgresCrowds
from engine.catalog.model import Model, Operator, Project, Table
from engine.errors import StatementFailed, UnknownColumn, UnknownDataset
from engine.privacy.anonymity import Anonymity, Question
from engine.testing.anonymity import MemoryCrowds
from tests.adapters.builders import Lab, execute
from tests.builders import a_column, a_project, a_table, dataset

PEOPLE = dataset("silver.people")
MOOD = dataset("gold.mood")


def a_people_table(*opened: str, closed: Sequence[str] = ()) -> Table:
    """People, some of whose columns are declared to be kept."""
    columns = [a_column(name, Operator.KEEP) for name in opened]
    columns += [a_column(name, Operator.HASH) for name in closed]
    return a_table("people", columns or [a_column("id")])


def with_people(*opened: str, closed: Sequence[str] = ()) -> Project:
    return a_project([a_people_table(*opened, closed=closed)], models=())


async def looked_at(
    lab: Lab, project: Project, *columns: str, k: int = 2, on: str = "silver.people"
) -> Anonymity:
    return await PostgresCrowds(lab.database).of(project, Question(dataset(on), columns, k))


async def test_the_smallest_group_and_the_rows_below_k_are_counted(lab: Lab) -> None:
    await execute(
        lab.url,
        "CREATE TABLE silver.people (segment text, country text, born date)",
        "INSERT INTO silver.people SELECT 'a', 'DE', '1990-01-01' FROM generate_series(1, 5)",
        "INSERT INTO silver.people SELECT 'b', 'DE', '1990-01-01' FROM generate_series(1, 3)",
        "INSERT INTO silver.people VALUES ('b', 'FR', '1991-01-01'), ('c', 'FR', '1991-01-01')",
    )

    found = await looked_at(lab, with_people("segment", "country"), "segment", "country", k=4)

    tally = found.tally
    assert (tally.rows, tally.groups, tally.smallest) == (10, 4, 1)
    assert (tally.groups_below, tally.rows_below) == (3, 5)
    assert not found.holds
    assert [(group.rows, dict(group.values)) for group in found.smallest] == [
        (1, {"segment": "b", "country": "FR"}),
        (1, {"segment": "c", "country": "FR"}),
        (3, {"segment": "b", "country": "DE"}),
        (5, {"segment": "a", "country": "DE"}),
    ]
    # without the segment there are 8 in DE and 2 in FR; without the country 5 a, 4 b, 1 c
    assert found.to_mend == ("country", "segment")
    assert [found.without[each].rows_below for each in found.to_mend] == [1, 2]
    assert (await looked_at(lab, with_people(), "country", k=2)).holds


@pytest.mark.parametrize("seed", range(6))
async def test_it_counts_as_one_would_by_hand(lab: Lab, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311  # data of a test
    columns = ["a", "b c", 'd"e:f', "G"][: dice.randint(1, 4)]
    choices = ["x", "y", "", "%s :n", None]
    rows = [{name: dice.choice(choices) for name in columns} for _ in range(dice.randint(1, 40))]
    opened = [name for name in columns if dice.random() < 0.6]
    await _made(lab, columns, rows)
    k = dice.randint(2, 6)
    project = with_people(*opened)

    found = await looked_at(lab, project, *columns, k=k)

    memory = MemoryCrowds({PEOPLE: rows}, opened or ())
    expected = await memory.of(project, Question(PEOPLE, tuple(columns), k))
    assert replace(found, open=frozenset(), smallest=()) == replace(
        expected, open=frozenset(), smallest=()
    )
    assert _as_a_bag(found) == _as_a_bag(expected)


def _as_a_bag(found: Anonymity) -> list[str]:
    """The sizes shown, and the groups of those of which none of the same size was left out."""
    sizes = [group.rows for group in found.smallest]
    surely = [each for each in found.smallest if each.rows < sizes[-1]]
    return [*map(str, sizes), *sorted(repr(each) for each in surely)]


async def _made(lab: Lab, columns: Sequence[str], rows: Sequence[dict[str, str | None]]) -> None:
    defined = ", ".join('"{}" text'.format(name.replace('"', '""')) for name in columns)
    await execute(lab.url, f"CREATE TABLE silver.people (_row bigint, {defined})")
    connection = await asyncpg.connect(lab.url)
    try:
        await connection.copy_records_to_table(
            "people",
            schema_name="silver",
            columns=columns,
            records=[tuple(row[name] for name in columns) for row in rows],
        )
    finally:
        await connection.close()


async def test_nothing_is_a_value_like_any_other(lab: Lab) -> None:
    await execute(
        lab.url,
        "CREATE TABLE silver.people (segment text)",
        "INSERT INTO silver.people VALUES (NULL), (NULL), ('NULL')",
    )

    found = await looked_at(lab, with_people("segment"), "segment")

    assert found.tally.groups == 2
    assert [(each.rows, each.values["segment"]) for each in found.smallest] == [
        (1, "NULL"),
        (2, None),
    ]


async def test_values_that_nobody_declared_harmless_stay_in_the_database(lab: Lab) -> None:
    await execute(
        lab.url,
        "CREATE TABLE silver.people (email text, phone text, segment text)",
        "INSERT INTO silver.people VALUES ('maria@example.com', '0170 123', 'a')",
    )
    project = with_people("segment", closed=["email"])

    found = await looked_at(lab, project, "email", "phone", "segment")

    assert [dict(each.values) for each in found.smallest] == [{"segment": "a"}]
    assert "maria" not in repr(found)
    assert "0170" not in repr(found)


async def test_of_raw_rows_no_value_is_shown(lab: Lab) -> None:
    await execute(
        lab.url,
        "CREATE TABLE bronze.people (_row bigint, note text)",
        "INSERT INTO bronze.people VALUES (1, 'fine'), (2, 'fine'), (3, 'maria@example.com')",
    )

    found = await looked_at(lab, with_people("note"), "note", on="bronze.people")

    assert [(each.rows, dict(each.values)) for each in found.smallest] == [(1, {}), (2, {})]


async def test_a_gold_model_shows_what_its_open_sources_make(lab: Lab) -> None:
    await execute(
        lab.url,
        "CREATE TABLE gold.mood (segment text, email_token text)",
        "INSERT INTO gold.mood VALUES ('a', 'em1_x')",
    )
    model = Model("mood", "SELECT segment, email AS email_token FROM silver.people", (PEOPLE,))
    project = a_project([a_people_table("segment", closed=["email"])], models=[model])

    found = await looked_at(lab, project, "segment", "email_token", on="gold.mood")

    assert found.question.dataset == MOOD
    assert [dict(each.values) for each in found.smallest] == [{"segment": "a"}]


async def test_an_empty_table_has_no_groups(lab: Lab) -> None:
    await execute(lab.url, "CREATE TABLE silver.people (segment text, country text)")
    project = with_people("segment")

    for columns in (("segment",), ("segment", "country")):
        found = await looked_at(lab, project, *columns)
        assert found.tally.smallest is None
        assert found.holds
        assert found.smallest == ()


async def test_types_that_can_not_be_grouped_are_compared_as_they_are_written(lab: Lab) -> None:
    await execute(
        lab.url,
        "CREATE TABLE silver.people (a json, b jsonb, c point, d text[], e numeric, f float8)",
        "INSERT INTO silver.people VALUES "
        """('{"x": 1}', '{"x": 1}', '(1,2)', '{a,b}', 1.0, 'NaN'),"""
        """('{"x": 1}', '{"x":1.0}', '(1,2)', '{a,b}', 1.00, 'NaN')""",
    )

    found = await looked_at(lab, with_people(), "a", "b", "c", "d", "e", "f")

    assert (found.tally.groups, found.tally.smallest) == (1, 2)


async def test_what_is_not_there_is_said(lab: Lab) -> None:
    project = with_people("segment")
    with pytest.raises(UnknownDataset, match="people") as absent:
        await looked_at(lab, project, "segment")
    await execute(lab.url, "CREATE TABLE silver.people (segment text, _row bigint)")

    with pytest.raises(UnknownColumn) as column:
        await looked_at(lab, project, "segmnet")
    with pytest.raises(UnknownColumn):
        await looked_at(lab, project, "_row")

    assert "medallion" in absent.value.hint
    assert column.value.close == ("segment",)


async def test_a_look_that_takes_too_long_is_stopped(lab: Lab) -> None:
    await execute(
        lab.url,
        "CREATE FUNCTION silver.slow() RETURNS text VOLATILE LANGUAGE sql "
        "AS $$ SELECT pg_sleep(60)::text $$",
        "CREATE VIEW silver.people AS SELECT silver.slow() AS segment",
    )

    with pytest.raises(StatementFailed, match="longer than it may") as caught:
        await PostgresCrowds(lab.database, seconds=1).of(
            with_people("segment"), Question(PEOPLE, ("segment",), 2)
        )

    assert "fewer columns" in caught.value.hint


async def test_a_look_writes_nothing(lab: Lab) -> None:
    await execute(
        lab.url,
        "CREATE TABLE public.marks (mark int)",
        "CREATE FUNCTION silver.writing() RETURNS text VOLATILE LANGUAGE sql "
        "AS $$ INSERT INTO public.marks VALUES (1) RETURNING 'x' $$",
        "CREATE VIEW silver.people AS SELECT silver.writing() AS segment",
    )

    with pytest.raises(Exception, match="read-only"):
        await looked_at(lab, with_people("segment"), "segment")
