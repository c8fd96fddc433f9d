"""Checks that the type of a column can't answer, and what would be one of its kind."""

from collections.abc import Iterator

from engine.catalog.model import Column, ColumnType, Operator
from engine.sodacl.model import AnomalyCheck, FreshnessCheck, Measure, MetricCheck, Rule, Values

_NUMBERS = (ColumnType.INTEGER, ColumnType.NUMBER)
_MOMENTS = (ColumnType.DATE, ColumnType.TIMESTAMP)
_OF_NUMBERS = frozenset(
    (
        *("min", "max", "avg", "sum", "percentile", "stddev", "stddev_pop", "stddev_samp"),
        *("variance", "var_pop", "var_samp"),
    )
)
_OF_LENGTHS = frozenset(("min_length", "max_length", "avg_length"))
_NUMBER_FORMATS = ("integer", "decimal", "percentage", "money")
"""The last words of formats that let text be compared as a number, or the last but one."""


def type_known(column: Column) -> ColumnType | None:
    """The type of its values in silver; None where protection may change it."""
    is_kept = column.operator is Operator.KEEP or column.type is ColumnType.TEXT
    return column.type if is_kept else None


def unfit(rule: Rule, column: Column) -> Iterator[tuple[str | None, str]]:
    """What a check asks of a column that its type has not, and the setting that asks it, if any."""
    type_ = type_known(column)
    if type_ is None:
        return
    match rule:
        case FreshnessCheck():
            if type_ not in _MOMENTS:
                yield None, f"freshness needs dates or times, and {_named(column)}"
        case MetricCheck(measure) | AnomalyCheck(measure):
            yield from _metric(measure, column, type_)
            yield from _settings(measure.values, column, type_)
        case _:
            return


def _metric(
    measure: Measure, column: Column, type_: ColumnType
) -> Iterator[tuple[str | None, str]]:
    needs_number = measure.metric in _OF_NUMBERS and not _is_cast(measure.values)
    if needs_number and type_ not in _NUMBERS:
        yield (
            None,
            f"{measure.metric} needs numbers, and {_named(column)}{_instead(measure, type_)}",
        )
    if measure.metric in _OF_LENGTHS and type_ is not ColumnType.TEXT:
        yield None, f"{measure.metric} needs text, and {_named(column)}"


def _instead(measure: Measure, type_: ColumnType) -> str:
    length = f"{measure.metric}_length"
    if type_ is ColumnType.TEXT and length in _OF_LENGTHS:
        return f"; declare it a number, or write {length}"
    if type_ in _MOMENTS and measure.metric == "max":
        return "; write freshness(…) < 1d for how old the newest is"
    return "; declare it a number" if type_ is ColumnType.TEXT else ""


def _settings(
    values: Values, column: Column, type_: ColumnType
) -> Iterator[tuple[str | None, str]]:
    of_text = {
        "missing regex": values.missing_regex,
        "valid regex": values.valid_regex,
        "invalid regex": values.invalid_regex,
        "valid format": values.valid_format,
        "invalid format": values.invalid_format,
        "valid length": values.valid_length,
        "valid min length": values.valid_min_length,
        "valid max length": values.valid_max_length,
    }
    if type_ is not ColumnType.TEXT:
        for key, value in of_text.items():
            if value is not None:
                yield key, f"«{key}» needs text, and {_named(column)}"
    if type_ not in _NUMBERS and not _is_cast(values):
        for key, limit in (("valid min", values.valid_min), ("valid max", values.valid_max)):
            if limit is not None:
                yield key, f"«{key}» needs numbers, and {_named(column)}"
    yield from _lists(values, column, type_)


def _lists(values: Values, column: Column, type_: ColumnType) -> Iterator[tuple[str | None, str]]:
    """Values that can't be in such a column; a date or a truth in quotes may be read as one."""
    for key, listed in (
        ("missing values", values.missing_values),
        ("valid values", values.valid_values),
        ("invalid values", values.invalid_values),
    ):
        texts = [each for each in listed if isinstance(each, str)]
        if type_ in _NUMBERS:
            wrong = next((each for each in texts if not _is_number(each)), None)
            if wrong is not None:
                yield key, f"«{key}» has {wrong!r}, which is no number, and {_named(column)}"
        elif len(texts) < len(listed):
            yield key, f"«{key}» has numbers, and {_named(column)}; write them in quotes"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _is_cast(values: Values) -> bool:
    """Whether text is compared as the number that its format says it is."""
    words = (values.valid_format or "").split()
    return bool(words) and not set(words).isdisjoint(_NUMBER_FORMATS)


def _named(column: Column) -> str:
    return f"{column.name} is {column.type}"
