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


TYPED = """\
source: {format: csv, path: orders.csv}
key: [id]
columns:
  id: {type: integer, privacy: keep}
  price: {type: number, privacy: keep}
  hidden: {type: integer, privacy: hash}
  unsaid: {type: integer}
  name: {}
  paid: {type: boolean, privacy: keep}
  day: {type: date, privacy: keep}
checks:
"""


def typed(folder: Path, *checks: str) -> Path:
    """A project whose table `orders` has columns of each type, and these checks."""
    written(folder, "")
    listed = "".join(f"  - {check}\n" for check in checks)
    (folder / "tables/orders.yaml").write_text(TYPED + listed)
    return folder


@pytest.mark.parametrize(
    ("check", "line", "said"),
    [
        ("avg(name) > 1", 12, "avg needs numbers, and name is text; declare it a number, or"),
        ("sum(name) > 1", 12, "sum needs numbers, and name is text"),
        ("stddev(paid) > 1", 12, "stddev needs numbers, and paid is boolean"),
        ("percentile(name, 0.5) > 1", 12, "percentile needs numbers, and name is text"),
        ("max(day) > 1", 12, "and day is date; write freshness(…)"),
        ("anomaly detection for min(name)", 12, "min needs numbers, and name is text"),
        ("min_length(price) > 1", 12, "min_length needs text, and price is number"),
        ("freshness(name) < 1d", 12, "freshness needs dates or times, and name is text"),
        (
            "invalid_count(price) = 0:\n      name: x\n      valid regex: a",
            14,
            "«valid regex» needs text, and price is number",
        ),
        ("invalid_count(name) = 0:\n      valid min: 1", 13, "«valid min» needs numbers"),
        ("invalid_count(id) = 0:\n      valid values: ['1', b]", 13, "'b', which is no number"),
        ("invalid_count(name) = 0:\n      valid values: [1, 2]", 13, "write them in quotes"),
    ],
)
def test_what_a_type_can_not_answer_is_told(
    tmp_path: Path, check: str, line: int, said: str
) -> None:
    (told,) = told_of(typed(tmp_path, check))

    assert told.startswith(
        f"tables/orders.yaml:{line}: the check «{check.splitlines()[0].rstrip(':')}»"
    )
    assert said in told


def test_what_a_type_can_answer_or_protection_may_change_is_no_mistake(tmp_path: Path) -> None:
    checks = (
        "avg(price) > 1",
        "min_length(hidden) > 1",
        "avg(unsaid) > 1",
        "avg_length(name) > 1",
        "avg(name) > 1:\n      valid format: decimal point",
        "invalid_count(name) = 0:\n      valid format: integer\n      valid min: 1",
        "invalid_count(id) = 0:\n      valid values: ['1', '2']",
        "invalid_count(paid) = 0:\n      valid values: ['true']",
        "missing_count(day) = 0:\n      missing values: ['1900-01-01']",
        "freshness(day) < 1d",
        "duplicate_count(paid) = 0",
    )

    assert len(read_project(typed(tmp_path, *checks)).tables[1].checks) == len(checks)


@pytest.mark.parametrize(
    ("check", "line", "word", "hint"),
    [
        ("row_count > 0:\n      filter: emial IS NULL", 10, "emial", "email"),
        ("freshness(at) < 1d:\n      filter: emial IS NULL", 10, "emial", "email"),
        ("failed rows:\n      name: x\n      fail condition: attt > now()", 11, "attt", "at"),
        ("failed rows:\n      fail query: SELECT * FROM orders WHERE idd = 1", 10, "idd", "id"),
        (
            "mine > 0:\n      mine query: SELECT max(o.idd) FROM silver.orders o",
            10,
            "idd",
            "id",
        ),
        ("mine > 0:\n      mine expression: count(DISTINCT emial)", 10, "emial", "email"),
    ],
)
def test_a_column_in_sql_that_is_not_declared_is_told_at_its_line(
    tmp_path: Path, check: str, line: int, word: str, hint: str
) -> None:
    (told,) = told_of(written(tmp_path, f"  - {check}\n"))

    assert told == (
        f"tables/orders.yaml:{line}: the check «{check.splitlines()[0].rstrip(':')}» needs "
        f"{word!r}, which is no declared column; did you mean {hint!r}?"
    )


def test_sql_of_which_nothing_can_be_told_for_sure_is_no_mistake(tmp_path: Path) -> None:
    checks = """\
  - row_count > 0:
      filter: id IN (SELECT anything FROM customers) AND _row > 0
  - failed rows:
      fail query: SELECT x.nobody FROM orders JOIN customers x USING (id)
  - failed rows:
      fail query: SELECT nobody FROM customers
  - failed rows:
      fail condition: this is (no SQL
  - mine > 0:
      mine query: WITH orders AS (SELECT 1 AS other) SELECT other FROM orders
"""

    assert len(read_project(written(tmp_path, checks)).tables[1].checks) == 5


def test_a_column_that_the_other_table_has_not_is_told_with_the_nearest(tmp_path: Path) -> None:
    checks = "  - values in (id) must exist in customers (ids)\n"
    model = "checks:\n  - values in (orders) must exist in silver.orders (att)\n"
    to_gold = "  - values in (id) must exist in gold.totals (order)\n"

    first, second, third = told_of(written(tmp_path, checks + to_gold, model))

    assert first.endswith("needs 'ids', which is no column of silver.customers; did you mean 'id'?")
    assert second.endswith(
        "needs 'order', which is no column of gold.totals; did you mean 'orders'?"
    )
    assert third.endswith("needs 'att', which is no column of silver.orders; did you mean 'at'?")


