"""What people hear when they ask what feeds what, where a column comes from, and what breaks."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from engine.cards import Card, Severity, from_json, to_json
from engine.catalog.model import Exposure
from engine.commands.lineage import Direction, Mishap, ShowImpact, ShowLineage
from engine.errors import EngineError, Unknown, UnknownDataset
from engine.lineage.columns import ColumnLineage, ColumnOrigin, ColumnSource, Influence
from engine.lineage.declared import Declared
from engine.lineage.graph import Graph, JobId, Naming
from engine.lineage.impact import Impact, Landscape, impact_of, summary
from engine.lineage_answers import LineageAnswers, LineageCommand
from engine.recurrence import Cron
from engine.schedules.model import Schedule
from engine.terminal_text import as_text
from engine.testing.clock import EPOCH, FakeClock
from engine.testing.known_lineage import FixedLineage
from engine.testing.transactions import MemoryTransaction, MemoryTransactions
from tests.builders import a_model, a_project, an_asker, dataset
from tests.lineage.events import DATABASE, lake, own

NAMING = Naming(DATABASE, "shop")

PROJECT = replace(
    a_project(
        models=[
            a_model(reads=("silver.customers", "silver.orders")),
            a_model("ranking", reads=("gold.revenue",), owner=None),
        ]
    ),
    exposures=(
        Exposure(
            "CFO dashboard", "dashboard", (dataset("gold.revenue"),), "sales",
            "every weekday at 07:00 Berlin time",
        ),
    ),
)  # fmt: skip


def made(
    *sources: tuple[str, str], by: Influence = Influence.IDENTITY, masking: bool = False
) -> tuple[ColumnSource, ...]:
    return tuple(ColumnSource(name, column, by, masking) for name, column in sources)


COLUMNS = {
    dataset("silver.customers"): ColumnLineage(
        (
            ColumnOrigin("id", made(("bronze.customers", "id"))),
            ColumnOrigin(
                "email",
                made(("bronze.customers", "email"), by=Influence.TRANSFORMATION, masking=True),
            ),
        ),
        unresolved=("undeclared columns pass as they are",),
    ),
    dataset("gold.revenue"): ColumnLineage(
        (
            ColumnOrigin("total", made(("silver.orders", "amount"), by=Influence.AGGREGATION)),
            ColumnOrigin("emails", made(("silver.customers", "email"), by=Influence.AGGREGATION)),
        ),
        made(("silver.customers", "id"), by=Influence.JOIN),
    ),
    dataset("silver.orders"): ColumnLineage(
        (ColumnOrigin("amount", made(("bronze.orders", "amount"))),)
    ),
}


def a_graph() -> Graph:
    """What the project declares, and a lake that gold.ranking is exported to."""
    graph = Graph()
    Declared(PROJECT, NAMING, columns=COLUMNS).put_into(graph)
    graph.put_job(JobId("airflow", "export"), [own("gold.ranking")], [lake("exports/ranking")])
    return graph


async def answered(command: LineageCommand, schedules: Sequence[Schedule] = ()) -> Card:
    clock = FakeClock()
    transactions = MemoryTransactions(clock)
    async with transactions.begin() as tx:
        for each in schedules:
            await tx.schedules.add(each)
    lineage = FixedLineage(a_graph(), {own("gold.ranking"): EPOCH - timedelta(hours=1)})
    zone = ZoneInfo("Europe/Berlin")
    answers = LineageAnswers[MemoryTransaction](PROJECT, NAMING, lineage, transactions, clock, zone)
    card = await answers.answer(command, an_asker())
    assert from_json(to_json(card)) == card
    return card


def rows(card: Card) -> list[tuple[str, ...]]:
    return list(card.table.rows) if card.table else []


async def test_the_lineage_of_a_dataset_is_a_table_and_a_picture() -> None:
    card = await answered(ShowLineage("gold.revenue"))

    assert card.title == "gold.revenue: made from 4 datasets, feeds 2 datasets and 1 consumer"
    assert rows(card) == [
        ("1 upstream", "silver.customers", "Customer relations (#crm)", ""),
        ("1 upstream", "silver.orders", "Customer relations (#crm)", ""),
        ("2 upstream", "bronze.customers", "Customer relations (#crm)", ""),
        ("2 upstream", "bronze.orders", "Customer relations (#crm)", ""),
        ("1 downstream", "CFO dashboard", "Sales team", ""),
        ("1 downstream", "gold.ranking", "", "Sun 1 Mar 12:00 CET"),
        ("2 downstream", "exports/ranking (s3://lake)", "", ""),
    ]
    assert card.picture is not None
    assert {(each.label, each.kind, each.level, each.mark) for each in card.picture.nodes} == {
        ("bronze.customers", "bronze", 0, ""),
        ("bronze.orders", "bronze", 0, ""),
        ("silver.customers", "silver", 1, ""),
        ("silver.orders", "silver", 1, ""),
        ("gold.revenue", "gold", 2, "this"),
        ("gold.ranking", "gold", 3, ""),
        ("CFO dashboard", "dashboard", 3, ""),
        ("exports/ranking (s3://lake)", "foreign", 4, ""),
    }
    assert len(card.picture.edges) == 7
    assert "   └─ gold.revenue (this)" in as_text(card)


async def test_only_the_asked_direction_is_told() -> None:
    card = await answered(ShowLineage("gold.revenue", direction=Direction.UPSTREAM))

    assert card.title == "gold.revenue: made from 4 datasets"
    assert {row[0] for row in rows(card)} == {"1 upstream", "2 upstream"}


async def test_a_column_is_followed_back_to_bronze_with_how_it_was_made() -> None:
    card = await answered(ShowLineage("gold.revenue", "emails"))

    assert card.title == "gold.revenue.emails comes from bronze.customers.email"
    assert rows(card) == [
        ("1", "gold.revenue.emails", "silver.customers.email", "aggregated"),
        ("2", "silver.customers.email", "bronze.customers.email", "masked"),
    ]
    assert card.text.splitlines() == [
        "Its rows are joined by silver.customers.id.",
        "silver.customers: undeclared columns pass as they are",
    ]


async def test_a_column_of_unknown_origin_is_said_to_be_so() -> None:
    card = await answered(ShowLineage("gold.ranking", "place"))

    assert card.title == "Where gold.ranking.place comes from is not known"
    assert card.severity is Severity.WARNING
    assert "nothing is known of where its columns come from" in card.text


async def test_what_breaks_is_told_by_distance_with_owners_and_consumers() -> None:
    card = await answered(ShowImpact("silver.customers", mishap=Mishap.LATE))

    assert card.title == (
        "If silver.customers is late: 3 datasets, "
        "the CFO dashboard due every weekday at 07:00 Berlin time"
    )
    assert rows(card) == [
        ("1", "gold.revenue", "Sales team"),
        ("2", "gold.ranking", ""),
        ("3", "exports/ranking (s3://lake)", ""),
    ]
    assert [(each.name, each.value) for each in card.facts] == [("Owners", "Sales team")]
    assert "CFO dashboard, due every weekday at 07:00 Berlin time, owner Sales team." in card.text


async def test_a_run_that_starts_before_it_is_mended_is_told() -> None:
    def schedule(pipeline: str, minutes: float, *, paused: bool = False) -> Schedule:
        due = EPOCH + timedelta(minutes=minutes)
        daily = Cron.read("0 9 * * *", "UTC")
        return Schedule(0, pipeline, None, daily, an_asker(), EPOCH, due, paused)

    card = await answered(
        ShowImpact("silver.customers"),
        [
            schedule("medallion", 90),
            schedule("silver_to_gold", 40),
            schedule("ingest", 10),
            schedule("silver_to_gold", 20, paused=True),
            schedule("silver_to_gold", 600),
        ],
    )

    assert card.text.splitlines()[:2] == [
        "silver_to_gold runs at 13:40 CET, in 40 min.",
        "medallion runs at 14:30 CET, in 1 h 30 min.",
    ]
    assert "ingest" not in card.text


async def test_a_dropped_column_reaches_columns_and_what_nothing_is_known_of() -> None:
    card = await answered(ShowImpact("customers", "email", Mishap.DROPPED))

    assert card.title == (
        "If silver.customers.email is dropped: 1 column, 1 dataset, perhaps 2 datasets, "
        "the CFO dashboard due every weekday at 07:00 Berlin time"
    )
    assert rows(card) == [
        ("1", "gold.revenue.emails", ""),
        ("1", "gold.revenue", "Sales team"),
        ("2", "gold.ranking (perhaps)", ""),
        ("3", "exports/ranking (s3://lake) (perhaps)", ""),
    ]
    assert "too little is known of their columns: gold.ranking, exports/ranking" in card.text


async def test_where_nothing_depends_on_it_that_is_good_news() -> None:
    card = await answered(ShowImpact("exports/ranking"))

    assert card.severity is Severity.SUCCESS
    assert card.title == "If exports/ranking (s3://lake) breaks: nothing downstream"


@pytest.mark.parametrize(
    ("said", "column", "title"),
    [
        ("customers", None, "silver.customers: "),
        ("revenue", None, "gold.revenue: "),
        ("customers.email", None, "silver.customers.email comes"),
        ("Silver.Customers.email", None, "silver.customers.email comes"),
        ("orders", "AMOUNT", "silver.orders.amount comes"),
        ("exports/ranking", None, "exports/ranking (s3://lake): "),
    ],
)
async def test_a_name_finds_what_is_meant(said: str, column: str | None, title: str) -> None:
    assert (await answered(ShowLineage(said, column))).title.startswith(title)


@pytest.mark.parametrize(
    ("said", "column", "close"),
    [
        ("silver.custmers", None, ("silver.customers",)),
        ("custmers", None, ("customers",)),
        ("exports/rankin", None, ("exports/ranking",)),
        ("silver.customers", "emial", ("email",)),
    ],
)
async def test_a_name_that_nothing_has_is_refused_with_near_ones(
    said: str, column: str | None, close: tuple[str, ...]
) -> None:
    with pytest.raises(Unknown) as caught:
        await answered(ShowImpact(said, column))

    assert caught.value.close[: len(close)] == close


async def test_a_consumer_is_no_dataset() -> None:
    with pytest.raises(UnknownDataset):
        await answered(ShowImpact("CFO dashboard"))


async def test_a_foreign_name_that_several_have_is_asked_about() -> None:
    graph = a_graph()
    graph.put(replace(lake("exports/ranking"), namespace="s3://pond"))
    lineage, clock = FixedLineage(graph), FakeClock()
    answers = LineageAnswers[MemoryTransaction](
        PROJECT, NAMING, lineage, MemoryTransactions(clock), clock, ZoneInfo("UTC")
    )

    with pytest.raises(EngineError, match=r"s3://lake.*s3://pond"):
        await answers.answer(ShowLineage("exports/ranking"), an_asker())


def with_airflow(*names: str) -> LineageAnswers[MemoryTransaction]:
    """Answers of a graph in which another tool has those datasets."""
    graph = a_graph()
    for each in names:
        graph.put(lake(each))
    lineage, clock = FixedLineage(graph), FakeClock()
    return LineageAnswers[MemoryTransaction](
        PROJECT, NAMING, lineage, MemoryTransactions(clock), clock, ZoneInfo("UTC")
    )


@pytest.mark.parametrize("said", ["clicks", "web.clicks", "Raw/web.clicks"])
async def test_the_last_parts_of_a_foreign_name_are_enough(said: str) -> None:
    answers = with_airflow("raw/web.clicks", "raw/web.doubleclicks")

    card = await answers.answer(ShowLineage(said), an_asker())

    assert card.title.startswith("raw/web.clicks (s3://lake): ")


async def test_last_parts_that_several_have_are_asked_about() -> None:
    answers = with_airflow("raw/web.clicks", "raw/app.clicks")

    with pytest.raises(EngineError, match=r"raw/app\.clicks.*raw/web\.clicks"):
        await answers.answer(ShowLineage("clicks"), an_asker())


async def test_the_last_part_is_offered_where_it_is_misspelled() -> None:
    with pytest.raises(UnknownDataset) as refused:
        await with_airflow("raw/web.clicks").answer(ShowLineage("clciks"), an_asker())

    assert refused.value.close[0] == "clicks"


def test_an_impact_is_told_in_one_line() -> None:
    impact = impact_of(Landscape.of(PROJECT, a_graph(), NAMING), own("bronze.orders"))

    assert summary(impact) == impact.sentence
    assert impact.sentence == (
        "4 datasets, the CFO dashboard due every weekday at 07:00 Berlin time"
    )
    assert [each.distance for each in impact.datasets] == [1, 2, 3, 4]
    assert [owner.id for owner in impact.owners] == ["crm", "sales"]
    assert summary(Impact()) == "nothing downstream"
