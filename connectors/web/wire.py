"""What the page and the server say to each other over the WebSocket, as JSON."""

import json
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from engine.cards import to_json
from engine.people import Role
from engine.transcript import Said

PERSON = "you"
"""The one person of the page: whoever holds the token."""

LONGEST_TEXT = 4_000

CHANNELS = (
    ("#general", "Ask anything"),
    ("#data-alerts", "Failed checks and runs"),
    ("#privacy", "Personal data found"),
    ("#digest", "Summaries, once there are any"),
)

SUGGESTIONS = (
    ("What pipelines are there?", "what pipelines are there?"),
    ("Refine the customers", "run pipeline bronze_to_silver for customers"),
    ("Run everything", "run pipeline medallion"),
    ("What failed today?", "what failed today?"),
    ("Any personal data in orders?", "is there personal data in orders?"),
    ("Rows in quarantine", "show quarantined rows of orders"),
    ("Help", "help"),
)


class Say(BaseModel):
    """A sentence from the page."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    type: Literal["say"]
    channel: str
    text: Annotated[str, StringConstraints(max_length=LONGEST_TEXT)]
    client_id: Annotated[str, StringConstraints(min_length=1, max_length=64)]


def channels(others: Iterable[str] = ()) -> tuple[tuple[str, str], ...]:
    """The page's own channels, then those that routes, people and digests added."""
    own = dict(CHANNELS)
    return (*CHANNELS, *((name, "") for name in sorted(set(others) - own.keys())))


def read(raw: str, others: Iterable[str] = ()) -> Say | str:
    """A sentence, or why there is none, in words for the person."""
    try:
        say = Say.model_validate_json(raw)
    except ValidationError as error:
        kinds = {detail["type"] for detail in error.errors()}
        if "string_too_long" in kinds:
            return f"A message may have {LONGEST_TEXT:,} characters."
        return "That message could not be read."
    if say.channel not in dict(channels(others)):
        return f"There is no channel {say.channel[:40]}."
    if not say.text.strip():
        return "The message is empty."
    return say.model_copy(update={"text": say.text.replace("\x00", "")})


def hello(
    name: str,
    role: Role,
    suggestions: tuple[tuple[str, str], ...],
    said: tuple[Said, ...],
    others: Iterable[str] = (),
) -> str:
    """All that a page needs when it connects; `others` are channels beside its own."""
    return json.dumps(
        {
            "type": "hello",
            "you": {"id": f"web:{PERSON}", "name": name, "role": role},
            "channels": [{"name": name, "purpose": purpose} for name, purpose in channels(others)],
            "suggestions": [{"label": label, "text": text} for label, text in suggestions],
            "messages": [_message(each) for each in said],
        }
    )


def message(said: Said) -> str:
    """A message that is new, or was edited."""
    return json.dumps({"type": "message", "message": _message(said)})


def _message(said: Said) -> dict[str, object]:
    return {
        "id": f"m{said.id}",
        "channel": said.channel,
        "author": said.author,
        "name": said.name,
        "text": said.text,
        "card": None if said.card is None else json.loads(to_json(said.card)),
        "at": said.at.isoformat(),
        "edited_at": said.edited_at.isoformat() if said.edited_at else None,
        "client_id": said.client_id,
    }


def refused(reason: str, client_id: str | None) -> str:
    """That a message was not taken."""
    return json.dumps({"type": "refused", "reason": reason, "client_id": client_id})


def client_id_of(raw: str) -> str | None:
    """The page's own id of a message that could not be taken, where it has one."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    found = value.get("client_id") if isinstance(value, dict) else None
    return found[:64] if isinstance(found, str) else None
