"""The checks of a project: each mistake at its line, columns and datasets that there are."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.catalog.check_rules import unwise
from engine.catalog.reader import read_project
from engine.cli import app
from engine.errors import ProjectError

HEAD = "name: Shop\npipelines: {all: {stages: [ingest, silver, gold]}}\n"
ORDERS = """\
source: {format: csv, path: orders.csv}
key: [id]
watermark: at
columns:
  id: {required: true}
  email: {}
  at: {type: timestamp, required: true, privacy: keep}
checks:
"""
CUSTOMERS = "source: {format: csv, path: customers.csv}\nkey: [id]\ncolumns:\n  id: {}\n"
MODEL = "SELECT count(*) AS orders FROM silver.orders"


def written(folder: Path, checks: str, of_model: str = "checks: []\n") -> Path:
    """A project whose table `orders` has these checks."""
    files = {
        "atlas.yaml": HEAD,
        "tables/orders.yaml": ORDERS + checks,
        "tables/customers.yaml": CUSTOMERS,
        "models/totals.sql": MODEL,
        "models/totals.yaml": of_model,
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder


def told_of(folder: Path) -> list[str]:
    with pytest.raises(ProjectError) as caught:
        read_project(folder)
    return [str(mistake) for mistake in caught.value.mistakes]


def test_all_mistakes_of_all_checks_are_told_at_their_lines(tmp_path: Path) -> None:
    checks = """\
  - row_cuont > 0
  - missing_count(email) = 0:
      # comments and lists over several lines move nothing
      missing values: [
        none,
        true]
      nmae: email
"""
    model = "checks:\n  - row_count > 0\n  - invalid_count(orders) = 0:\n      valid mn: 1\n"

    assert told_of(written(tmp_path, checks, model)) == [
        "tables/orders.yaml:9: SodaCL has no metric 'row_cuont'; did you mean 'row_count'?",
        "tables/orders.yaml:14: missing values: write true in quotes",
        "tables/orders.yaml:15: this check has no setting 'nmae'; did you mean 'name'?",
        "models/totals.yaml:4: this check has no setting 'valid mn'; did you mean 'valid min'?",
    ]


@pytest.mark.parametrize(
    ("check", "word", "hint"),
    [
        ("duplicate_count(id, emial) = 0", "emial", "email"),
        ("freshness(att) < 1d", "att", "at"),
        ("values in (ids) must exist in customers (id)", "ids", "id"),
        ("anomaly detection for max(att)", "att", "at"),
    ],
)
def test_a_column_that_is_not_declared_is_told_with_the_nearest(
    tmp_path: Path, check: str, word: str, hint: str
) -> None:
    (told,) = told_of(written(tmp_path, f"  - {check}\n"))

    assert told == (
        f"tables/orders.yaml:9: the check «{check}» needs {word!r}, which is no declared column; "
        f"did you mean {hint!r}?"
    )


def test_a_reference_to_no_dataset_is_told_with_the_nearest(tmp_path: Path) -> None:
    checks = "  - values in (id) must exist in costumers (id)\n"
    model = "checks:\n  - values in (orders) must exist in silver.order (id)\n"

    first, second = told_of(written(tmp_path, checks, model))

    assert first.endswith(
        "needs silver.costumers, which does not exist; did you mean 'silver.customers'?"
    )
    assert second.endswith(
        "needs silver.order, which does not exist; did you mean 'silver.orders'?"
    )


def test_a_reference_to_a_file_with_a_mistake_is_no_second_one(tmp_path: Path) -> None:
    folder = written(tmp_path, "  - values in (id) must exist in customers (id)\n")
    (folder / "tables/customers.yaml").write_text(CUSTOMERS + "colour: red\n")

    (told,) = told_of(folder)

    assert told.startswith("tables/customers.yaml:5: unknown key 'colour'")


def test_a_check_may_name_the_columns_of_a_history_and_any_dataset(tmp_path: Path) -> None:
    checks = """\
  - duplicate_count(id, valid_from) = 0
  - values in (id) must exist in customers (id)
  - values in (id) must exist in gold.totals (orders)
load: {mode: incremental, history: true}
"""
    folder = written(tmp_path, checks)
    (folder / "models/totals.sql").write_text(f"{MODEL} WHERE is_current")

    assert len(read_project(folder).tables[1].checks) == 3


def test_what_is_unwise_is_a_warning_and_no_mistake(tmp_path: Path) -> None:
    checks = """\
  - row_count > 0
  - invalid_count(email) = 0:
      valid regex: '^[a-z]{1,64}$'
      samples limit: 5
"""
    folder = written(tmp_path, checks)

    result = CliRunner().invoke(app, ["check-project", str(folder)])

    first, second = unwise(read_project(folder))
    assert str(first) == (
        "tables/orders.yaml:12: «invalid_count(email) = 0»: «samples limit» does nothing: "
        "a few rows are shown, their personal values masked"
    )
    assert str(second).startswith("tables/orders.yaml:10: «invalid_count(email) = 0»: {1,64} in")
    assert result.exit_code == 0
    assert result.output.splitlines()[:2] == [f"warning: {first}", f"warning: {second}"]
    assert "no mistakes" in result.output
