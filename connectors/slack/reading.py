"""Slack's payloads as values: everything that it documents is read, or passed over in peace."""

import json
from typing import Annotated
from urllib.parse import parse_qs

from pydantic import BaseModel, ConfigDict, StringConstraints, TypeAdapter, ValidationError

from connectors.slack.model import Bot, Incoming, Kind
from connectors.slack.typed import is_for_somebody_else, mentions, typed

Id = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,40}$")]
Ts = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,16}\.[0-9]{1,10}$")]
Trigger = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,255}$")]
Word = Annotated[str, StringConstraints(max_length=255)]
Text = Annotated[str, StringConstraints(max_length=50_000)]

FORM = "atlas_ask"
"""The callback id of Atlas's form."""

_WORKED = frozenset({"app_mention", "message", "app_home_opened"})
_ASKED = frozenset({"block_actions", "view_submission", "shortcut", "message_action"})

# a message with another subtype tells of something that Slack did, or that was edited or deleted
_SAID_BY_PEOPLE = frozenset({"", "file_share", "thread_broadcast", "me_message"})


class Unreadable(Exception):
    """Not what Slack documents."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Outer(_Part):
    type: Word
    challenge: Annotated[str, StringConstraints(max_length=500)] | None = None


class _Authorization(_Part):
    user_id: str | None = None
    is_bot: bool = False


class _Event(_Part):
    type: Word
    subtype: Word | None = None
    user: Id | None = None
    bot_id: Word | None = None
    text: Text | None = None
    channel: Id | None = None
    channel_type: Word | None = None
    ts: Ts | None = None
    thread_ts: Ts | None = None
    parent_user_id: Word | None = None
    user_team: Word | None = None
    source_team: Word | None = None
    tab: Word | None = None


class _Head(_Part):
    event: _Outer


class _Callback(_Part):
    event_id: Trigger
    event: _Event
    team_id: Word | None = None
    authorizations: list[_Authorization] = []


class _Named(_Part):
    id: Id
    team_id: Word | None = None


class _Option(_Part):
    value: Annotated[str, StringConstraints(max_length=2_000)] | None = None


class _Action(_Part):
    value: Annotated[str, StringConstraints(max_length=2_000)] | None = None
    selected_option: _Option | None = None
    action_ts: Ts | None = None

    @property
    def sentence(self) -> str:
        chosen = self.selected_option.value if self.selected_option else None
        return self.value or chosen or ""


class _Message(_Part):
    ts: Ts | None = None
    thread_ts: Ts | None = None


class _Container(_Part):
    type: Word | None = None
    is_ephemeral: bool = False


class _View(_Part):
    id: Word | None = None
    callback_id: Word | None = None
    private_metadata: Annotated[str, StringConstraints(max_length=3_000)] = ""
    state: "_State | None" = None


class _State(_Part):
    values: dict[str, dict[str, _Action]] = {}


class _Interaction(_Part):
    type: Word
    user: _Named
    team: _Named | None = None
    trigger_id: Trigger | None = None
    channel: _Named | None = None
    container: _Container | None = None
    message: _Message | None = None
    actions: list[_Action] = []
    view: _View | None = None


class _Slash(_Part):
    user_id: Id
    channel_id: Id
    trigger_id: Trigger
    team_id: Word | None = None
    text: Text = ""


_IDS: TypeAdapter[str] = TypeAdapter(Id)


def read_json(raw: bytes | str, bot: Bot) -> Incoming | str | None:
    """A body of the Events API: what was done, Slack's challenge, or nothing for Atlas."""
    try:
        outer = _Outer.model_validate_json(raw)
        if outer.type == "url_verification":
            return _required(outer.challenge)
        if outer.type != "event_callback":
            return None
        return read_event(raw, bot)
    except ValidationError as error:
        raise Unreadable from error


def read_form(raw: bytes, bot: Bot) -> Incoming | None:
    """A body of a form: a slash command, or an interaction in its field `payload`."""
    fields = _fields(raw)
    if "payload" in fields:
        return read_interaction(fields["payload"], bot)
    if "ssl_check" in fields:
        return None
    return read_command(json.dumps(fields), bot)


def _fields(raw: bytes) -> dict[str, str]:
    try:
        parsed = parse_qs(raw.decode(), keep_blank_values=True, max_num_fields=100)
    except ValueError as error:
        raise Unreadable from error
    return {name: values[-1] for name, values in parsed.items()}


