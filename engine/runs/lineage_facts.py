"""What the project says of the datasets and jobs that lineage tells of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from engine.catalog.model import DatasetName, Layer, Model, Operator, Project, Table
from engine.lineage.model import (
    DatasetFacts,
    ExternalDataset,
    Field,
    JobFacts,
    JobKind,
    Tag,
)
from engine.privacy.model import Protection
from engine.runs.model import Run

PERSONAL = "PII"
"""The key of a column's tag that names the entity it holds."""

_PROTECTION = "protection"


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A project as lineage tells of it; without one there are only names."""

    project: Project | None = None
    sources: Mapping[str, ExternalDataset] = field(default_factory=lambda: MappingProxyType({}))
    """What each table is loaded from, by the table's name."""

    def upstream(self, dataset: DatasetName) -> tuple[DatasetName, ...]:
        """The datasets of this database that it is made from."""
        return self.project.upstream_of(dataset) if self.project else ()

    def sources_of(self, dataset: DatasetName) -> tuple[ExternalDataset, ...]:
        """What a bronze dataset is loaded from."""
        found = self.sources.get(dataset.table) if dataset.layer is Layer.BRONZE else None
        return () if found is None else (found,)

    def table(self, dataset: DatasetName) -> Table | None:
        """The table behind a bronze or silver dataset."""
        if self.project is None or dataset.layer is Layer.GOLD:
            return None
        return self.project.table(dataset.table)

    def model(self, dataset: DatasetName) -> Model | None:
        """The model behind a gold dataset."""
        if self.project is None or dataset.layer is not Layer.GOLD:
            return None
        return self.project.model(dataset.table)

    def pipeline(self, name: str) -> JobFacts:
        """A run as a whole."""
        found = self.project.pipeline(name) if self.project else None
        return JobFacts(JobKind.PIPELINE, description=found.description if found else "")

    def writing(self, dataset: DatasetName) -> JobFacts:
        """The job that writes a dataset."""
        about, model = self.about(dataset), self.model(dataset)
        kind = JobKind.MODEL if dataset.layer is Layer.GOLD else JobKind.TABLE
        return JobFacts(kind, model.sql if model else "", about.owner, about.description)

    def about(self, dataset: DatasetName, protections: Sequence[Protection] = ()) -> DatasetFacts:
        """Owner, description and tags; what personal data a column held is a tag of it."""
        if self.project is None:
            return DatasetFacts(tags=_of_columns(protections))
        thing = self.model(dataset) or self.table(dataset)
        owner = self.project.owner_of(dataset)
        own = tuple(Tag(tag, "true") for tag in self.project.tags_of(dataset))
        return DatasetFacts(
            owner.id if owner else "",
            thing.description if thing else "",
            (*own, *_of_columns(protections)),
        )

    def described(self, dataset: DatasetName, fields: tuple[Field, ...]) -> tuple[Field, ...]:
        """The columns with what the project says of them."""
        table = self.table(dataset)
        if table is None:
            return fields
        said = {column.name: column.description for column in table.columns}
        return tuple(Field(each.name, each.type, said.get(each.name, "")) for each in fields)

    def tellable(self, dataset: DatasetName, protections: Sequence[Protection]) -> frozenset[str]:
        """The columns of silver of which a measured value may be told."""
        table = self.table(dataset)
        if table is None or self.project is None:
            return frozenset()
        rules = {name: self.project.decided(table.name, name).operator for name in table.tellable}
        kept = {name for name, operator in rules.items() if operator is Operator.KEEP}
        return frozenset(kept) - {each.column for each in _protected(protections)}

    @staticmethod
    def protections(run: Run, dataset: DatasetName) -> tuple[Protection, ...]:
        """What this run did to the columns of a dataset."""
        own = (step for step in run.steps if step.dataset == dataset)
        return tuple(each for step in own for each in step.report.protections)


NO_PROJECT = Knowledge()


def _protected(protections: Sequence[Protection]) -> tuple[Protection, ...]:
    return tuple(each for each in protections if each.operator is not Operator.KEEP)


def _of_columns(protections: Sequence[Protection]) -> tuple[Tag, ...]:
    tags: dict[Tag, None] = {}
    for each in _protected(protections):
        tags[Tag(PERSONAL, each.entity or "true", each.column)] = None
        tags[Tag(_PROTECTION, str(each.operator), each.column)] = None
    return tuple(tags)
