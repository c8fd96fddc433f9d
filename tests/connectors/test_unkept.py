"""Who is meant by what somebody says is in no state table, no log line, and on no page."""

import json
import logging

import pytest
from opsdroid.events import Message

from connectors.heard import Heard
from engine.commands import ErasePerson, FindPerson
from skills import base
from skills.language.readings import Understood
from tests.connectors.visitor import Visitor
from tests.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECRETS = ("quetzal.maria", "Quetzal", "170 9988776", "123-45-6789", "4929 1234 5678 9012")
SENTENCES = (
    "find everything about quetzal.maria@example.com",
    "what do we know about Maria Quetzal?",
    "what do you know about +49 170 9988776",
    "erase quetzal.maria@example.com",
    "forget everything about Maria Quetzal",
    "could you please forget Maria Quetzal, thanks",
    "erase 123-45-6789",
    "fnid everything about Maria Quetzal",
    "forgte quetzal.maria@example.com",
    "erase Maria Quetzal tomorrow",
    "don't erase Maria Quetzal",
    "delete Maria Quetzal",
    "remove Maria Quetzal from orders",
    "search orders for Maria Quetzal",
    "Maria Quetzal wants us to erase her",
    "how good is quetzal.maria@example.com?",
    "run medallion for quetzal.maria@example.com",
    "run 4929 1234 5678 9012",
    "status of +49 170 9988776",
    "show quarantined rows of orders for quetzal.maria@example.com",
    "mask quetzal.maria@example.com in customers",
    "help quetzal.maria@example.com",
    "reveal quetzal.maria@example.com",
    "call me at +49 170 9988776",
    "quetzal.maria@example.com",
)


@pytest.mark.parametrize("secret", ["quetzal.maria@example.com", "Maria Quetzal"])
async def test_a_message_that_is_printed_names_nobody(secret: str) -> None:
    message = Heard(f"erase {secret}", target="#x")  # type: ignore[no-untyped-call]  # opsdroid's constructor

    assert message.text == f"erase {secret}"
    assert secret not in f"{message} {message!r}"


async def test_nothing_that_was_said_on_the_page_is_kept_or_shown_with_who_was_meant(
    house: World, visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    frames: list[str] = []
    async with visitor.page() as mine, visitor.page() as other:
        for sentence in SENTENCES:
            await mine.say(sentence)
            frames += [json.dumps(await mine.frame("message"), ensure_ascii=False)]
            frames += [json.dumps(await mine.reply(), ensure_ascii=False)]
            frames += [json.dumps(await other.reply(), ensure_ascii=False)]
    async with visitor.page() as later:
        frames += [json.dumps(later.hello, ensure_ascii=False)]

    assert len(frames) == 3 * len(SENTENCES) + 1
    assert secrets_in("\n".join(frames)) == []
    assert secrets_in(_logged(caplog)) == []
    assert await _stored(house) == []


async def test_nothing_that_was_said_at_a_terminal_is_kept(
    house: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    before = len(house.terminal.heard)
    for sentence in SENTENCES:
        await house.say(sentence)

    answers = [str(card) for card in list(house.terminal.heard.values())[before:]]
    assert len(answers) == len(SENTENCES)
    assert _logged(caplog).count("Parsing input") == len(SENTENCES)
    assert secrets_in("\n".join(answers)) == []
    assert secrets_in(_logged(caplog)) == []
    assert await _stored(house) == []


async def test_skills_read_who_is_meant_as_it_was_typed(house: World) -> None:
    found = await house.say("find everything about Maria Quetzal")
    erased = await house.say("erase quetzal.maria@example.com")

    assert base.understanding_of(found) == Understood(FindPerson("Maria Quetzal"))
    assert base.understanding_of(erased) == Understood(ErasePerson("quetzal.maria@example.com"))
    assert secrets_in(repr((found.raw_parses, erased.raw_parses))) == []


async def test_a_sentence_without_anybody_is_shown_as_it_was_typed(visitor: Visitor) -> None:
    async with visitor.page() as page:
        await page.say("who am I?")

        assert (await page.frame("message"))["message"]["text"] == "who am I?"


def secrets_in(text: str) -> list[str]:
    """Which of the secrets a text holds."""
    folded = text.casefold()
    return [secret for secret in SECRETS if secret.casefold() in folded]


def _logged(caplog: pytest.LogCaptureFixture) -> str:
    """All log lines at every level."""
    lines = (f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records)
    return "\n".join(lines)


async def _stored(house: World) -> list[str]:
    """Each secret in any row of any table, with its table."""
    tables = await house.rows(
        "SELECT schemaname AS schema, tablename AS name FROM pg_tables "
        "WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    )
    found = []
    for table in tables:
        name = f'"{table["schema"]}"."{table["name"]}"'
        rows = await house.rows(f"SELECT row::text AS text FROM {name} AS row")  # noqa: S608  # names of the catalogue
        found += [
            f"{secret} in {name}" for secret in secrets_in("\n".join(r["text"] for r in rows))
        ]
    return found


async def test_the_search_would_find_what_was_kept(house: World) -> None:
    await house.rows(
        "INSERT INTO atlas.web_messages (channel, author, name, text, at) "
        "VALUES ('#digest', 'you', 'Kept', 'erase Maria Quetzal', now())"
    )
    found = await _stored(house)
    await house.rows("DELETE FROM atlas.web_messages WHERE name = 'Kept'")

    assert found == ['Quetzal in "atlas"."web_messages"']


async def test_opsdroid_itself_prints_what_it_is_given() -> None:
    assert "Quetzal" in repr(Message("Maria Quetzal"))