def read_event(payload: bytes | str, bot: Bot) -> Incoming | None:
    """An event; of those that Atlas does not work only the type is looked at."""
    try:
        if _Head.model_validate_json(payload).event.type not in _WORKED:
            return None
        return _event(_Callback.model_validate_json(payload), bot)
    except ValidationError as error:
        raise Unreadable from error


def read_command(payload: str, bot: Bot) -> Incoming | None:
    """A slash command; without words it asks for the form."""
    try:
        slash = _Slash.model_validate_json(payload)
    except ValidationError as error:
        raise Unreadable from error
    if not bot.serves(slash.team_id):
        return None
    text = typed(slash.text, bot.user_id)
    return Incoming(
        Kind.SAID if text else Kind.FORM,
        f"command:{slash.trigger_id}",
        slash.user_id,
        slash.channel_id,
        text=text,
        trigger=slash.trigger_id,
    )


def read_interaction(payload: str, bot: Bot) -> Incoming | None:
    """A click, a form that was sent, or a shortcut."""
    try:
        if _Outer.model_validate_json(payload).type not in _ASKED:
            return None
        return _interaction(_Interaction.model_validate_json(payload), bot)
    except ValidationError as error:
        raise Unreadable from error


def _interaction(done: _Interaction, bot: Bot) -> Incoming | None:
    if not bot.serves(done.team.id if done.team else None, done.user.team_id):
        return None
    match done.type:
        case "block_actions":
            return _click(done)
        case "view_submission":
            return _form(done, bot)
        case _:
            channel = done.channel.id if done.channel else done.user.id
            return Incoming(Kind.SHORTCUT, _key(done), done.user.id, channel)


def _event(callback: _Callback, bot: Bot) -> Incoming | None:
    event, me = callback.event, _me(callback, bot)
    if event.user is None or event.bot_id or event.user == me:
        return None
    if not bot.serves(callback.team_id, event.user_team, event.source_team):
        return None
    if event.type == "app_home_opened":
        is_home = event.tab in {None, "home"}
        key = f"home:{callback.event_id}"
        return Incoming(Kind.HOME, key, event.user, event.user) if is_home else None
    return _said(event, event.user, me)


def _me(callback: _Callback, bot: Bot) -> str:
    """The bot's own id, which Slack writes onto each event for as long as it is not known."""
    named = (each.user_id or "" for each in callback.authorizations if each.is_bot)
    return bot.user_id or next(named, "")


def _said(event: _Event, person: str, me: str) -> Incoming | None:
    if (event.subtype or "") not in _SAID_BY_PEOPLE:
        return None
    channel, ts, text = _required(event.channel), _required(event.ts), event.text or ""
    is_direct = event.channel_type == "im"
    is_called = event.type == "app_mention" or is_direct or mentions(text, me)
    if not is_called and (event.thread_ts is None or is_for_somebody_else(text, me)):
        return None
    return Incoming(
        Kind.SAID,
        # one message is one, whether Slack tells of it as a mention, as a message, or as both
        f"{channel}:{ts}",
        person,
        channel,
        thread=event.thread_ts if is_direct else event.thread_ts or ts,
        text=typed(text, me),
        certain=is_called or event.parent_user_id == me,
    )


def _required(value: object) -> str:
    if not isinstance(value, str):
        raise Unreadable
    return value


def _click(done: _Interaction) -> Incoming | None:
    sentence = next((each.sentence for each in done.actions if each.sentence), "")
    if not sentence:
        return None
    channel = done.channel.id if done.channel else done.user.id
    is_direct = channel.startswith(("D", "U", "W"))
    message = done.message or _Message()
    hidden = done.container is not None and done.container.is_ephemeral
    thread = message.thread_ts or (None if is_direct or hidden else message.ts)
    return Incoming(
        Kind.SAID, _key(done), done.user.id, channel, thread, sentence.replace("\x00", "")
    )


def _form(done: _Interaction, bot: Bot) -> Incoming | None:
    view = done.view
    if view is None or view.callback_id != FORM:
        return None
    values = view.state.values.values() if view.state else ()
    said = next((each.value for block in values for each in block.values() if each.value), "")
    text = typed(said, bot.user_id)
    # where it was asked for; it went through Slack, which signs it, and through no hand of ours
    channel = _IDS.validate_python(view.private_metadata or done.user.id)
    key = f"form:{view.id}" if view.id else _key(done)
    return Incoming(Kind.SAID, key, done.user.id, channel, text=text) if text else None


def _key(done: _Interaction) -> str:
    at = next((each.action_ts for each in done.actions if each.action_ts), "")
    mark = done.trigger_id or at
    if not mark:
        raise Unreadable
    return f"click:{mark}:{done.user.id}"
