"""Which card a finding becomes, and which channel hears of it."""

from collections.abc import Iterator, Sequence

from engine.alerts.model import Post
from engine.alerts.wording import (
    STAYS,
    accepting,
    downstream_fact,
    expecting,
    for_example,
    mending,
    owner_fact,
    verdicts_table,
)
from engine.cards import Button, ButtonStyle, Card, CardKind, Fact, counted
from engine.catalog.model import DatasetName, Layer, Operator, Project
from engine.findings.model import ChecksFailed, ChecksWarned, Finding, PersonalData, StepBroke
from engine.privacy.model import Protection
from engine.quality.model import Verdict


def post_for(finding: Finding, *, first_time: bool, project: Project, platform: str) -> Post | None:
    """The post that a finding becomes; personal data is announced the first time only."""
    key = f"finding:{finding.fingerprint}:{finding.run_id}"
    match finding.evidence:
        case ChecksFailed(verdicts):
            card = _checks(finding, verdicts, project, failed=True)
            return Post(key, f"{platform}:{project.routes.quality}", card)
        case ChecksWarned(verdicts):
            card = _checks(finding, verdicts, project, failed=False)
            return Post(key, f"{platform}:{project.routes.quality}", card)
        case PersonalData(protection):
            if not first_time:
                return None
            card = _personal(finding, protection, project)
            return Post(key, f"{platform}:{project.routes.privacy}", card)
        case StepBroke() as broke:
            return Post(key, f"{platform}:{project.routes.runs}", _broken(finding, broke, project))


def _checks(
    finding: Finding, verdicts: Sequence[Verdict], project: Project, *, failed: bool
) -> Card:
    title, text = _outcome(finding, verdicts, failed=failed)
    return Card(
        kind=CardKind.ALERT,
        severity=finding.severity,
        title=title,
        text="\n".join(line for line in (text, *for_example(verdicts)) if line),
        facts=(
            Fact("Run", finding.run_id),
            *owner_fact(project, finding.dataset),
            *downstream_fact(project, finding.dataset),
        ),
        table=verdicts_table(verdicts),
        buttons=(
            *_check_buttons(finding, failed=failed),
            *expecting(finding.dataset, verdicts),
        ),
    )


def _outcome(finding: Finding, verdicts: Sequence[Verdict], *, failed: bool) -> tuple[str, str]:
    """The title and text of checks that failed or warned."""
    checks = counted(len(verdicts), "check")
    match failed, finding.only_looked:
        case True, False:
            return (
                f"{finding.dataset} was held back: {checks} did not hold",
                f"{STAYS}; what is made from it was not rebuilt. "
                + mending(finding.dataset, verdicts),
            )
        case True, True:
            return (
                f"{finding.dataset}: {checks} did not hold",
                "This was a check of the published table, which stays as it is.",
            )
        case False, False:
            return f"{finding.dataset} was published with {checks} that warned", ""
        case _:
            return f"{finding.dataset}: {checks} warned", ""


def _check_buttons(finding: Finding, *, failed: bool) -> Iterator[Button]:
    if not failed:
        yield Button("Run", f"status {finding.run_id}")
        return
    yield Button("Why?", f"why did {finding.run_id} fail", ButtonStyle.PRIMARY)
    if finding.dataset.layer is Layer.SILVER:
        yield Button("Quarantine", f"show quarantined rows of {finding.dataset.table}")


_DONE = {
    Operator.HASH: "replaced by tokens",
    Operator.MASK: "masked",
    Operator.REDACT: "redacted",
    Operator.KEEP: "kept, as the project's policy says",
}


def _personal(finding: Finding, protection: Protection, project: Project) -> Card:
    column = f"{finding.dataset.table}.{protection.column}"
    return Card(
        kind=CardKind.ALERT,
        severity=finding.severity,
        title=f"Personal data in {column}: {protection.entity}",
        text=f"Nobody declared this column personal. {_what_happens(finding, protection)}",
        facts=(
            Fact("Run", finding.run_id),
            Fact("Found", "; ".join(protection.reasons)),
            *owner_fact(project, finding.dataset),
        ),
        buttons=(Button("Scan the table", f"scan {_to_scan(finding)} for personal data"),),
    )


def _what_happens(finding: Finding, protection: Protection) -> str:
    """What was or will be done to the values, and where to decide otherwise."""
    table, done = finding.dataset.table, _DONE[protection.operator]
    if finding.dataset.layer is Layer.GOLD:
        return f"Leave it out of models/{table}.sql, or declare it in the table that it comes from."
    declare = f"Declare it in tables/{table}.yaml to decide what happens to it."
    if finding.only_looked:
        return f"The scan changed nothing; on the way to silver its values are {done}. {declare}"
    return f"On its way to {finding.dataset} its values were {done}. {declare}"


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
