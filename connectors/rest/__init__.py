"""HTTP for programs: whether Atlas lives, and whether it is ready."""

from collections.abc import Mapping

from aiohttp import web
from opsdroid.connector import Connector
from opsdroid.core import OpsDroid

from engine.errors import EngineError
from engine.host import engine_of


class RestConnector(Connector):
    """Answers programs on opsdroid's own web server."""

    def __init__(self, config: Mapping[str, object], opsdroid: OpsDroid | None = None) -> None:
        super().__init__(config, opsdroid=opsdroid)
        self.name = "rest"

    async def connect(self) -> None:
        """Add the routes."""
        router = self.opsdroid.web_server.web_app.router
        router.add_get("/healthz", self.healthz)
        router.add_get("/readyz", self.readyz)

    async def listen(self) -> None:
        """The web server listens."""

    async def healthz(self, _: web.Request) -> web.Response:
        """Alive: this process answers."""
        return web.json_response({"status": "alive"})

    async def readyz(self, _: web.Request) -> web.Response:
        """Ready: the engine is open and its database answers; 503 where not."""
        try:
            await engine_of(self.opsdroid).engine.database.ping()
        except EngineError as error:
            problem = {"title": error.message, "detail": error.hint, "status": 503}
            return web.json_response(problem, status=503, content_type="application/problem+json")
        return web.json_response({"status": "ready"})
