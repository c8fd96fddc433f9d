"""The handlers of the API, one for each operation."""

from collections.abc import Mapping

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import BaseModel

from connectors.rest import openapi, problems, reading
from connectors.rest.bodies import (
    ExecuteRequest,
    Health,
    RetryRequest,
    RunAccepted,
    RunPage,
    RunsQuery,
    accepted,
    from_json,
    from_query,
    read_key,
)
from connectors.rest.doors import TokenDoor, unreadable
from connectors.rest.limits import body_of
from connectors.rest.marquez import LineageRoutes
from connectors.rest.metrics import CONTENT_TYPE, Metrics
from connectors.rest.operations import OPERATIONS, Deed, Operation
from connectors.rest.pages import cursor_after, read_cursor
from connectors.rest.ports import Behind
from connectors.rest.problems import NOT_JSON, REFUSED, Problem
from connectors.rest.settings import RestSettings
from engine.commands import CancelRun, Command, ListRuns, RetryRun, RunPipeline
from engine.errors import UnknownRun
from engine.outcome import Accepted, Refused, Request
from engine.people import Asker
from engine.runs.document import run_document
from engine.runs.ids import normalised
from engine.runs.model import Run, RunStatus
from engine.runs.ports import RunFilter

JSON = "application/json"


class Routes:
    """Answers programs."""

    def __init__(
        self, behind: Behind, door: TokenDoor, metrics: Metrics, settings: RestSettings
    ) -> None:
        self._behind = behind
        self._door = door
        self._metrics = metrics
        self._body_limit = settings.body_limit
        self._lineage = LineageRoutes(behind, settings.event_limit)

    def add_to(self, app: web.Application) -> None:
        """Add every operation; any other method of its path is answered with those it takes."""
        handlers, methods = self._handlers(), _methods()
        for operation in OPERATIONS:
            for method in _methods_of(operation):
                app.router.add_route(method, operation.path, handlers[operation.deed])
        for path, taken in methods.items():
            app.router.add_route("*", path, _other_methods(taken))

    def _handlers(self) -> Mapping[Deed, Handler]:
        guarded = self._door.guarded
        return {
            Deed.EXECUTE: guarded(self.execute),
            Deed.LIST: guarded(self.runs),
            Deed.GET: guarded(self.run),
            Deed.CANCEL: guarded(self.cancel),
            Deed.RETRY: guarded(self.retry),
            **self._lineage.handlers(self._door),
            Deed.ALIVE: self.alive,
            Deed.READY: self.ready,
            Deed.METRICS: self.numbers,
            Deed.OPENAPI: reading.fixed(openapi.document()),
            Deed.DOCS: reading.page(),
        }

    async def execute(self, request: web.Request, asker: Asker) -> web.Response:
        """Start a run; with a key, the run that was started with it."""
        key = _key(request, asker)
        body = from_json(ExecuteRequest, await self._json(request))
        command = RunPipeline(
            body.pipeline_name, body.table_name, full_refresh=body.parameters.full_refresh
        )
        run_id = await self._accepted(command, asker, key)
        if key is not None:  # asked again, it may be further than queued
            return _taken_on(accepted(await self._run(run_id)))
        return _taken_on(
            RunAccepted(
                run_id=run_id,
                status=RunStatus.QUEUED,
                pipeline_name=body.pipeline_name,
                table_name=body.table_name,
            )
        )

    async def runs(self, request: web.Request, asker: Asker) -> web.Response:
        """A page of runs."""
        query = from_query(RunsQuery, request.query)
        wanted = RunFilter(query.status, query.pipeline_name, query.table_name)
        after = None if query.cursor is None else read_cursor(query.cursor)
        found = await self._behind.page(wanted, after, query.limit + 1)
        if not found:
            await self._require_known(ListRuns(pipeline=query.pipeline_name), asker)
            await self._require_known(ListRuns(table=query.table_name), asker)
        runs = found[: query.limit]
        more = cursor_after(runs[-1]) if len(found) > query.limit else None
        return _json(RunPage(runs=tuple(map(run_document, runs)), next_cursor=more))

    async def run(self, request: web.Request, _: Asker) -> web.Response:
        """One run."""
        return _json(run_document(await self._run(_run_id(request))))

    async def cancel(self, request: web.Request, asker: Asker) -> web.Response:
        """Stop a run."""
        run_id = _run_id(request)
        await self._done(CancelRun(run_id), asker)
        return _taken_on(accepted(await self._run(run_id)))

    async def retry(self, request: web.Request, asker: Asker) -> web.Response:
        """Take a run up again."""
        run_id, body = _run_id(request), RetryRequest()
        if request.can_read_body:
            body = from_json(RetryRequest, await self._json(request))
        command = RetryRun(run_id, from_step=body.from_step, accept_drift=body.accept_drift)
        await self._done(command, asker)
        return _taken_on(accepted(await self._run(run_id)))

    async def alive(self, _: web.Request) -> web.Response:
        """Alive: this process answers."""
        return _json(Health(status="alive"))

    async def ready(self, _: web.Request) -> web.Response:
        """Ready: the engine is open and its database answers."""
        await self._behind.ready()
        return _json(Health(status="ready"))

    async def numbers(self, _: web.Request) -> web.Response:
        """The engine's numbers."""
        text = await self._metrics.text()
        return web.Response(body=text.encode(), headers={"Content-Type": CONTENT_TYPE})

    async def _accepted(self, command: Command, asker: Asker, key: str | None) -> str:
        outcome = await self._behind.ask(Request(command, asker, key))
        if not isinstance(outcome, Accepted):
            raise _refusal(outcome)
        return outcome.run_id

    async def _require_known(self, command: ListRuns, asker: Asker) -> None:
        """Raise for a name that neither a run nor the project has: «no runs» sounds like good news.

        Runs may outlive their pipeline, and those of a single step have none in the project.
        """
        named = RunFilter(None, command.pipeline, command.table)
        if named == RunFilter() or await self._behind.page(named, None, 1):
            return
        await self._done(command, asker)

    async def _done(self, command: Command, asker: Asker) -> None:
        outcome = await self._behind.ask(Request(command, asker))
        if isinstance(outcome, Refused):
            raise _refusal(outcome)

    async def _run(self, run_id: str) -> Run:
        run = await self._behind.run(run_id)
        if run is None:
            raise UnknownRun(run_id)
        return run

    async def _json(self, request: web.Request) -> bytes:
        if request.content_type != JSON:
            raise Problem(NOT_JSON, f"Send JSON with `Content-Type: {JSON}`.")
        return await body_of(request, self._body_limit)


