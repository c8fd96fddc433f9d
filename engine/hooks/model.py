"""What a hook is told, and when; decided without knowing any hook."""

from dataclasses import dataclass
from enum import StrEnum

from engine.runs.document import RunDocument, StepDocument, run_document, step_document
from engine.runs.events import RunChanged, RunEvent, RunFinished, StepFinished
from engine.runs.model import RunStatus


class Moment(StrEnum):
    """A point in the life of a run, by the name of the function that is called then."""

    QUEUED = "queued"
    STARTED = "started"
    STEP_FINISHED = "step_finished"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a hook; `step` only where a step finished."""

    moment: Moment
    run: RunDocument
    step: StepDocument | None = None

    @property
    def arguments(self) -> tuple[RunDocument] | tuple[RunDocument, StepDocument]:
        """What the function is called with."""
        return (self.run,) if self.step is None else (self.run, self.step)


class Narrator:
    """Makes calls of events; a run that is heard of at each step starts only once an attempt."""

    def __init__(self) -> None:
        self._begun: dict[str, int] = {}

    def call_for(self, event: RunEvent) -> Call | None:
        """The call that an event is worth."""
        match event:
            case StepFinished(run, step):
                return Call(Moment.STEP_FINISHED, run_document(run), step_document(step))
            case RunFinished(run):
                self._begun.pop(run.id, None)
                return Call(Moment.FINISHED, run_document(run))
            case RunChanged():
                return self._changed(event)

    def _changed(self, event: RunChanged) -> Call | None:
        run = event.run
        if run.status is RunStatus.QUEUED:
            self._begun.pop(run.id, None)
            return Call(Moment.QUEUED, run_document(run))
        if self._begun.get(run.id) == run.attempt:
            return None
        self._begun[run.id] = run.attempt
        return Call(Moment.STARTED, run_document(run))
