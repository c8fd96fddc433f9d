"""From a request to its outcome: who may ask, what is meant, and which answer or run it becomes."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Generic, TypeVar

from rapidfuzz import process

from engine import answers
from engine.alerts.explanation import explanation
from engine.alerts.progress import cancelling, run_card
from engine.cards import Card
from engine.catalog.model import DatasetName, Layer, Pipeline, Project
from engine.commands import (
    COMMANDS,
    Backfill,
    CancelRun,
    CheckQuality,
    Command,
    DescribePipeline,
    ExplainRun,
    ListPipelines,
    ListQuarantine,
    ListRuns,
    RetryRun,
    RunPipeline,
    RunStatus,
    ScanPrivacy,
    SchedulePipeline,
    WhoAmI,
)
from engine.errors import (
    EngineError,
    NotAllowed,
    Unknown,
    UnknownDataset,
    UnknownPipeline,
    UnknownRun,
)
from engine.outcome import Accepted, Answer, Outcome, Refused, Request
from engine.people import Asker, People
from engine.preview_answers import ROOMY, preview_card
from engine.runs.backfill_desk import BackfillDesk
from engine.runs.desk import Order, RunDesk
from engine.runs.ids import normalised
from engine.runs.model import AS_USUAL, Parameters, Priority, Run, Step, StepKind
from engine.runs.model import RunStatus as Status
from engine.runs.plan import plan
from engine.runs.ports import Previews, Quarantine, RunFilter, RunTransaction, Transactions
from engine.schedule_answers import ScheduleCommand

T = TypeVar("T", bound=RunTransaction)

LISTED_RUNS = 15
MENTIONED = 6

Naming = RunStatus | ExplainRun | CancelRun | RetryRun

_UNFINISHED = (Status.QUEUED, Status.RUNNING)
_LOST = (Status.FAILED, Status.CANCELLED)
READ_FROM_QUARANTINE = 500


class Dispatcher(Generic[T]):
    """The one place where commands are carried out, whichever way they came."""

    def __init__(
        self,
        project: Project,
        people: People,
        desk: RunDesk[T],
        transactions: Transactions[T],
        quarantine: Quarantine,
        *,
        backfills: BackfillDesk[T],
        previews: Previews,
        schedules: Callable[[ScheduleCommand, Asker], Awaitable[Card]],
    ) -> None:
        self._project = project
        self._people = people
        self._desk = desk
        self._transactions = transactions
        self._quarantine = quarantine
        self._backfills = backfills
        self._previews = previews
        self._schedules = schedules

    async def handle(self, request: Request) -> Outcome:
        """Answer, accept or refuse at once; raises nothing that a person can cause."""
        try:
            self._permit(request)
            return await self._carry_out(request)
        except Unknown as error:
            return Refused(error.message, error.hint, error.close, error)
        except EngineError as error:
            return Refused(error.message, error.hint, error=error)

    def _permit(self, request: Request) -> None:
        role, needed = self._people.role_of(request.asker), request.command.needs
        if not role.covers(needed):
            message = f"Your role here is {role}; {request.command.name} needs {needed}."
            raise NotAllowed(message, "Ask an admin of Atlas for that role.")

    async def _carry_out(self, request: Request) -> Outcome:
        command, asker = request.command, request.asker
        if isinstance(command, ScheduleCommand):
            return Answer(await self._scheduled(command, request))
        match command:
            case RunPipeline(dry_run=True) | ListQuarantine() | WhoAmI():
                return Answer(await self._look(command, asker))
            case RunPipeline() | CheckQuality() | ScanPrivacy() | Backfill():
                return Accepted((await self._start(command, request)).id)
            case CancelRun() | RetryRun():
                return await self._change(command, asker)
            case RunStatus() | ExplainRun() | ListRuns():
                return await self._tell_of_runs(command)
            case _:
                return self._tell_of_pipelines(command)

    async def _look(self, command: RunPipeline | ListQuarantine | WhoAmI, asker: Asker) -> Card:
        match command:
            case RunPipeline():
                return await self._preview(command, asker)
            case ListQuarantine(dataset):
                return await self._quarantined(dataset)
            case WhoAmI():
                return self._who(asker)

    async def _preview(self, command: RunPipeline, asker: Asker) -> Card:
        order = self._order(command, Request(command, asker))
        steps = await self._previews.of(order.steps, order.parameters)
        return preview_card(command, steps, whole=asker.platform in ROOMY)

    async def _start(
        self, command: RunPipeline | CheckQuality | ScanPrivacy | Backfill, request: Request
    ) -> Run:
        match command:
            case Backfill():
                self._require_known(command.pipeline, command.table)
                return await self._backfills.order(command, request.asker)
            case RunPipeline():
                return await self._desk.order(self._order(command, request))
            case CheckQuality(dataset):
                return await self._desk.order(
                    self._one_step("quality check", StepKind.CHECK, dataset, request)
                )
            case ScanPrivacy(dataset):
                return await self._desk.order(
                    self._one_step("privacy scan", StepKind.SCAN, dataset, request)
                )

    async def _scheduled(self, command: ScheduleCommand, request: Request) -> Card:
        self._require_known(command.pipeline, command.table)
        if isinstance(command, SchedulePipeline):
            # raises where it could not run now
            self._order(RunPipeline(command.pipeline, command.table), request)
        return await self._schedules(command, request.asker)

    async def _change(self, command: CancelRun | RetryRun, asker: Asker) -> Outcome:
        match command:
            case CancelRun():
                run = await self._meant(command, _UNFINISHED)
                return Answer(cancelling(await self._desk.cancel(run.id, asker)))
            case RetryRun(from_step=step, accept_drift=accept):
                run = await self._meant(command, _LOST)
                kind = StepKind(step) if step else None
                again = await self._desk.retry(run.id, kind, asker=asker, accept_drift=accept)
                return Accepted(again.id)

    async def _tell_of_runs(self, command: RunStatus | ExplainRun | ListRuns) -> Outcome:
        self._require_known(command.pipeline, command.table)
        match command:
            case RunStatus():
                return await self._status(command)
            case ExplainRun():
                return await self._explain(command)
            case ListRuns():
                return await self._list(command)

    def _require_known(self, pipeline: str | None, table: str | None) -> None:
        """Raise for a name that nothing has: «no runs of it» would sound like good news."""
        if pipeline is not None:
            self._pipeline(pipeline)
        if table is not None and table not in self._table_names():
            raise UnknownDataset(table, _close(table, self._table_names()))

    def _table_names(self) -> list[str]:
        tables = [each.name for each in self._project.tables]
        return tables + [each.name for each in self._project.models]

    def _tell_of_pipelines(self, command: Command) -> Outcome:
        match command:
            case ListPipelines():
                return Answer(answers.pipelines_card(self._project))
            case DescribePipeline(name):
                return Answer(answers.pipeline_card(self._project, self._pipeline(name)))
            case _:
                return Refused(f"{command.name} can't be done here.", "Say «help».")

    def _order(self, command: RunPipeline, request: Request) -> Order:
        pipeline = self._pipeline(command.pipeline)
        steps = plan(self._project, pipeline, command.table)
        if not steps:
            raise self._not_covered(pipeline, command.table)
        return _ordered(
            request,
            Order(pipeline.name, command.table, steps, request.asker),
            Parameters(full_refresh=command.full_refresh),
        )

    def _not_covered(self, pipeline: Pipeline, table: str | None) -> EngineError:
        names = self._table_names()
        if table is not None and table not in names:
            return UnknownDataset(table, _close(table, names))
        whom = table or "the tables of this project"
        message = f"{pipeline.name} does nothing for {whom}."
        return EngineError(message, f"Say «describe {pipeline.name}» to see what it covers.")

    def _one_step(self, what: str, kind: StepKind, name: str, request: Request) -> Order:
        dataset = self._dataset(name)
        if kind is StepKind.CHECK and not self._project.checks_of(dataset):
            message = f"{dataset} has no checks."
            raise EngineError(message, "Declare some under `checks:` in its YAML file.")
        steps = (Step(0, kind, dataset),)
        return _ordered(request, Order(what, str(dataset), steps, request.asker))

    async def _find(self, command: Naming, statuses: Sequence[Status] = ()) -> Run:
        """The run that is meant: by its id, else the latest that fits."""
        if command.run_id is not None:
            return await self._by_id(command.run_id)
        wanted = RunFilter(None, command.pipeline, command.table, statuses=tuple(statuses))
        async with self._transactions.begin() as tx:
            runs = await tx.runs.latest(wanted, 1)
        if not runs:
            kind = " or ".join(statuses)
            message = f"There is no {kind} run of that yet.".replace("  ", " ")
            raise EngineError(message, "Say «list runs» for the latest ones.")
        return runs[0]

    async def _by_id(self, text: str) -> Run:
        run_id = normalised(text)
        async with self._transactions.begin() as tx:
            run = await tx.runs.get(run_id)
        if run is None:
            raise UnknownRun(run_id)
        return run

    async def _meant(self, command: CancelRun | RetryRun, statuses: Sequence[Status]) -> Run:
        """The run to change: without an id it must be the only one that fits.

        A word that could mean several runs stops none of them.
        """
        self._require_known(command.pipeline, command.table)
        if command.run_id is not None:
            return await self._by_id(command.run_id)
        if statuses == _LOST:
            return await self._not_made_good(await self._find(command, statuses))
        wanted = RunFilter(None, command.pipeline, command.table, statuses=tuple(statuses))
        async with self._transactions.begin() as tx:
            runs = await tx.runs.latest(wanted, MENTIONED)
        if len(runs) > 1:
            named = ", ".join(f"{run.id} ({run.title})" for run in runs)
            raise EngineError(f"Several runs are not done: {named}.", "Name one by its id.")
        if not runs:
            message = "No such run is waiting or working: there is nothing to cancel."
            raise EngineError(message, "Say «list runs» for the latest ones.")
        return _no_more_than(command.table, runs[0])

    async def _not_made_good(self, lost: Run) -> Run:
        """A lost run, unless the same went well since: then only its id can mean it."""
        wanted = RunFilter(Status.SUCCEEDED, lost.pipeline, lost.table)
        async with self._transactions.begin() as tx:
            good = await tx.runs.latest(wanted, MENTIONED)
        since = (run for run in good if run.title == lost.title and _end(run) > _end(lost))
        better = next(since, None)
        if better is None:
            return lost
        ended = "was cancelled" if lost.status is Status.CANCELLED else "failed"
        message = f"{better.title} succeeded as {better.id} after {lost.id} {ended}."
        raise EngineError(message, f"If you mean that one, say «retry {lost.id}».")

    async def _status(self, command: RunStatus) -> Outcome:
        run = await self._find(command)
        if run.status is not Status.QUEUED:
            return Answer(run_card(run, self._project))
        async with self._transactions.begin() as tx:
            return Answer(run_card(run, self._project, ahead=await tx.queue.ahead(run)))

    async def _explain(self, command: ExplainRun) -> Outcome:
        run = await self._find(command, () if command.run_id else (Status.FAILED,))
        if run.status is not Status.FAILED:
            return Answer(run_card(run, self._project))
        return Answer(explanation(run, self._project))

    async def _list(self, command: ListRuns) -> Outcome:
        status = Status(command.status) if command.status else None
        wanted = RunFilter(status, command.pipeline, command.table, command.since, command.until)
        async with self._transactions.begin() as tx:
            runs = await tx.runs.latest(wanted, LISTED_RUNS)
        return Answer(answers.runs_card(runs, _asked(command)))

    async def _quarantined(self, name: str) -> Card:
        dataset = self._dataset(name)
        table = self._project.table(dataset.table)
        if table is None or dataset.layer is Layer.GOLD:
            message = (
                f"{dataset} is a gold model; rows are put into quarantine on the way to silver."
            )
            raise EngineError(message, "Ask for one of the tables that it is made from.")
        total, rows = await self._quarantine.rows(table, READ_FROM_QUARANTINE)
        return answers.quarantine_card(self._project, table, total, rows)

    def _who(self, asker: Asker) -> Card:
        role = self._people.role_of(asker)
        allowed = [command.name for command in COMMANDS if role.covers(command.needs)]
        return answers.person_card(asker, role, allowed)

    def _pipeline(self, name: str) -> Pipeline:
        pipeline = self._project.pipeline(name)
        if pipeline is None:
            raise UnknownPipeline(name, _close(name, [p.name for p in self._project.pipelines]))
        return pipeline

    def _dataset(self, name: str) -> DatasetName:
        known = {str(each): each for each in self._project.datasets()}
        if name not in known:
            raise UnknownDataset(name, _close(name, list(known)))
        return known[name]


def _end(run: Run) -> datetime:
    return run.finished_at or run.requested_at


def _no_more_than(table: str | None, run: Run) -> Run:
    """The run, unless it works on more than the one table whose run is to be stopped."""
    whole = run.table == table or all(step.dataset.table == table for step in run.steps)
    if table is None or whole:
        return run
    message = f"{run.title} ({run.id}) works on {table}, and on more than that."
    raise EngineError(message, f"Say «cancel {run.id}» to stop all of it.")


def _ordered(request: Request, order: Order, parameters: Parameters = AS_USUAL) -> Order:
    priority = Priority.PERSON if request.urgent else Priority.SCHEDULE
    return replace(order, parameters=parameters, priority=priority, key=request.key)


def _close(name: str, known: list[str]) -> tuple[str, ...]:
    found = process.extract(name, known, score_cutoff=60, limit=2)
    return tuple(match[0] for match in found)


def _asked(command: ListRuns) -> str:
    parts = [
        f" that {command.status}" if command.status in {"failed", "succeeded"} else "",
        f" {command.status}" if command.status in {"queued", "running", "cancelled"} else "",
        f" of {command.pipeline or command.table}" if command.pipeline or command.table else "",
        f" since {command.since:%Y-%m-%d %H:%M}" if command.since else "",
        f" until {command.until:%Y-%m-%d %H:%M}" if command.until else "",
    ]
    return "".join(parts)
