"""The REST interface of Teams: posts and edits messages, opens threads, tells names."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Protocol, TypeVar
from urllib.parse import quote

from aiohttp import ClientConnectorError, ClientError, ClientSession, ClientTimeout
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connectors.teams.failures import Refused, Unanswered, refusal_of

TIMEOUT = ClientTimeout(total=20)

MOST_BYTES = 4 * 1024 * 1024

Body = Mapping[str, object]

M = TypeVar("M", bound=BaseModel)

_READ = ConfigDict(extra="ignore", frozen=True)


class Tokens(Protocol):
    """Gives the token to show."""

    async def token(self) -> str:
        """A token that is valid for some minutes."""
        ...

    def forget(self, token: str) -> None:
        """Don't give that one again."""
        ...


class Posted(BaseModel):
    """A message that was taken."""

    model_config = _READ

    id: str = Field(min_length=1)


class Opened(BaseModel):
    """A thread with its first message."""

    model_config = _READ

    id: str = Field(min_length=1)
    activity: str = Field(default="", alias="activityId")


class Member(BaseModel):
    """Somebody in a conversation."""

    model_config = _READ

    id: str = ""
    object_id: str | None = Field(default=None, alias="aadObjectId")


class Channel(BaseModel):
    """A channel of a team; the first one has no name."""

    model_config = _READ

    id: str
    name: str | None = None


class ChannelList(BaseModel):
    """The channels of a team."""

    model_config = _READ

    conversations: tuple[Channel, ...] = ()


class TeamsApi:
    """Each call raises Refused or Unanswered; `tokens` is None where nothing is shown."""

    def __init__(self, session: ClientSession, tokens: Tokens | None) -> None:
        self._session = session
        self._tokens = tokens

    async def post(self, service: str, conversation: str, activity: Body) -> Posted:
        """POST a message into a conversation or thread."""
        path = f"conversations/{_part(conversation)}/activities"
        return _read(Posted, await self._sent("POST", _url(service, path), activity))

    async def show_typing(self, service: str, conversation: str) -> None:
        """POST the sign that an answer is on its way."""
        path = f"conversations/{_part(conversation)}/activities"
        await self._sent("POST", _url(service, path), {"type": "typing"})

    async def edit(self, service: str, conversation: str, activity_id: str, activity: Body) -> None:
        """PUT a message in the place of an earlier one."""
        path = f"conversations/{_part(conversation)}/activities/{_part(activity_id)}"
        await self._sent("PUT", _url(service, path), {**activity, "id": activity_id})

    async def open_thread(self, service: str, thread: Body) -> Opened:
        """POST a thread with its first message."""
        return _read(Opened, await self._sent("POST", _url(service, "conversations"), thread))

    async def member(self, service: str, conversation: str, member: str) -> Member:
        """GET somebody's ids."""
        path = f"conversations/{_part(conversation)}/members/{_part(member)}"
        return _read(Member, await self._sent("GET", _url(service, path)))

    async def channels(self, service: str, team: str) -> ChannelList:
        """GET the channels of a team."""
        path = f"teams/{_part(team)}/conversations"
        return _read(ChannelList, await self._sent("GET", _url(service, path)))

    async def _sent(self, method: str, url: str, body: Body | None = None) -> bytes:
        """Send, once more with a new token where Teams did not take the first."""
        token = await self._tokens.token() if self._tokens else None
        try:
            return await self._answered(method, url, body, token)
        except Refused as refused:
            if refused.refusal.status != HTTPStatus.UNAUTHORIZED or not self._tokens or not token:
                raise
            self._tokens.forget(token)
        return await self._answered(method, url, body, await self._tokens.token())

    async def _answered(self, method: str, url: str, body: Body | None, token: str | None) -> bytes:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            async with self._session.request(
                method,
                url,
                json=body,
                headers=headers,
                timeout=TIMEOUT,
                allow_redirects=False,  # the token is for this host alone
            ) as response:
                read = await response.content.read(MOST_BYTES)
        except ClientConnectorError as error:
            raise Unanswered(may_have_arrived=False) from error
        except (ClientError, TimeoutError) as error:
            raise Unanswered from error
        if HTTPStatus.OK <= response.status < HTTPStatus.MULTIPLE_CHOICES:
            return read
        raise Refused(refusal_of(response.status, read, response.headers.get("Retry-After")))


def _read(model: type[M], body: bytes) -> M:
    try:
        return model.model_validate_json(body)
    except ValidationError:
        raise Unanswered from None  # the error stays out of the chain: it may hold what was said


def _url(service: str, path: str) -> str:
    return f"{service.rstrip('/')}/v3/{path}"


def _part(identity: str) -> str:
    return quote(identity, safe="")
