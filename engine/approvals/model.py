"""A command that waits for its confirmation: whose it is, how long it waits, who may confirm it."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from engine.cards import Fact
from engine.commands import (
    AcceptFinding,
    Command,
    DeleteSchedule,
    RejectFinding,
    ReleaseQuarantine,
    RunPipeline,
    SetPrivacyRule,
)
from engine.commands.people import Grant
from engine.errors import EngineError, Unknown
from engine.people import Asker

LASTS = timedelta(minutes=10)
"""How long one's own word can be confirmed."""

LASTS_FOR_OTHERS = timedelta(hours=24)
"""How long it waits for a second person."""

_LETTERS = "ABCDFGHJKMNPQRSTVWXYZ"
_DIGITS = "23456789"
"""No sign looks like another one, and no code begins like the id of an erasure, which is E12."""


class Deed(StrEnum):
    """What is asked back before it is done."""

    FULL_REFRESH = "full_refresh"
    DELETE_SCHEDULE = "delete_schedule"
    RELEASE_QUARANTINE = "release_quarantine"
    GRANT = "grant"
    WEAKEN_PROTECTION = "weaken_protection"


class UnknownConfirmation(Unknown):
    """No such code waits to be confirmed."""

    noun = "code"
    hint = "It was used already, or it is too old. Say once more what you want."


class ConfirmationRefused(EngineError):
    """Not this person, or not any more."""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What will happen: a question, what it means, and what to know about it.

    The command is the one that is meant where the words left it open, such as a schedule by its id.
    """

    question: str
    text: str
    facts: tuple[Fact, ...] = ()
    command: Command | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A command that is not done before somebody confirms it by its code."""

    code: str
    command: Command
    asker: Asker
    asked_at: datetime
    expires_at: datetime
    second: bool = False
    """Whether somebody else has to confirm it."""
    confirmed_by: str | None = None
    """The key of the message that confirmed it; None while it waits."""

    def was_confirmed_by(self, key: str | None) -> bool:
        """Whether it was that very message, which comes again where its work was cut off."""
        return bool(key) and self.confirmed_by == key


def deed_of(command: Command) -> Deed | None:
    """What may be done for good by a command; None for all that needs no second word.

    Of a rule for personal data only foresight tells: more protection needs none either.
    """
    match command:
        case RunPipeline(full_refresh=True, dry_run=False):
            return Deed.FULL_REFRESH
        case DeleteSchedule():
            return Deed.DELETE_SCHEDULE
        case ReleaseQuarantine():
            return Deed.RELEASE_QUARANTINE
        case Grant():
            return Deed.GRANT
        case SetPrivacyRule() | AcceptFinding() | RejectFinding():
            return Deed.WEAKEN_PROTECTION
        case _:
            return None


def held(command: Command, asker: Asker, now: datetime, *, second: bool) -> Held:
    """The command under a new code."""
    lasts = LASTS_FOR_OTHERS if second else LASTS
    return Held(new_code(), command, asker, now, now + lasts, second)


def new_code() -> str:
    """A code of letters and digits in turn, so that no word is one; it is no secret."""
    return "".join(secrets.choice(signs) for signs in (_LETTERS, _DIGITS, _LETTERS, _DIGITS))


def code_of(typed: str) -> str:
    """The code that is meant, however it was typed."""
    return typed.strip().upper()


def require_confirmable(waiting: Held, asker: Asker, now: datetime) -> None:
    """Raise ConfirmationRefused where this person can't confirm it, or nobody can any more."""
    if now >= waiting.expires_at:
        message = f"{waiting.code} waited until {waiting.expires_at:%Y-%m-%d %H:%M} UTC."
        raise ConfirmationRefused(message, "Say once more what you want.")
    is_own = asker.id == waiting.asker.id
    if waiting.second and is_own:
        message = f"You asked for {waiting.code} yourself; it needs a second person."
        raise ConfirmationRefused(message, "Ask somebody else with the same role to confirm it.")
    if not waiting.second and not is_own:
        message = f"{waiting.code} is what {waiting.asker.id} asked for."
        raise ConfirmationRefused(message, "They confirm it, or you ask for it yourself.")
