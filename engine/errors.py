"""The error tree: each error says what happened, which one, and, as its hint, what to do.

EngineError
├── ConfigurationError          settings, environment, configuration.yaml
├── ProjectError                mistakes in a project folder, each with file and line
├── Unknown
│   ├── UnknownPipeline
│   ├── UnknownDataset
│   ├── UnknownColumn
│   ├── UnknownRun
│   ├── UnknownSchedule
│   └── UnknownTimeZone
├── NotAllowed                  the asker's role does not cover the command
├── TooManyRuns                 the line of waiting runs is full
├── RunDone                     it ended already, so it can't be cancelled
├── RunNotDone                  it is not over, or it succeeded, so it can't be retried
├── NotBackfillable             days or tables that can't be run day by day
├── KeyUsed                     the same idempotency key for another request
├── NotSchedulable              a time that has passed, never comes, or comes too often
├── WhichSchedule               not exactly one schedule is meant
├── RecurrenceUnreadable        a cron line that is none
├── SourceUnreadable            a delivery that can't be read as its table declares
│   └── SourceAway              passes: another system does not answer, or broke off
├── DatabaseError
│   ├── DatabaseUnreachable     passes
│   ├── DatabaseBusy            passes: a deadlock, a serialization failure, no connection free
│   ├── TableBusy               passes: somebody reads the table that is to be swapped
│   ├── SwapRefused             something on the published table would be lost
│   ├── DatabaseRefused         no right to do it
│   ├── DiskFull
│   ├── StatementFailed         what PostgreSQL said, without its values
│   └── MigrationsMissing
├── DriftQuestion               columns would be lost; somebody has to accept it
├── RowsNotConserved            rows in ≠ published + quarantined + deduplicated
├── KeyMissing                  hashing was asked for and there is no key
├── KeyMismatch                 another key under a number that the database knows
├── WorkerFailed                a Soda or Presidio process that died or hung
└── AlreadyRunning              another process holds the data folder or the port
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from typing_extensions import override


class EngineError(Exception):
    """What people may read: a message that names the thing, and a hint that says what to do.

    One that `passes` may be gone when the same is tried again a moment later.
    """

    hint: str = ""
    passes: ClassVar[bool] = False

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint or self.hint

    @property
    def message(self) -> str:
        """What happened, without the hint."""
        return str(self.args[0])


class ConfigurationError(EngineError):
    """A setting that can't be used as it is."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in a project file; line is None where the file as a whole is meant."""

    file: str
    line: int | None
    problem: str

    @override
    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.problem}"


class ProjectError(EngineError):
    """A project folder with mistakes; `mistakes` holds all of them."""

    def __init__(self, folder: str, mistakes: Sequence[Mistake]) -> None:
        count = len(mistakes)
        noun = "mistake" if count == 1 else "mistakes"
        super().__init__(
            f"The project {folder} has {count} {noun}: {mistakes[0]}",
            "Run `atlas check-project` to see all of them.",
        )
        self.mistakes = tuple(mistakes)


class Unknown(EngineError):
    """A name that nothing has; `close` holds the names it may stand for, best first.

    Where there are none, `otherwise` says what to do.
    """

    noun = "thing"

    def __init__(self, name: str, close: Sequence[str] = (), otherwise: str = "") -> None:
        meant = f"Did you mean {' or '.join(close)}?" if close else otherwise or self.hint
        super().__init__(f"There is no {self.noun} {name!r}.", meant)
        self.name = name
        self.close = tuple(close)


class UnknownPipeline(Unknown):
    """No pipeline has that name."""

    noun = "pipeline"
    hint = "Ask «what pipelines are there?» for the list."


class UnknownDataset(Unknown):
    """No table or model has that name."""

    noun = "table"
    hint = "Ask «what pipelines are there?» to see the tables."


class UnknownColumn(Unknown):
    """No column of that dataset has that name."""

    noun = "column"
    hint = "Ask «show lineage of …» to see what is there."


class UnknownRun(Unknown):
    """No run has that id."""

    noun = "run"
    hint = "Ask «list runs» for the latest ones."


class UnknownSchedule(Unknown):
    """No schedule has that id, or is for that pipeline or table."""

    noun = "schedule"
    hint = "Ask «list schedules» to see them."


class UnknownTimeZone(Unknown):
    """No time zone has that name."""

    noun = "time zone"
    hint = "Write one such as Europe/Berlin, or its city."


class NotAllowed(EngineError):
    """The asker's role does not cover the command."""


class TooManyRuns(EngineError):
    """More runs wait than the line holds."""

    hint = "Wait until some of them are done, then ask again."


class RunDone(EngineError):
    """A run that ended can't be cancelled."""


class RunNotDone(EngineError):
    """A run that is not over, or that succeeded, can't be retried."""


class NotBackfillable(EngineError):
    """Days or tables that can't be run day by day."""


class KeyUsed(EngineError):
    """An idempotency key that stands for another request."""

    hint = "Use a new key for each new request; the same key only to send the same one again."


class NotSchedulable(EngineError):
    """A time at which nothing can be scheduled."""


class WhichSchedule(EngineError):
    """Not exactly one schedule is meant."""


class RecurrenceUnreadable(EngineError):
    """A cron line that is none."""

    hint = "Write five fields: minute, hour, day, month, weekday, such as 0 9 * * 1-5."


class SourceUnreadable(EngineError):
    """A delivery that can't be read as its table declares."""


class SourceAway(SourceUnreadable):
    """The system that a delivery comes from does not answer, or broke off."""

    passes = True


class DatabaseError(EngineError):
    """PostgreSQL could not do what was asked."""


class DatabaseUnreachable(DatabaseError):
    """No connection to PostgreSQL."""

    passes = True


class DatabaseBusy(DatabaseError):
    """PostgreSQL gave way to somebody else's work."""

    passes = True


class TableBusy(DatabaseError):
    """Somebody reads a published table for longer than its swap may wait."""

    passes = True


class SwapRefused(DatabaseError):
    """A swap would lose what somebody put on a published table."""


class DatabaseRefused(DatabaseError):
    """The database user lacks a right."""


class DiskFull(DatabaseError):
    """PostgreSQL has no room left."""


class StatementFailed(DatabaseError):
    """A statement that PostgreSQL refused; never holds values of rows."""


class MigrationsMissing(DatabaseError):
    """The state tables are older than this Atlas."""

    hint = "Run `atlas migrate`."


class DriftQuestion(EngineError):
    """Columns are gone or became narrower: nothing goes on before somebody accepts it."""


class RowsNotConserved(EngineError):
    """Rows in ≠ published + quarantined + deduplicated: a defect, so nothing was published."""


class KeyMissing(EngineError):
    """Hashing was asked for and no secret key is configured."""

    hint = (
        "Set ATLAS_SECRET_KEY or ATLAS_SECRET_KEY_FILE to 32 random bytes in base64, "
        "for example from `openssl rand -base64 32`."
    )


class KeyMismatch(EngineError):
    """A key has the number of another one, by which the database was protected."""

    hint = (
        'Bring it back, or write both: ATLAS_SECRET_KEY="2:NEW 1:OLD". '
        "docs/privacy.md tells how to change it."
    )


class WorkerFailed(EngineError):
    """A worker process that died or took longer than it may."""


class AlreadyRunning(EngineError):
    """Another process holds the data folder or the port."""
