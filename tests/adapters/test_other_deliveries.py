"""JSON Lines, Parquet and foreign PostgreSQL tables on their way to bronze."""

import math
from collections.abc import AsyncGenerator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast

import pyarrow as pa
import pytest
from pyarrow import parquet

from engine.adapters.deliveries.foreign import foreign_table
from engine.adapters.postgres.monitors import PostgresSights
from engine.catalog.model import FileFormat, FileSource, PostgresSource, Table
from engine.errors import ConfigurationError, EngineError, SourceAway, SourceUnreadable
from tests.adapters.builders import CLOCK, Lab, a_table, address, execute, fresh
from tests.builders import a_project
from tests.world import eventually

LINES = a_table("note", source=FileSource(FileFormat.JSON_LINES, "*.jsonl"))
ROWS = a_table("note", source=FileSource(FileFormat.PARQUET, "*.parquet"))
CSV = a_table("note")
FOREIGN = a_table("note", source=PostgresSource("SHOP_URL", "public.people"))


STORED: dict[str, str | None] = {
    '"plain"': "plain",
    "null": None,
    "true": "true",
    "12": "12",
    "1.50": "1.5",
    '{"a": [1, "ü"]}': '{"a": [1, "ü"]}',
    "[]": "[]",
    '"two\\nlines, \\"quoted\\""': 'two\nlines, "quoted"',
    '"nu\\u0000ll"': "null",
    '{"a": "nu\\u0000ll"}': '{"a": "null"}',
    '"\\\\N"': "\\N",
    '"half a pair: \\ud83d"': "half a pair: ?",
    '{"a": "\\ud83d"}': '{"a": "?"}',
}


async def test_json_values_become_text(lab: Lab) -> None:
    lab.deliver("".join(f'{{"id": "1", "note": {each}}}\n' for each in STORED), "1.jsonl")

    await lab.ingest(LINES)

    assert [row["note"] for row in await lab.bronze(LINES)] == list(STORED.values())


async def test_json_lines_need_not_have_the_same_keys(lab: Lab) -> None:
    lab.deliver('{"id": "1"}\n\n{"note": "n", "id": "2", "New Key": 3}\n', "1.jsonl")

    loaded = await lab.ingest(LINES)

    assert loaded is not None
    assert (loaded.rows, loaded.extra) == (2, ("new_key",))
    assert await lab.bronze(LINES) == [
        {"id": "1", "note": None, "new_key": None},
        {"id": "2", "note": "n", "new_key": "3"},
    ]


@pytest.mark.parametrize(
    "broken",
    ['{"id": "secret"', '["secret"]', '"secret"', '{"id": secret}', '{"id": "2"} {"id": "secret"}'],
)
async def test_a_broken_json_line_is_named_and_never_shown(lab: Lab, broken: str) -> None:
    lab.deliver(f'{{"id": "1"}}\n{broken}\n', "1.jsonl")

    with pytest.raises(SourceUnreadable, match=r"^1\.jsonl, line 2: ") as caught:
        await lab.ingest(LINES)

    assert "secret" not in caught.value.message
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("content", [b"", b"\n\n", b"{}\n", b'{"id": "\xf6"}\n'])
async def test_json_lines_without_an_object_or_in_another_encoding_are_refused(
    lab: Lab, content: bytes
) -> None:
    lab.deliver(content, "1.jsonl")

    with pytest.raises(SourceUnreadable, match=r"1\.jsonl"):
        await lab.ingest(LINES)


def write_parquet(folder: Path, columns: Mapping[str, object]) -> Path:
    path = folder / "1.parquet"
    parquet.write_table(pa.table(dict(columns)), path, compression="none")
    return path


async def test_parquet_values_become_text_that_can_be_cast_back(lab: Lab) -> None:
    moment = datetime(2026, 3, 1, 10, 30, tzinfo=UTC)
    columns: dict[str, list[object]] = {
        "id": [1, None],
        "day": [date(1899, 12, 31), None],
        "moment": [moment, None],
        "share": [0.25, None],
        "flag": [True, None],
        "note": ['a "b"\nc,d', None],
        "nested": [{"a": 1}, None],
    }
    write_parquet(lab.folder, columns)

    await lab.ingest(ROWS)

    first, second = await lab.bronze(ROWS)
    assert first == {
        "id": "1",
        "note": 'a "b"\nc,d',
        "day": "1899-12-31",
        "moment": "2026-03-01 10:30:00+00:00",
        "share": "0.25",
        "flag": "true",
        "nested": '{"a": 1}',
    }
    assert set(second.values()) == {None}


