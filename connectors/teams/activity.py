"""An activity of Teams, read strictly where Atlas relies on it and not at all elsewhere."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints, ValidationError

from engine.conversations import Conversation, ConversationKind

Id = Annotated[str, StringConstraints(max_length=1_000)]
Text = Annotated[str, StringConstraints(max_length=100_000)]

THREAD = ";messageid="

_READ = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)


class Malformed(Exception):
    """A body that is no activity; its text names fields and no values."""


class Account(BaseModel):
    """A person or a bot."""

    model_config = _READ

    id: Id = ""
    name: Text | None = None
    object_id: Id | None = Field(default=None, alias="aadObjectId")
    role: str | None = None

    @property
    def person(self) -> str:
        """The stable id: the one of Entra, else the one that the bot knows the person by."""
        return self.object_id or self.id


class Place(BaseModel):
    """The conversation of an activity."""

    model_config = _READ

    id: Id = ""
    kind: str | None = Field(default=None, alias="conversationType")
    tenant: Id | None = Field(default=None, alias="tenantId")
    name: Text | None = None


class Named(BaseModel):
    """A team or a channel."""

    model_config = _READ

    id: Id | None = None
    name: Text | None = None


class ChannelData(BaseModel):
    """What Teams adds to an activity."""

    model_config = _READ

    team: Named | None = None
    channel: Named | None = None
    tenant: Named | None = None
    event: str | None = Field(default=None, alias="eventType")


class Entity(BaseModel):
    """Something about the text; mentions are of interest."""

    model_config = _READ

    type: str | None = None
    text: Text | None = None
    mentioned: Account | None = None


class Activity(BaseModel):
    """One thing that happened in Teams."""

    model_config = _READ

    type: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    id: Id | None = None
    channel_id: Id = Field(default="", alias="channelId")
    service_url: Id = Field(default="", alias="serviceUrl")
    sender: Account = Field(default=Account(), alias="from")
    recipient: Account = Account()
    conversation: Place = Place()
    text: Text | None = None
    text_format: str | None = Field(default=None, alias="textFormat")
    value: JsonValue = None
    name: str | None = None
    action: str | None = None
    entities: tuple[Entity, ...] | None = None
    members_removed: tuple[Account, ...] | None = Field(default=None, alias="membersRemoved")
    channel_data: ChannelData | None = Field(default=None, alias="channelData")

    @property
    def data(self) -> ChannelData:
        """What Teams added."""
        return self.channel_data or ChannelData()

    @property
    def tenant(self) -> str:
        """The tenant that it happened in."""
        of_data = self.data.tenant.id if self.data.tenant else None
        return of_data or self.conversation.tenant or ""

    @property
    def is_of_a_bot(self) -> bool:
        """Whether a bot did it, such as Atlas itself."""
        sender = self.sender
        is_own = bool(sender.id) and sender.id == self.recipient.id
        return is_own or sender.role == "bot" or sender.id.startswith("28:")


def read_activity(body: bytes) -> Activity:
    """The activity of a body; raises Malformed."""
    if b"\\u0000" in body or b"\x00" in body:
        raise Malformed("it holds a character that no text has")
    try:
        return Activity.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        places = (str(each) for each in first["loc"] if str(each).isidentifier())
        raise Malformed(f"{'.'.join(places) or 'it'}: {first['type']}") from None


_KINDS = {
    "personal": ConversationKind.PERSONAL,
    "groupChat": ConversationKind.GROUP,
    "channel": ConversationKind.CHANNEL,
}

GENERAL = "General"
"""The name of a team's first channel, which has the team's id and of which Teams tells no name."""


def conversation_of(activity: Activity) -> Conversation | None:
    """Where it happened, to speak there later; a thread's channel, not the thread."""
    base, _, _ = activity.conversation.id.partition(THREAD)
    kind = _KINDS.get(activity.conversation.kind or "", ConversationKind.PERSONAL)
    team, channel = activity.data.team or Named(), activity.data.channel or Named()
    if team.id:
        kind = ConversationKind.CHANNEL
        base = channel.id or base or team.id
    if not base or not activity.service_url:
        return None
    return Conversation(
        id=base,
        kind=kind,
        service_url=activity.service_url,
        tenant=activity.tenant,
        bot=activity.recipient.id,
        name=_name(activity, base) if kind is ConversationKind.CHANNEL else "",
        team=team.id or "",
        team_name=team.name or "",
    )


def _name(activity: Activity, channel_id: str) -> str:
    team, channel = activity.data.team or Named(), activity.data.channel or Named()
    if channel.name:
        return channel.name
    if channel_id == team.id:
        return GENERAL
    # a channel's own conversation carries its name; a thread's does not
    return (activity.conversation.name or "") if activity.conversation.id == channel_id else ""


def is_goodbye(activity: Activity) -> bool:
    """Whether Atlas was removed from where it happened."""
    if activity.type == "installationUpdate":
        return (activity.action or "").startswith("remove")
    gone = {each.id for each in activity.members_removed or ()}
    return activity.type == "conversationUpdate" and activity.recipient.id in gone - {""}


def gone_channel(activity: Activity) -> str | None:
    """The channel or team that was deleted, where one was."""
    data = activity.data
    if data.event == "channelDeleted" and data.channel:
        return data.channel.id
    if data.event in {"teamDeleted", "teamHardDeleted"} and data.team:
        return data.team.id
    return None
