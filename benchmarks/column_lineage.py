"""How much of the corpus of statements Atlas and openlineage-sql read right, and how fast.

Run it with `uv run python -m benchmarks.column_lineage`; --repeats makes it smaller, --wrong lists
what each of them did not read right. The expected answers are those of tests/adapters/sql_corpus,
whose statements PostgreSQL itself takes. Atlas is given the schema and must tell everything:
tables, columns, and how each of them takes part. openlineage-sql knows no schema and no influences:
its columns are right if they name the direct sources of each, with or without those that only
decide; a column without a source may be left out, a table that is written may be among those it
reads, and what a SELECT calls a column does not count.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from openlineage_sql import (  # type: ignore[import-untyped]  # it has no types
    ColumnMeta,
    SqlMeta,
    parse,
)

from engine.adapters.sql_lineage import Written, statement_lineage
from engine.lineage.columns import ColumnSource
from tests.adapters.sql_corpus.notation import SCHEMA, Example, Wrote
from tests.adapters.sql_corpus.selects import SELECTS
from tests.adapters.sql_corpus.writes import WRITES

CORPUS = (*SELECTS, *WRITES)

Pairs = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Reader:
    """One of the two: how it reads, and whether what it read is right."""

    name: str
    read: Callable[[str], object]
    tables_right: Callable[[Example], bool]
    columns_right: Callable[[Example], bool]


def _ours(sql: str) -> tuple[Written, ...]:
    return statement_lineage(sql, SCHEMA)


def _our_tables(example: Example) -> bool:
    found = [(each.target, frozenset(each.inputs)) for each in _ours(example.sql)]
    return found == [(each.target, each.reads) for each in example.wrote]


def _our_columns(example: Example) -> bool:
    found = _ours(example.sql)
    if any(each.lineage.unresolved for each in found) or len(found) != len(example.wrote):
        return False
    return all(map(_same_columns, found, example.wrote))


def _same_columns(written: Written, wrote: Wrote) -> bool:
    columns: dict[str, frozenset[ColumnSource]] = {}
    for each in written.lineage.columns:
        name = each.column if each.column not in columns else f"{each.column}#2"
        columns[name] = frozenset(each.sources)
    same_rows = frozenset(written.lineage.influences) == wrote.influences
    return same_rows and columns == dict(wrote.columns)


def _theirs(sql: str) -> SqlMeta | None:
    return parse([sql], "postgres")


def _their_tables(example: Example) -> bool:
    found = _theirs(example.sql)
    if found is None or found.errors:
        return False
    written = {each.target for each in example.wrote if each.target}
    read = frozenset[str]().union(*(each.reads for each in example.wrote))
    theirs = {each.qualified_name for each in found.in_tables}
    return theirs - written == read - written and written == {
        each.qualified_name for each in found.out_tables
    }


def _their_columns(example: Example) -> bool:
    found = _theirs(example.sql)
    if found is None or found.errors:
        return False
    last = example.wrote[-1]
    left = [
        (each.descendant.name if last.target else "", _pairs(each.lineage))
        for each in found.column_lineage
        if each.lineage
    ]
    for column, made in last.columns.items():
        name = column if last.target else ""
        told = next((each for each in left if each in _acceptable(name, made)), None)
        if told is not None:
            left.remove(told)
        elif _direct(made):
            return False
    return not left


def _acceptable(name: str, made: Iterable[ColumnSource]) -> Sequence[tuple[str, Pairs]]:
    """What may be told of a column: its direct sources, or all that take part."""
    everything = tuple(made)
    return (name, _direct(everything)), (name, _named(everything))


def _pairs(columns: Iterable[ColumnMeta]) -> Pairs:
    return frozenset(
        (each.origin.qualified_name if each.origin else "", each.name) for each in columns
    )


def _direct(made: Iterable[ColumnSource]) -> Pairs:
    return _named(each for each in made if each.influence.direct)


def _named(made: Iterable[ColumnSource]) -> Pairs:
    return frozenset((each.dataset, each.column) for each in made)


READERS = (
    Reader("Atlas", _ours, _our_tables, _our_columns),
    Reader("openlineage-sql", _theirs, _their_tables, _their_columns),
)


def milliseconds(reader: Reader, repeats: int) -> Sequence[float]:
    """The median time of each statement."""
    found: list[float] = []
    for example in CORPUS:
        times: list[float] = []
        for _ in range(repeats):
            started = time.perf_counter()
            reader.read(example.sql)
            times.append((time.perf_counter() - started) * 1000)
        found.append(statistics.median(times))
    return found


def wide(columns: int, queries: int) -> float:
    """Milliseconds of a star that is handed on through some queries."""
    schema = {"silver.wide": {f"c{at}": "text" for at in range(columns)}}
    steps = ", ".join(f"q{at} AS (SELECT * FROM q{at - 1})" for at in range(1, queries))
    sql = f"WITH q0 AS (SELECT * FROM silver.wide), {steps} SELECT * FROM q{queries - 1}"
    started = time.perf_counter()
    statement_lineage(sql, schema)
    return (time.perf_counter() - started) * 1000


def report(repeats: int, *, show_wrong: bool) -> None:
    """Print what each of them read right, and in which time."""
    print(f"{len(CORPUS)} statements      tables   columns   ms median   ms worst")
    for reader in READERS:
        tables = [each for each in CORPUS if reader.tables_right(each)]
        columns = [each for each in CORPUS if reader.columns_right(each)]
        times = milliseconds(reader, repeats)
        median, worst = statistics.median(times), max(times)
        counts = f"{len(tables):8}{len(columns):10}"
        print(f"{reader.name:18}{counts}{median:12.2f}{worst:11.2f}")
        if show_wrong:
            for each in CORPUS:
                if each not in columns or each not in tables:
                    what = "tables" if each not in tables else "columns"
                    print(f"    not right, {what}: {each.title}")
    plain = [each for each in CORPUS if "*" not in each.sql.replace("(*)", "")]
    theirs = sum(READERS[1].columns_right(each) for each in plain)
    print(f"of {len(plain)} statements without a star openlineage-sql reads {theirs} right")
    print(f"200 columns through 10 queries: {wide(200, 10):.1f} ms")


def main() -> None:
    """Read the options, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--wrong", action="store_true")
    options = parser.parse_args()
    report(options.repeats, show_wrong=options.wrong)


if __name__ == "__main__":
    main()