TYPED: Mapping[str, object] = {
    "id": pa.array([1], pa.int32()),
    "sum": pa.array([1.5]),
    "note": pa.array(["n"]).dictionary_encode(),
    "plain": pa.array(["n"], pa.large_string()),
    "at": pa.array([0], pa.timestamp("us", "UTC")),
    "day": pa.array([0], pa.date32()),
    "none": pa.nulls(1),
    "price": pa.array([None], pa.decimal128(8, 2)),
}


async def test_the_types_of_a_parquet_file_are_told_without_how_it_is_stored(lab: Lab) -> None:
    write_parquet(lab.folder, TYPED)

    await lab.ingest(ROWS)

    assert await types_seen(lab, ROWS) == {
        "id": "integer", "sum": "double precision", "note": "text", "plain": "text",
        "at": "timestamp with time zone", "day": "date", "price": "decimal128(8, 2)",
    }  # fmt: skip


async def types_seen(lab: Lab, table: Table) -> Mapping[str, str]:
    """The types that a look sees of the only delivery."""
    sight = await PostgresSights(a_project(tables=(table,)), lab.database).taken(CLOCK.now())
    ((delivered,),) = (each.all for each in sight.deliveries)
    return delivered.types


async def test_the_types_of_a_foreign_table_are_told_and_those_of_csv_are_not(
    lab: Lab, other_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await execute(other_url, "CREATE TABLE people (id int, price numeric(8,2))")
    monkeypatch.setenv("SHOP_URL", other_url)
    lab.deliver("id,note\n1,a\n")

    await lab.ingest(FOREIGN)
    assert await types_seen(lab, FOREIGN) == {"id": "integer", "price": "numeric(8,2)"}
    await execute(lab.url, "TRUNCATE atlas.deliveries")
    await lab.ingest(CSV)
    assert await types_seen(lab, CSV) == {}


async def test_numbers_of_parquet_that_are_none_go_to_quarantine_later_not_astray(
    lab: Lab,
) -> None:
    write_parquet(lab.folder, {"id": [1], "note": [math.nan]})

    await lab.ingest(ROWS)

    assert await lab.bronze(ROWS) == [{"id": "1", "note": "nan"}]


async def test_parquet_with_nanoseconds_is_read_or_refused_but_no_defect(lab: Lab) -> None:
    nanoseconds = pa.array([1_772_000_000_123_456_789], pa.timestamp("ns"))
    write_parquet(lab.folder, {"id": [1], "note": nanoseconds})

    with pytest.raises(SourceUnreadable, match=r"1\.parquet"):
        await lab.ingest(ROWS)


async def test_what_is_no_parquet_is_told_by_name(lab: Lab) -> None:
    lab.deliver("id,note\n1,secret\n", "1.parquet")

    with pytest.raises(SourceUnreadable, match=r"1\.parquet is not a Parquet file"):
        await lab.ingest(ROWS)


async def test_parquet_that_is_damaged_in_the_middle_is_blamed_and_not_postgresql(
    lab: Lab,
) -> None:
    path = write_parquet(lab.folder, {"id": [str(n) for n in range(2_000)]})
    damaged = bytearray(path.read_bytes())
    damaged[4:400] = b"\xff" * 396
    path.write_bytes(damaged)

    with pytest.raises(SourceUnreadable, match=r"1\.parquet"):
        await lab.ingest(ROWS)


async def test_a_foreign_table_is_copied_as_text(
    lab: Lab, other_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await execute(
        other_url,
        'CREATE TABLE people (id int, "Note" text, born date, ok boolean, sum numeric)',
        "INSERT INTO people VALUES (1, E'a\\n\"b\",c', '1899-12-31', true, 1.50)",
        "INSERT INTO people VALUES (2)",
    )
    monkeypatch.setenv("SHOP_URL", other_url)

    loaded = await lab.ingest(FOREIGN)

    assert loaded is not None
    assert loaded.rows == 2
    assert await lab.bronze(FOREIGN) == [
        {"id": "1", "note": 'a\n"b",c', "born": "1899-12-31", "ok": "true", "sum": "1.50"},
        {"id": "2", "note": None, "born": None, "ok": None, "sum": None},
    ]


async def test_a_foreign_table_larger_than_what_may_wait_arrives_whole(
    lab: Lab, other_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await execute(
        other_url,
        "CREATE TABLE people AS SELECT n AS id, repeat('x', 500) AS note "
        "FROM generate_series(1, 20000) n",
    )
    monkeypatch.setenv("SHOP_URL", other_url)

    loaded = await lab.ingest(FOREIGN)

    assert loaded is not None
    assert loaded.rows == 20_000


async def refused(lab: Lab) -> EngineError:
    with pytest.raises((SourceUnreadable, ConfigurationError)) as caught:
        await lab.ingest(FOREIGN)
    assert "secret" not in f"{caught.value.message} {caught.value.hint}"
    assert caught.value.__cause__ is None
    return caught.value


async def test_a_source_database_that_is_not_configured_is_named(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SHOP_URL", raising=False)

    error = await refused(lab)

    assert "SHOP_URL is not set" in error.message


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://shop:secret@127.0.0.1:1/shop",
        "postgresql://shop:secret@nowhere.invalid/shop",
        "postgresql://shop:secret@127.0.0.1:secret/shop",
        "nonsense:secret",
    ],
)
async def test_a_source_database_out_of_reach_is_told_without_its_password(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("SHOP_URL", url)

    error = await refused(lab)

    assert "SHOP_URL/public.people" in error.message


async def test_a_foreign_table_that_is_not_there_is_told(
    lab: Lab, other_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_URL", other_url)

    error = await refused(lab)

    assert "no such table" in error.message


async def test_a_foreign_table_that_may_not_be_read_is_told_and_leaves_nothing(
    lab: Lab, server: str, other_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    role = fresh("reader")
    await execute(
        other_url, "CREATE TABLE people (id int)", f"CREATE ROLE {role} LOGIN PASSWORD 'secret'"
    )
    monkeypatch.setenv("SHOP_URL", other_url.replace("postgres:@", f"{role}:secret@"))

    error = await refused(lab)

    assert "refused" in error.message
    assert await lab.value("SELECT to_regclass('bronze.people')") is None
    await execute(server, f"DROP ROLE {role}")


async def test_a_broken_row_of_a_foreign_table_is_told_without_its_values(
    lab: Lab, other_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await execute(
        other_url,
        "CREATE VIEW people AS SELECT 1 AS id, 'secret'::text AS note "
        "UNION ALL SELECT ('secret' || n)::int, 'x' FROM generate_series(1, 3) n",
    )
    monkeypatch.setenv("SHOP_URL", other_url)

    error = await refused(lab)

    assert "SHOP_URL/public.people" in error.message


async def test_a_source_that_broke_off_is_asked_again(
    lab: Lab, other_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await execute(
        other_url,
        "CREATE TABLE people AS SELECT n AS id, repeat('x', 900) AS note "
        "FROM generate_series(1, 20000) n",
    )
    monkeypatch.setenv("SHOP_URL", other_url)
    delivery = await foreign_table(PostgresSource("SHOP_URL", "public.people"), CLOCK)
    chunks = cast("AsyncGenerator[bytes, None]", delivery.chunks())
    await anext(chunks)

    await lab.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'COPY (SELECT %'"
    )

    with pytest.raises(SourceAway, match="broke off"):
        async for _ in chunks:
            pass


@pytest.mark.parametrize("passes", [True, False])
async def test_a_source_that_does_not_answer_is_asked_again_and_a_wrong_one_is_not(
    other_url: str,
    monkeypatch: pytest.MonkeyPatch,
    *,
    passes: bool,
) -> None:
    away = "postgresql://shop:secret@127.0.0.1:1/shop"
    monkeypatch.setenv("SHOP_URL", away if passes else address(other_url, "not_there"))

    with pytest.raises(SourceUnreadable) as caught:
        await foreign_table(PostgresSource("SHOP_URL", "public.people"), CLOCK)

    assert caught.value.passes is passes
    assert "SHOP_URL/public.people" in caught.value.message


async def test_a_source_is_left_alone_once_nobody_reads_on(
    lab: Lab, other_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await execute(
        other_url,
        "CREATE TABLE people AS SELECT n AS id, repeat('x', 900) AS note "
        "FROM generate_series(1, 20000) n",
    )
    monkeypatch.setenv("SHOP_URL", other_url)
    delivery = await foreign_table(PostgresSource("SHOP_URL", "public.people"), CLOCK)
    chunks = cast("AsyncGenerator[bytes, None]", delivery.chunks())
    await anext(chunks)

    await chunks.aclose()

    source = other_url.partition("?")[0].rpartition("/")[2]
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = $1"

    async def alone() -> bool | None:
        return await lab.value(others, source) == 0 or None

    assert await eventually(alone)
