"""The App Home: what pipelines there are and which incidents are open, for one person."""

from engine.cards import Card, CardKind, Severity
from engine.commands import Command, ListPipelines
from engine.commands.alerting import ListIncidents
from engine.host import EngineDatabase
from engine.outcome import Answer, Refused, Request
from engine.people import Asker

SHOWN: tuple[Command, ...] = (ListPipelines(), ListIncidents())

HOW_TO = Card(
    CardKind.REPLY,
    Severity.INFO,
    title="How to ask",
    text=(
        "Write to Atlas here under «Messages», mention it in a channel, or type /atlas anywhere. "
        "«help» lists what you can say."
    ),
)


async def home_of(asker: Asker, engine: EngineDatabase) -> tuple[Card, ...]:
    """The cards of a person's App Home, without buttons that would answer elsewhere."""
    cards = [await _shown(command, asker, engine) for command in SHOWN]
    return (*(card for card in cards if card is not None), HOW_TO)


async def _shown(command: Command, asker: Asker, engine: EngineDatabase) -> Card | None:
    match await engine.ask(Request(command, asker)):
        case Answer(card):
            return card
        case Refused(reason, hint):
            return Card(CardKind.REPLY, Severity.WARNING, title=reason, text=hint)
        case _:
            return None
