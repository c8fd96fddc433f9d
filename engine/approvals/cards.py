"""The card that asks back, and the one that says what was done before it could be said."""

from engine.approvals.model import Foreseen, Held
from engine.cards import Button, ButtonStyle, Card, CardKind, Fact, Severity


def asking_card(waiting: Held, foreseen: Foreseen) -> Card:
    """What will happen, and the code by which it does."""
    who = "A second person has to confirm it" if waiting.second else "Confirm it"
    sentence = f"confirm {waiting.code}"
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.WARNING,
        title=foreseen.question,
        text=f"Nothing was done yet. {foreseen.text}\n{who}: «{sentence}».",
        facts=(
            *foreseen.facts,
            Fact("Asked for by", waiting.asker.id),
            Fact("Confirm until", f"{waiting.expires_at:%Y-%m-%d %H:%M} UTC"),
        ),
        buttons=(Button(f"Confirm {waiting.code}", sentence, ButtonStyle.DANGER),),
    )


def done_card(confirmed: Held) -> Card:
    """What a confirmation did whose message comes again."""
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.SUCCESS,
        title=f"«{confirmed.code}» was confirmed and done",
        text="Atlas was stopped before it could say so.",
        facts=(Fact("What was done", confirmed.command.name.replace("_", " ")),),
    )
