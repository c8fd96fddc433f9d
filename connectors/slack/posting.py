"""Cards on their way to Slack: posted once, edited after, told to one person, or shown at home."""

from collections.abc import Sequence

from pydantic import BaseModel

from connectors.slack.blocks import SlackMessage, message
from connectors.slack.channels import Channels
from connectors.slack.places import Place, message_of, receipt_of
from connectors.slack.reading import FORM
from connectors.slack.threads import Threads
from connectors.slack.uploading import Uploads
from connectors.slack.web_api import GONE, TOO_MUCH, Answer, Reply, SlackApi, SlackFailed
from engine.cards import Card
from engine.clock import Clock

EVENT_TYPE = "atlas"
"""Of the metadata by which a message is found again."""

LOOKED_AT = 100
MOST_BLOCKS_AT_HOME = 100

NOT_YET = "invalid_blocks"
"""What Slack says of a file that it has and still works on, as of blocks that it can't show."""

PAUSES = (0.5, 1.0, 2.0)
"""Seconds after which a message with a file is sent again."""


class _Posted(BaseModel):
    channel: str
    ts: str


class _Payload(BaseModel):
    key: str = ""


class _Metadata(BaseModel):
    event_type: str = ""
    event_payload: _Payload = _Payload()


class _Shown(BaseModel):
    ts: str
    metadata: _Metadata = _Metadata()


class _History(BaseModel):
    messages: list[_Shown] = []


class Poster:
    """Every method raises SlackFailed."""

    def __init__(self, api: SlackApi, channels: Channels, threads: Threads, clock: Clock) -> None:
        self._api = api
        self._channels = channels
        self._threads = threads
        self._uploads = Uploads(api)
        self._clock = clock

    async def post(
        self, place: Place, card: Card, key: str | None = None, *, doubtful: bool = False
    ) -> str:
        """Post a card; its receipt. One that may be there already is looked for first."""
        channel = await self._channels.id_of(place)
        if doubtful and key is not None:
            there = await self._found(channel, place.thread, key)
            if there is not None and await self.edit(receipt_of(channel, there), card, key):
                return receipt_of(channel, there)
        address: dict[str, object] = {
            "channel": channel,
            "thread_ts": place.thread,
            "unfurl_links": False,
            "unfurl_media": False,
        }
        posted = await self._said("chat.postMessage", address, card, key)
        if place.thread is not None:
            self._threads.joined(posted.channel, place.thread)
        return receipt_of(posted.channel, posted.ts)

    async def edit(self, receipt: str, card: Card, key: str | None = None) -> str | None:
        """Edit a message; None where it is gone, and has to be posted anew."""
        found = message_of(receipt)
        if found is None:
            return None
        address: dict[str, object] = {"channel": found[0], "ts": found[1]}
        try:
            await self._said("chat.update", address, card, key)
        except SlackFailed as error:
            if error.code in GONE:
                return None
            raise
        return receipt

    async def whisper(self, place: Place, person: str, card: Card) -> None:
        """Post what only one person sees."""
        channel = await self._channels.id_of(place)
        address: dict[str, object] = {
            "channel": channel,
            "user": person,
            "thread_ts": place.thread,
        }
        await self._call("chat.postEphemeral", Answer, address, card)

    async def show_home(self, person: str, cards: Sequence[Card]) -> None:
        """Publish the App Home of one person."""
        blocks = [block for card in cards for block in message(card, native=False).blocks]
        view = {"type": "home", "blocks": blocks[:MOST_BLOCKS_AT_HOME]}
        await self._api.call("views.publish", Answer, {"user_id": person, "view": view})

    async def ask(self, trigger: str, channel: str) -> None:
        """Open the form; Slack takes its trigger for three seconds."""
        view = form(channel)
        await self._api.call("views.open", Answer, {"trigger_id": trigger, "view": view})

    async def _said(
        self, method: str, address: dict[str, object], card: Card, key: str | None
    ) -> _Posted:
        if key is not None:
            payload = {"event_type": EVENT_TYPE, "event_payload": {"key": key}}
            address = {**address, "metadata": payload}
        file = await self._uploads.file_of(card.picture)
        if file is not None:
            posted = await self._with_picture(method, address, card, file)
            if posted is not None:
                return posted
        return await self._call(method, _Posted, address, card)

    async def _with_picture(
        self, method: str, address: dict[str, object], card: Card, file: str
    ) -> _Posted | None:
        """The message with its picture; None where Slack does not show that file."""
        shown = {**address, **_drawn(card, file).arguments()}
        for pause in (*PAUSES, None):
            try:
                return await self._api.call(method, _Posted, shown)
            except SlackFailed as error:
                if error.code not in TOO_MUCH:
                    raise
                if error.code != NOT_YET or pause is None:
                    break
            await self._clock.sleep(pause)
        self._uploads.forget(file)
        return None

    async def _call(
        self, method: str, reply: type[Reply], address: dict[str, object], card: Card
    ) -> Reply:
        shown = _drawn(card)
        try:
            return await self._api.call(method, reply, {**address, **shown.arguments()})
        except SlackFailed as error:
            if error.code not in TOO_MUCH:
                raise
        # better words than nothing
        return await self._api.call(method, reply, {**address, "text": shown.text})

    async def _found(self, channel: str, thread: str | None, key: str) -> str | None:
        method = "conversations.history" if thread is None else "conversations.replies"
        arguments = {
            "channel": channel,
            "ts": thread,
            "limit": LOOKED_AT,
            "include_all_metadata": True,
        }
        history = await self._api.call(method, _History, arguments)
        return next((each.ts for each in history.messages if _is_of(each, key)), None)


def _drawn(card: Card, file: str | None = None) -> SlackMessage:
    return message(card, mentions=[each.slack for each in card.mentions], file=file)


def _is_of(shown: _Shown, key: str) -> bool:
    metadata = shown.metadata
    return metadata.event_type == EVENT_TYPE and metadata.event_payload.key == key


def form(channel: str) -> dict[str, object]:
    """Asks for the words that a command came without; they are worked as if said in the channel."""
    return {
        "type": "modal",
        "callback_id": FORM,
        "private_metadata": channel,
        "title": {"type": "plain_text", "text": "Atlas"},
        "submit": {"type": "plain_text", "text": "Ask"},
        "close": {"type": "plain_text", "text": "Cancel"},
        "blocks": [
            {
                "type": "input",
                "block_id": "sentence",
                "label": {"type": "plain_text", "text": "What should Atlas do?"},
                "hint": {
                    "type": "plain_text",
                    "text": "Such as: run pipeline medallion. «help» shows what there is.",
                },
                "element": {
                    "type": "plain_text_input",
                    "action_id": "sentence",
                    "max_length": 1_000,
                },
            }
        ],
    }
