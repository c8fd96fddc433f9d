"""What a finding says as a card: its own part of the message of an incident."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, tzinfo

from engine.alerts.model import NOTHING_KNOWN, Brought, Circumstances
from engine.alerts.wording import (
    accepting,
    downstream_fact,
    expecting,
    for_example,
    is_not_there,
    owner_fact,
    published_earlier,
    refreshing,
    stays,
    verdicts_table,
    what_to_do,
)
from engine.cards import Button, ButtonStyle, Card, CardKind, Fact, counted, readable
from engine.catalog.model import DatasetName, Layer, Project
from engine.findings.model import ChecksFailed, ChecksWarned, Finding, PersonalData, StepBroke
from engine.findings.wording import Told, told
from engine.privacy.model import Protection
from engine.privacy.telling import done, finding_buttons
from engine.quality.model import Verdict
from engine.recurrence import listed


def card_of(
    finding: Finding, project: Project, around: Circumstances = NOTHING_KNOWN, zone: tzinfo = UTC
) -> Card:
    """The card of a finding, with all that is known of the run around it."""
    match finding.evidence:
        case ChecksFailed(verdicts):
            return _failed(finding, _of(finding), verdicts, project, around)
        case ChecksWarned(verdicts):
            return _warned(finding, _of(finding), verdicts, project, around)
        case PersonalData() as personal:
            return _personal(finding, _of(finding), personal, project)
        case StepBroke() as broke:
            return _broken(finding, broke, project, around)
        case seen:
            return _seen(finding, told(seen, finding.dataset, finding.run_id, zone), project)


def personal_key(finding: Finding, personal: PersonalData) -> str:
    """One card for all that a run finds within the cells of a column."""
    if not personal.protection.within:
        return f"finding:{finding.fingerprint}:{finding.run_id}"
    return f"finding:within/{finding.dataset}/{personal.protection.column}:{finding.run_id}"


def _of(finding: Finding) -> DatasetName:
    """The dataset of a finding that can't be without one."""
    if finding.dataset is None:
        message = f"{finding.kind} is about a dataset"
        raise ValueError(message)
    return finding.dataset


def _failed(
    finding: Finding,
    dataset: DatasetName,
    verdicts: Sequence[Verdict],
    project: Project,
    around: Circumstances,
) -> Card:
    checks = counted(len(verdicts), "check")
    earlier = () if _judged_all(finding, around) else published_earlier(project, dataset, verdicts)
    looked = finding.only_looked
    return _checks(
        finding,
        verdicts,
        project,
        around,
        title=f"{dataset}: {checks} did not hold"
        if looked
        else f"{dataset} was held back: {checks} did not hold",
        lines=(_looked_at(dataset, verdicts),)
        if looked
        else (_kept_back(around), *what_to_do(project, dataset, verdicts, earlier)),
        buttons=_failed_buttons(finding, dataset, verdicts, refreshing(project, dataset, earlier)),
    )


def _judged_all(finding: Finding, around: Circumstances) -> bool:
    """Whether no row from before can be at fault: each was judged by the run itself."""
    return around.whole or not around.published or finding.only_looked


def _warned(
    finding: Finding,
    dataset: DatasetName,
    verdicts: Sequence[Verdict],
    project: Project,
    around: Circumstances,
) -> Card:
    checks = counted(len(verdicts), "check")
    return _checks(
        finding,
        verdicts,
        project,
        around,
        title=f"{dataset}: {checks} warned"
        if finding.only_looked
        else f"{dataset} was published with {checks} that warned",
        buttons=(Button("Run", f"status {finding.run_id}"), *expecting(dataset, verdicts)),
    )


def _checks(
    finding: Finding,
    verdicts: Sequence[Verdict],
    project: Project,
    around: Circumstances,
    *,
    title: str,
    lines: Sequence[str] = (),
    buttons: Sequence[Button] = (),
) -> Card:
    return Card(
        kind=CardKind.ALERT,
        severity=finding.severity,
        title=title,
        text="\n".join((*lines, *around.changes, *for_example(verdicts))),
        facts=(*_of_run(finding, project), *_known(around)),
        table=verdicts_table(verdicts),
        buttons=tuple(buttons),
    )


def _kept_back(around: Circumstances) -> str:
    """What became of a version that was not published."""
    return f"{stays(around.published)}; what is made from it was not rebuilt."


def _looked_at(dataset: DatasetName, verdicts: Sequence[Verdict]) -> str:
    if is_not_there(dataset, verdicts):
        return "Nothing of it is published yet, so there was nothing to check."
    if dataset.layer is Layer.BRONZE:
        silver = f"silver.{dataset.table} is made of them only once this holds"
        return f"Its rows stay in bronze; {silver}."
    return "This was a check of the published table, which stays as it is."


