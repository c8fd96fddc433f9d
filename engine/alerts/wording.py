"""Words that several cards share."""

from collections.abc import Iterator

from engine.cards import Fact
from engine.catalog.model import DatasetName, Project


def owner_fact(project: Project, dataset: DatasetName) -> Iterator[Fact]:
    """Who answers for a dataset, where the project says so."""
    owner = project.owner_of(dataset)
    if owner is not None:
        contact = f" ({owner.contact})" if owner.contact else ""
        yield Fact("Owner", f"{owner.name}{contact}")


def downstream_fact(project: Project, dataset: DatasetName) -> Iterator[Fact]:
    """What is made from a dataset, and so waits for it."""
    names = project.downstream_of(dataset)
    if names:
        yield Fact("Feeds", ", ".join(str(name) for name in names))
