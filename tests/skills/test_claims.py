"""Exactly one skill takes each sentence, as opsdroid sees the skills once they are loaded."""

from collections.abc import Callable
from typing import Protocol, cast

from opsdroid.events import Event, JoinRoom, Message

from engine.commands import COMMANDS
from skills.language.examples import EXAMPLES
from tests.world import World

GUESSES = (
    "run bronze_to_silve for customers",
    "medallion customers",
    "don't run medallion",
    "run medallion and ingest orders",
    "delete everything",
    "customers",
)
NONSENSE = (
    "",
    " ",
    "?",
    "🦀",
    "asdf qwer zxcv",
    "run",
    "x" * 5_000,
    "\x00\x1b[31m",
    "help\nhelp\nhelp",
    "SELECT 1; DROP TABLE atlas.runs",
    "(" * 500,
)


class Claimant(Protocol):
    """A skill as opsdroid keeps it."""

    __name__: str
    constraints: list[Callable[[Event], bool]]
    matchers: list[object]


def claimants(world: World, event: Event) -> list[str]:
    """The names of the skills that take an event."""
    skills = cast("list[Claimant]", world.bot.skills)
    return [
        skill.__name__
        for skill in skills
        if skill.matchers and all(constraint(event) for constraint in skill.constraints)
    ]


async def test_exactly_one_skill_claims_each_sentence(world: World) -> None:
    examples = [sentence for each in EXAMPLES for sentence in each.examples]

    for sentence in (*examples, *GUESSES, *NONSENSE):
        message = Message(sentence, user_id="you", target="#general", connector=world.terminal)
        assert len(claimants(world, message)) == 1, (sentence, claimants(world, message))


async def test_each_skill_is_registered_once_and_each_command_has_an_example(
    world: World,
) -> None:
    skills = [
        (type(world.bot.get_skill_instance(each)).__name__, each.__name__)
        for each in world.bot.skills
    ]

    assert len(skills) == len(set(skills))
    assert {name for name, _ in skills} == {
        "Runs",
        "Schedules",
        "Catalog",
        "Quality",
        "Privacy",
        "Lineage",
        "Alerts",
        "People",
        "Assistance",
    }
    assert {each.command for each in EXAMPLES} == set(COMMANDS)


async def test_what_nobody_said_is_nobodys_to_answer(world: World) -> None:
    started = JoinRoom(connector=world.terminal)
    without_connector = Message("help")

    assert claimants(world, started) == []
    assert claimants(world, without_connector) == []


async def test_every_sentence_gets_one_answer(world: World) -> None:
    for sentence in NONSENSE[1:]:
        before = len(world.terminal.heard)
        await world.say(sentence)
        assert len(world.terminal.heard) == before + 1, sentence
