"""What a table's `load` may say, and what is told where it can't be done."""

from datetime import timedelta
from pathlib import Path

import pytest

from engine.catalog.model import Load, LoadMode
from engine.catalog.reader import read_project
from engine.errors import ProjectError

HEAD = "name: Shop\npipelines:\n  medallion: {stages: [ingest, silver, gold]}\n"

FILES = "source: {format: csv, path: '*.csv'}\n"
DATABASE = "source: {format: postgres, url_env: SHOP_URL, table: people}\n"

REST = """\
key: [id]
watermark: at
columns:
  id: {privacy: keep}
  at: {type: timestamp, required: true}
  number: {type: integer, privacy: keep}
  gone: {type: boolean}
  note: {type: text}
load:
"""


def read(folder: Path, table: str) -> Load:
    (folder / "tables").mkdir()
    (folder / "atlas.yaml").write_text(HEAD)
    (folder / "tables" / "people.yaml").write_text(table)
    return read_project(folder).tables[0].load


def test_a_table_is_loaded_in_full_unless_it_says_otherwise(tmp_path: Path) -> None:
    load = read(tmp_path, FILES + REST.replace("load:\n", ""))

    assert load == Load(LoadMode.FULL)
    assert not load.incremental


def test_all_of_a_load_is_read_as_written(tmp_path: Path) -> None:
    said = "  mode: incremental\n  overlap: 2 days\n  deleted: gone\n  history: true\n"

    load = read(tmp_path, DATABASE + REST + said)

    assert load == Load(LoadMode.INCREMENTAL, timedelta(days=2), "gone", history=True)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1 week", timedelta(weeks=1)),
        ("36 hours", timedelta(hours=36)),
        ("90 minutes", timedelta(minutes=90)),
    ],
)
def test_an_overlap_is_a_time_span_in_words(tmp_path: Path, written: str, meant: timedelta) -> None:
    load = read(tmp_path, f"{DATABASE}{REST}  mode: incremental\n  overlap: {written}\n")

    assert load.overlap == meant


INCREMENTAL = "  mode: incremental\n"
HISTORY = "  mode: incremental\n  history: true\n"

MISTAKES = [
    ("watermark: at\n", "", INCREMENTAL, "9: an incremental load needs a watermark"),
    ("watermark: at", "watermark: note", INCREMENTAL, "3: an incremental load can't order"),
    (
        "required: true}",
        "privacy: hash}",
        INCREMENTAL,
        "6: at is the watermark of an incremental load: privacy must be keep",
    ),
    (
        "",
        "",
        "  mode: incremental\n  deleted: goen\n",
        "12: 'goen' is no column; did you mean 'gone'?",
    ),
    (
        "",
        "",
        "  mode: incremental\n  deleted: note\n",
        "12: note is text; rows that leave are told by a boolean",
    ),
    (
        "boolean}",
        "boolean, privacy: redact}",
        "  mode: incremental\n  deleted: gone\n",
        "8: gone tells which rows",
    ),
    ("", "", "  mode: incremental\n  overlap: 2 fortnights\n", "12: load.overlap: write a time"),
    ("", "", "  mode: incremental\n  overlap: 2\n", "12: load.overlap: write a time span such as"),
    ("", "", "  overlap: 2 days\n", "11: an overlap is for incremental loads from another"),
    ("", "", "  deleted: gone\n", "11: rows that leave silver need `mode: incremental`"),
    ("", "", "  history: true\n", "11: a history needs `mode: incremental`"),
    (", required: true", "", HISTORY, "6: a history is ordered by at: it must be `required: true`"),
    ("note:", "is_current:", HISTORY, "9: a history adds a column is_current of its own"),
    ("", "", "  mode: upsert\n", "11: load.mode: Input should be 'full' or 'incremental'"),
    ("", "", "  hisotry: true\n", "11: unknown key 'load.hisotry'; did you mean 'history'?"),
]


@pytest.mark.parametrize(("before", "after", "load", "said"), MISTAKES)
def test_a_mistake_in_a_load_is_told_with_its_line(
    tmp_path: Path, before: str, after: str, load: str, said: str
) -> None:
    table = FILES + REST.replace(before, after, 1) + load

    with pytest.raises(ProjectError) as caught:
        read(tmp_path, table)

    told = [str(mistake) for mistake in caught.value.mistakes]
    assert [each.startswith(f"tables/people.yaml:{said}") for each in told] == [True], told


def told_of(folder: Path, checks: str, sql: str, load: str = HISTORY) -> list[str]:
    """The mistakes of a project with these checks, and one model over the table."""
    (folder / "models").mkdir()
    (folder / "models" / "report.sql").write_text(sql)
    try:
        read(folder, f"{FILES}{REST}{load}checks:\n{checks}".replace("[id]", "[id, number]"))
    except ProjectError as error:
        return [str(mistake) for mistake in error.mistakes]
    return []


CURRENT = "SELECT id FROM silver.people WHERE is_current"
VERSIONS = "  - duplicate_count(id, number, valid_from) = 0\n"


@pytest.mark.parametrize("columns", ["id, number", "number, id"])
def test_a_history_can_not_have_each_key_once(tmp_path: Path, columns: str) -> None:
    check = f"duplicate_count({columns}) = 0"

    (told,) = told_of(tmp_path, f"  - row_count > 0\n  - {check}\n", CURRENT)

    assert told == (
        f"tables/people.yaml:15: «{check}» can't hold, a key has several versions: "
        f"check duplicate_count({columns.replace(',id', ', id')}, valid_from)"
    )


@pytest.mark.parametrize(
    "check",
    [
        "duplicate_count(id, number, valid_from) = 0",
        "duplicate_count(id) < 9",
        "duplicate_count(id, number) = 0:\n      filter: is_current",
    ],
)
def test_a_check_that_may_hold_in_a_history_is_no_mistake(tmp_path: Path, check: str) -> None:
    assert told_of(tmp_path, f"  - {check}\n", CURRENT) == []


def test_without_a_history_a_key_stands_once_and_a_model_may_read_all_rows(tmp_path: Path) -> None:
    check = "  - duplicate_count(id, number) = 0\n"

    assert told_of(tmp_path, check, "SELECT id FROM silver.people", INCREMENTAL) == []


@pytest.mark.parametrize(
    "sql",
    [
        "-- is_current\nSELECT count(*) AS people\nFROM silver.people",
        "SELECT 'valid_to',\n\n* FROM silver.\"people\"",
    ],
)
def test_a_model_that_would_count_every_version_is_told_with_its_line(
    tmp_path: Path, sql: str
) -> None:
    (told,) = told_of(tmp_path, VERSIONS, sql)

    assert told == (
        "models/report.sql:3: silver.people keeps every version of a row: add WHERE is_current"
    )


@pytest.mark.parametrize(
    "sql",
    [
        CURRENT,
        "SELECT id FROM silver.people p WHERE p.Valid_To IS NULL",
        'SELECT "valid_from" FROM silver.people',
    ],
)
def test_a_model_that_says_which_versions_it_means_is_right(tmp_path: Path, sql: str) -> None:
    assert told_of(tmp_path, VERSIONS, sql) == []


def test_an_overlap_in_time_needs_a_watermark_in_time(tmp_path: Path) -> None:
    rest = REST.replace("watermark: at", "watermark: number")

    with pytest.raises(ProjectError, match="a watermark in time; number is integer"):
        read(tmp_path, f"{DATABASE}{rest}  mode: incremental\n  overlap: 2 days\n")
