"""A Slack to test against: its Web API, its signed requests, its sockets, and its bad days."""

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import aiohttp
from aiohttp import web
from slack_sdk.signature import SignatureVerifier

BOT_TOKEN = "xoxb-1-test"  # noqa: S105  # of a Slack that is none
APP_TOKEN = "xapp-1-test"  # noqa: S105  # of a Slack that is none
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"  # noqa: S105  # of a Slack that is none

TEAM, BOT, BOT_ID, LEA, TOM = "T0TEAM", "U0ATLAS", "B0ATLAS", "U0LEA", "U0TOM"
CHANNELS = {"C0GENERAL": "general", "C0FINANCE": "finance", "C0SECRET": "secret"}
JOINED = frozenset({"C0GENERAL", "C0FINANCE"})
DIRECT = {LEA: "D0LEA", TOM: "D0TOM"}

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the Web API."""

    method: str
    arguments: Json


@dataclass(frozen=True, slots=True)
class Trouble:
    """How calls of one method go wrong for a while."""

    status: int = 200
    error: str = ""
    retry_after: str | None = None
    seconds: float = 0.0
    is_done: bool = False
    """Whether it is carried out all the same, as if only the answer were lost."""


@dataclass
class Slack:
    """One workspace; `messages` are what stands in its channels."""

    port: int = 0
    channels: Mapping[str, str] = field(default_factory=lambda: CHANNELS)
    joined: frozenset[str] = JOINED
    calls: list[Call] = field(default_factory=list)
    messages: dict[str, Json] = field(default_factory=dict)
    whispers: list[Json] = field(default_factory=list)
    homes: dict[str, Json] = field(default_factory=dict)
    uploads: dict[str, bytes | None] = field(default_factory=dict)
    """What was promised and what was brought, by file id."""
    files: dict[str, bytes] = field(default_factory=dict)
    """What can be shown in a message."""
    forms: list[Json] = field(default_factory=list)
    troubles: dict[str, list[Trouble]] = field(default_factory=lambda: defaultdict(list))
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    acknowledged: Counter[str] = field(default_factory=Counter)
    clock: "count[int]" = field(default_factory=lambda: count(1))
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """The address of the Web API."""
        return f"http://127.0.0.1:{self.port}/api/"

    def texts(self, channel: str = "") -> list[str]:
        """What stands in a channel, or anywhere."""
        return [each["text"] for each in self.messages.values() if channel in {"", each["channel"]}]

    async def until(self, count: int, channel: str = "") -> list[Json]:
        """The messages of a channel, once there are that many."""
        async with asyncio.timeout(20):
            while len(self._in(channel)) < count:
                self.changed.clear()
                await self.changed.wait()
        return self._in(channel)

    def _in(self, channel: str) -> list[Json]:
        return [each for each in self.messages.values() if channel in {"", each["channel"]}]

    def direct(self) -> list[Json]:
        """What the bot wrote to one person alone."""
        return self._in(DIRECT[LEA])

    def next_ts(self) -> str:
        """The ts of a new message."""
        return f"1700000000.{next(self.clock):06d}"

    def plan(self, method: str, *troubles: Trouble) -> None:
        """Let the next calls of a method go wrong."""
        self.troubles[method] += troubles

    def app(self) -> web.Application:
        """The server."""
        app = web.Application()
        # Slack's own client reads by GET
        app.router.add_get("/api/{method}", self._called)
        app.router.add_post("/api/{method}", self._called)
        app.router.add_get("/link", self._link)
        app.router.add_post("/upload/{file}", self._uploaded)
        return app

    async def _called(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments = await _arguments(request)
        self.calls.append(Call(method, arguments))
        self.changed.set()
        planned = self.troubles[method]
        trouble = planned.pop(0) if planned else None
        if trouble is None or trouble.is_done:
            answer = self._answer(method, arguments, request.headers.get("Authorization", ""))
        else:
            answer = {"ok": False, "error": trouble.error}
        self.changed.set()
        if trouble is None:
            return web.json_response(answer)
        await asyncio.sleep(trouble.seconds)
        headers = {"Retry-After": trouble.retry_after} if trouble.retry_after else {}
        if trouble.status != 200:
            return web.Response(status=trouble.status, headers=headers)
        return web.json_response(answer)

    def _answer(self, method: str, arguments: Json, authorization: str) -> Json:
        wanted = APP_TOKEN if method == "apps.connections.open" else BOT_TOKEN
        if authorization != f"Bearer {wanted}":
            return {"ok": False, "error": "invalid_auth" if authorization else "not_authed"}
        handler = _METHODS.get(method)
        if handler is None:
            return {"ok": False, "error": "unknown_method"}
        answer: Json = handler(self, arguments)
        return {"ok": "error" not in answer, **answer}

    def auth_test(self, _: Json) -> Json:
        """auth.test."""
        return {"user_id": BOT, "bot_id": BOT_ID, "team_id": TEAM, "url": "https://x.slack.com/"}

    def list_channels(self, arguments: Json) -> Json:
        """conversations.list, two a page."""
        names = list(self.channels.items())
        begin = int(arguments.get("cursor") or 0)
        page = [{"id": key, "name": name} for key, name in names[begin : begin + 2]]
        after = str(begin + 2) if begin + 2 < len(names) else ""
        return {"channels": page, "response_metadata": {"next_cursor": after}}

    def post(self, arguments: Json) -> Json:
        """chat.postMessage."""
        wanted: str = arguments.get("channel", "")
        channel = DIRECT.get(wanted, wanted)
        if (problem := self._problem(channel, arguments)) is not None:
            return {"error": problem}
        ts = self.next_ts()
        self.messages[ts] = {
            **arguments,
            "channel": channel,
            "ts": ts,
            "user": BOT,
            "bot_id": BOT_ID,
            "edits": 0,
        }
        return {"channel": channel, "ts": ts, "message": {"text": arguments.get("text", "")}}

    def update(self, arguments: Json) -> Json:
        """chat.update."""
        ts = arguments.get("ts", "")
        if ts not in self.messages:
            return {"error": "message_not_found"}
        if (problem := self._problem(arguments["channel"], arguments)) is not None:
            return {"error": problem}
        edits = self.messages[ts]["edits"] + 1
        self.messages[ts] |= {**arguments, "edits": edits}
        return {"channel": arguments["channel"], "ts": ts, "text": arguments.get("text", "")}

    def whisper(self, arguments: Json) -> Json:
        """chat.postEphemeral."""
        if (problem := self._problem(arguments.get("channel", ""), arguments)) is not None:
            return {"error": problem}
        self.whispers.append(arguments)
        return {"message_ts": self.next_ts()}

    def history(self, arguments: Json) -> Json:
        """conversations.history, the newest first, without what stands in threads."""
        there = [each for each in self._in(arguments["channel"]) if not each.get("thread_ts")]
        return {"messages": _shown(reversed(there), arguments), "has_more": False}

    def replies(self, arguments: Json) -> Json:
        """conversations.replies, the oldest first."""
        ts = arguments["ts"]
        there = [
            each
            for each in self._in(arguments["channel"])
            if ts in {each["ts"], each.get("thread_ts")}
        ]
        return {"messages": _shown(there, arguments)}

    def _problem(self, channel: str, arguments: Json) -> str | None:
        """Why Slack would not post that."""
        if channel not in {*self.channels, *DIRECT.values()}:
            return "channel_not_found"
        if channel in self.channels and channel not in self.joined:
            return "not_in_channel"
        blocks = arguments.get("blocks") or []
        if not isinstance(blocks, list) or len(blocks) > 50:
            return "invalid_blocks"
        if not arguments.get("text") and not blocks:
            return "no_text"
        shown = [each["slack_file"]["id"] for each in blocks if "slack_file" in each]
        return None if all(each in self.files for each in shown) else "invalid_blocks"

    def publish(self, arguments: Json) -> Json:
        """views.publish."""
        if not 0 < len(arguments["view"]["blocks"]) <= 100:
            return {"error": "invalid_arguments"}
        self.homes[arguments["user_id"]] = arguments["view"]
        return {"view": arguments["view"]}

    def open_view(self, arguments: Json) -> Json:
        """views.open."""
        if not arguments.get("trigger_id"):
            return {"error": "invalid_trigger"}
        self.forms.append(arguments["view"])
        return {"view": {"id": "V0FORM"}}

    def open_socket(self, _: Json) -> Json:
        """apps.connections.open."""
        return {"url": f"ws://127.0.0.1:{self.port}/link?ticket={uuid4().hex}"}

    def promise_upload(self, arguments: Json) -> Json:
        """files.getUploadURLExternal."""
        if not arguments.get("filename") or not 0 < int(arguments.get("length") or 0) < 10**9:
            return {"error": "invalid_arguments"}
        file = f"F{len(self.uploads) + 1:010d}"
        self.uploads[file] = None
        return {"file_id": file, "upload_url": f"http://127.0.0.1:{self.port}/upload/{file}"}

    async def _uploaded(self, request: web.Request) -> web.Response:
        file = request.match_info["file"]
        self.calls.append(Call("upload", dict(request.headers)))
        if file not in self.uploads:
            return web.Response(status=404)
        planned = self.troubles["upload"]
        if planned:
            return web.Response(status=planned.pop(0).status)
        self.uploads[file] = data = await request.read()
        return web.Response(text=f"OK - {len(data)}")

    def complete_upload(self, arguments: Json) -> Json:
        """files.completeUploadExternal."""
        done = [(each["id"], self.uploads.get(each["id"])) for each in arguments["files"]]
        if not done or any(data is None for _, data in done):
            return {"error": "file_upload_size_restricted"}
        self.files |= {file: data for file, data in done if data is not None}
        return {"files": [{"id": file, "title": file} for file, _ in done]}

    async def _link(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        self.changed.set()
        await socket.send_json({"type": "hello", "num_connections": 1})
        async for frame in socket:
            if frame.type is aiohttp.WSMsgType.TEXT and frame.data.startswith("{"):
                self.acknowledged[json.loads(frame.data)["envelope_id"]] += 1
                self.changed.set()
        return socket

    async def connected(self, count: int = 1) -> web.WebSocketResponse:
        """The newest socket, once so many were opened."""
        async with asyncio.timeout(20):
            while len(self.sockets) < count:
                self.changed.clear()
                await self.changed.wait()
        return self.sockets[-1]

    async def deliver(self, kind: str, payload: Json, envelope: str | None = None) -> str:
        """Send an envelope through the newest socket, and wait until it is acknowledged."""
        envelope = envelope or str(uuid4())
        before = self.acknowledged[envelope]
        await (await self.connected()).send_json(
            {"type": kind, "envelope_id": envelope, "payload": payload}
        )
        async with asyncio.timeout(20):
            while self.acknowledged[envelope] == before:
                self.changed.clear()
                await self.changed.wait()
        return envelope


_METHODS: Mapping[str, Any] = {
    "auth.test": Slack.auth_test,
    "conversations.list": Slack.list_channels,
    "conversations.history": Slack.history,
    "conversations.replies": Slack.replies,
    "chat.postMessage": Slack.post,
    "chat.update": Slack.update,
    "chat.postEphemeral": Slack.whisper,
    "views.publish": Slack.publish,
    "views.open": Slack.open_view,
    "apps.connections.open": Slack.open_socket,
    "files.getUploadURLExternal": Slack.promise_upload,
    "files.completeUploadExternal": Slack.complete_upload,
}


async def _arguments(request: web.Request) -> Json:
    """What was given, as JSON or as a form whose fields may hold JSON."""
    if request.content_type == "application/json":
        return dict(await request.json())
    found: Json = {}
    # Slack's own client sends some arguments in the address
    for name, value in (*request.query.items(), *(await request.post()).items()):
        is_json = isinstance(value, str) and value[:1] in {"{", "["}
        found[name] = json.loads(value) if is_json and isinstance(value, str) else value
    return found


def _shown(messages: Iterable[Json], arguments: Json) -> list[Json]:
    """Messages as Slack shows them: their metadata only to whoever asks for it."""
    hidden = frozenset() if arguments.get("include_all_metadata") else {"metadata"}
    return [
        {name: value for name, value in each.items() if name not in hidden} for each in messages
    ]


@asynccontextmanager
async def fake_slack(slack: Slack | None = None) -> AsyncIterator[Slack]:
    """A Slack that listens until the block ends."""
    slack = slack or Slack()
    runner = web.AppRunner(slack.app(), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    slack.port = runner.addresses[0][1]
    try:
        yield slack
    finally:
        for socket in slack.sockets:
            await socket.close()
        await runner.cleanup()


def signed(body: bytes, at: float, secret: str = SECRET) -> dict[str, str]:
    """The headers with which Slack signs a body."""
    timestamp = str(int(at))
    signature = SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body)
    assert signature is not None
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature}


def event(inner: Json, event_id: str | None = None) -> Json:
    """What the Events API sends around an event."""
    return {
        "token": "long-dead",
        "team_id": TEAM,
        "api_app_id": "A0APP",
        "event": inner,
        "type": "event_callback",
        "event_id": event_id or f"Ev{uuid4().hex[:10].upper()}",
        "event_time": 1_700_000_000,
        "authorizations": [
            {"team_id": TEAM, "user_id": BOT, "is_bot": True, "enterprise_id": None}
        ],
    }


def mention(text: str, ts: str, channel: str = "C0GENERAL", **more: object) -> Json:
    """Somebody mentions the bot in a channel."""
    said = f"<@{BOT}> {text}"
    return {"type": "app_mention", "user": LEA, "text": said, "ts": ts, "channel": channel, **more}


def direct(text: str, ts: str, **more: object) -> Json:
    """Somebody writes to the bot alone."""
    return {
        "type": "message",
        "channel_type": "im",
        "user": LEA,
        "text": text,
        "ts": ts,
        "channel": "D0LEA",
        **more,
    }


def click(value: str, ts: str, channel: str = "C0GENERAL", trigger: str = "1.2.a") -> Json:
    """Somebody clicks a button of a message."""
    return {
        "type": "block_actions",
        "user": {"id": LEA, "username": "lea", "team_id": TEAM},
        "api_app_id": "A0APP",
        "container": {"type": "message", "message_ts": ts, "channel_id": channel},
        "trigger_id": trigger,
        "team": {"id": TEAM, "domain": "x"},
        "channel": {"id": channel, "name": "general"},
        "message": {"type": "message", "ts": ts, "text": "…"},
        "actions": [
            {
                "type": "button",
                "action_id": "say:0",
                "block_id": "b",
                "text": {"type": "plain_text", "text": value[:75]},
                "value": value,
                "action_ts": "1700000000.1",
            }
        ],
    }


def command(text: str, trigger: str = "3.4.b", channel: str = "C0GENERAL") -> dict[str, str]:
    """Somebody types /atlas."""
    return {
        "token": "long-dead",
        "team_id": TEAM,
        "channel_id": channel,
        "channel_name": "general",
        "user_id": LEA,
        "user_name": "lea",
        "command": "/atlas",
        "text": text,
        "response_url": "https://hooks.slack.com/commands/1234/5678",
        "trigger_id": trigger,
    }


def submitted(text: str, channel: str = "C0GENERAL") -> Json:
    """Somebody sends the form."""
    return {
        "type": "view_submission",
        "team": {"id": TEAM},
        "user": {"id": LEA, "name": "lea"},
        "trigger_id": "5.6.c",
        "view": {
            "id": "V0FORM",
            "type": "modal",
            "callback_id": "atlas_ask",
            "private_metadata": channel,
            "state": {
                "values": {"sentence": {"sentence": {"type": "plain_text_input", "value": text}}}
            },
        },
    }


def as_form(payload: Json) -> bytes:
    """An interaction as Slack posts it."""
    return urlencode({"payload": json.dumps(payload)}).encode()
