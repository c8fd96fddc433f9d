"""How good data is, asked by somebody who may only look."""

from engine.cards import Card, Severity
from engine.outcome import Accepted
from skills.language.readings import Understood
from tests.world import World


def value(card: Card, name: str) -> str:
    """The value of a card's fact."""
    return next(fact.value for fact in card.facts if fact.name == name)


async def ask(world: World, sentence: str) -> Card:
    """What a viewer hears."""
    return await world.hear(sentence, person="lea")


async def test_reports_tell_how_good_data_is_and_run_nothing(world: World) -> None:
    unknown = await ask(world, "how good is silver.customers?")
    assert unknown.title == "silver.customers was not checked yet"
    assert unknown.severity is Severity.WARNING
    assert (await ask(world, "how good is bronze.customers?")).title == (
        "bronze.customers has no checks"
    )
    refused = await ask(world, "how good is gold.nothing?")
    assert "gold.nothing" in refused.title

    await world.run("ingest customers")
    await world.run("run pipeline bronze_to_silver for customers")
    good = await ask(world, "how good is silver.customers?")
    assert (good.title, good.severity) == ("silver.customers: 100 of 100", Severity.SUCCESS)
    assert value(good, "Owner") == "Customer relations team (#crm)"

    await world.run("ingest customers")
    broken = await world.run("run pipeline bronze_to_silver for customers")
    bad = await ask(world, "how has customers been over the last two weeks?")
    assert bad.severity is Severity.CRITICAL
    assert f"Run {broken.id} held a new version back." in bad.text
    assert "Newly failing: missing_percent(email) < 5" in bad.text
    assert f"explain {broken.id}" in [button.command for button in bad.buttons]

    everything = await ask(world, "quality report since Monday")
    assert everything.table is not None
    rows = {row[0]: row for row in everything.table.rows}
    assert rows["silver.customers"][1] == value(bad, "Score").partition(" ")[0]
    assert "never evaluated" in rows["silver.orders"][3]
    runs = await world.rows("SELECT id FROM atlas.runs")
    await _every_button_is_understood(world, good, bad, everything)
    assert await world.rows("SELECT id FROM atlas.runs") == runs


async def _every_button_is_understood(world: World, *cards: Card) -> None:
    for sentence in {button.command for card in cards for button in card.buttons}:
        message = await world.say(sentence, person="lea")
        assert isinstance(message.raw_parses["atlas"], Understood), sentence
        assert not isinstance(message.raw_parses.get("outcome"), Accepted), sentence
