"""Which events a change of a run or of one of its steps stands for."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog.model import Operator
from engine.lineage.model import (
    Asked,
    Change,
    EventType,
    ExternalDataset,
    JobKind,
    LineageEvent,
    Occasion,
    Tag,
)
from engine.privacy.model import Protection
from engine.quality.model import Outcome
from engine.runs.lineage import (
    Foreseen,
    attempt_left,
    occasion_of,
    run_ended,
    run_started,
    step_events,
    still_running,
)
from engine.runs.lineage_facts import NO_PROJECT, Knowledge
from engine.runs.model import (
    Counts,
    Parameters,
    Priority,
    Run,
    RunStatus,
    Step,
    StepChange,
    StepKind,
    StepReport,
    StepStatus,
    advance,
    blocker,
    cancelled,
    ended,
    failed,
    next_step,
    put_back,
    retried,
    started,
)
from engine.testing.clock import EPOCH
from tests.builders import a_project, a_run, a_step, a_verdict, dataset

WRITTEN = (
    a_step(StepKind.REFINE),
    a_step(StepKind.CHECK),
    a_step(StepKind.PUBLISH),
)

START, RUNNING, FAIL = EventType.START, EventType.RUNNING, EventType.FAIL
COMPLETE, ABORT = EventType.COMPLETE, EventType.ABORT

SHOP = Knowledge(a_project(), {"customers": ExternalDataset("file", "customers.csv")})


def events_of(place: int, status: StepStatus, attempt: int = 1) -> Sequence[LineageEvent]:
    """The events for one step of a silver table in that state."""
    run = a_run(*WRITTEN, attempt=attempt)
    step = replace(run.steps[place], status=status)
    return step_events(NO_PROJECT, run, step, EPOCH)


def types(events: Sequence[LineageEvent]) -> list[EventType]:
    return [event.type for event in events]


def of_dataset(events: Sequence[LineageEvent]) -> list[EventType]:
    return [event.type for event in events if event.outputs]


@pytest.mark.parametrize(
    ("place", "status", "expected"),
    [
        (0, StepStatus.RUNNING, [START]),
        (0, StepStatus.SUCCEEDED, [START]),
        (0, StepStatus.FAILED, [START, FAIL]),
        (1, StepStatus.RUNNING, []),
        (1, StepStatus.SUCCEEDED, []),
        (1, StepStatus.FAILED, [FAIL]),
        (2, StepStatus.RUNNING, []),
        (2, StepStatus.SUCCEEDED, [COMPLETE]),
        (2, StepStatus.FAILED, [FAIL]),
        (2, StepStatus.SKIPPED, []),
    ],
)
def test_the_steps_of_a_dataset_are_one_job_that_starts_first_and_ends_last(
    place: int, status: StepStatus, expected: list[EventType]
) -> None:
    assert of_dataset(events_of(place, status)) == expected


@pytest.mark.parametrize("place", range(3))
def test_a_later_attempt_starts_wherever_it_goes_on(place: int) -> None:
    assert of_dataset(events_of(place, StepStatus.RUNNING, attempt=2)) == [START]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (StepStatus.RUNNING, [START]),
        (StepStatus.SUCCEEDED, [START, COMPLETE]),
        (StepStatus.FAILED, [START, FAIL]),
        (StepStatus.SKIPPED, []),
    ],
)
def test_a_check_is_a_job_of_its_own_that_reads_and_writes_nothing(
    status: StepStatus, expected: list[EventType]
) -> None:
    run = a_run(a_step(StepKind.CHECK, status=status))

    events = step_events(SHOP, run, run.steps[0], EPOCH)

    assert types(events) == expected
    assert {(each.job, each.inputs, each.outputs) for each in events} <= {
        ("bronze_to_silver.silver.customers.check", (dataset("silver.customers"),), ())
    }


def test_a_start_tells_when_the_step_began_and_not_how_many_rows_it_wrote() -> None:
    began = EPOCH - timedelta(seconds=5)
    report = StepReport(Counts(loaded=5))
    step = a_step(
        StepKind.INGEST, "bronze.x", StepStatus.SUCCEEDED, report=report, started_at=began
    )

    start, complete = step_events(NO_PROJECT, a_run(step), step, EPOCH)

    assert (start.at, start.rows, start.made) == (began, None, None)
    assert (complete.at, complete.rows) == (EPOCH, 5)


@pytest.mark.parametrize("status", StepStatus)
def test_a_scan_leaves_no_event_of_its_own(status: StepStatus) -> None:
    run = a_run(a_step(StepKind.SCAN, status=status))

    assert step_events(SHOP, run, run.steps[0], EPOCH) == ()
    assert still_running(SHOP, run, run.steps[0], EPOCH) == ()


def test_a_silver_table_tells_what_was_read_written_and_protected() -> None:
    hidden = Protection("email", Operator.HASH, "EMAIL_ADDRESS")
    kept = Protection("id", Operator.KEEP)
    refined = a_step(
        status=StepStatus.SUCCEEDED,
        report=StepReport(Counts(rows_in=9), protections=(hidden, kept)),
    )
    report = StepReport(Counts(published=8))
    published = a_step(StepKind.PUBLISH, status=StepStatus.SUCCEEDED, report=report)
    run = a_run(refined, published)

    (event,) = step_events(SHOP, run, run.steps[1], EPOCH)

    assert event.inputs == (dataset("bronze.customers"),)
    assert (event.rows_read, event.rows) == (9, 8)
    assert event.about.owner == "crm"
    assert event.about.tags == (
        Tag("PII", "EMAIL_ADDRESS", "email"),
        Tag("protection", "hash", "email"),
    )
    assert event.made is not None
    assert (event.made.change, event.made.version) == (Change.OVERWRITE, f"{run.id}/1")


def test_a_bronze_table_is_read_from_its_source() -> None:
    report = StepReport(Counts(loaded=5))
    step = a_step(StepKind.INGEST, "bronze.customers", StepStatus.SUCCEEDED, report=report)

    _, event = step_events(SHOP, a_run(step, pipeline="ingest"), step, EPOCH)

    assert (event.job, event.pipeline) == ("ingest.bronze.customers", "ingest")
    assert event.sources == (ExternalDataset("file", "customers.csv"),)
    assert (event.inputs, event.outputs) == ((), (dataset("bronze.customers"),))
    assert (event.rows, event.rows_read) == (5, 5)


def test_a_gold_model_tells_its_sql_and_all_that_it_reads() -> None:
    step = a_step(StepKind.BUILD, "gold.revenue", StepStatus.RUNNING)
    run = a_run(step, a_step(StepKind.PUBLISH, "gold.revenue"))

    (event,) = step_events(SHOP, run, run.steps[0], EPOCH)

    assert event.work.kind is JobKind.MODEL
    assert event.work.sql.startswith("SELECT")
    assert event.inputs == (dataset("silver.customers"), dataset("silver.orders"))


@pytest.mark.parametrize(
    ("kind", "existed", "inserted", "expected"),
    [
        (StepKind.PUBLISH, False, None, Change.CREATE),
        (StepKind.PUBLISH, True, None, Change.OVERWRITE),
        (StepKind.PUBLISH, True, 3, None),
        (StepKind.PUBLISH, False, 3, Change.CREATE),
        (StepKind.INGEST, False, None, Change.CREATE),
        (StepKind.INGEST, True, None, None),
    ],
)
def test_only_what_is_new_or_swapped_changes_as_a_whole(
    kind: StepKind, existed: bool, inserted: int | None, expected: Change | None
) -> None:
    report = StepReport(Counts(inserted=inserted))
    step = a_step(kind, status=StepStatus.SUCCEEDED, report=report)

    events = step_events(SHOP, a_run(step), step, EPOCH, Foreseen(existed))

    assert events[-1].made is not None
    assert events[-1].made.change is expected


def test_a_check_tells_its_verdicts_and_of_others_columns_no_value() -> None:
    verdicts = (
        a_verdict(Outcome.PASSED, "avg_length(id) > 1", "7"),
        a_verdict(Outcome.PASSED, "avg_length(email) > 1", "12"),
        a_verdict(Outcome.FAILED, "missing_count(email) = 0", "1,204"),
    )
    step = a_step(StepKind.CHECK, status=StepStatus.FAILED, report=StepReport(verdicts=verdicts))

    *_, event = [e for e in step_events(SHOP, a_run(step), step, EPOCH) if e.checked]

    assert event.checked is not None
    told = event.checked.assertions
    assert [(each.holds, each.actual) for each in told] == [
        (True, "7"),
        (True, None),
        (False, "1,204"),
    ]
    assert event.checked.missing == (("email", 1204),)


def test_a_column_that_turned_out_to_be_personal_is_not_told_of_any_more() -> None:
    found = Protection("id", Operator.MASK, "PHONE_NUMBER", declared=False)
    refined = a_step(status=StepStatus.SUCCEEDED, report=StepReport(protections=(found,)))
    verdict = a_verdict(Outcome.PASSED, "max(id) > 1", "4917612345678")
    check = a_step(
        StepKind.CHECK, status=StepStatus.SUCCEEDED, report=StepReport(verdicts=(verdict,))
    )
    run = a_run(refined, check)

    *_, event = step_events(SHOP, run, run.steps[1], EPOCH)

    assert event.checked is not None
    assert event.checked.assertions[0].actual is None


def test_a_run_that_is_over_ends_as_a_whole() -> None:
    done = ended(started(a_run(a_step(status=StepStatus.SUCCEEDED)), EPOCH), EPOCH)

    start, end = run_ended(SHOP, done, EPOCH)

    assert (start.type, end.type) == (START, COMPLETE)
    assert start.whole
    assert end.whole
    assert run_started(SHOP, done, EPOCH).openlineage_run == end.openlineage_run


def test_a_cancelled_run_aborts_what_it_had_begun_and_names_nobody() -> None:
    running = a_step(status=StepStatus.RUNNING, started_at=EPOCH)
    run = replace(a_run(running, *WRITTEN[1:], status=RunStatus.RUNNING), cancelled_by="Maria")

    events = run_ended(SHOP, cancelled(run, EPOCH), EPOCH)

    assert [(each.type, each.whole) for each in events] == [
        (START, False),
        (ABORT, False),
        (START, True),
        (ABORT, True),
    ]
    assert "Maria" not in repr(events)


def test_a_run_that_took_too_long_fails_with_what_it_had_begun() -> None:
    check = a_step(StepKind.CHECK, status=StepStatus.RUNNING, started_at=EPOCH)
    refined = a_step(status=StepStatus.SUCCEEDED)
    run = failed(a_run(refined, check, WRITTEN[2]), EPOCH, "It took too long.")

    events = [each for each in run_ended(SHOP, run, EPOCH) if each.type is not START]

    assert types(events) == [FAIL, FAIL, FAIL]
    assert {each.error for each in events} == {"It took too long."}


def test_an_attempt_that_was_given_back_is_aborted_under_its_own_number() -> None:
    run = a_run(a_step(status=StepStatus.SUCCEEDED), *WRITTEN[1:], attempt=3)

    events = attempt_left(SHOP, replace(run, status=RunStatus.RUNNING), EPOCH)

    assert types(events) == [START, ABORT, START, ABORT]
    assert {each.attempt for each in events} == {3}


def test_a_long_step_says_that_it_goes_on() -> None:
    run = a_run(*WRITTEN)

    refining, checking, _ = (still_running(SHOP, run, step, EPOCH) for step in run.steps)

    assert types((*refining, *checking)) == [RUNNING, RUNNING]
    assert [len(each.outputs) for each in (*refining, *checking)] == [1, 0]


def test_a_run_knows_when_it_was_due_or_which_days_it_is_for() -> None:
    due = datetime(2026, 3, 1, 6, tzinfo=UTC)
    scheduled = a_run(key=f"schedule:S-1:{due.isoformat()}", priority=Priority.SCHEDULE)
    days = Parameters(start=date(2026, 1, 1), end=date(2026, 1, 2))
    back = a_run(parameters=days, backfill="B-1")

    assert occasion_of(scheduled) == Occasion(Asked.SCHEDULE, due)
    assert occasion_of(back) == Occasion(
        Asked.BACKFILL, datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    )
    for own in ("schedule:x", "schedule:x:soon", "schedule:x:2026-01-01", "order:1:2", None):
        assert occasion_of(a_run(key=own)) == Occasion()


LIVES = st.lists(st.sampled_from(("done", "fails", "lost", "cancelled", "slow")), max_size=14)

MEDALLION = (
    a_step(StepKind.INGEST, "bronze.customers"),
    *WRITTEN,
    *(a_step(kind, "gold.revenue") for kind in (StepKind.BUILD, StepKind.CHECK, StepKind.PUBLISH)),
)


@given(LIVES)
def test_whatever_becomes_of_a_run_each_start_has_one_end_and_nothing_ends_unbegun(
    lives: list[str],
) -> None:
    told: dict[tuple[object, EventType], LineageEvent] = {}

    def tell(*events: LineageEvent) -> None:
        for each in events:
            told.setdefault((each.openlineage_run, each.type), each)

    run = started(a_run(*MEDALLION), EPOCH)
    tell(run_started(SHOP, run, EPOCH))
    for life in lives:
        if run.done:
            if run.status is RunStatus.SUCCEEDED:
                break
            run = started(retried(run), EPOCH)
            tell(run_started(SHOP, run, EPOCH))
        run = _lived(run, life, tell)
    while not run.done:
        run = _lived(run, "done", tell)

    runs = {which for which, _ in told}
    for which in runs:
        kinds = [type_ for one, type_ in told if one == which]
        assert START in kinds
        assert sum(kind in {COMPLETE, FAIL, ABORT} for kind in kinds) == 1


def _lived(run: Run, life: str, tell: Callable[..., None]) -> Run:
    """One thing happens to a run at work."""
    step = next_step(run)
    if life == "cancelled":
        run = cancelled(replace(run, cancelled_by="Maria"), EPOCH)
        tell(*run_ended(SHOP, run, EPOCH))
        return run
    if life == "lost":
        tell(*attempt_left(SHOP, replace(run, status=RunStatus.RUNNING), EPOCH))
        run = started(put_back(run), EPOCH)
        tell(run_started(SHOP, run, EPOCH))
        return run
    assert step is not None
    return _worked(run, step, life, tell)


def _worked(run: Run, step: Step, life: str, tell: Callable[..., None]) -> Run:
    upstream = {name: SHOP.upstream(name) for name in a_project().datasets()}
    status = StepStatus.FAILED if life == "fails" else StepStatus.SUCCEEDED
    if blocker(run, step, upstream):
        status = StepStatus.SKIPPED
    elif step.status is StepStatus.QUEUED:
        run = advance(run, step.index, StepChange(StepStatus.RUNNING, EPOCH))
        if life == "slow":
            tell(*step_events(SHOP, run, run.steps[step.index], EPOCH))
            return run
    run = advance(run, step.index, StepChange(status, EPOCH))
    tell(*step_events(SHOP, run, run.steps[step.index], EPOCH))
    if next_step(run) is None:
        run = ended(run, EPOCH)
        tell(*run_ended(SHOP, run, EPOCH))
    return run
