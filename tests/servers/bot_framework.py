"""A Bot Framework on loopback: keys, a login, and the connector API with its limits."""

import json
import secrets
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa

Json = dict[str, Any]

APP = "5a1b2c3d-0000-4000-8000-00000000a71a"
PASSWORD = "the bot's own"  # noqa: S105  # of the fake
TENANT = "11111111-2222-4333-8444-555555555555"
BOT = f"28:{APP}"
ISSUER = "https://api.botframework.com"
SCOPE = "https://api.botframework.com/.default"

LARGEST = 100 * 1024


@dataclass(frozen=True, slots=True)
class Key:
    """A signing key with the channels that it may sign for."""

    id: str
    private: rsa.RSAPrivateKey
    endorsements: tuple[str, ...] = ("msteams",)

    def public(self) -> Json:
        """As a key set shows it."""
        shown: Json = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.private.public_key()))
        about = {"kid": self.id, "use": "sig", "x5t": self.id}
        return shown | about | {"endorsements": list(self.endorsements)}


def a_key(name: str, *endorsements: str) -> Key:
    """A fresh key."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return Key(name, private, endorsements or ("msteams",))


@dataclass(frozen=True, slots=True)
class Fault:
    """What the connector API answers next, instead of what it should."""

    status: int
    code: str = "ServiceError"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Conversation:
    """Somewhere to speak; messages by their ids, in their newest form."""

    messages: dict[str, Json] = field(default_factory=dict)
    typing: int = 0
    posted_at: list[float] = field(default_factory=list)


@dataclass(slots=True)
class BotFramework:
    """The server: what it knows, what it was sent, and what it is to do wrong."""

    url: str = ""
    keys: list[Key] = field(default_factory=list)
    tenant_keys: list[Key] = field(default_factory=list)
    conversations: dict[str, Conversation] = field(default_factory=dict)
    teams: dict[str, dict[str, str | None]] = field(default_factory=dict)
    members: dict[str, Json] = field(default_factory=dict)
    faults: deque[Fault] = field(default_factory=deque)
    tokens: set[str] = field(default_factory=set)
    logins: int = 0
    key_reads: int = 0
    threads: list[Json] = field(default_factory=list)
    refuses_login: bool = False
    strict_pace: bool = False
    numbers: int = 1_700_000_000_000

    @property
    def service_url(self) -> str:
        """Where the connector API is."""
        return f"{self.url}/amer/"

    @property
    def metadata_url(self) -> str:
        """Where the keys are told of."""
        return f"{self.url}/v1/.well-known/openidconfiguration"

    def rotate(self, name: str) -> Key:
        """Sign by a new key from now on; the old one is gone."""
        self.keys = [a_key(name)]
        return self.keys[0]

    def header(self, key: Key | None = None, **changed: object) -> str:
        """The Authorization that Teams sends; None leaves a claim out."""
        key, now = key or self.keys[0], int(time.time())
        claims: dict[str, object] = {
            "iss": ISSUER,
            "aud": APP,
            "exp": now + 3600,
            "nbf": now - 60,
            "serviceurl": self.service_url,
        }
        kept = {name: value for name, value in (claims | changed).items() if value is not None}
        return "Bearer " + jwt.encode(kept, key.private, "RS256", headers={"kid": key.id})

    def put(self, conversation: str) -> Conversation:
        """The conversation of that id, made where it is new."""
        return self.conversations.setdefault(conversation, Conversation())

    def next_id(self) -> str:
        """An id as Teams gives them: milliseconds."""
        self.numbers += 1
        return str(self.numbers)

    def routes(self) -> web.Application:
        """The server's paths."""
        app = web.Application(client_max_size=1024 * 1024)
        app.router.add_get("/v1/.well-known/openidconfiguration", self._metadata)
        app.router.add_get("/v1/.well-known/keys", self._key_set)
        app.router.add_get("/{tenant}/v2.0/.well-known/openid-configuration", self._of_tenant)
        app.router.add_get("/tenant/keys", self._tenant_key_set)
        app.router.add_post("/{tenant}/oauth2/v2.0/token", self._login)
        api = "/amer/v3"
        for method, path, handler in (
            ("POST", "/conversations", self._open),
            ("POST", "/conversations/{c}/activities", self._post),
            ("POST", "/conversations/{c}/activities/{a}", self._post),
            ("PUT", "/conversations/{c}/activities/{a}", self._edit),
            ("GET", "/conversations/{c}/members/{m}", self._member),
            ("GET", "/teams/{t}/conversations", self._channels),
        ):
            app.router.add_route(method, api + path, self._guarded(handler))
        return app

    async def _metadata(self, _: web.Request) -> web.Response:
        shown = {
            "issuer": ISSUER,
            "authorization_endpoint": "https://invalid.botframework.com",
            "jwks_uri": f"{self.url}/v1/.well-known/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        }
        return web.json_response(shown)

    async def _key_set(self, _: web.Request) -> web.Response:
        self.key_reads += 1
        return web.json_response({"keys": [key.public() for key in self.keys]})

    async def _of_tenant(self, _: web.Request) -> web.Response:
        return web.json_response({"jwks_uri": f"{self.url}/tenant/keys"})

    async def _tenant_key_set(self, _: web.Request) -> web.Response:
        shown = [key.public() for key in self.tenant_keys]
        for key in shown:
            del key["endorsements"]
        return web.json_response({"keys": shown})

    async def _login(self, request: web.Request) -> web.Response:
        form, self.logins = await request.post(), self.logins + 1
        wanted = {
            "grant_type": "client_credentials",
            "client_id": APP,
            "client_secret": PASSWORD,
            "scope": SCOPE,
        }
        if self.refuses_login or dict(form) != wanted:
            return web.json_response({"error": "invalid_client"}, status=401)
        token = secrets.token_urlsafe(40)
        self.tokens.add(token)
        given = {"token_type": "Bearer", "expires_in": 3599, "access_token": token}
        return web.json_response(given | {"ext_expires_in": 3599})

    def _guarded(self, handler: Callable[[web.Request], Any]) -> Callable[[web.Request], Any]:
        async def check(request: web.Request) -> web.StreamResponse:
            scheme, _, token = request.headers.get("Authorization", "").partition(" ")
            if scheme != "Bearer" or token not in self.tokens:
                return refusal(401, "Unauthorized")
            if self.faults:
                fault = self.faults.popleft()
                return refusal(fault.status, fault.code, fault.headers)
            answer: web.StreamResponse = await handler(request)
            return answer

        return check

    async def _post(self, request: web.Request) -> web.Response:
        there = self.conversations.get(request.match_info["c"])
        if there is None:
            return refusal(404, "ConversationNotFound")
        activity: Json = await request.json()
        if activity["type"] == "typing":
            there.typing += 1
            return web.json_response({"id": ""}, status=202)
        if wrong := self._wrong(activity):
            return wrong
        if self.strict_pace and is_too_fast(there.posted_at, time.monotonic()):
            return refusal(429, "TooManyRequests", {"Retry-After": "1"})
        there.posted_at.append(time.monotonic())
        number = self.next_id()
        there.messages[number] = activity
        return web.json_response({"id": number}, status=201)

    @staticmethod
    def _wrong(activity: Json) -> web.Response | None:
        if len(json.dumps(activity, ensure_ascii=False).encode("utf-16-le")) > LARGEST:
            return refusal(413, "MessageSizeTooBig")
        if not activity.get("text") and not activity.get("attachments"):
            return refusal(400, "BadSyntax")
        return None

    async def _edit(self, request: web.Request) -> web.Response:
        there = self.conversations.get(request.match_info["c"])
        if there is None or request.match_info["a"] not in there.messages:
            return refusal(404, "ActivityNotFoundInConversation")
        activity: Json = await request.json()
        if wrong := self._wrong(activity):
            return wrong
        there.messages[request.match_info["a"]] = activity
        return web.json_response({"id": request.match_info["a"]})

    async def _open(self, request: web.Request) -> web.Response:
        wanted: Json = await request.json()
        channel = (wanted.get("channelData") or {}).get("channel", {}).get("id")
        if channel not in self.conversations or not wanted.get("isGroup"):
            return refusal(404, "ConversationNotFound")
        activity = wanted.get("activity") or {}
        if wrong := self._wrong(activity):
            return wrong
        self.threads.append(wanted)
        number = self.next_id()
        self.put(f"{channel};messageid={number}").messages[number] = activity
        opened = {"id": f"{channel};messageid={number}", "activityId": number}
        return web.json_response(opened, status=201)

    async def _member(self, request: web.Request) -> web.Response:
        found = self.members.get(request.match_info["m"])
        return web.json_response(found) if found else refusal(404, "MemberNotFoundInConversation")

    async def _channels(self, request: web.Request) -> web.Response:
        channels = self.teams.get(request.match_info["t"])
        if channels is None:
            return refusal(403, "BotNotInConversationRoster")
        shown = [{"id": each} | ({"name": name} if name else {}) for each, name in channels.items()]
        return web.json_response({"conversations": shown})


def is_too_fast(posted_at: list[float], now: float) -> bool:
    """Whether one more message is more than Teams takes in one thread."""
    limits = ((1, 7), (2, 8), (30, 60), (3600, 1800))
    return any(sum(now - at < seconds for at in posted_at) >= most for seconds, most in limits)


def refusal(status: int, code: str, headers: Mapping[str, str] | None = None) -> web.Response:
    """An error as the connector API tells it."""
    body = {"error": {"code": code, "message": "of the fake"}}
    return web.json_response(body, status=status, headers=dict(headers or {}))


@asynccontextmanager
async def served(app: web.Application) -> AsyncIterator[str]:
    """The address of an application that is served on a free port."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0, shutdown_timeout=1)
        await site.start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def bot_framework() -> AsyncIterator[BotFramework]:
    """The server, with one key."""
    server = BotFramework(keys=[a_key("first")])
    async with served(server.routes()) as url:
        server.url = url
        yield server
