"""What is in the graph before anything ran, and what events change of it."""

from engine.lineage.columns import ColumnLineage, ColumnOrigin, ColumnSource, Influence
from engine.lineage.declared import Declared
from engine.lineage.graph import EXPOSURES, JobId, Naming
from engine.lineage.memory import KnownDataset, KnownJob, LineageMemory, News
from engine.lineage.sources import external_sources
from engine.lineage.told import OURS
from tests.builders import a_project, dataset
from tests.lineage.events import DATABASE, a_field, direct, lake, own, schema

NAMING = Naming(DATABASE, "shop")
PROJECT = a_project()


def a_memory() -> LineageMemory:
    columns = {
        dataset("silver.orders"): ColumnLineage(
            (ColumnOrigin("id", (ColumnSource("bronze.orders", "id", Influence.IDENTITY),)),)
        )
    }
    sources = external_sources(PROJECT, {})
    return LineageMemory(Declared(PROJECT, NAMING, sources, columns))


def test_a_project_is_known_from_its_deliveries_to_gold_before_it_ever_ran() -> None:
    graph = a_memory().graph

    told = [NAMING.told(each) for each in graph.upstream(own("gold.revenue")).datasets]

    assert told == [
        "silver.customers",
        "silver.orders",
        "bronze.customers",
        "bronze.orders",
        "deliveries/*/customers.csv (file)",
        "deliveries/*/orders.csv (file)",
    ]
    assert [each for each in graph if each.namespace == EXPOSURES] == []


def test_what_a_run_told_of_columns_takes_the_place_of_what_is_declared() -> None:
    memory, silver = a_memory(), own("silver.orders")
    facet = {"fields": {"id": {"inputFields": [
        a_field(own("bronze.orders"), "order_id", transformations=[direct("IDENTITY")])
    ]}}}  # fmt: skip

    memory.hear(News((KnownDataset(silver, {"schema": schema("id", "note")}),)))
    declared = memory.graph.columns(silver)
    memory.hear(News((KnownDataset(silver, {"columnLineage": facet}),)))
    told = memory.graph.columns(silver)

    assert [each.source.column for each in declared.origins["id"]] == ["id"]
    assert declared.names == ("id", "note")
    assert [each.source.column for each in told.origins["id"]] == ["order_id"]


def test_what_a_model_no_longer_reads_is_not_believed_of_its_last_run() -> None:
    memory = a_memory()
    job = KnownJob(
        JobId(DATABASE, "medallion.gold.revenue"),
        OURS,
        (own("silver.orders"), own("silver.products"), lake("x")),
        (own("gold.revenue"),),
    )

    memory.hear(News(jobs=(job,)))

    assert set(memory.graph.inputs(job.id)) == {own("silver.orders"), lake("x")}


def test_reading_everything_anew_forgets_what_is_gone() -> None:
    memory, job = a_memory(), JobId("airflow", "load")
    memory.hear(News(jobs=(KnownJob(job, "airflow", (lake("a"),), (lake("b"),)),)))
    assert lake("a") in memory.graph

    memory.anew(News())

    assert lake("a") not in memory.graph
    assert own("gold.revenue") in memory.graph


def test_owners_of_what_is_not_ours_are_those_of_the_last_word() -> None:
    memory = a_memory()
    owners = {"ownership": {"owners": [{"name": "team:lake"}]}}
    memory.hear(News((KnownDataset(lake("a"), owners), KnownDataset(own("silver.orders"), owners))))

    assert memory.graph.owners(own("silver.orders")) == ()
    assert memory.graph.owners(lake("a")) == ("team:lake",)
    assert memory.graph.owners(lake("b")) == ()
    memory.hear(News((KnownDataset(lake("a")),)))
    assert memory.graph.owners(lake("a")) == ()
