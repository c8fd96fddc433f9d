"""Engines that answer what a test told them to."""

from collections.abc import Mapping, Sequence

from engine.catalog.model import Check, Layer, Table
from engine.privacy.model import ColumnSample, Evidence
from engine.privacy.protect import masked_characters
from engine.quality.model import Measured, Outcome
from engine.runs.model import Parameters, Step
from engine.runs.ports import QuarantinedRow
from engine.runs.preview import StepPreview


class FixedQuality:
    """A QualityEngine with a given outcome a check, by the check's text; all others pass."""

    def __init__(self, outcomes: Mapping[str, Outcome | None] | None = None) -> None:
        self.outcomes = dict(outcomes or {})
        self.error: Exception | None = None
        self.asked: list[tuple[Layer, str]] = []

    async def measure(
        self, layer: Layer, table: str, checks: Sequence[Check]
    ) -> tuple[Measured, ...]:
        """The outcomes; a check with None for an outcome gets no answer."""
        self.asked.append((layer, table))
        if self.error is not None:
            raise self.error
        answers = ((i, self.outcomes.get(c.text, Outcome.PASSED)) for i, c in enumerate(checks))
        return tuple(Measured(index, answer) for index, answer in answers if answer is not None)


class FixedDetector:
    """A Detector that finds given entities in given columns, in all of their sampled cells."""

    def __init__(self, entities: Mapping[str, str] | None = None) -> None:
        self.entities = dict(entities or {})
        self.error: Exception | None = None
        self.examined: list[str] = []

    async def examine(self, samples: Sequence[ColumnSample]) -> tuple[Evidence, ...]:
        """Evidence for each sample, in the order given."""
        self.examined.extend(sample.column for sample in samples)
        if self.error is not None:
            raise self.error
        return tuple(self._evidence(sample) for sample in samples)

    def _evidence(self, sample: ColumnSample) -> Evidence:
        entity, count = self.entities.get(sample.column), len(sample.values)
        return Evidence(sample.column, count, {} if entity is None else {entity: count})


class StarMasker:
    """A Masker made of stars."""

    def mask(self, value: str) -> str:
        """The value with all but its end replaced."""
        hidden = masked_characters(value)
        return "*" * hidden + value[hidden:]


class FixedQuarantine:
    """A Quarantine that holds given rows, by table."""

    def __init__(self, rows: Mapping[str, Sequence[QuarantinedRow]] | None = None) -> None:
        self._rows = dict(rows or {})

    async def rows(self, table: Table, limit: int) -> tuple[int, tuple[QuarantinedRow, ...]]:
        """How many there are, and the first of them."""
        found = tuple(self._rows.get(table.name, ()))
        return len(found), found[:limit]


class FixedPreviews:
    """Previews that tell of each step that it would do it."""

    def __init__(self) -> None:
        self.asked: list[Parameters] = []
        self.sql: tuple[str, ...] = ()

    async def of(self, steps: Sequence[Step], parameters: Parameters) -> tuple[StepPreview, ...]:
        """One line a step."""
        self.asked.append(parameters)
        return tuple(StepPreview(step, f"do {step.name}", sql=self.sql) for step in steps)
