"""What people hear when they ask how anonymous a dataset is."""

import pytest

from engine.anonymity_answers import AnonymityAnswers, anonymity_card
from engine.cards import Card, Severity
from engine.commands import CheckAnonymity
from engine.errors import EngineError, UnknownDataset
from engine.privacy.anonymity import Anonymity, Question, Tally
from engine.quality.examples import MASKED, MISSING
from engine.testing.anonymity import Cells, MemoryCrowds
from tests.builders import a_project, dataset

CUSTOMERS, REVENUE = dataset("silver.customers"), dataset("gold.revenue")


def people(*counts: tuple[int, str, str | None]) -> list[Cells]:
    """So many rows of a segment and a country."""
    return [
        {"segment": segment, "country": country}
        for count, segment, country in counts
        for _ in range(count)
    ]


ROWS = people((5, "a", "DE"), (4, "b", "DE"), (1, "b", "FR"), (1, "b", None))


async def asked(
    on: str = "silver.customers",
    columns: tuple[str, ...] = ("segment", "country"),
    k: int = 4,
    opened: tuple[str, ...] = ("segment", "country"),
) -> Card:
    crowds = MemoryCrowds({CUSTOMERS: ROWS, REVENUE: ROWS, dataset("silver.orders"): []}, opened)
    return await AnonymityAnswers(a_project(), crowds).answer(CheckAnonymity(on, columns, k))


async def test_the_card_tells_the_smallest_group_and_how_many_rows_stand_out() -> None:
    card = await asked()

    assert card.severity is Severity.WARNING
    assert card.title == "2 rows of silver.customers stand out: it is not 4-anonymous"
    assert {fact.name: fact.value for fact in card.facts} == {
        "By": "segment, country",
        "Smallest group": "1 row",
        "Rows in groups below 4": "2 of 11 (18.2 %)",
        "Groups below 4": "2 of 4",
    }
    assert card.table is not None
    assert card.table.columns == ("Rows", "segment", "country")
    assert card.table.rows[:2] == (("1", "b", "FR"), ("1", "b", MISSING))


async def test_it_says_which_column_to_generalise_and_offers_to() -> None:
    card = await asked()

    assert card.text == (
        "Without country none would stand out. "
        "Generalise country, for example to first 3, in its rule. "
        "Or leave the 2 rows out."
    )
    assert [button.command for button in card.buttons] == [
        "generalise country in customers to first 3",
        "check k-anonymity of silver.customers for segment with k 4",
    ]


async def test_of_a_gold_model_the_sql_is_what_to_change() -> None:
    card = await asked("gold.revenue")

    assert "in models/revenue.sql" in card.text
    assert [button.command for button in card.buttons] == [
        "check k-anonymity of gold.revenue for segment with k 4"
    ]


async def test_values_that_may_not_be_told_are_masked_and_their_column_is_left_out() -> None:
    card = await asked(opened=("segment",))

    assert card.table is not None
    assert {row[2] for row in card.table.rows} == {MASKED}
    assert "Leave country out or redact it" in card.text
    assert all("generalise" not in button.command for button in card.buttons)


async def test_one_column_alone_is_generalised_or_its_rows_left_out() -> None:
    card = await asked(columns=("country",))

    assert card.text.startswith("Generalise country")
    assert [button.command for button in card.buttons] == [
        "generalise country in customers to first 3"
    ]


async def test_where_nobody_stands_out_there_is_nothing_to_mend() -> None:
    card = await asked(columns=("segment",))

    assert card.severity is Severity.SUCCESS
    assert card.title == "silver.customers is 4-anonymous"
    assert (card.text, card.buttons) == ("", ())


async def test_an_empty_dataset_is_no_success() -> None:
    card = await asked("silver.orders", ("segment",))

    assert card.severity is Severity.INFO
    assert card.title == "silver.orders has no rows"


def test_a_small_share_is_not_told_as_none() -> None:
    tally = Tally(1_000_000, 5_000, 1, 1, 1)
    found = Anonymity(Question(CUSTOMERS, ("segment",), 5), tally)

    card = anonymity_card(found)

    assert card.title.startswith("1 row of silver.customers stands out")
    assert any("1 of 1,000,000 (less than 0.1 %)" in fact.value for fact in card.facts)


async def test_what_can_not_be_asked_is_refused_before_anything_is_counted() -> None:
    with pytest.raises(EngineError, match="k must be 2"):
        await asked(k=1)
    with pytest.raises(UnknownDataset) as caught:
        await asked("silver.custmers")
    assert caught.value.close
