"""What people hear when they ask what to check, and when they accept some of it."""

import pytest

from engine.cards import Card
from engine.commands import AcceptChecks, SuggestChecks
from engine.errors import EngineError, UnknownDataset
from engine.quality.model import Outcome
from engine.quality.profile import Key, Profile
from engine.quality.suggestions import check_id
from engine.suggestion_answers import Suggestions
from engine.testing.fixed import FixedQuality
from engine.testing.suggesting import FixedProfiles, MemoryCheckFiles
from skills.language.sentences import sentence
from tests.builders import a_project, a_table
from tests.quality.profiles import ORDERS, a_profile, closed, texts

SEEN = a_profile(
    closed("id"),
    texts(distinct=2, values=("new", "paid")),
    *(closed(f"c{number}") for number in range(9)),
    keys=(Key(("id",), 1_000),),
)
STATUS = "invalid_count(status) = 0:\n  valid values: [new, paid]"


class Desk:
    """The answers over a table that holds what a test says."""

    def __init__(
        self, *profiles: Profile, outcomes: dict[str, Outcome | None] | None = None
    ) -> None:
        self.files = MemoryCheckFiles(a_project([a_table("orders", checks=())]))
        self.quality = FixedQuality(outcomes)
        self._answers = Suggestions(FixedProfiles(*profiles), self.quality, self.files)

    async def suggest(self, on: str = "silver.orders") -> Card:
        return await self._answers.answer(SuggestChecks(on))

    async def accept(self, *ids: str, on: str = "silver.orders") -> Card:
        return await self._answers.answer(AcceptChecks(on, ids))

    @property
    def declared(self) -> list[str]:
        return [each.text for each in self.files.project.checks_of(ORDERS)]


def rows(card: Card) -> list[tuple[str, ...]]:
    assert card.table is not None
    return list(card.table.rows)


async def test_the_most_useful_eight_are_shown_with_a_click_for_five() -> None:
    card = await Desk(SEEN).suggest()

    first = rows(card)[0]
    assert first == (
        check_id(ORDERS, "row_count > 0"),
        "row_count > 0",
        "it has 1,000 rows",
        "high",
    )
    assert (card.title, len(rows(card))) == ("7 checks to think of for silver.orders", 7)
    assert [each.label for each in card.buttons][5:] == ["Accept all 7"]
    assert card.buttons[0].command == sentence(AcceptChecks("silver.orders", (first[0],)))


async def test_only_what_the_gate_itself_passes_is_shown() -> None:
    outcomes = {
        "row_count > 0": Outcome.FAILED,
        "duplicate_count(id) = 0": Outcome.NOT_EVALUATED,
        "missing_count(id) = 0": None,
    }

    card = await Desk(SEEN, outcomes=outcomes).suggest()

    assert rows(card)[0][1] == " ".join(STATUS.split())


async def test_nothing_is_added_by_asking() -> None:
    desk = Desk(SEEN)

    await desk.suggest()

    assert desk.declared == []


async def test_what_is_accepted_is_what_was_shown() -> None:
    desk = Desk(SEEN)
    shown = {row[1]: row[0] for row in rows(await desk.suggest())}

    card = await desk.accept(shown[" ".join(STATUS.split())], shown["row_count > 0"])

    assert desk.declared == [STATUS, "row_count > 0"]
    assert card.title == "2 checks added to tables/orders.yaml"
    assert rows(card)[1] == ("tables/orders.yaml:2", "row_count > 0")
    assert "restart" in card.text


async def test_what_was_accepted_is_not_suggested_again() -> None:
    desk = Desk(a_profile(texts()))
    (row, *_) = rows(await desk.suggest())

    await desk.accept(row[0])

    card = await desk.suggest()
    assert row not in (card.table.rows if card.table else ())
    with pytest.raises(EngineError, match="is declared for"):
        await desk.accept(row[0])


async def test_a_number_is_never_taken_for_an_id() -> None:
    desk = Desk(SEEN)

    with pytest.raises(EngineError, match="2 is no id") as raised:
        await desk.accept("2")

    meant = check_id(ORDERS, "duplicate_count(id) = 0")
    assert f"«accept check {meant} for silver.orders»" in raised.value.hint
    assert desk.declared == []


async def test_one_id_that_fits_no_more_keeps_all_from_being_added() -> None:
    desk = Desk(SEEN)

    with pytest.raises(EngineError, match="does not fit any more"):
        await desk.accept(check_id(ORDERS, "row_count > 0"), "k0000")

    assert desk.declared == []


async def test_what_holds_no_more_is_not_added() -> None:
    desk = Desk(SEEN, outcomes={"row_count > 0": Outcome.FAILED})

    with pytest.raises(EngineError, match="does not hold for"):
        await desk.accept(check_id(ORDERS, "row_count > 0"))

    assert desk.declared == []


async def test_checks_of_bronze_are_added_to_bronze() -> None:
    desk = Desk(a_profile(closed("id"), closed("email"), on="bronze.orders"))

    card = await desk.suggest("bronze.orders")
    await desk.accept(rows(card)[0][0], on="bronze.orders")

    table = desk.files.project.tables[0]
    assert ([each.text for each in table.bronze_checks], table.checks) == (["row_count > 0"], ())


async def test_all_that_is_shown_is_accepted_at_once() -> None:
    desk = Desk(SEEN)
    shown = await desk.suggest()

    card = await desk.accept()

    assert [" ".join(each.split()) for each in desk.declared] == [row[1] for row in rows(shown)]
    assert card.title == "7 checks added to tables/orders.yaml"


async def test_the_button_for_all_names_what_was_seen() -> None:
    card = await Desk(SEEN).suggest()

    ids = tuple(row[0] for row in rows(card))
    assert card.buttons[-1].command == sentence(AcceptChecks("silver.orders", ids))


async def test_where_nothing_is_suggested_nothing_is_added() -> None:
    desk = Desk(a_profile(closed("id"), rows=0))

    with pytest.raises(EngineError, match="nothing to suggest for"):
        await desk.accept()

    assert desk.declared == []


async def test_a_table_with_nothing_to_suggest_says_so() -> None:
    card = await Desk(a_profile(rows=0)).suggest()

    assert (card.title, card.table) == ("Nothing to suggest for silver.orders", None)


async def test_an_unknown_table_is_refused() -> None:
    with pytest.raises(UnknownDataset):
        await Desk(SEEN).suggest("silver.nothing")
