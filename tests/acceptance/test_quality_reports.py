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
    assert f"Run {broken.id} held a newer version back on " in bad.text
    assert "Newly failing: missing_percent(email) < 5" in bad.text
    assert bad.title.endswith(" of 100 held back, 100 of 100 published")
    assert bad.buttons[0].command == f"why did {broken.id} fail"

    await _a_look_hides_nothing(world, bad)

    everything = await ask(world, "quality report since Monday")
    assert everything.table is not None
    rows = {row[0]: row for row in everything.table.rows}
    assert rows["silver.customers"][1] == value(bad, "Score").partition(" ")[0]
    assert rows["silver.customers"][2].endswith(", held back")
    assert "never evaluated" in rows["silver.orders"][2]
    runs = await world.rows("SELECT id FROM atlas.runs")
    await _every_button_is_understood(world, good, bad, everything)
    assert await world.rows("SELECT id FROM atlas.runs") == runs


async def _a_look_hides_nothing(world: World, bad: Card) -> None:
    """A check of the published table is told, and the version held back as before."""
    looked = await world.run("check quality of silver.customers")
    both = await ask(world, "how has customers been over the last two weeks?")
    assert (both.title, both.severity, both.text) == (bad.title, bad.severity, bad.text)
    assert value(both, "Score") == value(bad, "Score")
    assert value(both, "Last checked").endswith(f"(run {looked.id})")


async def test_a_look_at_a_table_that_was_never_published_keeps_the_cause(world: World) -> None:
    await world.run("ingest customers")
    await world.rows("UPDATE bronze.customers SET email = NULL")
    held = await world.run("run pipeline bronze_to_silver for customers")
    looked = await world.run("check quality of silver.customers")

    report = await ask(world, "how good is silver.customers?")
    why = await ask(world, f"why did {looked.id} fail?")

    assert report.title.endswith(" of 100, not published yet")
    assert f"Run {held.id} held a newer version back on " in report.text
    assert "missing_percent(email) < 5" in report.text
    assert "there is no table" not in str(report)
    assert "Mend the check" not in why.text
    assert "how good is silver.customers" in [button.command for button in why.buttons]
    cause = await ask(world, f"why did {held.id} fail?")
    assert "silver.customers. Nothing of it was published before" in cause.text


async def _every_button_is_understood(world: World, *cards: Card) -> None:
    for sentence in {button.command for card in cards for button in card.buttons}:
        message = await world.say(sentence, person="lea")
        assert isinstance(message.raw_parses["atlas"], Understood), sentence
        assert not isinstance(message.raw_parses.get("outcome"), Accepted), sentence
