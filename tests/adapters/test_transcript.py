"""What was said on the web page is kept across restarts."""

from dataclasses import replace
from datetime import timedelta

from engine.adapters.postgres.database import Database
from engine.adapters.postgres.transcript import PostgresTranscript
from engine.cards import Card, CardKind, Severity
from engine.transcript import Author, Said
from tests.adapters.builders import NOON


def said(text: str, card: Card | None = None) -> Said:
    author = Author.YOU if card is None else Author.ATLAS
    return Said(0, "#general", author, "You", text, NOON, card, client_id="c1")


def a_card(title: str = "Größe 🙂") -> Card:
    return Card(CardKind.REPLY, Severity.INFO, title, "two\nlines")


async def test_what_was_said_comes_back_as_it_was_oldest_first(database: Database) -> None:
    transcript = PostgresTranscript(database)
    question = await transcript.add(said("run it, 'please'"))
    answer = await transcript.add(said("", a_card()))

    recent = await transcript.recent(10)

    assert recent == (question, answer)
    assert question.id < answer.id
    assert (question.text, question.at, question.client_id) == ("run it, 'please'", NOON, "c1")
    assert answer.card == a_card()


async def test_only_the_latest_are_given(database: Database) -> None:
    transcript = PostgresTranscript(database)
    for number in range(5):
        await transcript.add(said(str(number)))

    assert [each.text for each in await transcript.recent(2)] == ["3", "4"]


async def test_an_edit_changes_the_card_and_nothing_else(database: Database) -> None:
    transcript = PostgresTranscript(database)
    before = await transcript.add(said("", a_card("running")))
    later = NOON + timedelta(minutes=1)

    after = await transcript.edit(before.id, a_card("done"), later)

    assert after is not None
    assert (after.id, after.card, after.edited_at) == (before.id, a_card("done"), later)
    assert await transcript.recent(10) == (after,)


async def test_an_edit_of_nothing_is_none(database: Database) -> None:
    assert await PostgresTranscript(database).edit(4711, a_card(), NOON) is None


async def test_every_channel_in_which_something_was_said_is_known(database: Database) -> None:
    transcript = PostgresTranscript(database)
    for channel in ("#sales", "#finance", "#sales"):
        await transcript.add(replace(said("hello"), channel=channel))

    assert await transcript.channels() == ("#finance", "#sales")
