"""Which columns of bronze the columns of silver come from, as refining made them."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from engine.catalog.model import Column, ColumnType, Operator, Table
from engine.lineage.columns import ColumnLineage, ColumnOrigin, ColumnSource, Influence
from engine.privacy.model import Protection

_VALIDITY: Mapping[str, Influence] = {
    "valid_from": Influence.TRANSFORMATION,
    "valid_to": Influence.TRANSFORMATION,
    "is_current": Influence.CONDITIONAL,
}
"""What a history adds; all of it follows from the watermark."""


def refined_columns(
    table: Table,
    bronze: Collection[str],
    silver: Sequence[str],
    protections: Sequence[Protection],
) -> ColumnLineage:
    """Each column comes from the one of its name, masked where it was protected.

    The key and the watermark decide about doubles, and columns that can't be read or are empty put
    a row aside.
    """
    masked = {each.column for each in protections if each.operator is not Operator.KEEP}
    origins, unresolved = [], []
    for name in silver:
        sources = tuple(_sources(table, bronze, name, name in masked))
        if sources:
            origins.append(ColumnOrigin(name, sources))
        else:
            unresolved.append(f"{name} is not in {table.bronze}")
    return ColumnLineage(tuple(origins), tuple(_influences(table, bronze)), tuple(unresolved))


def _sources(
    table: Table, bronze: Collection[str], name: str, masked: bool
) -> Iterator[ColumnSource]:
    from_ = str(table.bronze)
    if name in bronze:
        yield ColumnSource(from_, name, _influence(table.column(name), masked), masked)
    elif table.load.history and name in _VALIDITY and table.watermark in bronze:
        yield ColumnSource(from_, table.watermark or "", _VALIDITY[name])


def _influence(declared: Column | None, masked: bool) -> Influence:
    plain = declared is None or (declared.type is ColumnType.TEXT and not declared.clean)
    return Influence.IDENTITY if plain and not masked else Influence.TRANSFORMATION


def _influences(table: Table, bronze: Collection[str]) -> Iterator[ColumnSource]:
    from_ = str(table.bronze)
    for name in dict.fromkeys((*table.key, *([table.watermark] if table.watermark else []))):
        if name in bronze:
            yield ColumnSource(from_, name, Influence.WINDOW)
    for column in table.columns:
        judged = column.required or column.name in table.key or column.type is not ColumnType.TEXT
        if judged and column.name in bronze:
            yield ColumnSource(from_, column.name, Influence.FILTER)
