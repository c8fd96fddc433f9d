"""Every card that the engine makes, on every platform."""

import pytest

from connectors.slack.blocks import message
from connectors.spoken import spoken
from connectors.teams.adaptive import adaptive
from engine.cards import Card, from_json, to_json
from engine.terminal_text import as_text
from tests.connectors.rendering.cards_in_use import everything, main_cards
from tests.connectors.rendering.hostile import of_type, words
from tests.connectors.rendering.test_slack import require_limits as require_limits_of_slack
from tests.connectors.rendering.test_teams import SCHEMA, mistakes, shown_text
from tests.connectors.rendering.test_teams import require_limits as require_limits_of_teams


def plain(text: str) -> str:
    return " ".join(text.replace("\u200b", "").split())


def said_by(card: Card) -> list[str]:
    """What people must find on each platform."""
    parts = [card.title, *card.text.splitlines()]
    parts += [part for each in card.facts for part in (each.name, each.value)]
    if card.table is not None:
        parts += [cell for row in (card.table.columns, *card.table.rows) for cell in row]
    return [plain(part) for part in parts if part.strip()]


def columns_without_a_value(card: Card) -> set[str]:
    """Names that nobody has to hear."""
    if card.table is None:
        return set()
    columns = zip(card.table.columns, zip(*card.table.rows, strict=True), strict=True)
    return {name for name, cells in columns if not any(cells)}


async def test_each_card_says_the_same_on_slack_on_teams_and_on_the_page() -> None:
    cards = (*everything(), *(await main_cards()).values())
    assert len(cards) > 100
    for card in cards:
        slack, teams = message(card), adaptive(card)
        require_limits_of_slack(slack)
        require_limits_of_teams(teams)
        on_slack = plain("\n".join(words(slack.blocks)))
        on_teams = plain("\n".join(shown_text(teams)))
        on_page = plain(as_text(from_json(to_json(card))))
        for part in said_by(card):
            assert part in on_slack
            assert part in on_teams
            assert part in on_page


async def test_each_button_is_there_on_both_with_its_whole_sentence() -> None:
    for card in (*everything(), *(await main_cards()).values()):
        wanted = [each.command for each in card.buttons]
        on_slack = [each["value"] for each in of_type(message(card).blocks, "button")]
        on_teams = [each["data"]["command"] for each in of_type(adaptive(card), "Action.Execute")]  # type: ignore[index]  # the data of a click
        assert on_slack == on_teams == wanted


@pytest.mark.shared
@pytest.mark.skipif(not SCHEMA.exists(), reason="the schema of Adaptive Cards is not here")
async def test_the_schema_of_adaptive_cards_holds_for_cards_in_use() -> None:
    for card in (*everything()[::5], *(await main_cards()).values()):
        assert mistakes(adaptive(card)) == []


async def test_nothing_in_use_is_so_large_that_something_is_left_out() -> None:
    for card in (*everything(), *(await main_cards()).values()):
        told = "\n".join((*words(message(card).blocks), *shown_text(adaptive(card))))
        assert "left out" not in told
        assert "too large for here" not in told
        assert "shortened." not in told


async def test_who_hears_a_card_hears_all_of_it() -> None:
    for card in (await main_cards()).values():
        heard = plain(spoken(card, 10_000))
        silent = columns_without_a_value(card)
        assert [part for part in said_by(card) if part not in heard and part not in silent] == []
        assert all(f"«{each.command}»" in heard for each in card.buttons)
        if card.chart is not None:
            assert plain(as_text(card)).count("█") == heard.count("█")
