"""What of a finished step is worth a finding."""

import pytest

from engine.cards import Severity
from engine.catalog.model import Operator
from engine.findings.model import ChecksFailed, ChecksWarned, Finding, PersonalData, StepBroke
from engine.findings.monitors import findings_of
from engine.privacy.model import Protection
from engine.quality.model import Outcome
from engine.runs.events import RunChanged, RunFinished, StepFinished
from engine.runs.model import Step, StepKind, StepReport, StepStatus
from tests.builders import RUN_ID, a_finding, a_run, a_step, a_verdict

FOUND = Protection("gift", Operator.HASH, "EMAIL_ADDRESS", False, ("why",))


def found(step: Step) -> tuple[Finding, ...]:
    """The findings of a step that ended so."""
    return findings_of(StepFinished(a_run(step), step))


def a_check(*outcomes: Outcome, status: StepStatus = StepStatus.FAILED) -> Step:
    """A check step with those verdicts."""
    report = StepReport(verdicts=tuple(a_verdict(each) for each in outcomes))
    return a_step(StepKind.CHECK, status=status, report=report)


@pytest.mark.parametrize("bad", [Outcome.FAILED, Outcome.NOT_EVALUATED])
def test_checks_that_do_not_hold_are_one_critical_finding(bad: Outcome) -> None:
    (finding,) = found(a_check(Outcome.PASSED, bad, Outcome.WARNED))

    assert finding.severity is Severity.CRITICAL
    assert finding.evidence == ChecksFailed((a_verdict(bad),))
    assert finding.run_id == RUN_ID


def test_checks_that_only_warn_are_one_warning() -> None:
    step = a_check(Outcome.PASSED, Outcome.WARNED, status=StepStatus.SUCCEEDED)

    (finding,) = found(step)

    assert finding.severity is Severity.WARNING
    assert finding.evidence == ChecksWarned((a_verdict(Outcome.WARNED),))


def test_a_step_that_went_well_is_no_finding() -> None:
    assert found(a_check(Outcome.PASSED, status=StepStatus.SUCCEEDED)) == ()
    assert found(a_step(status=StepStatus.SUCCEEDED)) == ()


def test_a_step_that_broke_is_a_critical_finding_with_its_error() -> None:
    step = a_step(status=StepStatus.FAILED, error="The disk is full.", hint="Make room.")

    (finding,) = found(step)

    assert finding.severity is Severity.CRITICAL
    assert finding.evidence == StepBroke(
        "refine silver.customers", "The disk is full.", "Make room."
    )


def test_only_personal_data_that_nobody_declared_is_a_finding() -> None:
    declared = Protection("email", Operator.HASH, "EMAIL_ADDRESS")
    report = StepReport(protections=(declared, FOUND))

    (finding,) = found(a_step(status=StepStatus.SUCCEEDED, report=report))

    assert finding.evidence == PersonalData(FOUND)
    assert finding.severity is Severity.WARNING


@pytest.mark.parametrize("event", [RunChanged, RunFinished])
def test_a_run_as_a_whole_is_no_finding(event: type[RunChanged | RunFinished]) -> None:
    broken = a_step(status=StepStatus.FAILED, error="The disk is full.")

    assert findings_of(event(a_run(broken))) == ()


@pytest.mark.parametrize(
    ("evidence", "kind"),
    [
        (ChecksFailed((a_verdict(),)), "checks_failed"),
        (ChecksWarned((a_verdict(),)), "checks_warned"),
        (PersonalData(FOUND), "personal_data"),
        (StepBroke("refine silver.customers", "x", ""), "step_broke"),
    ],
)
def test_a_finding_has_a_kind_and_is_known_again_in_another_run(
    evidence: ChecksFailed | ChecksWarned | PersonalData | StepBroke, kind: str
) -> None:
    first, second = (a_finding(evidence, run_id=run_id) for run_id in ("11111111", "22222222"))

    assert first.kind == kind
    assert first.fingerprint == second.fingerprint
    assert first.fingerprint.startswith(f"{kind}/")
    assert first.fingerprint != a_finding(evidence, on="silver.orders").fingerprint


def test_what_is_found_within_a_column_is_told_together() -> None:
    card, name, other = (
        Protection(column, Operator.REDACT, entity, False, within=True, cells=cells)
        for column, entity, cells in (
            ("note", "CREDIT_CARD", 1), ("note", "PERSON", 9), ("memo", "PERSON", 2),
        )
    )  # fmt: skip
    step = a_step(StepKind.REFINE, report=StepReport(protections=(card, name, other)))

    found = findings_of(StepFinished(a_run(step), step))

    evidence = [each.evidence for each in found]
    assert evidence == [
        PersonalData(card, (name,)), PersonalData(name, (card,)), PersonalData(other),
    ]  # fmt: skip


def test_a_personal_column_is_one_finding_in_bronze_and_on_its_way_to_silver() -> None:
    bronze, silver, gold = (
        a_finding(PersonalData(FOUND), on=f"{layer}.customers").fingerprint
        for layer in ("bronze", "silver", "gold")
    )

    assert bronze == silver != gold


def test_the_same_checks_in_another_order_or_with_other_values_are_the_same_trouble() -> None:
    one, other = a_verdict(check="a(x) > 0", value="1"), a_verdict(check="b(x) > 0")
    again = a_verdict(check="a(x) > 0", value="2")

    first = a_finding(ChecksFailed((one, other)))

    assert first.fingerprint == a_finding(ChecksFailed((other, again))).fingerprint
    assert first.fingerprint != a_finding(ChecksFailed((one,))).fingerprint
