"""What checks measured, in memory."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from engine.catalog.model import DatasetName
from engine.quality.history import Point
from engine.quality.merging import Part
from engine.testing.state import KeptMetric, MemoryState


class MemoryMetricStore:
    """Metrics by run, dataset and name."""

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    async def record(
        self,
        run_id: str,
        dataset: DatasetName,
        values: Mapping[str, float],
        at: datetime,
        accepted: bool,
    ) -> None:
        """Keep each, instead of what the run measured before."""
        for metric, value in values.items():
            point = Point(value, at, run_id, accepted)
            self._state.metrics[run_id, dataset, metric] = KeptMetric(point)

    async def keep_parts(
        self, run_id: str, dataset: DatasetName, parts: Mapping[str, Part]
    ) -> None:
        """Keep them, instead of those that the run measured before."""
        self._state.parts[run_id, dataset] = dict(parts)

    async def history(self, dataset: DatasetName, metric: str, limit: int) -> tuple[Point, ...]:
        """The newest points of a metric."""
        return tuple(each.point for each in self._kept(dataset, metric))[-limit:]

    async def histories(
        self, dataset: DatasetName, metrics: Collection[str], limit: int
    ) -> Mapping[str, tuple[Point, ...]]:
        """Those of several metrics."""
        found = {metric: await self.history(dataset, metric, limit) for metric in metrics}
        return {metric: points for metric, points in found.items() if points}

    async def accept(self, run_id: str, dataset: DatasetName, by: str, at: datetime) -> bool:  # noqa: ARG002  # the port's; nobody reads when
        """Remember who said so."""
        measured = any(each[:2] == (run_id, dataset) for each in self._state.metrics)
        if measured:
            self._state.metric_marks.setdefault((run_id, dataset), by)
        return measured

    def _kept(self, dataset: DatasetName, metric: str) -> tuple[KeptMetric, ...]:
        kept = [
            replace(each, point=self._marked(each.point, dataset))
            for key, each in self._state.metrics.items()
            if key[1:] == (dataset, metric)
        ]
        return tuple(sorted(kept, key=lambda each: each.point.at))

    def _marked(self, point: Point, dataset: DatasetName) -> Point:
        expected = (point.run_id, dataset) in self._state.metric_marks
        return replace(point, accepted=point.accepted or expected, expected=expected)
