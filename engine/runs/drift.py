"""What changes of columns are, and whether one loses something: then a question to the asker."""

import re
from collections.abc import Iterator, Mapping, Sequence

from engine.catalog.model import DatasetName, Table
from engine.errors import DriftQuestion
from engine.runs.model import Retyped, Run

_WIDER: Mapping[str, frozenset[str]] = {
    # what holds every value of a type
    "smallint": frozenset({"integer", "bigint", "numeric", "real", "double precision"}),
    "integer": frozenset({"bigint", "numeric", "double precision"}),
    "bigint": frozenset({"numeric"}),
    "real": frozenset({"double precision"}),
    "date": frozenset({"timestamp without time zone", "timestamp with time zone"}),
    "character varying": frozenset({"text"}),
    "character": frozenset({"character varying", "text"}),
}


def narrower(before: str, after: str) -> bool:
    """Whether some values of one type, as PostgreSQL writes it, don't fit into another."""
    if after in {before, "text"}:
        return False
    kind, limits = _parts(before)
    next_kind, next_limits = _parts(after)
    if kind == next_kind or next_kind in _WIDER.get(kind, ()):
        return not (next_limits is None or _holds(next_limits, limits))
    return True


def retyped(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Retyped, ...]:
    """The columns that are there before and after, with different types."""
    return tuple(
        Retyped(name, kind, after[name])
        for name, kind in before.items()
        if after.get(name, kind) != kind
    )


def reads_alike(change: Retyped) -> bool:
    """Whether what read the column before can read it still: a number that became text can't."""
    was_text = change.before == "text" or change.before.startswith("character")
    alike = was_text or change.after != "text"
    return alike and not narrower(change.before, change.after)


def _parts(written: str) -> tuple[str, tuple[int, ...] | None]:
    """A type's name and what stands in its brackets: `numeric(8,2)`, `timestamp(3) …`."""
    limits = re.search(r"\(([\d,-]+)\)", written)
    name = re.sub(r"\([\d,-]+\)", "", written)
    return name, tuple(map(int, limits[1].split(","))) if limits else None


def _holds(wide: tuple[int, ...], limits: tuple[int, ...] | None) -> bool:
    """Of a number the digits before and after its point must both fit."""
    if limits is None or len(wide) != len(limits):
        return False
    if len(wide) == 1:
        return wide >= limits
    return wide[1] >= limits[1] and wide[0] - wide[1] >= limits[0] - limits[1]


def narrowing_question(
    run: Run, dataset: DatasetName, before: Mapping[str, str], after: Mapping[str, str]
) -> DriftQuestion | None:
    """What to ask where the next version lacks a column or types it narrower."""
    changes = list(_narrowing(before, after))
    if not changes or run.parameters.accept_drift:
        return None
    return _question(run, f"{dataset} would lose something: {'; '.join(changes)}.")


def _narrowing(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    for name, kind in before.items():
        if name not in after:
            yield f"its column {name} would be gone"
        elif narrower(kind, after[name]):
            yield f"its column {name} would become {after[name]}, which can't hold every {kind}"


def refuse_missing(
    run: Run, table: Table, delivery: str, columns: Sequence[str], before: Sequence[str]
) -> None:
    """Raise DriftQuestion where a delivery lacks declared columns that the last one had."""
    lost = [each.name for each in table.columns if each.name in before and each.name not in columns]
    if lost and not run.parameters.accept_drift:
        named = f"column {', '.join(lost)}, which the delivery before it had"
        raise _question(
            run,
            f"{delivery} has no {named}: they would be empty in the new rows of {table.name}.",
        )


def _question(run: Run, message: str) -> DriftQuestion:
    return DriftQuestion(message, f"If that is meant, say «retry {run.id} and accept the change».")
