"""Checks for many datasets, in files of their own: who gets which, and what is told of mistakes."""

from pathlib import Path

import pytest

from engine.adapters.project_files import add_checks
from engine.catalog.model import Project
from engine.catalog.reader import read_project
from engine.errors import ProjectError
from engine.sodacl.model import FailedRowsCheck, Form, MetricCheck
from engine.sodacl.parse import parsed
from tests.builders import dataset

HEAD = "name: Shop\npipelines: {all: {stages: [ingest, silver, gold]}}\n"
TABLE = """\
source: {format: csv, path: x.csv}
key: [id]
columns: {id: {}, at: {type: timestamp}}
checks:
  - missing_count(id) = 0
"""
OF_CUSTOMERS = TABLE.replace("at: {type: timestamp}", "name: {}")


def project(folder: Path, suite: str, name: str = "checks.yaml") -> Path:
    """Orders, customers and a gold model, with one file of checks."""
    files = {
        "atlas.yaml": HEAD,
        "tables/orders.yaml": TABLE,
        "tables/customers.yaml": OF_CUSTOMERS,
        "models/totals.sql": "SELECT count(*) AS orders FROM silver.orders",
        name: suite,
    }
    for path, text in files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text)
    return folder


def given(found: Project, name: str) -> list[str]:
    return [each.text for each in found.checks_of(dataset(name))]


def told_of(folder: Path) -> list[str]:
    with pytest.raises(ProjectError) as caught:
        read_project(folder)
    return [str(mistake) for mistake in caught.value.mistakes]


def test_each_dataset_that_fits_gets_the_checks_once_and_before_its_own(tmp_path: Path) -> None:
    suite = """\
for each dataset D:
  datasets: [include silver.%, "gold.%", orders, exclude silver.cust%]
  checks:
    - row_count > 0
    - missing_count(id) = 0
"""
    found = read_project(project(tmp_path, suite.replace("    - missing_count(id) = 0\n", "")))

    assert given(found, "silver.orders") == ["row_count > 0", "missing_count(id) = 0"]
    assert given(found, "gold.totals") == ["row_count > 0"]
    assert given(found, "silver.customers") == ["missing_count(id) = 0"]
    assert given(found, "bronze.orders") == []


def test_what_a_table_says_itself_is_not_checked_twice(tmp_path: Path) -> None:
    suite = "for each dataset D:\n  datasets: ['%']\n  checks: [missing_count(id) = 0]\n"

    found = read_project(project(tmp_path, suite))

    assert given(found, "silver.orders") == ["missing_count(id) = 0"]


def test_what_is_only_excluded_leaves_the_rest_of_silver(tmp_path: Path) -> None:
    suite = "for each dataset D:\n  datasets: [exclude orders]\n  checks: [row_count > 0]\n"

    found = read_project(project(tmp_path, suite))

    assert "row_count > 0" in given(found, "silver.customers")
    assert "row_count > 0" not in given(found, "silver.orders") + given(found, "gold.totals")


def test_files_of_a_folder_and_of_every_layer_are_read(tmp_path: Path) -> None:
    suite = "checks for bronze.orders: [row_count > 0]\nchecks for gold.totals: [row_count = 1]\n"

    found = read_project(project(tmp_path, suite, "checks/daily.yml"))

    assert (given(found, "bronze.orders"), given(found, "gold.totals")) == (
        ["row_count > 0"],
        ["row_count = 1"],
    )


def test_a_filter_of_a_dataset_is_one_of_each_of_its_checks(tmp_path: Path) -> None:
    suite = """\
filter orders [recent]:
  where: at > now() - interval '1 day' OR at IS NULL
checks for orders [recent]:
  - row_count > 0
  - missing_count(id) = 0:
      name: ids
      filter: id > '5'
  - failed rows:
      fail condition: id = 'x'
"""
    counted, ids, failed, _ = given(read_project(project(tmp_path, suite)), "silver.orders")

    where = "at > now() - interval '1 day' OR at IS NULL"
    forms = [parsed(each) for each in (counted, ids, failed)]
    names = ["row_count > 0 [recent]", "ids", "failed rows [recent]"]
    assert [form.name for form in forms] == names
    assert [_condition(form) for form in forms] == [
        where,
        f"(id > '5'\n) AND ({where}\n)",
        f"(id = 'x'\n) AND ({where}\n)",
    ]


def _condition(form: Form) -> str | None:
    """Which rows a check speaks of."""
    if isinstance(form.rule, FailedRowsCheck):
        return form.rule.condition
    return form.rule.measure.filter if isinstance(form.rule, MetricCheck) else None


def test_checks_are_added_to_a_table_beside_those_that_many_have(tmp_path: Path) -> None:
    suite = "for each dataset D:\n  datasets: ['%']\n  checks: [row_count > 0]\n"
    folder = project(tmp_path, suite)

    written = add_checks(folder, dataset("silver.orders"), ("max(at) > 0",))

    assert written.file == "tables/orders.yaml"


@pytest.mark.parametrize(
    ("suite", "told"),
    [
        (
            "checks for ordres: [row_count > 0]\n",
            "checks.yaml:1: there is no dataset silver.ordres; did you mean 'silver.orders'?",
        ),
        (
            "for each dataset D:\n  datasets:\n    - zzz%\n  checks: [row_count > 0]\n",
            "checks.yaml:3: there is no dataset silver.zzz%",
        ),
        (
            "for each dataset D:\n  datasets: [orders, 'exclude %']\n  checks: [row_count > 0]\n",
            "checks.yaml:2: no dataset is left: these checks would never run",
        ),
        (
            "for each dataset D:\n  datasets: ['%']\n  checks:\n    - row_cuont > 0\n",
            "checks.yaml:4: SodaCL has no metric 'row_cuont'; did you mean 'row_count'?",
        ),
        (
            "for each dataset D:\n  datasets: ['%']\n  checks:\n    - missing_count(name) = 0\n",
            (
                "checks.yaml:4: the check «missing_count(name) = 0» needs 'name', which is no "
                "column of silver.orders"
            ),
        ),
        (
            "checks for orders [daily]:\n  - row_count > 0\n",
            "checks.yaml:1: there is no «filter orders [daily]:»",
        ),
        (
            (
                "filter orders [daily]: {where: id > 1}\nchecks for orders [daily]:\n  - top = 1:\n"
                "      top query: SELECT 1\n"
            ),
            "checks.yaml:3: «top query» can't be limited to [daily]: write the condition into it",
        ),
        (
            "filter orders [d]: {}\n",
            "checks.yaml:1: where: there must be text here",
        ),
        (
            "profile columns: {columns: [orders.id]}\n",
            (
                "checks.yaml:1: «profile columns» is not supported: ask «profile …» or "
                "«suggest checks for …»"
            ),
        ),
        (
            "checks: [row_count > 0]\n",
            (
                "checks.yaml:1: write one of: checks for DATASET, checks for DATASET [PART], "
                "filter DATASET [PART], for each dataset D"
            ),
        ),
        (
            "checks for orders:\n  - 5\n",
            "checks.yaml:2: a check is one line such as «row_count > 0»",
        ),
        (
            "checks for orders: row_count > 0\n",
            "checks.yaml:1: there must be a list of checks here",
        ),
    ],
)
def test_a_mistake_is_told_once_at_its_line(tmp_path: Path, suite: str, told: str) -> None:
    assert told_of(project(tmp_path, suite)) == [told]
