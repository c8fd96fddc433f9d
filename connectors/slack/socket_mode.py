"""Socket Mode: Atlas opens a WebSocket to Slack, so that nobody needs to reach Atlas."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated

from aiohttp import ClientError, ClientSession, ClientWebSocketResponse, WSMsgType
from pydantic import BaseModel, ConfigDict, StringConstraints, TypeAdapter, ValidationError

from connectors.intake.refusals import Refusals
from connectors.slack.model import Bot, Incoming
from connectors.slack.reading import Unreadable, read_command, read_event, read_interaction
from connectors.slack.web_api import SlackApi, SlackFailed
from engine.clock import Clock
from engine.errors import EngineError
from engine.logs import place_of

logger = logging.getLogger(__name__)

HEARTBEAT = 20.0
HELLO_TIMEOUT = 15.0
LARGEST_FRAME = 1024 * 1024
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
LINGER = 15.0
"""Seconds for which a connection that Slack is about to end is still read."""

AT_ONCE = 100
"""Envelopes of one connection that are kept at once; a commit costs the same for one or many."""

Take = Callable[[Incoming], Awaitable[None]]


class _Opened(BaseModel):
    url: str


class _Envelope(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    type: str
    envelope_id: Annotated[str, StringConstraints(min_length=1, max_length=255)] | None = None
    payload: object = None


_ANYTHING: TypeAdapter[object] = TypeAdapter(object)

_READERS: dict[str, Callable[[str, Bot], Incoming | None]] = {
    "events_api": read_event,
    "slash_commands": read_command,
    "interactive": read_interaction,
}


@dataclass(slots=True)
class _Link:
    """One connection: whether Slack greeted it, and whether it is to be replaced."""

    greeted: bool = False
    replace: asyncio.Event = field(default_factory=asyncio.Event)


class SocketMode:
    """Keeps one connection open, and opens the next before Slack ends it."""

    def __init__(
        self,
        api: SlackApi,
        session: ClientSession,
        app_token: str,
        take: Take,
        me: Callable[[], Bot],
        clock: Clock,
    ) -> None:
        self._api = api
        self._session = session
        self._app_token = app_token
        self._take = take
        self._me = me
        self._clock = clock
        self._refusals = Refusals("slack", clock)

    async def opened(self) -> str:
        """Where the next connection goes to; raises SlackFailed."""
        method = "apps.connections.open"
        return (await self._api.call(method, _Opened, token=self._app_token)).url

    async def run(self) -> None:
        """Listen until cancelled; whatever happens, it connects again, later each time."""
        wait = FIRST_WAIT
        async with asyncio.TaskGroup() as group:
            while True:
                link, began = _Link(), self._clock.now()
                living = group.create_task(self._live(link), name="slack socket")
                replaced = group.create_task(link.replace.wait(), name="slack successor")
                await asyncio.wait({living, replaced}, return_when=asyncio.FIRST_COMPLETED)
                replaced.cancel()
                lived = (self._clock.now() - began).total_seconds()
                if link.greeted and lived >= FIRST_WAIT:
                    wait = FIRST_WAIT
                    if link.replace.is_set():
                        continue
                await self._clock.sleep(wait)
                wait = min(2 * wait, LONGEST_WAIT)

    async def _live(self, link: _Link) -> None:
        """One connection from its opening to its end; never raises but when cancelled."""
        try:
            url = await self.opened()
            async with (
                asyncio.timeout(HELLO_TIMEOUT) as patience,
                self._session.ws_connect(
                    url, heartbeat=HEARTBEAT, max_msg_size=LARGEST_FRAME
                ) as socket,
            ):
                await self._read(socket, link, patience)
        except SlackFailed as error:
            logger.warning("slack: no socket: %s %s", error.message, error.hint)
        except (ClientError, OSError, TimeoutError, ValueError) as error:
            logger.warning("slack: the socket ended with %s", type(error).__name__)
        except Exception as error:  # noqa: BLE001  # whatever it is, the next connection is opened
            logger.error("slack: the socket broke: %s", place_of(error))  # noqa: TRY400  # a traceback may hold what was said

    async def _read(
        self, socket: ClientWebSocketResponse, link: _Link, patience: asyncio.Timeout
    ) -> None:
        places = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            async for frame in socket:
                if frame.type is not WSMsgType.TEXT:
                    continue
                envelope = _envelope(frame.data)
                if envelope is None:
                    logger.warning("slack: a frame of %s characters is none", len(frame.data))
                elif envelope.type == "hello":
                    link.greeted = True
                    patience.reschedule(None)
                elif envelope.type == "disconnect":
                    link.replace.set()
                    patience.reschedule(asyncio.get_running_loop().time() + LINGER)
                elif envelope.envelope_id is not None:
                    await places.acquire()
                    keeping = self._keep(envelope, socket)
                    task = group.create_task(keeping, name="slack envelope")
                    task.add_done_callback(lambda _: places.release())

    async def _keep(self, envelope: _Envelope, socket: ClientWebSocketResponse) -> None:
        """Keep what an envelope brings and say so; tasks begin in the order of the envelopes."""
        if await self._kept(envelope):
            try:
                await socket.send_json({"envelope_id": envelope.envelope_id})
            except (ClientError, OSError):
                # Slack sends it again through the next connection, and it is known as a repeat
                logger.info("slack: a socket ended before an envelope was acknowledged")

    async def _kept(self, envelope: _Envelope) -> bool:
        """Keep what an envelope brings; False where Slack is to send it again."""
        reader = _READERS.get(envelope.type)
        if reader is None:
            return True
        try:
            incoming = reader(_ANYTHING.dump_json(envelope.payload).decode(), self._me())
            if incoming is not None:
                await self._take(incoming)
        except Unreadable:
            logger.warning("slack: an envelope of %s could not be read", envelope.type)
        except EngineError as error:
            self._refusals.note(error.message)
            return False
        return True


def _envelope(text: str) -> _Envelope | None:
    try:
        return _Envelope.model_validate_json(text)
    except ValidationError:
        return None
