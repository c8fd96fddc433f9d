"""Which card a finding becomes, and which channel hears of it."""

from collections.abc import Iterator, Sequence

from engine.alerts.model import NOTHING_KNOWN, Circumstances, Post
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
from engine.cards import Button, ButtonStyle, Card, CardKind, Fact, counted
from engine.catalog.model import DatasetName, Layer, Project
from engine.findings.model import ChecksFailed, ChecksWarned, Finding, PersonalData, StepBroke
from engine.privacy.model import Protection
from engine.privacy.telling import done, finding_buttons
from engine.quality.model import Verdict


def post_for(
    finding: Finding,
    *,
    first_time: bool,
    project: Project,
    platform: str,
    around: Circumstances = NOTHING_KNOWN,
) -> Post | None:
    """The post that a finding becomes; personal data is announced the first time only."""
    key = f"finding:{finding.fingerprint}:{finding.run_id}"
    match finding.evidence:
        case ChecksFailed(verdicts):
            card = _failed(finding, verdicts, project, around)
            return Post(key, f"{platform}:{project.routes.quality}", card)
        case ChecksWarned(verdicts):
            card = _warned(finding, verdicts, project)
            return Post(key, f"{platform}:{project.routes.quality}", card)
        case PersonalData() as personal:
            if not first_time:
                return None
            card = _personal(finding, personal, project)
            return Post(_key(finding, personal), f"{platform}:{project.routes.privacy}", card)
        case StepBroke() as broke:
            return Post(key, f"{platform}:{project.routes.runs}", _broken(finding, broke, project))


def _failed(
    finding: Finding, verdicts: Sequence[Verdict], project: Project, around: Circumstances
) -> Card:
    dataset, checks = finding.dataset, counted(len(verdicts), "check")
    earlier = () if _judged_all(finding, around) else published_earlier(project, dataset, verdicts)
    looked = finding.only_looked
    return _checks(
        finding,
        verdicts,
        project,
        title=f"{dataset}: {checks} did not hold"
        if looked
        else f"{dataset} was held back: {checks} did not hold",
        lines=(_looked_at(dataset, verdicts),)
        if looked
        else (_kept_back(around), *what_to_do(project, dataset, verdicts, earlier)),
        buttons=(*_failed_buttons(finding, verdicts), *refreshing(project, dataset, earlier)),
    )


def _judged_all(finding: Finding, around: Circumstances) -> bool:
    """Whether no row from before can be at fault: each was judged by the run itself."""
    return around.whole or not around.published or finding.only_looked


def _warned(finding: Finding, verdicts: Sequence[Verdict], project: Project) -> Card:
    dataset, checks = finding.dataset, counted(len(verdicts), "check")
    return _checks(
        finding,
        verdicts,
        project,
        title=f"{dataset}: {checks} warned"
        if finding.only_looked
        else f"{dataset} was published with {checks} that warned",
        buttons=(Button("Run", f"status {finding.run_id}"),),
    )


def _checks(
    finding: Finding,
    verdicts: Sequence[Verdict],
    project: Project,
    *,
    title: str,
    lines: Sequence[str] = (),
    buttons: Sequence[Button] = (),
) -> Card:
    return Card(
        kind=CardKind.ALERT,
        severity=finding.severity,
        title=title,
        text="\n".join((*lines, *for_example(verdicts))),
        facts=(
            Fact("Run", finding.run_id),
            *owner_fact(project, finding.dataset),
            *downstream_fact(project, finding.dataset),
        ),
        table=verdicts_table(verdicts),
        buttons=(*buttons, *expecting(finding.dataset, verdicts)),
    )


def _kept_back(around: Circumstances) -> str:
    """What became of a version that was not published."""
    return f"{stays(around.published)}; what is made from it was not rebuilt."


def _looked_at(dataset: DatasetName, verdicts: Sequence[Verdict]) -> str:
    if is_not_there(dataset, verdicts):
        return "Nothing of it is published yet, so there was nothing to check."
    return "This was a check of the published table, which stays as it is."


def _failed_buttons(finding: Finding, verdicts: Sequence[Verdict]) -> Iterator[Button]:
    if is_not_there(finding.dataset, verdicts):
        yield Button("How good is it?", f"how good is {finding.dataset}", ButtonStyle.PRIMARY)
        return
    yield Button("Why?", f"why did {finding.run_id} fail", ButtonStyle.PRIMARY)
    if finding.dataset.layer is Layer.SILVER:
        yield Button("Quarantine", f"show quarantined rows of {finding.dataset.table}")


def _key(finding: Finding, personal: PersonalData) -> str:
    """One card for all that a run finds within the cells of a column."""
    if not personal.protection.within:
        return f"finding:{finding.fingerprint}:{finding.run_id}"
    return f"finding:within/{finding.dataset}/{personal.protection.column}:{finding.run_id}"


def _personal(finding: Finding, personal: PersonalData, project: Project) -> Card:
    protection = personal.protection
    column = f"{finding.dataset.table}.{protection.column}"
    found = sorted((protection, *personal.beside), key=lambda each: (-each.cells, str(each.entity)))
    return Card(
        kind=CardKind.ALERT,
        severity=finding.severity,
        title=f"Personal data in {column}: {', '.join(str(each.entity) for each in found)}",
        text=f"Nobody declared this column personal. {_what_happens(finding, protection)}",
        facts=(
            Fact("Run", finding.run_id),
            Fact("Found", "; ".join(reason for each in found for reason in each.reasons)),
            *owner_fact(project, finding.dataset),
        ),
        buttons=(
            *(button for each in found[:2] for button in finding_buttons(finding.dataset, each)),
            Button("Scan the table", f"scan {_to_scan(finding)} for personal data"),
        ),
    )


def _what_happens(finding: Finding, protection: Protection) -> str:
    """What was or will be done to the values, and where to decide otherwise."""
    table, becomes = finding.dataset.table, done(protection.operator, protection.to)
    if finding.dataset.layer is Layer.GOLD:
        return f"Leave it out of models/{table}.sql, or declare it in the table that it comes from."
    declare = "Say whether it is personal: the answer goes to privacy.yaml."
    if protection.within:
        tense = "is" if finding.only_looked else "was"
        return f"What was found within its cells {tense} {becomes} on the way to silver. {declare}"
    if finding.only_looked:
        return f"The scan changed nothing; on the way to silver its values are {becomes}. {declare}"
    return f"On its way to {finding.dataset} its values were {becomes}. {declare}"


def _to_scan(finding: Finding) -> DatasetName:
    """Where to look again: a silver table that was just written is protected, its bronze is not."""
    if finding.only_looked or finding.dataset.layer is Layer.GOLD:
        return finding.dataset
    return DatasetName(Layer.BRONZE, finding.dataset.table)


def _broken(finding: Finding, broke: StepBroke, project: Project) -> Card:
    return Card(
        kind=CardKind.ALERT,
        severity=finding.severity,
        title=f"{broke.step} failed",
        text="\n".join(part for part in (broke.error, broke.hint) if part),
        facts=(
            Fact("Run", finding.run_id),
            *owner_fact(project, finding.dataset),
            *downstream_fact(project, finding.dataset),
        ),
        buttons=(
            Button("Why?", f"why did {finding.run_id} fail", ButtonStyle.PRIMARY),
            *accepting(finding.run_id, broke.step, (broke.hint,)),
        ),
    )
