"""Answers about runs, and what people want of one: which run is meant, and what became of it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Generic, TypeVar

from engine import answers
from engine.alerts.backfills import backfill_card
from engine.alerts.explanation import explanation, failed_elsewhere
from engine.alerts.progress import cancelling, run_card
from engine.alerts.routing.ports import RoutesInForce
from engine.alerts.routing.telling import with_set_aside
from engine.cards import Button, Card, Severity
from engine.catalog.model import DatasetName, Project
from engine.commands import (
    BackfillStatus,
    CancelRun,
    ExplainRun,
    ListRuns,
    RetryRun,
    RunStatus,
)
from engine.errors import EngineError, UnknownRun
from engine.known_names import KnownNames
from engine.outcome import Accepted, Answer, Outcome
from engine.people import Asker
from engine.runs.amends import end_of, standing_failure
from engine.runs.backfill import watermarks
from engine.runs.backfill_desk import BackfillDesk
from engine.runs.desk import RunDesk
from engine.runs.ids import normalised
from engine.runs.model import Run, StepKind
from engine.runs.model import RunStatus as Status
from engine.runs.ports import RunFilter, RunTransaction, Transactions

T = TypeVar("T", bound=RunTransaction)

LISTED_RUNS = 15
MOST_LISTED_RUNS = 50
MENTIONED = 6
LOOKED_BACK = 30
"""Runs that are looked through for one that failed at the table that is meant."""

Telling = RunStatus | ExplainRun | ListRuns | BackfillStatus
Naming = RunStatus | ExplainRun | CancelRun | RetryRun

_UNFINISHED = (Status.QUEUED, Status.RUNNING)
_LOST = (Status.FAILED, Status.CANCELLED)


class RunAnswers(Generic[T]):
    """What people ask of runs, and want of them."""

    def __init__(
        self,
        project: Project,
        transactions: Transactions[T],
        desk: RunDesk[T],
        backfills: BackfillDesk[T],
        routes: RoutesInForce,
    ) -> None:
        self._project = project
        self._routes = routes
        self._names = KnownNames(project)
        self._transactions = transactions
        self._desk = desk
        self._backfills = backfills

    async def tell(self, command: Telling) -> Outcome:
        """How a run goes, why it failed, or which there were."""
        self._names.require(command.pipeline, command.table)
        match command:
            case RunStatus(None, None, None):
                told = await self._status(command)
                return Answer(with_set_aside(told.card, await self._routes.set_aside()))
            case RunStatus():
                return await self._status(command)
            case ExplainRun():
                return await self._explain(command)
            case ListRuns():
                return await self._list(command)
            case BackfillStatus(pipeline, table):
                backfill, days, run = await self._backfills.latest(pipeline, table)
                cut_by = watermarks(self._project, backfill)
                return Answer(backfill_card(backfill, days, run, cut_by))

    async def change(self, command: CancelRun | RetryRun, asker: Asker) -> Outcome:
        """Stop a run, or take one up again."""
        match command:
            case CancelRun():
                run = await self._meant(command, _UNFINISHED)
                return Answer(cancelling(await self._desk.cancel(run.id, asker)))
            case RetryRun(from_step=step, accept_drift=accept):
                run = await self._meant(command, _LOST)
                kind = StepKind(step) if step else None
                again = await self._desk.retry(run.id, kind, asker=asker, accept_drift=accept)
                return Accepted(again.id)

    async def _find(self, command: Naming, statuses: Sequence[Status] = ()) -> Run:
        """The run that is meant: by its id, else the latest that fits."""
        if command.run_id is not None:
            return await self._by_id(command.run_id)
        return (await self._latest(command, statuses, 1))[0]

    async def _latest(
        self, command: Naming, statuses: Sequence[Status], limit: int
    ) -> tuple[Run, ...]:
        """The latest runs that fit; raises where there is none at all."""
        wanted = RunFilter(None, command.pipeline, command.table, statuses=tuple(statuses))
        async with self._transactions.begin() as tx:
            runs = await tx.runs.latest(wanted, limit)
        if not runs:
            kind = " or ".join(statuses)
            message = f"There is no {kind} run of that yet.".replace("  ", " ")
            raise EngineError(message, "Say «list runs» for the latest ones.")
        return runs

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
        self._names.require(command.pipeline, command.table)
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
        better = await self._better(lost)
        if better is None:
            return lost
        ended = "was cancelled" if lost.status is Status.CANCELLED else "failed"
        message = f"{better.title} succeeded as {better.id} after {lost.id} {ended}."
        raise EngineError(message, f"If you mean that one, say «retry {lost.id}».")

    async def _better(self, lost: Run) -> Run | None:
        """A run of the same that went well since; None where there is none."""
        wanted = RunFilter(Status.SUCCEEDED, lost.pipeline, lost.table)
        async with self._transactions.begin() as tx:
            good = await tx.runs.latest(wanted, MENTIONED)
        since = (run for run in good if run.title == lost.title and end_of(run) > end_of(lost))
        return next(since, None)

    async def _status(self, command: RunStatus) -> Answer:
        run = await self._find(command)
        if run.status is not Status.QUEUED:
            return Answer(run_card(run, self._project))
        async with self._transactions.begin() as tx:
            return Answer(run_card(run, self._project, ahead=await tx.queue.ahead(run)))

    async def _explain(self, command: ExplainRun) -> Outcome:
        if command.run_id is None and command.table is not None:
            return Answer(await self._explained(command, command.table))
        run = await self._find(command, () if command.run_id else (Status.FAILED,))
        if run.status is not Status.FAILED:
            return Answer(run_card(run, self._project))
        better = await self._better(run)
        return Answer(await self._why(run, better, None))

    async def _explained(self, command: ExplainRun, table: str) -> Card:
        """The latest run that failed at a table: one of all tables may have failed elsewhere."""
        failed = await self._latest(command, (Status.FAILED,), LOOKED_BACK)
        over = await self._latest(command, (Status.FAILED, Status.SUCCEEDED), LOOKED_BACK)
        known = {each.id: each for each in (*over, *failed)}
        found = standing_failure(sorted(known.values(), key=end_of, reverse=True), table)
        if found is None:
            return failed_elsewhere(failed[0], table)
        return await self._why(found.run, found.amended, table)

    async def _why(self, run: Run, better: Run | None, table: str | None) -> Card:
        """Why a run failed: as something past where a better one mended it since."""
        if better is not None:
            # what can be read now does not tell what could be read when it failed
            return _made_good(explanation(run, self._project, table), better, table)
        return explanation(run, self._project, table, await self._published(run))

    async def _published(self, run: Run) -> frozenset[DatasetName]:
        """Of the datasets that a run writes, those of which there is a version to read."""
        async with self._transactions.begin() as tx:
            return frozenset([each for each in run.targets() if await tx.warehouse.columns(each)])

    async def _list(self, command: ListRuns) -> Outcome:
        status = Status(command.status) if command.status else None
        wanted = RunFilter(status, command.pipeline, command.table, command.since, command.until)
        async with self._transactions.begin() as tx:
            runs = await tx.runs.latest(wanted, _limit(command))
        return Answer(answers.runs_card(runs, _asked(command)))


def _limit(command: ListRuns) -> int:
    """How many runs to list; more than a card holds are refused, never dropped."""
    limit = command.limit or LISTED_RUNS
    if limit <= MOST_LISTED_RUNS:
        return limit
    raise EngineError(
        f"A list has {MOST_LISTED_RUNS} runs at most.",
        "Say which: of a pipeline, for a table, since Monday, or only the failed ones.",
    )


def _made_good(card: Card, better: Run, table: str | None) -> Card:
    """The same as something past, with nothing to be done about it."""
    of_it = f" for {table}" if table else ""
    over = f"This is over: {better.title} ({better.id}) went well{of_it} since."
    status = Button(f"Status of {better.id}", f"status {better.id}")
    if table is not None:
        status = Button(f"Status of {table}", f"status for table {table}")
    return replace(card, severity=Severity.INFO, text=f"{over}\n{card.text}", buttons=(status,))


def _no_more_than(table: str | None, run: Run) -> Run:
    """The run, unless it works on more than the one table whose run is to be stopped."""
    whole = run.table == table or all(step.dataset.table == table for step in run.steps)
    if table is None or whole:
        return run
    message = f"{run.title} ({run.id}) works on {table}, and on more than that."
    raise EngineError(message, f"Say «cancel {run.id}» to stop all of it.")


def _asked(command: ListRuns) -> str:
    parts = [
        f" that {command.status}" if command.status in {"failed", "succeeded"} else "",
        f" {command.status}" if command.status in {"queued", "running", "cancelled"} else "",
        f" of {command.pipeline or command.table}" if command.pipeline or command.table else "",
        f" since {command.since:%Y-%m-%d %H:%M}" if command.since else "",
        f" until {command.until:%Y-%m-%d %H:%M}" if command.until else "",
    ]
    return "".join(parts)
