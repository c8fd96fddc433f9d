"""From a command to the order of a run: which steps, on which datasets."""

from dataclasses import replace

from engine.catalog.model import Pipeline, Project
from engine.commands import CheckQuality, RunPipeline, ScanPrivacy
from engine.errors import EngineError
from engine.known_names import KnownNames
from engine.outcome import Request
from engine.runs.desk import Order
from engine.runs.model import AS_USUAL, Parameters, Priority, Step, StepKind
from engine.runs.plan import plan


class RunOrders:
    """Turns requests into orders; raises EngineError for what this project can't do."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._names = KnownNames(project)

    def of(self, command: RunPipeline | CheckQuality | ScanPrivacy, request: Request) -> Order:
        """The order that a command means."""
        match command:
            case RunPipeline():
                return self.pipeline(command, request)
            case CheckQuality(dataset):
                return self._one_step("quality check", StepKind.CHECK, dataset, request)
            case ScanPrivacy(dataset):
                return self._one_step("privacy scan", StepKind.SCAN, dataset, request)

    def pipeline(self, command: RunPipeline, request: Request) -> Order:
        """The order of a pipeline, for one table or for all."""
        pipeline = self._names.pipeline(command.pipeline)
        steps = plan(self._project, pipeline, command.table)
        if not steps:
            raise self._not_covered(pipeline, command.table)
        return _ordered(
            request,
            Order(pipeline.name, command.table, steps, request.asker),
            Parameters(full_refresh=command.full_refresh),
        )

    def _not_covered(self, pipeline: Pipeline, table: str | None) -> EngineError:
        if table is not None and table not in self._names.tables:
            return self._names.unknown_table(table)
        whom = table or "the tables of this project"
        message = f"{pipeline.name} does nothing for {whom}."
        return EngineError(message, f"Say «describe {pipeline.name}» to see what it covers.")

    def _one_step(self, what: str, kind: StepKind, name: str, request: Request) -> Order:
        dataset = self._names.dataset(name)
        if kind is StepKind.CHECK and not self._project.checks_of(dataset):
            message = f"{dataset} has no checks."
            raise EngineError(message, "Declare some under `checks:` in its YAML file.")
        steps = (Step(0, kind, dataset),)
        return _ordered(request, Order(what, str(dataset), steps, request.asker))


def _ordered(request: Request, order: Order, parameters: Parameters = AS_USUAL) -> Order:
    priority = Priority.PERSON if request.urgent else Priority.SCHEDULE
    return replace(order, parameters=parameters, priority=priority, key=request.key)
