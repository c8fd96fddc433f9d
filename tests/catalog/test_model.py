"""Names, order and what feeds what."""

import string
from dataclasses import replace
from graphlib import CycleError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog.model import (
    Column,
    ColumnType,
    DatasetName,
    Layer,
    Model,
    Operator,
    column_name,
    column_names,
    in_dependency_order,
)
from engine.catalog.rules import mistakes_between
from engine.catalog.sql_model import NotAModel, datasets_read
from engine.errors import UnknownDataset
from tests.builders import a_model, a_project, a_table, dataset

table_names = st.text(string.ascii_lowercase, min_size=1, max_size=4)


@st.composite
def model_graphs(draw: st.DrawFn) -> list[Model]:
    """Models in any order, each of which reads some of those before it, so without a circle."""
    names = draw(st.lists(table_names, min_size=1, max_size=8, unique=True))
    models = [
        a_model(name, draw(st.lists(st.sampled_from(["silver.x", *_gold(names[:index])]))))
        for index, name in enumerate(names)
    ]
    return draw(st.permutations(models))


def _gold(names: list[str]) -> list[str]:
    return [f"gold.{name}" for name in names]


@given(model_graphs())
def test_a_model_comes_after_all_that_it_reads(models: list[Model]) -> None:
    ordered = in_dependency_order(models)

    assert sorted(ordered, key=str) == sorted(models, key=str)
    places = {model.gold: place for place, model in enumerate(ordered)}
    for model in ordered:
        gold = [name for name in model.upstream if name.layer is Layer.GOLD]
        assert all(places[name] < places[model.gold] for name in gold)


@given(model_graphs(), st.randoms())
def test_the_order_does_not_depend_on_the_order_given(models: list[Model], random: object) -> None:
    shuffled = sorted(models, key=lambda _: random.random())  # type: ignore[attr-defined]  # st.randoms has no type

    assert in_dependency_order(shuffled) == in_dependency_order(models)


def test_a_circle_has_no_order() -> None:
    models = (a_model("a", ("gold.b",)), a_model("b", ("gold.a",)))

    with pytest.raises(CycleError):
        in_dependency_order(models)


@given(st.text(max_size=100))
def test_every_header_gives_a_column_name(header: str) -> None:
    name = column_name(header)

    assert name
    assert len(name.encode()) <= 63
    assert name == name.lower()
    assert not name.startswith("_")


@given(st.text(max_size=100))
def test_a_column_may_be_declared_under_the_name_of_its_header(header: str) -> None:
    name = column_name(header)
    key = Column("id", operator=Operator.KEEP)
    project = a_project(tables=[a_table(columns=(key, Column(name)))] if name != "id" else [])

    problems = [problem for _, problem, _ in mistakes_between(project) if "can't name" in problem]

    assert not problems or not (name[0].isalpha())


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Customer ID", "customer_id"),
        ("  E-Mail (work) ", "e_mail_work"),
        ("ÄrztIn", "ärztin"),
        ("a__b", "a__b"),
        ("%%%", "column"),
        ("", "column"),
    ],
)
def test_a_header_becomes_a_column_name(header: str, name: str) -> None:
    assert column_name(header) == name


@pytest.mark.parametrize("text", ["customers", "silver.", ".customers", "copper.customers", ""])
def test_a_text_that_is_no_dataset_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # its text is for nobody
        DatasetName.parse(text)


def test_a_dataset_reads_as_it_is_written() -> None:
    assert str(DatasetName.parse("gold.revenue")) == "gold.revenue"


def test_what_is_made_from_a_dataset_is_found_to_the_end_nearest_first() -> None:
    models = (a_model("revenue", ("silver.orders",)), a_model("margin", ("gold.revenue",)))
    project = a_project(models=models)

    fed = project.downstream_of(dataset("bronze.orders"))

    assert [str(name) for name in fed] == ["silver.orders", "gold.revenue", "gold.margin"]
    assert project.downstream_of(dataset("gold.margin")) == ()


def test_an_owner_is_found_for_every_layer() -> None:
    project = a_project(models=(a_model("customers", owner="sales"),))

    owners = [project.owner_of(name) for name in project.datasets()]

    assert [owner.id if owner else None for owner in owners] == [
        "crm", "crm", "crm", "crm", "sales",
    ]  # fmt: skip
    assert project.owner_of(dataset("silver.nothing")) is None


def test_what_is_gold_without_a_model_is_nobodys_though_a_table_has_its_name() -> None:
    project = a_project(tables=(replace(a_table("customers"), tags=("hr",)),), models=())

    assert project.owner_of(dataset("silver.customers")) is not None
    assert project.owner_of(dataset("gold.customers")) is None
    assert project.tags_of(dataset("gold.customers")) == ()


def test_bronze_has_no_checks() -> None:
    project = a_project()

    assert project.checks_of(dataset("bronze.customers")) == ()
    assert len(project.checks_of(dataset("silver.customers"))) == 1
    assert len(project.checks_of(dataset("gold.revenue"))) == 1


def test_a_dataset_of_another_layer_is_not_behind_a_name() -> None:
    project = a_project()

    with pytest.raises(UnknownDataset):
        project.source_table(dataset("gold.customers"))
    with pytest.raises(UnknownDataset):
        project.gold_model(dataset("silver.revenue"))


def test_only_text_can_be_masked() -> None:
    columns = (
        Column("id", operator=Operator.KEEP),
        Column("age", ColumnType.INTEGER, operator=Operator.MASK),
    )

    problems = [
        problem for _, problem, _ in mistakes_between(a_project([a_table(columns=columns)], ()))
    ]

    assert problems == ["mask works on text; age is integer: use hash or redact"]


@pytest.mark.parametrize(
    ("sql", "reads"),
    [
        ("SELECT 1 FROM silver.a JOIN gold.b USING (id)", ["silver.a", "gold.b"]),
        ("WITH a AS (SELECT * FROM silver.b) SELECT * FROM a", ["silver.b"]),
        ("SELECT (SELECT max(x) FROM silver.a)", ["silver.a"]),
        ("SELECT * FROM silver.a UNION ALL SELECT * FROM silver.b", ["silver.a", "silver.b"]),
        ("SELECT * FROM silver.a, LATERAL (SELECT * FROM silver.c) AS c", ["silver.a", "silver.c"]),
        ("SELECT * FROM generate_series(1, 3) AS n", []),
        ("SELECT 'gold.x' AS text FROM silver.a -- silver.z", ["silver.a"]),
        ("SELECT * FROM silver.a AS x, silver.a AS y", ["silver.a"]),
    ],
)
def test_a_model_reads_what_its_sql_names(sql: str, reads: list[str]) -> None:
    found = datasets_read(sql)

    assert not isinstance(found, NotAModel)
    assert [str(name) for name in found] == reads


def test_a_model_that_writes_a_table_is_none() -> None:
    assert isinstance(datasets_read("SELECT * INTO silver.b FROM silver.a"), NotAModel)


def test_a_header_that_means_a_person_is_called_by_its_place() -> None:
    headers = ("Customer ID", "maria@example.com", "+49 170 1234567", "2026-03-01")

    assert column_names(headers) == ("customer_id", "hidden_2", "hidden_3", "2026_03_01")
