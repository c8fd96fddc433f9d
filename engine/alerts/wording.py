"""Words that several cards share."""

from collections.abc import Iterable, Iterator, Sequence

from engine.cards import Button, ButtonStyle, CardTable, Fact
from engine.catalog.model import DatasetName, Layer, Project
from engine.quality.history import compares
from engine.quality.model import Outcome, Verdict
from engine.quality.wording import measured, no_table, title, with_unit
from engine.runs.plan import makers
from engine.sodacl.model import FailedRowsCheck, MetricCheck, Severity
from engine.sodacl.parse import read


def stays(published: bool | None) -> str:
    """What becomes of a dataset whose next version is not published; None: nobody knows."""
    if published is None:
        return "A version from before stays in place, if there was one"
    if published:
        return "The version from before stays in place"
    return "Nothing of it was published before, so there is nothing to read yet"


def owner_fact(project: Project, dataset: DatasetName) -> Iterator[Fact]:
    """Who answers for a dataset, where the project says so."""
    owner = project.owner_of(dataset)
    if owner is not None:
        contact = f" ({owner.contact})" if owner.contact else ""
        yield Fact("Owner", f"{owner.name}{contact}")


def verdicts_table(verdicts: Sequence[Verdict]) -> CardTable:
    """One row a check, the worst first."""
    rows = tuple(
        (
            title(each.check),
            str(each.outcome),
            measured(each.outcome, each.value, each.reason, each.check),
        )
        for each in sorted(verdicts, key=lambda each: -each.outcome.badness)
    )
    return CardTable(("Check", "Verdict", "Measured"), rows)


def told(verdict: Verdict) -> str:
    """How a check ended, in one line."""
    value = with_unit(verdict.check, verdict.value) if verdict.value else None
    detail = verdict.reason or value
    return f"{title(verdict.check)}: {verdict.outcome}" + (f" ({detail})" if detail else "")


def for_example(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Rows of the first check that has any to show."""
    each = next((verdict for verdict in verdicts if verdict.examples), None)
    if each is None or each.examples is None:
        return
    yield f"Rows that break «{title(each.check)}»:"
    for row in each.examples.rows:
        named = zip(each.examples.columns, row, strict=True)
        yield "• " + ", ".join(f"{name}: {value}" for name, value in named)


def expecting(dataset: DatasetName, verdicts: Sequence[Verdict]) -> Iterator[Button]:
    """The button that lets unusual values count as expected, where a check found them unusual."""
    broken = [each for each in verdicts if each.outcome in {Outcome.FAILED, Outcome.WARNED}]
    if any(compares(read(each.check.text).form) for each in broken):
        yield Button("That was expected", f"the values of {dataset} were expected")


def mending(dataset: DatasetName, verdicts: Sequence[Verdict]) -> str:
    """What to do about checks that do not hold."""
    broken = [each for each in verdicts if not each.holds]
    folder = "models" if dataset.layer is Layer.GOLD else "tables"
    own = f"{folder}/{dataset.table}.yaml"
    files = " or ".join(dict.fromkeys(each.check.file or own for each in broken))
    if is_not_there(dataset, broken):
        return (
            "Nothing of it is published yet, so there was nothing to check. "
            f"«how good is {dataset}» tells why, where a version of it was held back."
        )
    if all(each.outcome is Outcome.NOT_EVALUATED for each in broken):
        return f"Mend the check in {files}; then run it again."
    return (
        "Have the source corrected and delivered again, or change the check in "
        f"{files}; then run it again."
    )


def is_not_there(dataset: DatasetName, broken: Sequence[Verdict]) -> bool:
    """Whether checks do not hold only since there is no such table."""
    reason = no_table(str(dataset))
    return bool(broken) and all(each.reason == reason for each in broken)


def published_earlier(
    project: Project, dataset: DatasetName, verdicts: Sequence[Verdict]
) -> tuple[Verdict, ...]:
    """The failed checks whose new rows were put aside, so that rows from before break them.

    The gate of an incremental table looks at all of it; what is put aside is only looked for among
    the rows that are new.
    """
    table = project.table(dataset.table) if dataset.layer is Layer.SILVER else None
    if table is None or not table.load.incremental:
        return ()
    failed = (each for each in verdicts if each.outcome is Outcome.FAILED)
    return tuple(each for each in failed if _puts_aside(each))


def _puts_aside(verdict: Verdict) -> bool:
    """Whether a check is one of single rows, and puts those aside that break it."""
    form = read(verdict.check.text).form
    if form is None or form.severity is not Severity.QUARANTINE:
        return False
    match form.rule:
        case MetricCheck(measure=measure, change=None):
            return measure.metric.startswith(("missing_", "invalid_"))
        case FailedRowsCheck(condition=str()):
            return True
        case _:
            return False


def what_to_do(
    project: Project,
    dataset: DatasetName,
    broken: Sequence[Verdict],
    earlier: Sequence[Verdict] = (),
) -> Iterator[str]:
    """What to do about checks that do not hold, of which rows from before break some."""
    others = [each for each in broken if each not in earlier]
    if others:
        yield mending(dataset, others)
    if earlier:
        names = ", ".join(f"«{title(each.check)}»" for each in earlier)
        sentence = from_scratch(project, dataset)
        how = f"«{sentence}»" if sentence else "A full refresh"
        yield (
            f"New rows that break {names} were put aside; rows that were published earlier break "
            f"it too. {how} judges all rows anew and puts those aside."
        )


def refreshing(
    project: Project, dataset: DatasetName, earlier: Sequence[Verdict]
) -> Iterator[Button]:
    """The button that has all rows of a dataset judged anew, where old ones are at fault."""
    sentence = from_scratch(project, dataset)
    if earlier and sentence:
        confirm = f"Write {dataset} anew from all of its raw rows?"
        yield Button(f"Rebuild {dataset} from scratch", sentence, confirm=confirm)


def from_scratch(project: Project, dataset: DatasetName) -> str | None:
    """The sentence that writes a dataset anew, where one pipeline makes just its layer."""
    maker = dict(makers(project)).get(dataset)
    return f"run pipeline {maker} for {dataset.table} with full refresh" if maker else None


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
