"""POST /connector/teams: let in, read, kept, and answered at once; the work comes later."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol

from aiohttp import web

from connectors.intake.batches import Batches
from connectors.intake.ports import Arrived
from connectors.intake.refusals import Refusals
from connectors.teams import answers, speech
from connectors.teams.activity import (
    THREAD,
    Activity,
    Malformed,
    conversation_of,
    gone_channel,
    is_goodbye,
    read_activity,
)
from connectors.teams.door import Door, TurnedAway
from connectors.teams.keys import KeysAway
from connectors.teams.roster import Roster
from connectors.teams.settings import LOOPBACK
from engine.clock import Clock
from engine.conversations import Conversation, Conversations
from engine.errors import EngineError
from engine.logs import place_of

logger = logging.getLogger(__name__)

PATH = "/connector/teams"

BODY_TIMEOUT = 10.0

REMEMBERED = 5_000
"""Conversations that are known to be kept as they are, which spares a query for each message."""

TRY_AGAIN_AFTER = "5"

_CHUNK = 16 * 1024

_PASSED_ON = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via", "Origin")

HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class Intake(Protocol):
    """Keeps what arrived, and works it later."""

    async def take(self, arrived: Arrived) -> bool:
        """Keep it; False where it is a repeat. Raises EngineError where it can't be kept now."""
        ...


class Entrance:
    """Takes activities."""

    def __init__(
        self,
        door: Door,
        intake: Intake,
        known: Conversations,
        roster: Roster,
        clock: Clock,
        *,
        body_limit: int,
    ) -> None:
        self._door = door
        self._intake = intake
        self._known = known
        self._roster = roster
        self._clock = clock
        self._refusals = Refusals("teams", clock)
        self._limit = body_limit
        self._noting = Batches[Conversation, None](self._note_all)
        self._forgetting = Batches[str, None](self._forget_all)
        self._kept: OrderedDict[str, Conversation] = OrderedDict()

    async def run(self) -> None:
        """Ask for keys, and write what is noted of conversations, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._door.run(), name="teams door")
            group.create_task(self._noting.run(), name="teams conversations")
            group.create_task(self._forgetting.run(), name="teams goodbyes")

    def add_to(self, app: web.Application) -> None:
        """Add the route."""
        app.router.add_post(PATH, self.take)

    async def take(self, request: web.Request) -> web.Response:
        """Take one activity; whatever is wrong with it becomes a plain answer."""
        try:
            return await self._taken(request)
        except TurnedAway as away:
            logger.warning("teams: turned away: %s", away)
            return _plain(away.status, "This request is not let in.")
        except Malformed as malformed:
            logger.warning("teams: an activity can't be read: %s", malformed)
            return _plain(web.HTTPBadRequest.status_code, "The body is no activity.")
        except web.HTTPException as answer:
            return _plain(answer.status, answer.reason)
        except (KeysAway, EngineError) as error:
            self._refusals.note(place_of(error))
            return _later()

    async def _taken(self, request: web.Request) -> web.Response:
        shown = request.headers.get("Authorization")
        bearer = await self._door.admitted(shown, is_local=is_of_this_machine(request))
        activity = read_activity(await body_of(request, self._limit))
        self._door.require_match(bearer, activity)
        return await self._answered(activity)

    async def _answered(self, activity: Activity) -> web.Response:
        await self._note(activity)
        if activity.type == "invoke":
            return await self._clicked(activity)
        if activity.type == "message":
            await self._hear(activity)
        return _plain(web.HTTPOk.status_code, "")

    async def _clicked(self, activity: Activity) -> web.Response:
        if activity.name != speech.EXECUTE:
            return _plain(web.HTTPBadRequest.status_code, "Atlas does not do that.")
        said = await self._hear(activity)
        answer = answers.not_a_command() if said is None else answers.on_it(said.text)
        return web.json_response(answer, headers=HEADERS)

    async def _hear(self, activity: Activity) -> speech.Said | None:
        """Keep what somebody said; a repeat is answered as the first one was."""
        said = speech.said_in(activity)
        if said is not None:
            if activity.sender.name:
                self._roster.note(said.beside.person, activity.sender.name)
            await self._intake.take(arrived(said, self._clock))
        return said

    async def _note(self, activity: Activity) -> None:
        """Keep where it happened, or forget it where Atlas was removed."""
        conversation = conversation_of(activity)
        gone = gone_channel(activity)
        if is_goodbye(activity) and conversation is not None:
            gone = conversation.team or conversation.id
        if gone is not None:
            self._kept.clear()
            await self._forgetting.written(gone)
        elif conversation is not None and self._kept.get(conversation.id) != conversation:
            await self._noting.written(conversation)
            self._remember(conversation)

    async def _note_all(self, conversations: Sequence[Conversation]) -> Sequence[None]:
        await self._known.keep(conversations, self._clock.now())
        return [None] * len(conversations)

    async def _forget_all(self, gone: Sequence[str]) -> Sequence[None]:
        for each in gone:
            await self._known.forget(each)
        return [None] * len(gone)

    def _remember(self, conversation: Conversation) -> None:
        self._kept[conversation.id] = conversation
        while len(self._kept) > REMEMBERED:
            self._kept.popitem(last=False)


def arrived(said: speech.Said, clock: Clock) -> Arrived:
    """What is kept of a sentence until it is worked; the name stays out of it."""
    lane, _, _ = said.target.partition(THREAD)
    payload = speech.BESIDE.dump_json(said.beside).decode()
    return Arrived("teams", said.key, lane, said.text, payload, clock.now())


def is_of_this_machine(request: web.Request) -> bool:
    """Whether a program here sent it: no tunnel, no proxy, and no page in a browser."""
    host = (request.url.host or "").lower()
    passed_on = any(name in request.headers for name in _PASSED_ON)
    return (request.remote or "") in LOOPBACK and host in LOOPBACK and not passed_on


async def body_of(request: web.Request, limit: int) -> bytes:
    """The body of JSON, never more of it than allowed; raises HTTPException."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    try:
        async with asyncio.timeout(BODY_TIMEOUT):
            return await _read(request, limit)
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except web.RequestPayloadError:
        raise web.HTTPBadRequest from None


async def _read(request: web.Request, limit: int) -> bytes:
    read = b""
    if (request.content_length or 0) <= limit:
        while len(read) <= limit and (chunk := await request.content.read(_CHUNK)):
            read += chunk
        if len(read) <= limit:
            return read
    raise web.HTTPRequestEntityTooLarge(limit, len(read))


def _plain(status: int, text: str) -> web.Response:
    return web.Response(status=status, text=text, headers=HEADERS)


def _later() -> web.Response:
    """Teams sends what was not taken again."""
    answer = _plain(web.HTTPServiceUnavailable.status_code, "Try again in a moment.")
    answer.headers["Retry-After"] = TRY_AGAIN_AFTER
    return answer
