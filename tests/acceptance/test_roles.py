"""Roles are granted in chat and felt at once; what is done for good is asked back."""

from pathlib import Path

import pytest

from engine.host import running_bot
from engine.outcome import Accepted
from tests.world import World, opened_world, world_configuration


async def confirmed(world: World, text: str, person: str = "you") -> str:
    """What is said once a sentence was confirmed by the button of its question."""
    question = await world.hear(text, person)
    return (await world.hear(question.buttons[0].command, person)).title


async def test_a_role_is_granted_used_and_taken_away(world: World) -> None:
    refused = await world.hear("ingest orders", "lea")
    question = await world.hear("make @lea an operator for ingest")

    granted = await world.hear(question.buttons[0].command)
    run = await world.say("ingest orders", "lea")
    elsewhere = await world.hear("run medallion", "lea")
    raised = await world.hear("make me an admin", "lea")
    revoked = await world.hear("revoke @lea")
    after = await world.hear("ingest customers", "lea")

    assert refused.title == "Your role here is viewer; run_pipeline needs operator."
    assert "terminal:you" in refused.text
    assert "«grant operator to terminal:lea»" in refused.text
    assert question.title == "Make terminal:lea operator for ingest?"
    assert granted.title == "terminal:lea is operator for ingest now"
    assert isinstance(run.raw_parses["outcome"], Accepted)
    assert "needs operator" in elsewhere.title
    assert "grant needs admin" in raised.title
    assert revoked.title == "terminal:lea is no longer operator for ingest"
    assert "needs operator" in after.title


async def test_what_is_done_for_good_waits_for_its_word(world: World) -> None:
    question = await world.hear("rebuild silver.orders from scratch")
    (button,) = question.buttons

    assert await world.rows("SELECT FROM atlas.runs") == []
    assert "is what terminal:you asked for" in (await world.hear(button.command, "lea")).title
    done = await world.say(button.command.upper())
    again = await world.hear(button.command)

    assert isinstance(done.raw_parses["outcome"], Accepted)
    assert again.title.startswith("There is no code")
    did = [row["action"] for row in await world.rows("SELECT action FROM atlas.audit_log")]
    assert {"asked back", "confirmed"} <= set(did)


async def test_the_last_admin_who_was_granted_it_and_the_configured_one_stay(world: World) -> None:
    granted = await confirmed(world, "make @lea an admin")
    configured = await world.hear("revoke terminal:you", "lea")

    assert granted == "terminal:lea is admin now"
    assert "configuration.yaml makes terminal:you admin" in configured.title


async def test_a_second_person_confirms_what_is_marked_so_also_after_a_restart(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened_world(database_url, tmp_path, monkeypatch) as world:
        await confirmed(world, "make @lea an operator")
        project, port = world.project, world.port
    marked = world_configuration(port, {}).with_engine(second_person=["full_refresh"])
    async with running_bot(marked, tmp_path) as bot:
        world = World(bot, project, database_url, port)
        button = (await world.hear("rebuild silver.orders from scratch")).buttons[0]
        alone = await world.hear(button.command)
    async with running_bot(marked, tmp_path) as bot:
        done = await World(bot, project, database_url, port).say(button.command, "lea")

    assert "needs a second person" in alone.title
    assert isinstance(done.raw_parses["outcome"], Accepted)
