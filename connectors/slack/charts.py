"""Draws a chart as Slack's `data_visualization` block."""

from collections.abc import Iterable, Iterator

from connectors.escaping import one_line, shortened
from engine.cards import Chart, ChartKind

Block = dict[str, object]

LONGEST_TITLE = 50
LONGEST_NAME = 20
_KINDS = {ChartKind.LINE: "line", ChartKind.BAR: "bar"}


def chart_block(chart: Chart) -> Block | None:
    """The chart; None where no label has a value of each series, as Slack wants of all labels."""
    whole = [
        place
        for place in range(len(chart.labels))
        if all(series.values[place] is not None for series in chart.series)
    ]
    if not whole:
        return None
    labels = [*_different(chart.labels[place] for place in whole)]
    names = [*_different(series.name for series in chart.series)]
    series = [
        {"name": name, "data": _points(labels, [each.values[place] for place in whole])}
        for name, each in zip(names, chart.series, strict=True)
    ]
    return {
        "type": "data_visualization",
        "title": shortened(one_line(chart.title) or "–", LONGEST_TITLE),
        "chart": {
            "type": _KINDS[chart.kind],
            "series": series,
            "axis_config": {"categories": labels},
        },
    }


def _points(labels: list[str], values: Iterable[float | None]) -> list[Block]:
    return [{"label": name, "value": value} for name, value in zip(labels, values, strict=True)]


def _different(names: Iterable[str]) -> Iterator[str]:
    """Names that fit, none twice: Slack tells series and labels apart by them."""
    used: set[str] = set()
    for each in names:
        name = wanted = shortened(one_line(each) or "–", LONGEST_NAME)
        number = 1
        while name in used:
            number += 1
            name = f"{shortened(wanted, LONGEST_NAME - len(str(number)) - 1)} {number}"
        used.add(name)
        yield name
