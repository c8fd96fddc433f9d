"""CSV files on their way to bronze: every shape that comes, and every way to be broken."""

from pathlib import Path

import asyncpg
import pytest

from engine.errors import SourceUnreadable
from tests.adapters.builders import Lab, a_table, csv_source

PEOPLE = a_table("name", "town")


async def test_extra_missing_and_reordered_columns_are_loaded_and_told(lab: Lab) -> None:
    lab.deliver("name,id,Shoe Size\nAda,1,39\n")

    loaded = await lab.ingest(PEOPLE)

    assert loaded is not None
    assert loaded.rows == 1
    assert loaded.extra == ("shoe_size",)
    assert loaded.missing == ("town",)
    assert loaded.reordered
    assert await lab.bronze(PEOPLE) == [
        {"id": "1", "name": "Ada", "town": None, "shoe_size": "39"},
    ]


async def test_a_delivery_as_declared_has_nothing_to_tell(lab: Lab) -> None:
    lab.deliver("id,name,town\n1,Ada,London\n")

    loaded = await lab.ingest(PEOPLE)

    assert loaded is not None
    assert (loaded.rows, loaded.extra, loaded.missing, loaded.reordered) == (1, (), (), False)


STORED: dict[str, str | None] = {
    '"Lovelace, Ada"': "Lovelace, Ada",
    '"two\nlines"': "two\nlines",
    '"says ""hi"""': 'says "hi"',
    "Žofie 王 🙂": "Žofie 王 🙂",
    r"back\slash": r"back\slash",
    r"\N": r"\N",
    r"\.": r"\.",
    "": None,
    '""': "",
    "  kept  ": "  kept  ",
    "it's; $1 %s {x}": "it's; $1 %s {x}",
}


async def test_values_arrive_as_they_were_written(lab: Lab) -> None:
    rows = "".join(f"1,{written},York\n" for written in STORED)
    lab.deliver(f"id,name,town\n{rows}")

    await lab.ingest(PEOPLE)

    assert [row["name"] for row in await lab.bronze(PEOPLE)] == list(STORED.values())


async def test_a_lone_column_may_hold_what_looks_like_the_end_of_data(lab: Lab) -> None:
    lab.deliver("id\n\\.\n2\n")

    await lab.ingest(a_table())

    assert [row["id"] for row in await lab.bronze(a_table())] == ["\\.", "2"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
async def test_each_kind_of_line_end_is_read(lab: Lab, end: str) -> None:
    lab.deliver(end.join(["id,name,town", "1,Ada,London", "2,Grace,York", ""]))

    await lab.ingest(PEOPLE)

    assert [row["town"] for row in await lab.bronze(PEOPLE)] == ["London", "York"]


async def test_the_last_line_needs_no_end(lab: Lab) -> None:
    lab.deliver("id,name,town\n1,Ada,London")

    await lab.ingest(PEOPLE)

    assert len(await lab.bronze(PEOPLE)) == 1


@pytest.mark.parametrize("header", ["id,name,town", '"id","name","town"'])
async def test_a_byte_order_mark_is_no_part_of_the_first_column(lab: Lab, header: str) -> None:
    lab.deliver(b"\xef\xbb\xbf" + f"{header}\n1,Ada,London\n".encode())

    loaded = await lab.ingest(PEOPLE)

    assert loaded is not None
    assert loaded.extra == ()
    assert (await lab.bronze(PEOPLE))[0]["id"] == "1"


async def test_values_may_be_separated_by_semicolons(lab: Lab) -> None:
    table = a_table("name", "town", source=csv_source(delimiter=";"))
    lab.deliver("id;name;town\n1;Lovelace, Ada;London\n")

    await lab.ingest(table)

    assert (await lab.bronze(table))[0]["name"] == "Lovelace, Ada"


@pytest.mark.parametrize(
    ("encoding", "codec", "town"),
    [("latin-1", "latin-1", "Köln"), ("windows-1252", "cp1252", "Köln – „€“")],
)
async def test_western_encodings_become_unicode(
    lab: Lab, encoding: str, codec: str, town: str
) -> None:
    table = a_table("größe", "town", source=csv_source(encoding=encoding))
    lab.deliver(f"id,Größe,town\n1,39,{town}\n".encode(codec))

    await lab.ingest(table)

    assert await lab.bronze(table) == [{"id": "1", "größe": "39", "town": town}]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("id,name,town\n1,Ada,London\n2,Grace,secret-town,York\n", 3),
        ("id,name,town\n1,Ada,London\n2,secret-town\n", 3),
        ('id,name,town\n1,Ada,London\n2,"secret-town,York\n', None),
        ("id,name,town\n1,Ada,London\n2,secret\x00-town,York\n", 3),
    ],
    ids=["too many values", "too few values", "unterminated quote", "null byte"],
)
async def test_a_broken_line_is_named_and_never_shown(
    lab: Lab, content: str, line: int | None
) -> None:
    lab.deliver(content)

    with pytest.raises(SourceUnreadable) as caught:
        await lab.ingest(PEOPLE)

    assert caught.value.message.startswith(
        "1.csv, line" if line is None else f"1.csv, line {line}:"
    )
    assert "secret" not in caught.value.message + caught.value.hint
    assert caught.value.__cause__ is None
    assert await lab.value("SELECT to_regclass('bronze.people')") is None


async def test_a_null_byte_is_not_blamed_on_the_encoding(lab: Lab) -> None:
    lab.deliver("id,name,town\n1,A\x00da,London\n")

    with pytest.raises(SourceUnreadable) as caught:
        await lab.ingest(PEOPLE)

    assert "is not utf-8" not in caught.value.message


