"""Help, who am I, and what to say when a sentence was not, or not quite, understood."""

from collections.abc import Iterator
from datetime import tzinfo

from opsdroid.events import Message

from engine.cards import Button, ButtonStyle, Card, CardKind, CardTable, Severity
from engine.commands import Help, WhoAmI
from skills import base
from skills.language.examples import explained
from skills.language.readings import Guess, NotUnderstood, Understood
from skills.language.sentences import sentence


class Assistance(base.AtlasSkill):
    """Helps people to find the right words; never leaves a sentence unanswered."""

    @base.understands(WhoAmI)
    async def who_am_i(self, message: Message) -> None:
        """Tell people who they are to Atlas."""
        await self.carry_out(message)

    @base.understands(Help)
    async def help(self, message: Message) -> None:
        """List what this person may say."""
        said = base.understanding_of(message)
        if isinstance(said, Understood) and isinstance(said.command, Help):
            asker = base.asker_of(message)
            role = await self.engine.engine.people.role_of(asker, said.command)
            rows = tuple(
                (each.does, each.examples[0])
                for each in explained(said.command.topic)
                if role.covers(each.command.needs)
            )
            await self.say(message, help_card(rows))

    @base.claims(lambda said: isinstance(said, Guess))
    async def offer(self, message: Message) -> None:
        """Offer what may have been meant, to be clicked."""
        said = base.understanding_of(message)
        if isinstance(said, Guess) and base.is_addressed(message):
            await self.say(message, offer_card(said, self.engine.engine.zone))

    @base.claims(lambda said: isinstance(said, NotUnderstood))
    async def not_understood(self, message: Message) -> None:
        """Say so, with the sentences that come nearest."""
        said = base.understanding_of(message)
        if isinstance(said, NotUnderstood) and base.is_addressed(message):
            await self.say(message, not_understood_card(said))


def help_card(rows: tuple[tuple[str, str], ...]) -> Card:
    """What can be said, one example each."""
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.INFO,
        title="What you can say",
        text="Ask in your own words. Nothing that changes data runs on a guess.",
        table=CardTable(("What it does", "For example"), rows),
        buttons=(Button("What pipelines are there?", "what pipelines are there?"),),
    )


def offer_card(guess: Guess, zone: tzinfo) -> Card:
    """What may have been meant; a click runs it."""
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.INFO,
        title="Did you mean this?" if guess.commands else "Not quite understood",
        text=guess.reason,
        buttons=tuple(_offers(guess, zone)),
    )


def _offers(guess: Guess, zone: tzinfo) -> Iterator[Button]:
    for number, command in enumerate(guess.commands):
        text = sentence(command, zone)
        yield Button(text, text, ButtonStyle.DEFAULT if number else ButtonStyle.PRIMARY)


def not_understood_card(said: NotUnderstood) -> Card:
    """That a sentence was not understood, and sentences that would be."""
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.INFO,
        title="I did not understand that",
        text="These I would understand; «help» shows more.",
        buttons=(
            *(Button(text, text) for text in said.close if text != "help"),
            Button("Help", "help"),
        ),
    )
