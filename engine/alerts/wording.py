"""Words that several cards share."""

from collections.abc import Iterator, Sequence

from engine.cards import CardTable, Fact
from engine.catalog.model import DatasetName, Layer, Project
from engine.quality.model import Outcome, Verdict


def owner_fact(project: Project, dataset: DatasetName) -> Iterator[Fact]:
    """Who answers for a dataset, where the project says so."""
    owner = project.owner_of(dataset)
    if owner is not None:
        contact = f" ({owner.contact})" if owner.contact else ""
        yield Fact("Owner", f"{owner.name}{contact}")


def verdicts_table(verdicts: Sequence[Verdict]) -> CardTable:
    """One row a check."""
    rows = tuple(
        (each.check.title, str(each.outcome), each.value or each.reason) for each in verdicts
    )
    return CardTable(("Check", "Verdict", "Measured"), rows)


def mending(dataset: DatasetName, verdicts: Sequence[Verdict]) -> str:
    """What to do about checks that held a dataset back."""
    folder = "models" if dataset.layer is Layer.GOLD else "tables"
    if all(each.outcome is Outcome.NOT_EVALUATED for each in verdicts if not each.holds):
        return f"Mend the check in {folder}/{dataset.table}.yaml; then run it again."
    return (
        "Have the source corrected and delivered again, or change the check in "
        f"{folder}/{dataset.table}.yaml; then run it again."
    )


def downstream_fact(project: Project, dataset: DatasetName) -> Iterator[Fact]:
    """What is made from a dataset, and so waits for it."""
    names = project.downstream_of(dataset)
    if names:
        yield Fact("Feeds", ", ".join(str(name) for name in names))
