"""Gives the order for a scheduled run through the one door that all commands go through."""

from collections.abc import Awaitable, Callable

from engine.commands import RunPipeline
from engine.errors import EngineError
from engine.outcome import Accepted, Answer, Outcome, Refused, Request
from engine.schedules.model import Schedule


class ScheduleOrders:
    """Asks for the run in the name of whoever made the schedule, with the role they have now."""

    def __init__(self, ask: Callable[[Request], Awaitable[Outcome]]) -> None:
        self._ask = ask

    async def order(self, schedule: Schedule) -> str:
        """The id of the run; raises EngineError where it is refused."""
        command = RunPipeline(schedule.pipeline, schedule.table)
        request = Request(command, schedule.asker, key=schedule.key, urgent=False)
        match await self._ask(request):
            case Accepted(run_id):
                return run_id
            case Refused() as refused:
                raise refused.error or EngineError(refused.reason, refused.hint)
            case Answer(card):
                raise EngineError(f"It was answered, not started: {card.title}.")