@pytest.mark.parametrize(
    "content",
    [
        b"id,name,town\n1,K\xf6ln-secret,London\n",
        b"id,gr\xf6\xdfe\n1,2\n",
        "id,name,town\n1,Ada,London\n".encode("utf-16"),
    ],
    ids=["in a row", "in the header", "utf-16"],
)
async def test_another_encoding_than_the_declared_one_is_told(lab: Lab, content: bytes) -> None:
    lab.deliver(content)

    with pytest.raises(SourceUnreadable, match=r"1\.csv.*not utf-8") as caught:
        await lab.ingest(PEOPLE)

    assert "encoding" in caught.value.hint
    assert "secret" not in caught.value.message


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n", b" \n1\n", b",,\n1,2,3\n"])
async def test_a_file_without_a_header_is_refused(lab: Lab, content: bytes) -> None:
    lab.deliver(content)

    with pytest.raises(SourceUnreadable, match=r"1\.csv"):
        await lab.ingest(PEOPLE)


async def test_a_file_of_no_bytes_is_told_as_such(lab: Lab) -> None:
    lab.deliver("")

    with pytest.raises(SourceUnreadable, match="0 bytes"):
        await lab.ingest(PEOPLE)


@pytest.mark.parametrize("content", ["id,name,town\n", "id,name,town"])
async def test_a_header_alone_is_a_delivery_of_no_rows(lab: Lab, content: str) -> None:
    lab.deliver(content)

    loaded = await lab.ingest(PEOPLE)

    assert loaded is not None
    assert loaded.rows == 0
    assert await lab.ingest(PEOPLE) is None


@pytest.mark.parametrize("header", ["id,name,name", "id,Full Name,full_name", "id,,"])
async def test_a_repeated_header_is_refused_by_name(lab: Lab, header: str) -> None:
    lab.deliver(f"{header}\n1,2,3\n")

    with pytest.raises(SourceUnreadable, match=r"1\.csv has the column \w+ more than once"):
        await lab.ingest(PEOPLE)


async def test_headers_become_names_that_sql_likes(lab: Lab) -> None:
    table = a_table("customer_id", "größe", "order", "select", key=("customer_id",))
    lab.deliver('Customer ID, Größe ,ORDER,select,2020,a"b,_row\n1,2,3,4,5,6,7\n')

    loaded = await lab.ingest(table)

    assert loaded is not None
    assert loaded.extra == ("2020", "a_b", "row")
    assert loaded.missing == ()


@pytest.mark.parametrize("header", ["ä" * 60, "x" * 80])
async def test_a_column_with_a_very_long_name_can_be_delivered_twice(lab: Lab, header: str) -> None:
    lab.deliver(f"id,{header}\n1,2\n", "1.csv")
    lab.deliver(f"id,{header}\n1,3\n", "2.csv")

    await lab.ingest(a_table())
    await lab.ingest(a_table())

    assert [list(row.values())[1] for row in await lab.bronze(a_table())] == ["2", "3"]


async def test_the_name_of_a_system_column_of_postgresql_can_be_delivered(lab: Lab) -> None:
    lab.deliver("id,ctid,xmin\n1,2,3\n")

    loaded = await lab.ingest(a_table())

    assert loaded is not None
    assert loaded.rows == 1


@pytest.mark.parametrize("more", ["4929123412341234", "headless.person@example.com"])
async def test_a_delivery_without_the_key_is_refused_and_its_first_line_not_repeated(
    lab: Lab, more: str
) -> None:
    lab.deliver(f"C1,headless.person@example.com,{more}\nC2,x,y\n")

    with pytest.raises(SourceUnreadable, match="no column id, the key of people") as caught:
        await lab.ingest(PEOPLE)

    assert "headless" not in caught.value.message + caught.value.hint
    assert await lab.value("SELECT to_regclass('bronze.people')") is None


async def test_another_delimiter_is_told_as_such(lab: Lab) -> None:
    lab.deliver("id;name;town\n1;Ada;London\n")

    with pytest.raises(SourceUnreadable, match="look separated by «;»") as caught:
        await lab.ingest(PEOPLE)

    assert "delimiter" in caught.value.hint


async def test_the_embedded_server_logs_no_line_that_copy_stumbled_over(lab: Lab) -> None:
    log = Path(str(await lab.value("SHOW data_directory"))) / "log"
    lab.deliver("id,name,town\n1,Ada,London\n2,leaky.person@example.com,x,y\n")

    with pytest.raises(SourceUnreadable):
        await lab.ingest(PEOPLE)

    assert "leaky.person" not in log.read_text()


async def test_the_rows_of_a_first_delivery_need_no_second_look_who_may_see_them(
    lab: Lab,
) -> None:
    found = []

    for name in ("1.csv", "2.csv"):
        lab.deliver("id,name,town\n1,Ada,London\n", name)
        await lab.ingest(PEOPLE)
        found.append(await looked_up(lab))

    assert found == [0, 2]


async def looked_up(lab: Lab) -> int:
    """The rows of bronze that PostgreSQL has to look at to know that they may be seen."""
    connection = await asyncpg.connect(lab.url)
    try:
        await connection.execute(
            "CREATE INDEX IF NOT EXISTS by_row ON bronze.people (_row); SET enable_seqscan = off; "
            "SET enable_bitmapscan = off"
        )
        plan = await connection.fetch("EXPLAIN (ANALYZE, COSTS OFF) SELECT _row FROM bronze.people")
    finally:
        await connection.close()
    (fetches,) = [row[0] for row in plan if "Heap Fetches" in row[0]]
    return int(fetches.rpartition(" ")[2])