def _methods_of(operation: Operation) -> tuple[str, ...]:
    """Its method; whatever watches over the process may leave the body away."""
    return (operation.method,) if operation.guarded else (operation.method, "HEAD")


def _methods() -> Mapping[str, str]:
    found: dict[str, list[str]] = {}
    for each in OPERATIONS:
        found.setdefault(each.path, []).extend(_methods_of(each))
    return {path: ", ".join(methods) for path, methods in found.items()}


def _other_methods(taken: str) -> Handler:
    async def answer(_: web.Request) -> web.StreamResponse:
        detail = f"It takes {taken}."
        raise Problem(problems.WRONG_METHOD, detail, headers={"Allow": taken})

    return answer


def _key(request: web.Request, asker: Asker) -> str | None:
    """The key of a request; two tokens may use the same one without meeting each other's runs.

    It may name somebody, and it is kept with the run for as long as that.
    """
    given = request.headers.get("Idempotency-Key")
    return None if given is None else f"{asker.id} {unreadable(request, read_key(given))}"


def _run_id(request: web.Request) -> str:
    run_id = normalised(request.match_info["run_id"])
    if not run_id.isascii() or not run_id.isalnum():
        raise UnknownRun(run_id)
    return run_id


def _refusal(outcome: object) -> Problem:
    if not isinstance(outcome, Refused):
        return Problem(REFUSED, "Atlas answered that in words. Ask in the chat.")
    if outcome.error is not None:
        return problems.of_error(outcome.error)
    return Problem(REFUSED, f"{outcome.reason} {outcome.hint}".strip(), close=outcome.close)


def _taken_on(run: RunAccepted) -> web.Response:
    return _json(run, status=202, headers={"Location": f"/pipelines/{run.run_id}"})


def _json(
    model: BaseModel, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    return web.Response(
        body=model.model_dump_json().encode(), status=status, content_type=JSON, headers=headers
    )
