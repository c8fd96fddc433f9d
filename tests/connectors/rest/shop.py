"""The API on the in-memory workshop: everything of it but PostgreSQL and opsdroid."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from connectors.rest.app import serve
from connectors.rest.settings import RestSettings
from engine.outcome import Outcome, Request
from engine.people import Role
from engine.runs.model import Run
from engine.runs.ports import RunCursor, RunFilter
from engine.testing.faults import Faults
from engine.testing.lineage import MemoryLineage
from engine.testing.tokens import MemoryTokens
from engine.tokens.admission import Admission
from engine.tokens.issuer import Issuer
from engine.tokens.model import Token
from engine.vitals import Vitals
from tests.workshop import Workshop

Json = dict[str, Any]

ONE_YEAR = timedelta(days=365)


class WorkshopEngine:
    """A workshop behind the API; each call may be made to fail."""

    def __init__(self, shop: Workshop, tokens: MemoryTokens) -> None:
        self._shop = shop
        self._admission = Admission(tokens, shop.clock)
        self.faults = Faults()
        self.known = MemoryLineage()

    @property
    def lineage(self) -> MemoryLineage:
        """Lineage in memory."""
        return self.known

    async def ask(self, request: Request) -> Outcome:
        """Hand a request to the workshop."""
        self.faults.reach("ask")
        return await self._shop.dispatcher.handle(request)

    async def run(self, run_id: str) -> Run | None:
        """The run of that id."""
        self.faults.reach("run")
        return self._shop.state.runs.get(run_id)

    async def page(self, wanted: RunFilter, after: RunCursor | None, limit: int) -> tuple[Run, ...]:
        """A page of runs."""
        async with self._shop.transactions.begin() as tx:
            return await tx.runs.page(wanted, after, limit)

    async def admit(self, secret: str) -> Token | None:
        """The valid token of a secret."""
        return await self._admission.admit(secret)

    def knows(self, secret: str) -> bool:
        """Whether the secret was let in before."""
        return self._admission.knows(secret)

    async def vitals(self) -> Vitals:
        """The runs of the workshop."""
        self.faults.reach("vitals")
        counted = Counter(run.status for run in self._shop.state.runs.values())
        return Vitals(counted, 1.5, len(self._shop.state.posts))

    async def ready(self) -> None:
        """Always, unless told otherwise."""
        self.faults.reach("ready")


@dataclass(slots=True)
class Api:
    """The API as a program meets it, and what is behind it."""

    client: TestClient[web.Request, web.Application]
    shop: Workshop
    tokens: MemoryTokens
    issuer: Issuer
    engine: WorkshopEngine
    secret: str = ""

    async def token(self, role: Role = Role.OPERATOR, lasts: timedelta | None = ONE_YEAR) -> str:
        """The secret of a new token."""
        return (await self.issuer.issue("ci", role, lasts)).secret

    async def send(
        self, method: str, path: str, *, secret: str | None = None, **options: Any
    ) -> ClientResponse:
        """The answer to a request that carries a token, an operator's unless told otherwise."""
        bearer = {"Authorization": f"Bearer {secret or self.secret}"}
        headers: Mapping[str, str] = {**bearer, **options.pop("headers", {})}
        answer = await self.client.request(method, path, headers=headers, **options)
        await answer.read()
        return answer

    async def execute(self, pipeline: str = "ingest", key: str | None = None, **body: Any) -> Json:
        """What is answered to a request to run a pipeline."""
        headers = {} if key is None else {"Idempotency-Key": key}
        sent = {"pipeline_name": pipeline, **body}
        answer = await self.send("POST", "/pipelines/execute", json=sent, headers=headers)
        assert answer.status == 202, await answer.text()
        found: Json = await answer.json()
        return found


@asynccontextmanager
async def opened_api(**settings: Any) -> AsyncIterator[Api]:
    """A server with the API alone."""
    shop, tokens = Workshop(), MemoryTokens()
    engine, app = WorkshopEngine(shop, tokens), web.Application()
    serve(app, engine, RestSettings.read(settings), shop.clock)
    async with TestClient(TestServer(app)) as client:
        api = Api(client, shop, tokens, Issuer(tokens, shop.clock), engine)
        api.secret = await api.token()
        yield api


async def problem(answer: ClientResponse, status: int) -> Json:
    """The problem that an answer holds."""
    assert answer.status == status, await answer.text()
    assert answer.content_type == "application/problem+json"
    found: Json = await answer.json(content_type=None)
    assert found["status"] == status
    assert found["type"].startswith("/docs#problem-")
    assert found["title"]
    assert found["detail"]
    assert "Traceback" not in await answer.text()
    return found
