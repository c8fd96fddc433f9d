"""The HTTP door: only what Slack signed comes in, is kept, and is answered at once."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from connectors.intake.refusals import Refusals
from connectors.slack.model import Bot, Incoming
from connectors.slack.reading import Unreadable, read_form, read_json
from connectors.slack.signature import is_from_slack
from engine.clock import Clock
from engine.errors import EngineError

logger = logging.getLogger(__name__)

PATH = "/connector/slack"
LARGEST_BODY = 1024 * 1024
BODY_TIMEOUT = 5.0
PIECE = 64 * 1024

JSON, FORM = "application/json", "application/x-www-form-urlencoded"

Take = Callable[[Incoming], Awaitable[None]]


class Door:
    """Looks at the signature before anything else of a body."""

    def __init__(self, secret: str, take: Take, me: Callable[[], Bot], clock: Clock) -> None:
        self._secret = secret
        self._take = take
        self._me = me
        self._clock = clock
        self._refusals = Refusals("slack", clock)

    def add_to(self, app: web.Application) -> None:
        """Add the path to a server."""
        app.router.add_post(PATH, self.handle)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Keep what a request brings; 200 at once, 4xx for whatever is no request of Slack's."""
        if request.content_type not in {JSON, FORM}:
            return _refused(415, "Neither JSON nor a form.")
        body = await _body(request)
        if body is None:
            return _refused(413, "The body is too large, or did not arrive in time.")
        if not self._is_from_slack(request, body):
            return _refused(401, "Slack did not sign this, or too long ago.")
        try:
            return await self._answered(request.content_type, body)
        except Unreadable:
            logger.warning("slack: a signed body of %s bytes could not be read", len(body))
            return _refused(400, "That is none of Slack's payloads.")
        except EngineError as error:
            # without 200 Slack sends it again, within minutes
            self._refusals.note(error.message)
            return web.Response(status=503, headers={"Retry-After": "5"})

    def _is_from_slack(self, request: web.Request, body: bytes) -> bool:
        headers = request.headers
        if any(len(headers.getall(name, ())) != 1 for name in (_TIMESTAMP, _SIGNATURE)):
            return False
        now = self._clock.now().timestamp()
        return is_from_slack(self._secret, body, headers[_TIMESTAMP], headers[_SIGNATURE], now)

    async def _answered(self, content_type: str, body: bytes) -> web.StreamResponse:
        if b"\x00" in body:
            raise Unreadable
        read = read_json(body, self._me()) if content_type == JSON else read_form(body, self._me())
        if isinstance(read, str):
            return web.Response(text=read)
        if read is not None:
            await self._take(read)
        return web.Response()


_TIMESTAMP = "X-Slack-Request-Timestamp"
_SIGNATURE = "X-Slack-Signature"


async def _body(request: web.Request) -> bytes | None:
    """The raw bytes; None where there are too many, of which no more than that are read."""
    if (request.content_length or 0) > LARGEST_BODY:
        return None
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_TIMEOUT):
            async for piece in request.content.iter_chunked(PIECE):
                body += piece
                if len(body) > LARGEST_BODY:
                    return None
    except (TimeoutError, web.HTTPException, web.RequestPayloadError):
        # also a body that claims to be packed and is not
        return None
    return bytes(body)


def _refused(status: int, reason: str) -> web.Response:
    # sending it again would not help
    headers = {"X-Slack-No-Retry": "1"}
    if status == web.HTTPRequestEntityTooLarge.status_code:
        headers["Connection"] = "close"
    return web.Response(status=status, text=reason + "\n", headers=headers)
