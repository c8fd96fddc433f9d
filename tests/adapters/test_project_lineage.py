"""What the columns of a project are made of before any run."""

from dataclasses import replace
from pathlib import Path

from engine.adapters.project_lineage import project_columns
from engine.catalog.model import (
    Column,
    ColumnType,
    DatasetName,
    Layer,
    Load,
    Model,
    Operator,
    Project,
    Routes,
    Table,
)
from engine.catalog.policy import PrivacyPolicy
from engine.catalog.reader import read_project
from engine.lineage.columns import ColumnLineage, ColumnSource, Influence
from tests.adapters.builders import a_table

PEOPLE = replace(
    a_table(
        Column("email", operator=Operator.HASH),
        Column("age", ColumnType.INTEGER),
        Column("city", operator=Operator.KEEP),
        Column("note"),
        Column("changed", ColumnType.TIMESTAMP),
    ),
    watermark="changed",
)

SILVER = DatasetName(Layer.SILVER, "people")


def a_project(table: Table, *models: Model) -> Project:
    return Project("test", Path(), (), (table,), models, (), Routes(), PrivacyPolicy({}))


def sources(found: ColumnLineage, column: str) -> tuple[ColumnSource, ...]:
    return next(each.sources for each in found.columns if each.column == column)


def bronze(column: str, influence: Influence, masking: bool = False) -> ColumnSource:
    return ColumnSource("bronze.people", column, influence, masking)


def test_a_declared_protection_masks() -> None:
    found = project_columns(a_project(PEOPLE))[SILVER]

    assert sources(found, "email") == (bronze("email", Influence.TRANSFORMATION, masking=True),)
    assert sources(found, "city") == (bronze("city", Influence.TRANSFORMATION),)


def test_what_a_sample_decides_is_said() -> None:
    found = project_columns(a_project(PEOPLE))[SILVER]

    assert found.unresolved == (
        "bronze.people may bring undeclared columns, which silver.people gets too",
        "whether silver.people.id is protected is decided by a sample of its values",
        "whether silver.people.age is protected is decided by a sample of its values",
        "whether silver.people.note is protected is decided by a sample of its values",
    )


def test_what_decides_about_rows_acts_on_all_columns() -> None:
    found = project_columns(a_project(PEOPLE))[SILVER]

    assert set(found.influences) == {
        bronze("id", Influence.FILTER),
        bronze("age", Influence.FILTER),
        bronze("changed", Influence.FILTER),
        bronze("id", Influence.GROUP_BY),
        bronze("changed", Influence.SORT),
    }


def test_a_history_holds_between_watermarks() -> None:
    table = replace(PEOPLE, load=Load(history=True))
    found = project_columns(a_project(table))[SILVER]

    assert sources(found, "valid_from") == (bronze("changed", Influence.TRANSFORMATION),)
    assert bronze("id", Influence.WINDOW) in sources(found, "valid_to")


def test_models_are_read_after_those_they_read() -> None:
    first = Model("ages", "SELECT city, avg(age) AS age FROM silver.people GROUP BY 1", (SILVER,))
    second = Model("older", "SELECT * FROM gold.ages WHERE age > 40", (first.gold,))
    found = project_columns(a_project(PEOPLE, second, first))

    assert sources(found[second.gold], "age") == (
        ColumnSource("gold.ages", "age", Influence.IDENTITY),
    )
    assert found[second.gold].unresolved == ()


def test_a_model_may_read_a_column_that_nobody_declared() -> None:
    model = Model("m", "SELECT nickname, p.* FROM silver.people p", (SILVER,))
    found = project_columns(a_project(PEOPLE, model))[model.gold]

    assert sources(found, "nickname") == (
        ColumnSource("silver.people", "nickname", Influence.IDENTITY),
    )
    assert found.unresolved == ("what p.* stands for is not all known",)


def test_every_column_of_the_sample_project_is_told() -> None:
    found = project_columns(read_project(Path("examples/shop")))
    gold = {name: each for name, each in found.items() if name.layer is Layer.GOLD}

    assert len(gold) == 4
    assert all(each.unresolved == () for each in gold.values())
    value = found[DatasetName(Layer.GOLD, "customer_value")]
    assert sources(value, "email_token") == (
        ColumnSource("silver.customers", "email", Influence.IDENTITY),
    )
