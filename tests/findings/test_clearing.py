"""What the end of a step says of the trouble that was noted before."""

from dataclasses import replace

import pytest

from engine.cards import Severity
from engine.catalog.model import Operator
from engine.findings.clearing import Cleared, cleared_by
from engine.findings.model import ChecksFailed, ChecksWarned, PersonalData, Stale, StepBroke
from engine.findings.monitors import findings_of
from engine.privacy.model import Protection
from engine.quality.model import Outcome
from engine.runs.events import RunFinished, StepFinished
from engine.runs.model import Retyped, Run, Step, StepKind, StepReport, StepStatus
from engine.testing.clock import EPOCH
from engine.topics import Kind
from tests.builders import a_finding, a_run, a_step, a_verdict, dataset

FAILED = a_finding(ChecksFailed((a_verdict(),)))
WARNED = a_finding(ChecksWarned((a_verdict(Outcome.WARNED),)))
BROKE = a_finding(StepBroke("refine silver.customers", "The disk is full.", ""))
STALE = a_finding(Stale(None, EPOCH, "a habit"))
PERSONAL = a_finding(PersonalData(Protection("gift", Operator.HASH, "EMAIL_ADDRESS", False)))
TROUBLE = (FAILED, WARNED, BROKE, STALE, PERSONAL)


def done(kind: StepKind, *outcomes: Outcome, on: str = "silver.customers") -> Step:
    """A step that succeeded, with verdicts that ended so."""
    report = StepReport(verdicts=tuple(a_verdict(each) for each in outcomes))
    return a_step(kind, on, StepStatus.SUCCEEDED, report=report, finished_at=EPOCH)


def after(run: Run, index: int = -1) -> tuple[Cleared, ...]:
    """What is over once that step of the run ended."""
    return cleared_by(StepFinished(run, run.steps[index]))


def over(cleared: tuple[Cleared, ...]) -> list[str]:
    """The sorts of trouble that are over."""
    return [each.kind for each in TROUBLE if any(one.ends(each) for one in cleared)]


def test_a_publication_ends_all_trouble_of_its_dataset_but_personal_data() -> None:
    run = a_run(done(StepKind.CHECK, Outcome.PASSED), done(StepKind.PUBLISH))

    assert over(after(run)) == ["checks_failed", "checks_warned", "step_broke", "stale"]
    elsewhere = a_finding(FAILED.evidence, on="silver.orders")
    assert not any(each.ends(elsewhere) for each in after(run))


def test_a_publication_does_not_end_what_its_own_run_warned_of() -> None:
    run = a_run(done(StepKind.CHECK, Outcome.WARNED), done(StepKind.PUBLISH))

    assert over(after(run)) == ["checks_failed", "step_broke", "stale"]


def test_another_type_is_trouble_until_a_version_changes_none() -> None:
    changed = StepReport(retyped=(Retyped("total", "numeric", "bigint"),))
    changing = a_run(replace(done(StepKind.PUBLISH), report=changed))
    (noted,) = findings_of(StepFinished(changing, changing.steps[0]))

    assert (noted.kind, noted.severity) == ("types_changed", Severity.WARNING)
    assert not any(each.ends(noted) for each in after(changing))
    assert any(each.ends(noted) for each in after(a_run(done(StepKind.PUBLISH))))


def test_a_check_of_the_published_table_that_holds_ends_trouble_with_its_quality() -> None:
    run = a_run(done(StepKind.CHECK, Outcome.PASSED), pipeline="check")

    assert over(after(run)) == ["checks_failed", "checks_warned"]
    assert all(each.only_looked for each in after(run))


@pytest.mark.parametrize("bad", [Outcome.FAILED, Outcome.NOT_EVALUATED])
def test_a_check_that_does_not_hold_ends_nothing(bad: Outcome) -> None:
    assert over(after(a_run(done(StepKind.CHECK, Outcome.PASSED, bad)))) == []


def test_a_check_on_the_way_to_publishing_ends_nothing_yet() -> None:
    run = a_run(done(StepKind.CHECK, Outcome.PASSED), a_step(StepKind.PUBLISH))

    assert after(run, 0) == ()


def test_a_scan_ends_only_that_a_scan_broke() -> None:
    run = a_run(done(StepKind.SCAN))
    broke = a_finding(StepBroke("scan silver.customers", "x", ""))

    assert over(after(run)) == []
    assert any(each.ends(broke) for each in after(run))


def test_a_delivery_that_was_loaded_ends_that_loading_broke() -> None:
    run = a_run(done(StepKind.INGEST, on="bronze.customers"))
    broke = a_finding(StepBroke("ingest bronze.customers", "x", ""), on="bronze.customers")

    assert [each.kind for each in after(run)] == [Kind.RUN]
    assert after(run)[0].ends(broke)


def test_what_failed_or_is_still_at_work_ends_nothing() -> None:
    failed = a_step(StepKind.PUBLISH, status=StepStatus.FAILED, finished_at=EPOCH)

    assert after(a_run(failed)) == ()
    assert cleared_by(RunFinished(a_run(done(StepKind.PUBLISH)))) == ()


def test_a_fingerprint_is_over_alone_and_no_kind_means_any() -> None:
    one = Cleared(Kind.QUALITY, dataset("silver.customers"), "", EPOCH, FAILED.fingerprint)
    everything = Cleared(None, None, "", EPOCH)

    assert (one.ends(FAILED), one.ends(WARNED)) == (True, False)
    assert all(everything.ends(each) for each in TROUBLE)
