"""Which card a finding becomes, and which channel hears of it."""

from collections.abc import Sequence

from engine.alerts.model import Post
from engine.alerts.wording import downstream_fact, owner_fact
from engine.cards import Button, ButtonStyle, Card, CardKind, CardTable, Fact, counted
from engine.catalog.model import Operator, Project
from engine.findings.model import ChecksFailed, ChecksWarned, Finding, PersonalData, StepBroke
from engine.privacy.model import Protection
from engine.quality.model import Verdict


def post_for(finding: Finding, *, first_time: bool, project: Project, platform: str) -> Post | None:
    """The post that a finding becomes; personal data is announced the first time only."""
    key = f"finding:{finding.fingerprint}:{finding.run_id}"
    match finding.evidence:
        case ChecksFailed(verdicts):
            card = _checks(finding, verdicts, project, held_back=True)
            return Post(key, f"{platform}:{project.routes.quality}", card)
        case ChecksWarned(verdicts):
            card = _checks(finding, verdicts, project, held_back=False)
            return Post(key, f"{platform}:{project.routes.quality}", card)
        case PersonalData(protection):
            if not first_time:
                return None
            card = _personal(finding, protection, project)
            return Post(key, f"{platform}:{project.routes.privacy}", card)
        case StepBroke() as broke:
            return Post(key, f"{platform}:{project.routes.runs}", _broken(finding, broke, project))


def _checks(
    finding: Finding, verdicts: Sequence[Verdict], project: Project, *, held_back: bool
) -> Card:
    count = counted(len(verdicts), "check")
    if held_back:
        title = f"{finding.dataset} was held back: {count} did not hold"
        text = "The version published before stays in place; what is made from it was not rebuilt."
    else:
        title = f"{finding.dataset} was published with {count} that warned"
        text = ""
    rows = tuple(
        (each.check.title, str(each.outcome), each.value or each.reason) for each in verdicts
    )
    return Card(
        kind=CardKind.ALERT,
        severity=finding.severity,
        title=title,
        text=text,
        facts=(
            Fact("Run", finding.run_id),
            *owner_fact(project, finding.dataset),
            *downstream_fact(project, finding.dataset),
        ),
        table=CardTable(("Check", "Verdict", "Measured"), rows),
        buttons=(
            Button("Why?", f"why did {finding.run_id} fail", ButtonStyle.PRIMARY),
            Button("Quarantine", f"show quarantined rows of {finding.dataset.table}"),
        )
        if held_back
        else (Button("Run", f"status {finding.run_id}"),),
    )


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
        text=(
            f"Nobody declared this column personal. On its way to {finding.dataset} its values "
            f"were {_DONE[protection.operator]}. Declare it in tables/{finding.dataset.table}.yaml "
            "to decide what happens to it."
        ),
        facts=(
            Fact("Run", finding.run_id),
            Fact("Found", "; ".join(protection.reasons)),
            *owner_fact(project, finding.dataset),
        ),
        buttons=(
            Button("Scan the table", f"scan bronze.{finding.dataset.table} for personal data"),
        ),
    )


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
        buttons=(Button("Why?", f"why did {finding.run_id} fail", ButtonStyle.PRIMARY),),
    )
