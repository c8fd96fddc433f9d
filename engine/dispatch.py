"""From a request to its outcome: who may ask, what is meant, and which answer or run it becomes."""

from typing import Generic, TypeVar

from rapidfuzz import process

from engine import answers
from engine.alerts.progress import explanation, run_card
from engine.catalog.model import DatasetName, Layer, Pipeline, Project
from engine.commands import (
    COMMANDS,
    CheckQuality,
    Command,
    DescribePipeline,
    ExplainRun,
    ListPipelines,
    ListQuarantine,
    ListRuns,
    RunPipeline,
    RunStatus,
    ScanPrivacy,
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
from engine.runs.desk import RunDesk
from engine.runs.ids import normalised
from engine.runs.model import Run, Step, StepKind
from engine.runs.model import RunStatus as Status
from engine.runs.plan import plan
from engine.runs.ports import Quarantine, RunFilter, RunTransaction, Transactions

T = TypeVar("T", bound=RunTransaction)

LISTED_RUNS = 15
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
    ) -> None:
        self._project = project
        self._people = people
        self._desk = desk
        self._transactions = transactions
        self._quarantine = quarantine

    async def handle(self, request: Request) -> Outcome:
        """Answer, accept or refuse at once; raises nothing that a person can cause."""
        try:
            self._permit(request)
            return await self._carry_out(request.command, request.asker)
        except Unknown as error:
            return Refused(error.message, error.hint, error.close)
        except EngineError as error:
            return Refused(error.message, error.hint)

    def _permit(self, request: Request) -> None:
        role, needed = self._people.role_of(request.asker), request.command.needs
        if not role.covers(needed):
            message = f"Your role here is {role}; {request.command.name} needs {needed}."
            raise NotAllowed(message, "Ask an admin of Atlas for that role.")

    async def _carry_out(self, command: Command, asker: Asker) -> Outcome:
        match command:
            case RunPipeline() | CheckQuality() | ScanPrivacy():
                return await self._start(command, asker)
            case RunStatus() | ExplainRun() | ListRuns():
                return await self._tell_of_runs(command)
            case ListQuarantine(dataset):
                return await self._quarantined(dataset)
            case WhoAmI():
                return self._who(asker)
            case _:
                return self._tell_of_pipelines(command)

    async def _start(
        self, command: RunPipeline | CheckQuality | ScanPrivacy, asker: Asker
    ) -> Outcome:
        match command:
            case RunPipeline(name, table):
                return await self._run(name, table, asker)
            case CheckQuality(dataset):
                return await self._one_step("quality check", StepKind.CHECK, dataset, asker)
            case ScanPrivacy(dataset):
                return await self._one_step("privacy scan", StepKind.SCAN, dataset, asker)

    async def _tell_of_runs(self, command: RunStatus | ExplainRun | ListRuns) -> Outcome:
        self._require_known(command.pipeline, command.table)
        match command:
            case RunStatus():
                return Answer(run_card(await self._find(command), self._project))
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

    async def _run(self, name: str, table: str | None, asker: Asker) -> Outcome:
        pipeline = self._pipeline(name)
        steps = plan(self._project, pipeline, table)
        if not steps:
            raise self._not_covered(pipeline, table)
        run = await self._desk.order(pipeline.name, table, steps, asker)
        return Accepted(run.id)

    def _not_covered(self, pipeline: Pipeline, table: str | None) -> EngineError:
        names = self._table_names()
        if table is not None and table not in names:
            return UnknownDataset(table, _close(table, names))
        whom = table or "the tables of this project"
        message = f"{pipeline.name} does nothing for {whom}."
        return EngineError(message, f"Say «describe {pipeline.name}» to see what it covers.")

    async def _one_step(self, what: str, kind: StepKind, name: str, asker: Asker) -> Outcome:
        dataset = self._dataset(name)
        if kind is StepKind.CHECK and not self._project.checks_of(dataset):
            message = f"{dataset} has no checks."
            raise EngineError(message, "Declare some under `checks:` in its YAML file.")
        run = await self._desk.order(what, str(dataset), (Step(0, kind, dataset),), asker)
        return Accepted(run.id)

    async def _find(self, command: RunStatus | ExplainRun, status: Status | None = None) -> Run:
        async with self._transactions.begin() as tx:
            if command.run_id is not None:
                run_id = normalised(command.run_id)
                run = await tx.runs.get(run_id)
                if run is None:
                    raise UnknownRun(run_id)
                return run
            wanted = RunFilter(status, command.pipeline, command.table)
            runs = await tx.runs.latest(wanted, 1)
        if not runs:
            message = f"There is no {status or ''} run of that yet.".replace("  ", " ")
            raise EngineError(message, "Say «list runs» for the latest ones.")
        return runs[0]

    async def _explain(self, command: ExplainRun) -> Outcome:
        run = await self._find(command, None if command.run_id else Status.FAILED)
        if run.status is not Status.FAILED:
            return Answer(run_card(run, self._project))
        return Answer(explanation(run, self._project))

    async def _list(self, command: ListRuns) -> Outcome:
        status = Status(command.status) if command.status else None
        wanted = RunFilter(status, command.pipeline, command.table, command.since, command.until)
        async with self._transactions.begin() as tx:
            runs = await tx.runs.latest(wanted, LISTED_RUNS)
        return Answer(answers.runs_card(runs, _asked(command)))

    async def _quarantined(self, name: str) -> Outcome:
        dataset = self._dataset(name)
        table = self._project.table(dataset.table)
        if table is None or dataset.layer is Layer.GOLD:
            message = (
                f"{dataset} is a gold model; rows are put into quarantine on the way to silver."
            )
            raise EngineError(message, "Ask for one of the tables that it is made from.")
        total, rows = await self._quarantine.rows(table, READ_FROM_QUARANTINE)
        return Answer(answers.quarantine_card(self._project, table, total, rows))

    def _who(self, asker: Asker) -> Outcome:
        role = self._people.role_of(asker)
        allowed = [command.name for command in COMMANDS if role.covers(command.needs)]
        return Answer(answers.person_card(asker, role, allowed))

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
