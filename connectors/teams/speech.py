"""What a person said in Teams: the text that was meant, without the bot's name and without HTML."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape

from pydantic import JsonValue, TypeAdapter

from connectors.teams.activity import Account, Activity, Entity

LONGEST_COMMAND = 2_000

EXECUTE = "adaptiveCard/action"
"""The name of the invoke that a click on a card becomes."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What is needed beside a sentence to work it; ids alone."""

    person: str
    target: str
    """The conversation with its thread."""
    mentioned: tuple[str, ...] = ()
    """Ids of others whom the text speaks of, as it names them: `@29:…`."""


BESIDE = TypeAdapter(Beside)


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of a person, typed or clicked."""

    key: str
    text: str
    beside: Beside

    @property
    def target(self) -> str:
        """The conversation with its thread."""
        return self.beside.target


def said_in(activity: Activity) -> Said | None:
    """What a person said by a message or a click; None where it says nothing to Atlas."""
    if activity.is_of_a_bot or not activity.sender.person or not activity.conversation.id:
        return None
    text = clicked(activity.value) or _typed(activity)
    if activity.id is None or not text:
        return None
    others = _others(activity)
    beside = Beside(
        person=activity.sender.person,
        target=activity.conversation.id,
        mentioned=tuple(dict.fromkeys(each.id for each in others if f"@{each.id}" in text)),
    )
    return Said(f"{activity.conversation.id} {activity.id}", text, beside)


def clicked(value: JsonValue) -> str | None:
    """The sentence that a button stands for, in both forms in which clicks arrive."""
    if not isinstance(value, dict):
        return None
    action = value.get("action")
    if isinstance(action, dict):
        value = action
    data = value.get("data")
    if isinstance(data, dict):
        value = data
    command = value.get("command")
    if not isinstance(command, str) or len(command) > LONGEST_COMMAND:
        return None
    return command.strip() or None


def _typed(activity: Activity) -> str:
    if activity.type != "message":
        return ""
    return meant(
        activity.text or "",
        activity.entities or (),
        bot=activity.recipient.id,
        is_html=activity.text_format in {"html", "xml"},
    )


def _others(activity: Activity) -> Sequence[Account]:
    return [
        each.mentioned
        for each in activity.entities or ()
        if each.type == "mention" and each.mentioned and _is_other(each.mentioned, activity)
    ]


def _is_other(account: Account, activity: Activity) -> bool:
    return bool(account.id) and account.id != activity.recipient.id


def meant(text: str, entities: Sequence[Entity], *, bot: str, is_html: bool) -> str:
    """The text that a person meant: Atlas's own name left out, others as `@id`."""
    for each in entities:
        if each.type != "mention" or not each.text or each.mentioned is None:
            continue
        instead = " " if each.mentioned.id == bot else f"@{each.mentioned.id}"
        text = text.replace(each.text, instead, 1)
    if is_html:
        text = _TAG.sub("", _BREAK.sub("\n", text))
    lines = unescape(text).replace("\xa0", " ").splitlines()
    return "\n".join(kept for line in lines if (kept := _SPACES.sub(" ", line).strip()))


_BREAK = re.compile(r"<br\s*/?>|</(?:p|div|li|tr|h[1-6])>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_SPACES = re.compile(r"[ \t]+")
