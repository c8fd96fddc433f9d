"""From a request to its outcome: who may ask, and who answers."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Generic, TypeVar

from engine import answers
from engine.alerting_answers import AlertingAnswers, AlertingCommand
from engine.alerts.routing.in_force import ProjectRoutes
from engine.alerts.routing.ports import RoutesInForce
from engine.approvals.cards import done_card
from engine.approvals.desk import ApprovalDesk
from engine.audit.recorder import CommandRecorder
from engine.cards import Card, Fact
from engine.catalog.model import Project
from engine.commands import (
    AcceptChecks,
    Backfill,
    BackfillStatus,
    CancelRun,
    CheckQuality,
    Command,
    Confirm,
    DeleteQuarantine,
    DeleteSchedule,
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
from engine.errors import EngineError, Unknown
from engine.expected_values import ExpectedValues
from engine.known_names import KnownNames
from engine.outcome import Accepted, Answer, Outcome, Refused, Request
from engine.people import Asker
from engine.personal_answers import PersonalAnswers, PersonalCommand
from engine.preview_answers import ROOMY, preview_card
from engine.quality_answers import QualityReports
from engine.quarantine_desk import QuarantineDesk
from engine.roles.answers import RoleAnswers, RoleCommand, person_card
from engine.roles.people import People
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
        alerting: AlertingAnswers,
        roles: RoleAnswers,
        approvals: ApprovalDesk,
        recorder: CommandRecorder,
        schedules: Callable[[ScheduleCommand, Asker], Awaitable[Card]],
        routes: RoutesInForce | None = None,
    ) -> None:
        self._project = project
        self._people = people
        self._names = KnownNames(project)
        self._orders = RunOrders(project)
        self._runs = RunAnswers(
            project, transactions, desk, backfills, routes or ProjectRoutes(project)
        )
        self._desk = desk
        self._quarantine = quarantine
        self._backfills = backfills
        self._previews = previews
        self._reports = reports
        self._suggestions = suggestions
        self._expected = expected
        self._schedules = schedules
        self._personal = personal
        self._alerting = alerting
        self._roles = roles
        self._approvals = approvals
        self._recorder = recorder

    async def handle(self, request: Request) -> Outcome:
        """Answer, accept or refuse at once; raises nothing that a person can cause."""
        try:
            await self._people.require(request.asker, request.command)
            await self._recorder.asked(request.command, request.asker, self._names.all)
            return await self._done_or_asked_back(request)
        except EngineError as error:
            await self._recorder.refused(request.command, request.asker, error, self._names.all)
            close = error.close if isinstance(error, Unknown) else ()
            return Refused(error.message, error.hint, close, error)

    async def _done_or_asked_back(self, request: Request) -> Outcome:
        """What is done for good waits for its confirmation, and is done in its asker's name."""
        if isinstance(request.command, Confirm):
            return await self._confirmed(request.command, request)
        question = await self._approvals.ask_back(request.command, request.asker)
        return Answer(question) if question else await self._carry_out(request)

    async def _confirmed(self, command: Confirm, request: Request) -> Outcome:
        """Do what was confirmed; a message that comes again hears what became of it."""
        held = await self._approvals.confirm(command, request.asker, request.key)
        meant = Request(held.command, held.asker, key=request.key)
        try:
            return await self._carry_out(meant)
        except Unknown:
            # what was deleted is not there any more
            if held.was_confirmed_by(request.key) and isinstance(held.command, DeleteSchedule):
                return Answer(done_card(held))
            raise

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
            case _ if isinstance(command, RoleCommand | WhoAmI):
                return await self._about_roles(command, request.asker)
            case _ if isinstance(command, AlertingCommand):
                return await self._alerting.answer(command, request.asker)
            case _ if isinstance(command, ScheduleCommand):
                return await self._scheduled(command, request)
            case ExpectValues() | QualityReport() | SuggestChecks() | AcceptChecks():
                return await self._tell_of_quality(command, request.asker)
            case _:
                return self._known(command)

    async def _about_roles(self, command: RoleCommand | WhoAmI, asker: Asker) -> Card:
        if isinstance(command, WhoAmI):
            return await self._who(asker)
        return await self._roles.answer(command, asker)

    def _known(self, command: Command) -> Card:
        """What needs no look at anything."""
        match command:
            case ListPipelines():
                return answers.pipelines_card(self._project)
            case DescribePipeline(name):
                return answers.pipeline_card(self._project, self._names.pipeline(name))
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

    async def _who(self, asker: Asker) -> Card:
        role = await self._people.role_of(asker, WhoAmI())
        card = person_card(asker, role)
        more = await self._people.elsewhere(asker)
        return replace(card, facts=(*card.facts, Fact("Also", ", ".join(more)))) if more else card
