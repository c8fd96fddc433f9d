"""Draws a chart as the elements that Teams adds to Adaptive Cards, with a table in their stead."""

from collections.abc import Iterator, Sequence

from connectors.escaping import one_line, shortened, without_functions
from connectors.teams.elements import Element, as_table
from engine.cards import CardTable, Chart, ChartKind

LONGEST_TITLE = 100
LONGEST_NAME = 60
_UNKNOWN = "–"


def chart_element(chart: Chart) -> Element:
    """The chart; clients that know no charts show its numbers as a table."""
    return {
        "type": _type_of(chart),
        "title": _name(chart.title, LONGEST_TITLE),
        "showTitle": True,
        "data": _data(chart),
        "fallback": as_table(numbers(chart)),
    }


def _type_of(chart: Chart) -> str:
    if chart.kind is ChartKind.LINE:
        return "Chart.Line"
    return "Chart.VerticalBar" if len(chart.series) == 1 else "Chart.VerticalBar.Grouped"


def _data(chart: Chart) -> list[Element]:
    if chart.kind is ChartKind.BAR and len(chart.series) == 1:
        return [*_points(chart.labels, chart.series[0].values)]
    return [
        {
            "legend": _name(each.name, LONGEST_NAME),
            "values": [*_points(chart.labels, each.values)],
        }
        for each in chart.series
    ]


def _points(labels: Sequence[str], values: Sequence[float | None]) -> Iterator[Element]:
    for label, value in zip(labels, values, strict=True):
        if value is not None:
            yield {"x": _name(label, LONGEST_NAME), "y": value}


def _name(text: str, most: int) -> str:
    return without_functions(shortened(one_line(text) or _UNKNOWN, most))


def numbers(chart: Chart) -> CardTable:
    """The values of a chart as a table, one row for each label."""
    rows = zip(chart.labels, *(each.values for each in chart.series), strict=True)
    return CardTable(
        ("", *(each.name for each in chart.series)),
        tuple(
            (label, *(_UNKNOWN if value is None else f"{value:,.10g}" for value in values))
            for label, *values in rows
        ),
    )
