"""Knows what a full refresh, the end of a schedule and a release of quarantined rows would do."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from engine.approvals.model import Foreseen
from engine.approvals.ports import Foresight
from engine.cards import Fact, counted
from engine.catalog.model import Layer, Project
from engine.commands import Command, DeleteSchedule, ReleaseQuarantine, RunPipeline
from engine.people import Asker
from engine.runs.plan import plan
from engine.runs.ports import Quarantine
from engine.runs.quarantine import Aside
from engine.schedules.model import Schedule, number_of

SHOWN_DATASETS = 10

Schedules = Callable[[], Awaitable[Sequence[Schedule]]]


@dataclass(frozen=True, slots=True)
class Foresights:
    """What would happen; asks about nothing that would be refused or do nothing anyway."""

    project: Project
    quarantine: Quarantine
    schedules: Schedules
    others: tuple[Foresight, ...]
    """Who know what other commands would do."""

    async def of(self, command: Command, asker: Asker) -> Foreseen | None:
        """What a command would do; None where nothing has to be asked."""
        match command:
            case RunPipeline():
                return self._refresh(command)
            case DeleteSchedule():
                return self._deletion(command, await self.schedules())
            case ReleaseQuarantine():
                return await self._release(command)
            case _:
                return await self._of_others(command, asker)

    async def _of_others(self, command: Command, asker: Asker) -> Foreseen | None:
        for other in self.others:
            if foreseen := await other(command, asker):
                return foreseen
        return None

    def _refresh(self, command: RunPipeline) -> Foreseen | None:
        pipeline = self.project.pipeline(command.pipeline)
        if pipeline is None:
            return None
        steps = plan(self.project, pipeline, command.table)
        read = tuple(dict.fromkeys(each.dataset for each in steps))
        made = [str(each) for each in read if each.layer is not Layer.BRONZE]
        if not read:
            return None
        what = f"{pipeline.name} for {command.table}" if command.table else pipeline.name
        return Foreseen(
            f"Run {what} with full refresh?",
            "Each of these is made anew from all of its rows and takes the place of what is "
            "published; what nothing delivers any more is gone then.",
            (Fact("Made anew", _listed(made) or "nothing: deliveries are read again"),),
        )

    @staticmethod
    def _deletion(command: DeleteSchedule, schedules: Sequence[Schedule]) -> Foreseen | None:
        number = number_of(command.schedule) if command.schedule else None
        named = (command.schedule, command.pipeline, command.table)
        meant = [
            each
            for each in schedules
            if number == each.number
            or (command.schedule is None and each.is_for(command.pipeline, command.table))
        ]
        if len(meant) != 1 or not any(named):
            return None
        found = meant[0]
        return Foreseen(
            f"Delete {found.id} for good?",
            "What is at work goes on; nothing starts by itself any more.",
            (
                Fact("Schedule", f"{found.what}, {found.recurrence}"),
                Fact("Made by", found.asker.id),
            ),
            DeleteSchedule(found.id),
        )

    async def _release(self, command: ReleaseQuarantine) -> Foreseen | None:
        table = self.project.table(command.dataset.rpartition(".")[2])
        if table is None or command.dataset.startswith("gold."):
            return None
        count = await self.quarantine.count(table, Aside(command.rule))
        if not count:
            return None
        of = f" for {command.rule}" if command.rule else ""
        return Foreseen(
            f"Release {counted(count, 'row')} of {table.name}{of} from quarantine?",
            "Each is judged as the project is now; what is good then is published in "
            f"{table.silver}, the others stay.",
        )


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN_DATASETS} more" if len(names) > SHOWN_DATASETS else ""
    return f"{', '.join(names[:SHOWN_DATASETS])}{more}"
