"""A backfill: one pipeline run for each of some days; which day comes when is decided here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from engine.catalog.model import ColumnType, Operator, Pipeline, Project, Stage, Table
from engine.errors import NotBackfillable
from engine.people import Asker
from engine.runs.model import Counts, RunStatus

MOST_DAYS = 366
MOST_AT_ONCE = 10
EXAMPLE = "backfill orders from 1 March to 15 March"

_LOST = frozenset({RunStatus.FAILED, RunStatus.CANCELLED})
_OPEN = frozenset({RunStatus.QUEUED, RunStatus.RUNNING})
NOTHING = Counts()

_MOMENTS = frozenset({ColumnType.DATE, ColumnType.TIMESTAMP})


@dataclass(frozen=True, slots=True)
class Backfill:
    """What was asked for: the days from `start` until before `end`."""

    id: str
    pipeline: str
    table: str | None
    start: date
    end: date
    at_once: int
    asker: Asker
    requested_at: datetime

    @property
    def days(self) -> tuple[date, ...]:
        """Its days in order."""
        return tuple(self.start + timedelta(number) for number in range(self.length))

    @property
    def length(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days

    @property
    def title(self) -> str:
        """The backfill as people call it, such as `Backfill of orders`."""
        return f"Backfill of {self.table or self.pipeline}"


@dataclass(frozen=True, slots=True)
class Day:
    """A day whose run was ordered, and how that run is going."""

    day: date
    run_id: str
    status: RunStatus
    counts: Counts = NOTHING
    error: str | None = None
    hint: str = ""

    @property
    def open(self) -> bool:
        """Whether its run waits or works."""
        return self.status in _OPEN

    @property
    def lost(self) -> bool:
        """Whether its run ended without success."""
        return self.status in _LOST


def next_days(backfill: Backfill, ordered: Sequence[Day]) -> tuple[date, ...]:
    """The days to order now: none while one is lost, else so many that enough are at work."""
    if any(each.lost for each in ordered):
        return ()
    newest = max((each.day for each in ordered), default=date.min)
    left = [day for day in backfill.days if day > newest]
    free = backfill.at_once - sum(each.open for each in ordered)
    return tuple(left[: max(free, 0)])


def state_of(backfill: Backfill, ordered: Sequence[Day]) -> RunStatus:
    """How a backfill is going, in the words of its runs."""
    if any(each.open for each in ordered):
        begun = any(each.status is not RunStatus.QUEUED for each in ordered)
        return RunStatus.RUNNING if begun else RunStatus.QUEUED
    for status in (RunStatus.FAILED, RunStatus.CANCELLED):
        if any(each.status is status for each in ordered):
            return status
    return RunStatus.SUCCEEDED if not next_days(backfill, ordered) else RunStatus.QUEUED


def following(run_id: str, ordered: Sequence[Day]) -> str | None:
    """The run to wait for after that one has ended: one at work, else the first that was lost."""
    at_work = [each.run_id for each in ordered if each.open]
    lost = [each.run_id for each in ordered if each.lost]
    left = at_work or ([] if run_id in lost else lost)
    return left[0] if left else None


def require_days(start: date, end: date, today: date) -> None:
    """Raise NotBackfillable unless the days can be worked one by one."""
    if end <= start:
        raise NotBackfillable(
            f"The last day lies before the first one, {start}.", "Name the earlier day first."
        )
    if start > today:
        raise NotBackfillable(
            f"These days lie ahead: today is {today}.", "Name days that have passed."
        )
    if (end - start).days > MOST_DAYS:
        raise NotBackfillable(
            f"That would be {(end - start).days:,} runs, one for each day.",
            f"Ask for at most {MOST_DAYS} days at a time, or run it with full refresh.",
        )


def require_at_once(at_once: int) -> None:
    """Raise NotBackfillable unless so many days may be ordered at once."""
    if not 1 <= at_once <= MOST_AT_ONCE:
        raise NotBackfillable(
            f"{at_once} days can't be worked at once.", f"Name a number from 1 to {MOST_AT_ONCE}."
        )


def pipeline_for(project: Project, name: str | None, table: str | None) -> Pipeline:
    """The pipeline to run for each day; raises NotBackfillable.

    Without a name it is the one that does nothing but bring that table to silver.
    """
    if name is None and table is None:
        raise NotBackfillable("It is not said which table.", f"Say «{EXAMPLE}».")
    if name is None:
        named = [each for each in project.pipelines if each.stages == (Stage.SILVER,)]
    else:
        named = [each for each in project.pipelines if each.name == name]
    covering = [each for each in named if Stage.SILVER in each.stages and _covers(each, table)]
    if covering:
        return covering[0]
    raise _not_covered(project, name, table)


def _covers(pipeline: Pipeline, table: str | None) -> bool:
    return table is None or not pipeline.tables or table in pipeline.tables


def _not_covered(project: Project, name: str | None, table: str | None) -> NotBackfillable:
    whom = table or "any table"
    if name is not None:
        message = f"{name} brings no rows of {whom} to silver, so it can't be backfilled."
        return NotBackfillable(message, f"Say «describe {name}» to see what it does.")
    names = [each.name for each in project.pipelines if Stage.SILVER in each.stages]
    other = names[0] if names else "a pipeline"
    message = f"No pipeline does nothing but bring {whom} to silver."
    return NotBackfillable(message, f"Name one: «backfill {other} for {whom} from … to …».")


def watermarks(project: Project, backfill: Backfill) -> tuple[str, ...]:
    """The columns that tell the day of a row, such as `orders.updated_at`."""
    pipeline = project.pipeline(backfill.pipeline)
    return tuple(
        f"{each.name}.{each.watermark}"
        for each in project.tables
        if each.watermark and backfill.table in {None, each.name}
        if pipeline is None or _covers(pipeline, each.name)
    )


def require_by_day(project: Project, pipeline: Pipeline, table: str | None) -> None:
    """Raise NotBackfillable unless the rows of each table that is meant can be told by day."""
    if table is not None and project.table(table) is None:
        raise NotBackfillable(
            f"{table} is a gold model: each run makes it anew as a whole.",
            "Backfill the tables that it is made from, then build it once.",
        )
    for each in project.tables:
        if table in {None, each.name} and _covers(pipeline, each.name):
            for reason, instead in _reasons(each):
                raise NotBackfillable(
                    f"{each.name} can't be backfilled by day: {reason}.",
                    instead,
                )


def _reasons(table: Table) -> Iterator[tuple[str, str]]:
    """Why the rows of a table can't be worked by day, and what to do instead."""
    file = f"tables/{table.name}.yaml"
    declare = f"Declare one that does under `watermark` in {file}."
    column = table.column(table.watermark) if table.watermark else None
    if column is None:
        yield "no column tells when a row changed", declare
    elif column.type not in _MOMENTS:
        yield f"its watermark {column.name} is no date, but {column.type}", declare
    elif column.operator not in {None, Operator.KEEP}:
        reason = (
            f"its watermark {column.name} is protected, so silver can't tell which row is newer"
        )
        yield reason, declare
    if not table.load.incremental:
        by_day = f"To work by day, declare `load: {{mode: incremental}}` in {file}."
        yield "each run makes it from all of its rows", f"One run makes it anew. {by_day}"