def _failed_buttons(
    finding: Finding,
    dataset: DatasetName,
    verdicts: Sequence[Verdict],
    rebuilding: Iterable[Button],
) -> tuple[Button, ...]:
    """What mends it comes before what only tells more: few of them fit."""
    expected = tuple(expecting(dataset, verdicts))
    if is_not_there(dataset, verdicts):
        good = Button("How good is it?", f"how good is {dataset}", ButtonStyle.PRIMARY)
        return (good, *rebuilding, *expected)
    why = Button("Why?", f"why did {finding.run_id} fail", ButtonStyle.PRIMARY)
    again = () if finding.only_looked else (rerunning(finding.run_id),)
    rows = f"show quarantined rows of {dataset.table}"
    aside = (Button("Quarantine", rows),) if dataset.layer is Layer.SILVER else ()
    return (why, *rebuilding, *expected, *again, *aside)


def rerunning(run_id: str) -> Button:
    """The button that takes a run up again at the step that failed."""
    return Button("Re-run from there", f"retry {run_id}")


def _of_run(finding: Finding, project: Project) -> Iterator[Fact]:
    if finding.run_id:
        yield Fact("Run", finding.run_id)
    if finding.dataset is not None:
        yield from owner_fact(project, finding.dataset)
        yield from downstream_fact(project, finding.dataset)


def _known(around: Circumstances) -> Iterator[Fact]:
    if around.brought:
        yield Fact("Delivered", _named(around.brought))
    if around.held_back:
        yield Fact("Rows held back", readable(around.held_back))
    if around.last_good:
        yield Fact("Last good run", around.last_good)


_NAMED = 3
"""So many deliveries are named; the others are counted."""


def _named(brought: Sequence[Brought]) -> str:
    named = [f"{each.name} ({counted(each.rows, 'row')})" for each in brought[:_NAMED]]
    more = [f"{len(brought) - _NAMED} more"] if len(brought) > _NAMED else []
    return listed((*named, *more))


def _personal(
    finding: Finding, dataset: DatasetName, personal: PersonalData, project: Project
) -> Card:
    protection = personal.protection
    column = f"{dataset.table}.{protection.column}"
    found = sorted((protection, *personal.beside), key=lambda each: (-each.cells, str(each.entity)))
    return Card(
        kind=CardKind.ALERT,
        severity=finding.severity,
        title=f"Personal data in {column}: {', '.join(str(each.entity) for each in found)}",
        text=f"Nobody declared this column personal. {_what_happens(finding, dataset, protection)}",
        facts=(
            Fact("Run", finding.run_id),
            Fact("Found", "; ".join(reason for each in found for reason in each.reasons)),
            *_looks(found),
            *owner_fact(project, dataset),
        ),
        buttons=(
            *(button for each in found[:2] for button in finding_buttons(dataset, each)),
            Button("Scan the table", f"scan {_to_scan(finding, dataset)} for personal data"),
        ),
    )


def _looks(found: Sequence[Protection]) -> Iterator[Fact]:
    """How what was found looks, masked, where somebody looked."""
    shown = dict.fromkeys(look for each in found for look in each.looks)
    if shown:
        yield Fact("Looks like", " or ".join(shown))


def _what_happens(finding: Finding, dataset: DatasetName, protection: Protection) -> str:
    """What was or will be done to the values, and where to decide otherwise."""
    table, becomes = dataset.table, done(protection.operator, protection.to)
    if dataset.layer is Layer.GOLD:
        return f"Leave it out of models/{table}.sql, or declare it in the table that it comes from."
    declare = "Say whether it is personal: the answer goes to privacy.yaml."
    if protection.within:
        tense = "is" if finding.only_looked else "was"
        return f"What was found within its cells {tense} {becomes} on the way to silver. {declare}"
    if finding.only_looked:
        return f"The scan changed nothing; on the way to silver its values are {becomes}. {declare}"
    return f"On its way to {dataset} its values were {becomes}. {declare}"


def _to_scan(finding: Finding, dataset: DatasetName) -> DatasetName:
    """Where to look again: a silver table that was just written is protected, its bronze is not."""
    if finding.only_looked or dataset.layer is Layer.GOLD:
        return dataset
    return DatasetName(Layer.BRONZE, dataset.table)


def _broken(finding: Finding, broke: StepBroke, project: Project, around: Circumstances) -> Card:
    return Card(
        kind=CardKind.ALERT,
        severity=finding.severity,
        title=f"{broke.step} failed",
        text="\n".join(filter(None, (broke.error, broke.hint, *around.changes))),
        facts=(*_of_run(finding, project), *_known(around)),
        buttons=(
            Button("Why?", f"why did {finding.run_id} fail", ButtonStyle.PRIMARY),
            *accepting(finding.run_id, broke.step, (broke.hint,)),
            rerunning(finding.run_id),
        ),
    )


def _seen(finding: Finding, words: Told, project: Project) -> Card:
    return Card(
        kind=CardKind.ALERT,
        severity=finding.severity,
        title=words.title,
        text="\n".join(filter(None, (*words.lines, words.hint))),
        facts=tuple(_of_run(finding, project)),
        buttons=(Button("Status", f"status {finding.run_id}"),) if finding.run_id else (),
    )
