"""Words that several cards share."""

from collections.abc import Iterable, Iterator, Sequence

from engine.cards import Button, ButtonStyle, CardTable, Fact
from engine.catalog.model import DatasetName, Layer, Project
from engine.quality.history import compares
from engine.quality.model import Outcome, Verdict
from engine.sodacl.parse import read

STAYS = "A version from before stays in place, if there was one"
"""What becomes of a dataset that was not published, be it old or new."""


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


def for_example(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Rows of the first check that has any to show."""
    each = next((verdict for verdict in verdicts if verdict.examples), None)
    if each is None or each.examples is None:
        return
    yield f"Rows that break «{each.check.title}»:"
    for row in each.examples.rows:
        named = zip(each.examples.columns, row, strict=True)
        yield "• " + ", ".join(f"{name}: {value}" for name, value in named)


def expecting(dataset: DatasetName, verdicts: Sequence[Verdict]) -> Iterator[Button]:
    """The button that lets unusual values count as expected, where a check found them unusual."""
    broken = [each for each in verdicts if each.outcome in {Outcome.FAILED, Outcome.WARNED}]
    if any(compares(read(each.check.text).form) for each in broken):
        yield Button("That was expected", f"the values of {dataset} were expected")


def mending(dataset: DatasetName, verdicts: Sequence[Verdict]) -> str:
    """What to do about checks that held a dataset back."""
    folder = "models" if dataset.layer is Layer.GOLD else "tables"
    if all(each.outcome is Outcome.NOT_EVALUATED for each in verdicts if not each.holds):
        return f"Mend the check in {folder}/{dataset.table}.yaml; then run it again."
    return (
        "Have the source corrected and delivered again, or change the check in "
        f"{folder}/{dataset.table}.yaml; then run it again."
    )


def acceptance(run_id: str) -> str:
    """The sentence that lets a run go on although columns change."""
    return f"retry {run_id} and accept the change"


def accepting(run_id: str, what: str, hints: Iterable[str]) -> Iterator[Button]:
    """The button that accepts a change of columns, where a hint asks for it."""
    if any(acceptance(run_id) in hint for hint in hints):
        confirm = f"Go on with {what} although it changes the columns as told?"
        yield Button("Accept the change", acceptance(run_id), ButtonStyle.DANGER, confirm)


def downstream_fact(project: Project, dataset: DatasetName) -> Iterator[Fact]:
    """What is made from a dataset, and so waits for it."""
    names = project.downstream_of(dataset)
    if names:
        yield Fact("Feeds", ", ".join(str(name) for name in names))