def test_what_the_query_of_a_group_by_does_not_give_is_told(tmp_path: Path) -> None:
    checks = """\
  - group by:
      query: SELECT email, count(*) AS rows FROM orders GROUP BY 1
      fields: [emial]
      checks: [row > 0]
"""

    first, second = told_of(written(tmp_path, checks))

    assert first == (
        "tables/orders.yaml:11: the check «group by» needs 'emial', which its query does not give; "
        "did you mean 'email'?"
    )
    assert second.startswith("tables/orders.yaml:12: the check «group by» needs 'row', which its")


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


@pytest.mark.parametrize("check", ["5", "[row_count > 0]", "null", "2024-05-01"])
def test_a_check_that_is_no_line_is_told_once(tmp_path: Path, check: str) -> None:
    (told,) = told_of(written(tmp_path, f"  - {check}\n"))

    assert told == (
        "tables/orders.yaml:9: checks.0: a check is one line such as «row_count > 0», perhaps "
        "with settings under it"
    )


@pytest.mark.parametrize(
    ("key", "instead"),
    [
        ("for each dataset D", "write it in checks.yaml"),
        (
            "filter orders [daily]",
            "write «filter:» with the condition under each check, or this in checks.yaml",
        ),
        (
            "checks for orders",
            "write them under `checks:` in the file of that table, or in checks.yaml",
        ),
    ],
)
def test_a_form_of_sodacl_beside_the_checks_is_told_with_what_to_write(
    tmp_path: Path, key: str, instead: str
) -> None:
    (told,) = told_of(written(tmp_path, f"  - row_count > 0\n{key}: {{}}\n"))

    assert told.startswith("tables/orders.yaml:10: «")
    assert told.endswith(f"is not supported: {instead}")


def test_a_column_that_a_model_does_not_give_is_told_with_the_nearest(tmp_path: Path) -> None:
    model = "checks:\n  - min(order) > 0\n  - row_count > 0:\n      filter: oders > 0\n"

    first, second = told_of(written(tmp_path, "  - row_count > 0\n", model))

    assert first == (
        "models/totals.yaml:2: the check «min(order) > 0» needs 'order', which is no column of "
        "gold.totals; did you mean 'orders'?"
    )
    assert second.startswith("models/totals.yaml:4: ")


def test_a_model_whose_columns_can_not_be_told_is_not_judged(tmp_path: Path) -> None:
    folder = written(tmp_path, "  - row_count > 0\n", "checks:\n  - min(anything) > 0\n")
    (folder / "models/totals.sql").write_text("SELECT count(*) FROM silver.orders")

    assert len(read_project(folder).models[0].checks) == 1


def test_checks_of_bronze_are_read_and_their_mistakes_are_told_at_their_lines(
    tmp_path: Path,
) -> None:
    checks = """\
  - row_count > 0
bronze_checks:
  - row_cuont > 0
  - freshness(at) < 1d
  - missing_count(email) = 0:
      attributes: {severity: quarantine}
  - values in (id) must exist in silver.customer (id)
  - row_count > 5
"""

    assert [told.partition("; did")[0] for told in told_of(written(tmp_path, checks))] == [
        "tables/orders.yaml:11: SodaCL has no metric 'row_cuont'",
        (
            "tables/orders.yaml:15: the check «values in (id) must exist in silver.customer (id)» "
            "needs silver.customer, which does not exist"
        ),
        (
            "tables/orders.yaml:12: the check «freshness(at) < 1d» can't be measured: in bronze at "
            "is text as it came; declare it under `checks`"
        ),
        (
            "tables/orders.yaml:13: the check «missing_count(email) = 0» can't quarantine rows of "
            "bronze, which keeps all: declare it under `checks`"
        ),
    ]


def test_a_check_of_bronze_may_name_what_only_a_delivery_declares(tmp_path: Path) -> None:
    checks = "  - row_count > 0\nbronze_checks:\n  - missing_count(extra) = 0\n"

    project = read_project(written(tmp_path, checks))

    (orders,) = (each for each in project.tables if each.name == "orders")
    assert [each.text for each in project.checks_of(orders.bronze)] == ["missing_count(extra) = 0"]


def test_sql_that_can_not_be_judged_before_it_is_published_is_warned_about(tmp_path: Path) -> None:
    checks = """\
  - failed rows:
      fail query: SELECT * FROM orders WHERE email = 'orders'
  - failed rows:
      fail query: SELECT silver.orders.id FROM silver.orders
"""
    warnings = list(unwise(read_project(written(tmp_path, checks))))

    assert [(each.file, each.line) for each in warnings] == [("tables/orders.yaml", 11)]
    assert "its SQL names orders" in warnings[0].problem


def test_rows_are_put_aside_by_the_form_of_values_that_silver_holds_only(tmp_path: Path) -> None:
    checks = """\
  - invalid_count(email) = 0:
      valid format: email
      attributes: {severity: quarantine}
"""
    folder = written(tmp_path, checks)
    read_project(folder)
    orders = folder / "tables/orders.yaml"
    orders.write_text(orders.read_text().replace("email: {}", "email: {privacy: hash}"))

    (told,) = told_of(folder)

    assert told.startswith("tables/orders.yaml:9: the check «invalid_count(email) = 0» can't quar")
    assert told.endswith("declare it under `bronze_checks`")
