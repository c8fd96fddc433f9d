"""Who may come in: programs with a valid token, no faster than they may, and named web pages."""

import hmac
import logging
import math
from collections.abc import Awaitable, Callable, Collection

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from connectors.rest import problems
from connectors.rest.limits import RateLimit
from connectors.rest.ports import Behind
from connectors.rest.problems import NO_TOKEN, TOO_MANY, Problem
from engine.errors import EngineError
from engine.logs import place_of
from engine.people import Asker

logger = logging.getLogger(__name__)

GuardedHandler = Callable[[web.Request, Asker], Awaitable[web.StreamResponse]]

_SCHEME = "bearer "
_JSON = frozenset({"application/json", problems.PROBLEM_JSON})

HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
}

_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key",
    "Access-Control-Max-Age": "600",
}


class TokenDoor:
    """Turns a token into whoever asks; raises Problem for everybody else."""

    def __init__(self, behind: Behind, limit: RateLimit, strangers: RateLimit) -> None:
        self._behind = behind
        self._limit = limit
        self._strangers = strangers

    def guarded(self, handler: GuardedHandler) -> Handler:
        """A handler that only tokens reach."""

        async def check(request: web.Request) -> web.StreamResponse:
            return await handler(request, await self.asker(request))

        return check

    async def asker(self, request: web.Request) -> Asker:
        """Whoever sent the request."""
        secret = _secret(request)
        stranger = request.remote or ""
        if not self._behind.knows(secret):
            # so many guesses are no accident: spare the database
            _require_patience(self._strangers.wait(stranger))
        token = await self._behind.admit(secret)
        if token is None:
            self._strangers.take(stranger)
            raise _no_token(
                "This token is not valid: unknown, expired or revoked.", "invalid_token"
            )
        _require_patience(self._limit.take(token.id))
        return Asker("rest", token.id, token.name, channel="", role=token.role)


def unreadable(request: web.Request, text: str) -> str:
    """A text of a program as it may be kept: whoever lacks its token can't tell what it was.

    The same text of the same token is the same; of another token it is another.
    """
    return hmac.digest(_secret(request).encode(), text.encode(), "sha256").hex()


def _secret(request: web.Request) -> str:
    given = request.headers.get("Authorization", "")
    if given[: len(_SCHEME)].lower() != _SCHEME:
        hint = "Send `Authorization: Bearer …` with a token of `atlas token create`."
        raise _no_token(hint, None)
    return given[len(_SCHEME) :].strip()


def _no_token(detail: str, error: str | None) -> Problem:
    challenge = 'Bearer realm="Atlas"' + (f', error="{error}"' if error else "")
    return Problem(NO_TOKEN, detail, headers={"WWW-Authenticate": challenge})


def _require_patience(seconds: float) -> None:
    if seconds > 0:
        wait = max(1, math.ceil(seconds))
        detail = f"Ask again in {wait} s; `rate` of the connector says how often you may."
        raise Problem(TOO_MANY, detail, headers={"Retry-After": str(wait)})


def outermost(paths: Callable[[str], bool], origins: Collection[str]) -> Middleware:
    """What is around every other part of the server, for the paths of the API.

    Whatever went wrong within becomes problem JSON; pages of the named origins may read answers.
    So does a path that nobody has, for whoever reads nothing but JSON.
    """

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not paths(request.path) and not _is_lost_program(request):
            return await handler(request)
        origin = request.headers.get("Origin")
        welcome = origin if origin in origins else None
        if _is_preflight(request):
            if welcome is not None:
                return _finished(web.Response(status=204, headers=_PREFLIGHT), welcome)
            handler = request.match_info.handler  # opsdroid's own middleware would answer 200
        return _finished(await _answered(request, handler), welcome)

    return check


async def _answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        response = await handler(request)
    except Problem as problem:
        return problem.response()
    except EngineError as error:
        return problems.of_error(error).response()
    except web.HTTPException as answer:
        response = answer
    except Exception as error:  # noqa: BLE001  # a program must get an answer; the log gets the place
        where = f"{request.method} {request.rel_url.raw_path}"
        logger.error("%s broke with %s", where, place_of(error))  # noqa: TRY400  # a traceback may hold values of rows
        return problems.of_status(problems.DEFECT.status).response()
    return _as_problem(response)


def _as_problem(response: web.StreamResponse) -> web.StreamResponse:
    """An answer of the web server itself, such as that there is no such path, as problem JSON."""
    if response.status < problems.MALFORMED.status or response.prepared:
        return response
    if response.content_type == problems.PROBLEM_JSON:
        return response
    problem = problems.of_status(response.status).response()
    for name in ("Allow", "Retry-After"):
        if name in response.headers:
            problem.headers[name] = response.headers[name]
    return problem


def _finished(response: web.StreamResponse, welcome: str | None) -> web.StreamResponse:
    if response.prepared:
        return response
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if welcome is not None:
        response.headers["Access-Control-Allow-Origin"] = welcome
        response.headers["Access-Control-Expose-Headers"] = "Location, Retry-After"
        response.headers.add("Vary", "Origin")
    return response


def _is_lost_program(request: web.Request) -> bool:
    """Whether the path is nobody's and the answer is to be JSON."""
    accepted = request.headers.get("Accept", "").split(",")
    types = {each.partition(";")[0].strip().lower() for each in accepted}
    return request.match_info.http_exception is not None and types <= _JSON


def _is_preflight(request: web.Request) -> bool:
    return request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
