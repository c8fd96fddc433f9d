"""Which datasets hold tokens of a former key, and the sentences that have them made anew."""

from datetime import datetime, timedelta

import pytest

from engine.catalog.model import DatasetName, Pipeline, Stage
from engine.runs.rotation import Outdated, Written, making_anew, outdated
from engine.testing.clock import EPOCH
from tests.builders import a_model, a_project, a_table, dataset

CUSTOMERS, ORDERS = dataset("silver.customers"), dataset("silver.orders")
VALUE, TOP = dataset("gold.value"), dataset("gold.top")

SHOP = a_project(
    [a_table("customers"), a_table("orders")],
    [a_model("value", ("silver.customers", "silver.orders")), a_model("top", ("gold.value",))],
)


def day(number: int) -> datetime:
    return EPOCH + timedelta(days=number)


def written(name: DatasetName, version: int | None, first: int, last: int | None = None) -> Written:
    return Written(name, version, day(first), day(first if last is None else last))


def test_what_was_written_with_the_present_key_is_fine() -> None:
    known = [
        written(CUSTOMERS, 1, 1),
        written(CUSTOMERS, 2, 5, 9),
        written(ORDERS, None, 1),
        written(VALUE, None, 1, 6),
    ]

    assert outdated(SHOP, 2, known) == ()


def test_gold_is_told_of_with_the_silver_that_it_is_made_from_through_other_gold_too() -> None:
    known = [
        written(CUSTOMERS, 1, 1, 4),
        written(ORDERS, None, 1),
        written(VALUE, None, 1, 4),
        written(TOP, None, 1, 4),
    ]

    assert outdated(SHOP, 2, known) == (Outdated(CUSTOMERS, 1), Outdated(VALUE), Outdated(TOP))


def test_gold_that_is_older_than_the_tokens_of_silver_has_those_from_before() -> None:
    known = [written(CUSTOMERS, 1, 1, 4), written(CUSTOMERS, 2, 6, 9), written(VALUE, None, 1, 5)]

    assert outdated(SHOP, 2, known) == (Outdated(VALUE),)


@pytest.mark.parametrize("built", [[], [written(VALUE, None, 1)]])
def test_without_tokens_nothing_is_outdated(built: list[Written]) -> None:
    assert outdated(SHOP, 2, [*built, written(CUSTOMERS, None, 3)]) == ()


def test_of_the_first_key_no_gold_is_outdated() -> None:
    # the runs from before the oldest one that is kept are forgotten
    assert outdated(SHOP, 1, [written(CUSTOMERS, 1, 5), written(VALUE, None, 1)]) == ()


def test_a_key_that_was_put_back_makes_its_tokens_the_present_ones() -> None:
    known = [written(CUSTOMERS, 1, 1, 4), written(CUSTOMERS, 2, 5, 6)]

    assert outdated(SHOP, 1, known) == (Outdated(CUSTOMERS, 2),)


def test_a_dataset_that_the_project_has_no_more_is_not_told_of() -> None:
    assert outdated(a_project([], []), 2, [written(CUSTOMERS, 1, 1)]) == ()


SILVER, GOLD = (f"run pipeline {name} with full refresh"
                for name in ("bronze_to_silver", "silver_to_gold"))  # fmt: skip


@pytest.mark.parametrize(
    ("datasets", "sentences"),
    [([], ()), ([CUSTOMERS], (SILVER,)), ([VALUE], (GOLD,)), ([TOP, CUSTOMERS], (SILVER, GOLD))],
)
def test_silver_is_made_anew_before_gold_and_nothing_is_loaded(
    datasets: list[DatasetName], sentences: tuple[str, ...]
) -> None:
    assert making_anew(SHOP, datasets) == sentences


def test_one_pipeline_that_makes_all_of_them_is_enough() -> None:
    both = Pipeline("retokenise", (Stage.SILVER, Stage.GOLD))
    shop = a_project(SHOP.tables, SHOP.models, [*SHOP.pipelines, both])

    assert making_anew(shop, [VALUE, CUSTOMERS]) == ("run pipeline retokenise with full refresh",)
    assert making_anew(shop, [CUSTOMERS]) == (SILVER,)


def test_a_pipeline_that_loads_too_is_named_where_there_is_no_other() -> None:
    whole = [each for each in SHOP.pipelines if each.name == "medallion"]
    shop = a_project(SHOP.tables, SHOP.models, whole)

    assert making_anew(shop, [CUSTOMERS]) == ("run pipeline medallion with full refresh",)
    assert making_anew(a_project(SHOP.tables, SHOP.models, []), [CUSTOMERS]) == ()
