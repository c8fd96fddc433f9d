"""Sentences about what feeds what, and what a mishap would break."""

from datetime import UTC, datetime

import pytest

from engine.commands import Command, DescribePipeline, Help, ShowImpact, ShowLineage
from engine.commands.lineage import Direction, Mishap
from skills.language.examples import EXAMPLE_VOCABULARY
from skills.language.readings import Reading, Understood
from skills.language.understanding import understand
from tests.skills.language.judging import assert_offered

NOW = datetime(2026, 3, 11, 10, 30, tzinfo=UTC)
CUSTOMERS, ORDERS, REVENUE = "silver.customers", "silver.orders", "gold.revenue"


def read(text: str) -> Reading:
    return understand(text, EXAMPLE_VOCABULARY, NOW, UTC)


def up(dataset: str, column: str | None = None) -> ShowLineage:
    return ShowLineage(dataset, column, Direction.UPSTREAM)


def down(dataset: str, column: str | None = None) -> ShowLineage:
    return ShowLineage(dataset, column, Direction.DOWNSTREAM)


def impact(dataset: str, mishap: Mishap, column: str | None = None) -> ShowImpact:
    return ShowImpact(dataset, column, mishap)


UNDERSTOOD: tuple[tuple[str, Command], ...] = (
    ("show lineage of gold.revenue", ShowLineage(REVENUE)),
    ("Show me the lineage of revenue, please", ShowLineage(REVENUE)),
    ("lineage gold.revenue", ShowLineage(REVENUE)),
    ("linage of gold.revenue", ShowLineage(REVENUE)),
    ("lineage of silver customers", ShowLineage(CUSTOMERS)),
    ("lineage of customers in bronze", ShowLineage("bronze.customers")),
    ("what feeds gold.revenue?", up(REVENUE)),
    ("what feeds revenu?", up(REVENUE)),
    ("which tables feed gold.revenue", up(REVENUE)),
    ("what feeds the CFO dashboard?", up("CFO dashboard")),
    ("show me what feeds the gold revenue table", up(REVENUE)),
    ("upstream of orders", up(ORDERS)),
    ("what is upstream of orders?", up(ORDERS)),
    ("what does gold.revenue depend on?", up(REVENUE)),
    ("what is gold.revenue made from?", up(REVENUE)),
    ("how is revenue calculated?", up(REVENUE)),
    ("where does gold.revenue.total come from?", up(REVENUE, "total")),
    ("where does revenue.total_amount come from", up(REVENUE, "total_amount")),
    ("where does total in gold.revenue come from?", up(REVENUE, "total")),
    ("where does phone come from?", up(CUSTOMERS, "phone")),
    ("what is made from silver.customers?", down(CUSTOMERS)),
    ("what depends on customers?", down(CUSTOMERS)),
    ("who uses orders?", down(ORDERS)),
    ("downstream of silver.orders", down(ORDERS)),
    ("where is customers.phone used?", down(CUSTOMERS, "phone")),
    ("what feeds gold.nothing?", up("gold.nothing")),
    ("impact of silver.customers", impact(CUSTOMERS, Mishap.BREAKS)),
    ("show the impact of changing orders.amount", impact(ORDERS, Mishap.CHANGED, "amount")),
    ("what breaks if silver.customers is late?", impact(CUSTOMERS, Mishap.LATE)),
    ("if silver.customers is late, what breaks?", impact(CUSTOMERS, Mishap.LATE)),
    ("who is affected if orders is late", impact(ORDERS, Mishap.LATE)),
    ("who is affected by a late orders?", impact(ORDERS, Mishap.LATE)),
    ("what breaks if I drop customers.phone?", impact(CUSTOMERS, Mishap.DROPPED, "phone")),
    ("can I drop customers.phone?", impact(CUSTOMERS, Mishap.DROPPED, "phone")),
    ("is it safe to drop customers.phone?", impact(CUSTOMERS, Mishap.DROPPED, "phone")),
    ("what happens if orders fails?", impact(ORDERS, Mishap.BREAKS)),
    ("what happens if orders is down", impact(ORDERS, Mishap.BREAKS)),
    ("what happens if orders is wrong", impact(ORDERS, Mishap.BREAKS)),
    ("what if I change the type of orders.amount", impact(ORDERS, Mishap.CHANGED, "amount")),
    ("what happens when ingest fails", DescribePipeline("ingest")),
)
OFFERED: tuple[tuple[str, tuple[Command, ...], str], ...] = (
    (
        "where does email come from?",
        (up(CUSTOMERS, "email"), up("silver.support_tickets", "email")),
        "Which table?",
    ),
    ("lineage of bronze.revenue", (ShowLineage(REVENUE),), "There is no dataset bronze.revenue."),
    (
        "what breaks if orders.unit_prce changes?",
        (
            impact(ORDERS, Mishap.CHANGED, "unit_price"),
            impact(ORDERS, Mishap.CHANGED, "unit_prce"),
        ),
        "No table declares a column unit_prce.",
    ),
    (
        "lineage",
        (*map(ShowLineage, reversed(EXAMPLE_VOCABULARY.datasets[-7:])), Help("lineage")),
        "Of which table?",
    ),
    *(
        (
            text,
            (*map(ask, reversed(EXAMPLE_VOCABULARY.datasets[-7:])), Help("lineage")),
            "Of which table?",
        )
        for text, ask in (
            ("what breaks if", ShowImpact),
            ("what breaks if it is late?", ShowImpact),
            ("what will break?", ShowImpact),
            ("what breaks?", ShowImpact),
            ("what happens when", ShowImpact),
            ("show lineage of", ShowLineage),
            ("where does come from", ShowLineage),
        )
    ),
    ("impact of the moon on the orders of today", (ShowImpact(ORDERS),), "Not understood"),
)


@pytest.mark.parametrize(("text", "command"), UNDERSTOOD)
def test_a_question_about_lineage_is_understood(text: str, command: Command) -> None:
    assert read(text) == Understood(command)


@pytest.mark.parametrize(("text", "commands", "reason"), OFFERED)
def test_what_leaves_a_choice_is_offered(
    text: str, commands: tuple[Command, ...], reason: str
) -> None:
    assert_offered(read(text), commands, reason)
