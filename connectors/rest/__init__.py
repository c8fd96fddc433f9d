"""HTTP for programs: the API, its documents, and whether Atlas lives and is ready."""

from collections.abc import Mapping

from aiohttp import web
from opsdroid.connector import Connector
from opsdroid.core import OpsDroid
from typing_extensions import override

from connectors.rest.app import serve
from connectors.rest.settings import RestSettings
from engine.clock import SystemClock
from engine.host import EngineDatabase, engine_of, own_settings
from engine.lineage.ports import LineageMetadata
from engine.outcome import Outcome, Request
from engine.runs.model import Run
from engine.runs.ports import RunCursor, RunFilter
from engine.tokens.model import Token
from engine.vitals import Vitals


class RestConnector(Connector):
    """Answers programs on opsdroid's own web server."""

    def __init__(self, config: Mapping[str, object], opsdroid: OpsDroid | None = None) -> None:
        super().__init__(config, opsdroid=opsdroid)
        self.name = "rest"

    @override
    async def connect(self) -> None:
        """Add the routes; raises ConfigurationError for a setting that can't be used."""
        settings = RestSettings.read(own_settings(self.config))
        app: web.Application = self.opsdroid.web_server.web_app
        serve(app, HostedEngine(engine_of(self.opsdroid)), settings, SystemClock())

    @override
    async def listen(self) -> None:
        """The web server listens."""


class HostedEngine:
    """The engine behind the API, through opsdroid's database."""

    def __init__(self, database: EngineDatabase) -> None:
        self._database = database

    @property
    def lineage(self) -> LineageMetadata:
        """What is known of datasets, jobs and their runs."""
        return self._database.engine.lineage

    async def ask(self, request: Request) -> Outcome:
        """Hand a request to the engine."""
        return await self._database.ask(request)

    async def run(self, run_id: str) -> Run | None:
        """The run of that id."""
        return await self._database.run(run_id)

    async def page(self, wanted: RunFilter, after: RunCursor | None, limit: int) -> tuple[Run, ...]:
        """A page of runs."""
        async with self._database.engine.transactions.begin() as tx:
            return await tx.runs.page(wanted, after, limit)

    async def admit(self, secret: str) -> Token | None:
        """The valid token of a secret."""
        return await self._database.engine.admission.admit(secret)

    def knows(self, secret: str) -> bool:
        """Whether the secret was let in before."""
        return self._database.engine.admission.knows(secret)

    async def vitals(self) -> Vitals:
        """The engine's numbers."""
        return await self._database.engine.vitals.taken()

    async def ready(self) -> None:
        """The database answers."""
        await self._database.engine.database.ping()
