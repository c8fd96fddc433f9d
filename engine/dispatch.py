"""From a request to its outcome: who may ask, and who answers."""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from engine import answers
from engine.audit.recorder import CommandRecorder
from engine.cards import Card
from engine.catalog.model import Project
from engine.commands import (
    COMMANDS,
    AcceptChecks,
    Backfill,
    BackfillStatus,
    CancelRun,
    CheckQuality,
    Command,
    DeleteQuarantine,
    DescribePipeline,
    ExpectValues,
    ExplainRun,
    ListPipelines,
    ListQuarantine,
    ListRuns,
    QualityReport,
    ReleaseQuarantine,
    RetryRun,
    RunPipeline,
    RunStatus,
    ScanPrivacy,
    SchedulePipeline,
    SuggestChecks,
    WhoAmI,
)
from engine.errors import EngineError, NotAllowed, Unknown
from engine.expected_values import ExpectedValues
from engine.known_names import KnownNames
from engine.outcome import Accepted, Answer, Outcome, Refused, Request
from engine.people import Asker, People
from engine.personal_answers import PersonalAnswers, PersonalCommand
from engine.preview_answers import ROOMY, preview_card
from engine.quality_answers import QualityReports
from engine.quarantine_desk import QuarantineDesk
from engine.run_answers import RunAnswers
from engine.run_orders import RunOrders
from engine.runs.backfill_desk import BackfillDesk
from engine.runs.desk import RunDesk
from engine.runs.model import Run
from engine.runs.ports import RunTransaction, Transactions
from engine.runs.preview import Previews
from engine.schedule_answers import ScheduleCommand
from engine.suggestion_answers import Suggestions

T = TypeVar("T", bound=RunTransaction)


class Dispatcher(Generic[T]):
    """The one place where commands are carried out, whichever way they came."""

    def __init__(
        self,
        project: Project,
        people: People,
        desk: RunDesk[T],
        transactions: Transactions[T],
        quarantine: QuarantineDesk[T],
        *,
        backfills: BackfillDesk[T],
        previews: Previews,
        reports: QualityReports,
        suggestions: Suggestions,
        expected: ExpectedValues[T],
        personal: PersonalAnswers,
        recorder: CommandRecorder,
        schedules: Callable[[ScheduleCommand, Asker], Awaitable[Card]],
    ) -> None:
        self._project = project
        self._people = people
        self._names = KnownNames(project)
        self._orders = RunOrders(project)
        self._runs = RunAnswers(project, transactions, desk, backfills)
        self._desk = desk
        self._quarantine = quarantine
        self._backfills = backfills
        self._previews = previews
        self._reports = reports
        self._suggestions = suggestions
        self._expected = expected
        self._schedules = schedules
        self._personal = personal
        self._recorder = recorder

    async def handle(self, request: Request) -> Outcome:
        """Answer, accept or refuse at once; raises nothing that a person can cause."""
        try:
            self._permit(request)
            await self._recorder.asked(request.command, request.asker, self._names.all)
            return await self._carry_out(request)
        except EngineError as error:
            await self._recorder.refused(request.command, request.asker, error, self._names.all)
            close = error.close if isinstance(error, Unknown) else ()
            return Refused(error.message, error.hint, close, error)

    def _permit(self, request: Request) -> None:
        role, needed = self._people.role_of(request.asker), request.command.needs
        if not role.covers(needed):
            message = f"Your role here is {role}; {request.command.name} needs {needed}."
            raise NotAllowed(message, "Ask an admin of Atlas for that role.")

    async def _carry_out(self, request: Request) -> Outcome:
        command, asker = request.command, request.asker
        match command:
            case RunPipeline(dry_run=True):
                return Answer(await self._preview(command, asker))
            case RunPipeline() | CheckQuality() | ScanPrivacy() | Backfill():
                return Accepted((await self._start(command, request)).id)
            case CancelRun() | RetryRun():
                return await self._runs.change(command, asker)
            case RunStatus() | ExplainRun() | ListRuns() | BackfillStatus():
                return await self._runs.tell(command)
            case ListQuarantine(dataset) | ReleaseQuarantine(dataset) | DeleteQuarantine(dataset):
                named = self._names.dataset(dataset)
                return await self._quarantine.carry_out(command, named, request)
            case _:
                return Answer(await self._told(command, request))

    async def _told(self, command: Command, request: Request) -> Card:
        """What changes no data."""
        match command:
            case _ if isinstance(command, PersonalCommand):
                return await self._personal.answer(command, request.asker)
            case _ if isinstance(command, ScheduleCommand):
                return await self._scheduled(command, request)
            case ExpectValues() | QualityReport() | SuggestChecks() | AcceptChecks():
                return await self._tell_of_quality(command, request.asker)
            case ListPipelines():
                return answers.pipelines_card(self._project)
            case DescribePipeline(name):
                return answers.pipeline_card(self._project, self._names.pipeline(name))
            case WhoAmI():
                return self._who(request.asker)
            case _:
                raise EngineError(f"{command.name} can't be done here.", "Say «help».")

    async def _tell_of_quality(
        self, command: ExpectValues | QualityReport | SuggestChecks | AcceptChecks, asker: Asker
    ) -> Card:
        named = None if command.dataset is None else self._names.dataset(command.dataset)
        match command:
            case ExpectValues(dataset):
                return await self._expected.accept(self._names.dataset(dataset), asker)
            case QualityReport(_, since, until):
                return await self._reports.of(named, since, until)
            case SuggestChecks() | AcceptChecks():
                return await self._suggestions.answer(command)

    async def _preview(self, command: RunPipeline, asker: Asker) -> Card:
        order = self._orders.pipeline(command, Request(command, asker))
        steps = await self._previews.of(order.steps, order.parameters)
        return preview_card(command, steps, whole=asker.platform in ROOMY)

    async def _start(
        self, command: RunPipeline | CheckQuality | ScanPrivacy | Backfill, request: Request
    ) -> Run:
        match command:
            case Backfill():
                self._names.require(command.pipeline, command.table)
                return await self._backfills.order(command, request.asker)
            case _:
                return await self._desk.order(self._orders.of(command, request))

    async def _scheduled(self, command: ScheduleCommand, request: Request) -> Card:
        self._names.require(command.pipeline, command.table)
        if isinstance(command, SchedulePipeline):
            # raises where it could not run now
            self._orders.pipeline(RunPipeline(command.pipeline, command.table), request)
        return await self._schedules(command, request.asker)

    def _who(self, asker: Asker) -> Card:
        role = self._people.role_of(asker)
        allowed = [command.name for command in COMMANDS if role.covers(command.needs)]
        return answers.person_card(asker, role, allowed)
