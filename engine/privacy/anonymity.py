"""How alone people stand in a dataset: how many rows share the same values of some columns."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from rapidfuzz import fuzz, process

from engine.catalog.model import DatasetName, Project
from engine.errors import EngineError, UnknownColumn

FEWEST = 2
MOST = 1_000_000
"""Between these k makes sense: everybody is one of one."""

MOST_COLUMNS = 12
"""Each column is also left out once, so that it can be told which one to generalise."""

SHOWN = 5

_CLOSE = 2
_ALIKE = 60


@dataclass(frozen=True, slots=True)
class Question:
    """Whether each row of a dataset is one of at least k that look the same in these columns."""

    dataset: DatasetName
    columns: tuple[str, ...]
    k: int


@dataclass(frozen=True, slots=True)
class Tally:
    """The groups of rows that look the same; those below k break it."""

    rows: int = 0
    groups: int = 0
    smallest: int | None = None
    groups_below: int = 0
    rows_below: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """A group with those of its values that may be told; the others stay in the database."""

    rows: int
    values: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Anonymity:
    """The answer: how it is, and how it would be without each one of the columns."""

    question: Question
    tally: Tally = Tally()
    without: Mapping[str, Tally] = field(default_factory=dict)
    smallest: tuple[Group, ...] = ()
    types: Mapping[str, str] = field(default_factory=dict)
    open: frozenset[str] = frozenset()
    """The columns of which values may be told."""

    @property
    def holds(self) -> bool:
        """Whether no row is in a group below k."""
        return self.tally.rows_below == 0

    def coarser(self, column: str) -> str | None:
        """How far a column could be generalised; a token or what is hidden has no wider values."""
        return coarser(self.types.get(column, "")) if column in self.open else None

    @property
    def to_mend(self) -> tuple[str, ...]:
        """The columns, first the one without which the fewest rows would stand out."""
        if not self.without:
            return self.question.columns
        return tuple(sorted(self.without, key=lambda each: self.without[each].rows_below))


class Crowds(Protocol):
    """Counts rows that look the same; of what may be personal only counts leave the database."""

    async def of(self, project: Project, question: Question) -> Anonymity:
        """The answer; raises UnknownDataset where it was not written yet, and UnknownColumn."""
        ...


def require_sensible(question: Question) -> None:
    """Raise EngineError for a question that has no answer."""
    if not FEWEST <= question.k <= MOST:
        message = f"k must be {FEWEST} to {MOST:,}, not {question.k:,}."
        raise EngineError(message, "With k 5 nobody is one of fewer than five.")
    if not 1 <= len(question.columns) <= MOST_COLUMNS:
        message = f"1 to {MOST_COLUMNS} columns can be looked at together."
        raise EngineError(message, "Name those that somebody may know of a person.")


def chosen(question: Question, present: Sequence[str]) -> tuple[str, ...]:
    """The columns that are meant, each once, as the dataset writes them; raises UnknownColumn."""
    found = (_named(name, present, question.dataset) for name in question.columns)
    return tuple(dict.fromkeys(found))


def _named(name: str, present: Sequence[str], dataset: DatasetName) -> str:
    if name in present:
        return name
    alike = [each for each in present if _plain(each) == _plain(name)]
    if len(alike) == 1:
        return alike[0]
    raise _unknown(name, present, dataset)


def _plain(name: str) -> str:
    return "_".join(name.casefold().split())


def _unknown(name: str, present: Collection[str], dataset: DatasetName) -> UnknownColumn:
    found = process.extract(name, present, scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=_CLOSE)
    close = tuple(match[0] for match in found)
    return UnknownColumn(name, close, f"{dataset} has {', '.join(present)}.")


def coarser(type_: str) -> str | None:
    """How values of a PostgreSQL type are generalised at first; None where they can't be."""
    if type_.startswith(("date", "timestamp")):
        return "year"
    if type_.startswith(("smallint", "integer", "bigint", "numeric", "real", "double")):
        return "tens"
    return "first 3" if type_.startswith(("text", "character")) else None
