"""The error tree: each error says what happened, which one, and, as its hint, what to do.

EngineError
├── ConfigurationError          settings, environment, configuration.yaml
├── ProjectError                mistakes in a project folder, each with file and line
├── Unknown
│   ├── UnknownPipeline
│   ├── UnknownDataset
│   └── UnknownRun
├── NotAllowed                  the asker's role does not cover the command
├── SourceUnreadable            a delivery that can't be read as its table declares
├── DatabaseError
│   ├── DatabaseUnreachable
│   ├── DatabaseRefused         no right to do it
│   ├── DiskFull
│   ├── StatementFailed         what PostgreSQL said, without its values
│   └── MigrationsMissing
├── RowsNotConserved            rows in ≠ published + quarantined + deduplicated
├── KeyMissing                  hashing was asked for and there is no key
├── WorkerFailed                a Soda or Presidio process that died or hung
└── AlreadyRunning              another process holds the data folder or the port
"""

from collections.abc import Sequence
from dataclasses import dataclass

from typing_extensions import override


class EngineError(Exception):
    """What people may read: a message that names the thing, and a hint that says what to do."""

    hint: str = ""

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
    """A name that nothing has; `close` holds the names it may stand for, best first."""

    noun = "thing"

    def __init__(self, name: str, close: Sequence[str] = ()) -> None:
        meant = f"Did you mean {' or '.join(close)}?" if close else self.hint
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


class UnknownRun(Unknown):
    """No run has that id."""

    noun = "run"
    hint = "Ask «list runs» for the latest ones."


class NotAllowed(EngineError):
    """The asker's role does not cover the command."""


class SourceUnreadable(EngineError):
    """A delivery that can't be read as its table declares."""


class DatabaseError(EngineError):
    """PostgreSQL could not do what was asked."""


class DatabaseUnreachable(DatabaseError):
    """No connection to PostgreSQL."""


class DatabaseRefused(DatabaseError):
    """The database user lacks a right."""


class DiskFull(DatabaseError):
    """PostgreSQL has no room left."""


class StatementFailed(DatabaseError):
    """A statement that PostgreSQL refused; never holds values of rows."""


class MigrationsMissing(DatabaseError):
    """The state tables are older than this Atlas."""

    hint = "Run `atlas migrate`."


class RowsNotConserved(EngineError):
    """Rows in ≠ published + quarantined + deduplicated: a defect, so nothing was published."""


class KeyMissing(EngineError):
    """Hashing was asked for and no secret key is configured."""

    hint = (
        "Set ATLAS_SECRET_KEY or ATLAS_SECRET_KEY_FILE to 32 random bytes in base64, "
        "for example from `openssl rand -base64 32`."
    )


class WorkerFailed(EngineError):
    """A worker process that died or took longer than it may."""


class AlreadyRunning(EngineError):
    """Another process holds the data folder or the port."""
