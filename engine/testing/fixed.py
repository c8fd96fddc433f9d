"""Engines that answer what a test told them to."""

from collections import Counter
from collections.abc import Mapping, Sequence

from engine.catalog.model import Check, DatasetName, Layer, Project, Table
from engine.privacy.model import ColumnSample, Evidence
from engine.privacy.recognition import STANDARD, Recognition
from engine.quality.examples import Examples
from engine.quality.model import Measured, Outcome
from engine.runs.model import Parameters, Step
from engine.runs.preview import StepPreview
from engine.runs.quarantine import Aside, Quarantined, QuarantinedRow, kind_of


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


class FixedExamples:
    """An ExampleFinder that knows given rows, by the check's text."""

    def __init__(self, examples: Mapping[str, Examples] | None = None) -> None:
        self._examples = dict(examples or {})
        self.asked: list[tuple[str, str]] = []

    async def of(self, dataset: DatasetName, table: str, check: Check) -> Examples | None:
        """What is known of the check; it keeps where it was looked for."""
        self.asked.append((str(dataset), table))
        return self._examples.get(check.text)


class FixedPolicies:
    """Policies of a project that nobody changes, or that a test does."""

    def __init__(self, project: Project) -> None:
        self.project = project

    async def current(self) -> Project:
        """The project."""
        return self.project


class FixedDetector:
    """A Detector that finds given entities in given columns, in all of their sampled cells."""

    def __init__(self, entities: Mapping[str, str] | None = None) -> None:
        self.entities = dict(entities or {})
        self.error: Exception | None = None
        self.examined: list[str] = []

    async def examine(
        self,
        samples: Sequence[ColumnSample],
        recognition: Recognition = STANDARD,  # noqa: ARG002  # it finds what it was told to
    ) -> tuple[Evidence, ...]:
        """Evidence for each sample, in the order given."""
        self.examined.extend(sample.column for sample in samples)
        if self.error is not None:
            raise self.error
        return tuple(self._evidence(sample) for sample in samples)

    def _evidence(self, sample: ColumnSample) -> Evidence:
        entity, count = self.entities.get(sample.column), len(sample.values)
        return Evidence(sample.column, count, {} if entity is None else {entity: count})


class FixedQuarantine:
    """A Quarantine that holds given rows, by table."""

    def __init__(self, rows: Mapping[str, Sequence[QuarantinedRow]] | None = None) -> None:
        self._rows = dict(rows or {})
        self.deleted: list[Aside] = []

    async def look(self, table: Table, aside: Aside, limit: int) -> Quarantined:
        """Those of the rule; nobody knows here when a row came."""
        found = self._meant(table, aside)
        reasons = Counter(kind_of(reason) for row in found for reason in row.reasons)
        return Quarantined(len(found), tuple(reasons.most_common()), found[:limit])

    async def count(self, table: Table, aside: Aside) -> int:
        """How many there are of the rule."""
        return len(self._meant(table, aside))

    async def delete(self, table: Table, aside: Aside) -> int:
        """Forget those of the rule, and keep what was asked."""
        self.deleted.append(aside)
        gone = self._meant(table, aside)
        self._rows[table.name] = [row for row in self._rows.get(table.name, ()) if row not in gone]
        return len(gone)

    def _meant(self, table: Table, aside: Aside) -> tuple[QuarantinedRow, ...]:
        rows = self._rows.get(table.name, ())
        return tuple(row for row in rows if any(_is_of(aside, each) for each in row.reasons))


def _is_of(aside: Aside, reason: str) -> bool:
    return aside.rule in {None, kind_of(reason), reason.partition(": ")[0]}


class FixedPreviews:
    """Previews that tell of each step that it would do it."""

    def __init__(self) -> None:
        self.asked: list[Parameters] = []
        self.sql: tuple[str, ...] = ()

    async def of(self, steps: Sequence[Step], parameters: Parameters) -> tuple[StepPreview, ...]:
        """One line a step."""
        self.asked.append(parameters)
        return tuple(StepPreview(step, f"do {step.name}", sql=self.sql) for step in steps)
