"""Puts the API onto a web server: routes, doors and limits."""

from aiohttp import web

from connectors.rest import reading
from connectors.rest.doors import TokenDoor, outermost
from connectors.rest.limits import RateLimit
from connectors.rest.metrics import Metrics
from connectors.rest.operations import OPERATIONS
from connectors.rest.ports import Behind
from connectors.rest.routes import Routes
from connectors.rest.settings import RestSettings
from engine.clock import Clock

GUESSES = 5.0
"""Tokens that are not valid which one address may try in a second for long."""

GUESSES_AT_ONCE = 20

_FIRST_PARTS = frozenset(operation.path.split("/")[1] for operation in OPERATIONS)


def serve(app: web.Application, behind: Behind, settings: RestSettings, clock: Clock) -> None:
    """Add the API to a server that was not started yet."""
    limit = RateLimit(settings.rate, settings.burst, clock)
    strangers = RateLimit(GUESSES, GUESSES_AT_ONCE, clock)
    door, metrics = TokenDoor(behind, limit, strangers), Metrics(behind, clock)
    Routes(behind, door, metrics, settings).add_to(app)
    app.router.add_get("/docs/docs.css", reading.style)
    around = outermost(is_ours, frozenset(settings.cors.origins))

    async def put_around(app: web.Application) -> None:
        app.middlewares.insert(0, around)

    app.on_startup.append(put_around)  # by now every other connector has added its own


def is_ours(path: str) -> bool:
    """Whether a path belongs to the API."""
    return path.split("/", 2)[1:2] != [] and path.split("/", 2)[1] in _FIRST_PARTS
