"""The life of a run and of its steps."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog.model import DatasetName
from engine.quality.model import Outcome
from engine.runs.model import (
    Counts,
    IllegalTransition,
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
    staged_table,
    started,
)
from engine.testing.clock import EPOCH
from tests.builders import a_run, a_step, a_verdict, dataset

FINAL = {StepStatus.SUCCEEDED, StepStatus.FAILED, StepStatus.CANCELLED, StepStatus.SKIPPED}
LATER = EPOCH + timedelta(seconds=90)

statuses = st.sampled_from(StepStatus)
changes = st.builds(StepChange, statuses, st.just(LATER))
steps = st.builds(
    a_step,
    kind=st.sampled_from(StepKind),
    on=st.sampled_from(["silver.a", "silver.b", "gold.c"]),
    status=statuses,
    error=st.none() | st.text(max_size=5),
)
runs = st.lists(steps, min_size=1, max_size=6).map(lambda given: a_run(*given))
counts = st.builds(Counts, *[st.none() | st.integers(0, 99)] * 7)


def allowed(before: StepStatus, after: StepStatus) -> bool:
    """Whether a step may go from one state to the other, said a second time."""
    if before is StepStatus.QUEUED:
        return after in {StepStatus.RUNNING, StepStatus.SKIPPED, StepStatus.CANCELLED}
    return before is StepStatus.RUNNING and after in FINAL


@given(runs, st.data(), changes)
def test_a_step_changes_only_as_its_state_allows(
    run: Run, data: st.DataObject, change: StepChange
) -> None:
    index = data.draw(st.integers(0, len(run.steps) - 1))

    if not allowed(run.steps[index].status, change.status):
        with pytest.raises(IllegalTransition):
            advance(run, index, change)
        return
    after = advance(run, index, change)

    assert after.steps[index].status is change.status
    assert [s for s in after.steps if s.index != index] == [
        s for s in run.steps if s.index != index
    ]


@given(runs, st.lists(st.tuples(st.integers(0, 5), changes), max_size=12))
def test_a_finished_step_never_changes_again(
    run: Run, happening: list[tuple[int, StepChange]]
) -> None:
    frozen: dict[int, Step] = {step.index: step for step in run.steps if step.done}

    for index, change in happening:
        try:
            run = advance(run, index % len(run.steps), change)
        except IllegalTransition:
            continue
        frozen.update({step.index: step for step in run.steps if step.done} | frozen)

    assert all(run.steps[index] == step for index, step in frozen.items())


@given(runs)
def test_a_run_ends_failed_exactly_when_a_step_failed(run: Run) -> None:
    end = ended(run, LATER)

    broken = [step for step in run.steps if step.status is StepStatus.FAILED]
    assert end.done
    assert (end.status is RunStatus.FAILED) == bool(broken)
    assert end.error == (broken[0].error if broken else None)


@given(runs)
def test_a_run_that_broke_leaves_no_step_open_and_keeps_what_was_done(run: Run) -> None:
    end = failed(run, LATER, "The disk is full.", "Make room.")

    assert end.status is RunStatus.FAILED
    assert (end.error, end.hint) == ("The disk is full.", "Make room.")
    assert next_step(end) is None
    for before, after in zip(run.steps, end.steps, strict=True):
        assert after == before if before.done else after.status is StepStatus.CANCELLED


@given(runs)
def test_a_cancelled_run_leaves_no_step_open_and_says_whether_anything_was_written(
    run: Run,
) -> None:
    end = cancelled(replace(run, cancelled_by="Olga"), LATER)

    assert (end.status, end.error) == (RunStatus.CANCELLED, "Cancelled by Olga.")
    assert next_step(end) is None
    written = {StepKind.INGEST, StepKind.PUBLISH}
    published = any(s.kind in written and s.status is StepStatus.SUCCEEDED for s in run.steps)
    assert (end.hint == "Nothing was published.") == (not published)


@given(runs)
def test_a_run_put_back_goes_on_at_its_first_step_that_was_not_committed(run: Run) -> None:
    back = put_back(started(run, EPOCH))

    assert (back.status, back.attempt, back.started_at) == (RunStatus.QUEUED, 2, EPOCH)
    for before, after in zip(run.steps, back.steps, strict=True):
        if before.status is StepStatus.RUNNING:
            assert after == Step(before.index, before.kind, before.dataset)
        else:
            assert after == before


def the_end(run: Run) -> Run:
    """A run as it is when its worker ended it."""
    return failed(started(run, EPOCH), LATER, "It broke.", "Mend it.")


@given(runs)
def test_a_retry_does_again_exactly_what_did_not_succeed(run: Run) -> None:
    end = replace(the_end(run), cancelled_by="Olga")

    again = retried(end)

    assert (again.status, again.attempt) == (RunStatus.QUEUED, end.attempt + 1)
    assert (again.error, again.hint, again.cancelled_by) == (None, "", None)
    assert (again.started_at, again.finished_at) == (None, None)
    for before, after in zip(end.steps, again.steps, strict=True):
        if before.status is StepStatus.SUCCEEDED:
            assert after == before
        else:
            assert after == Step(before.index, before.kind, before.dataset)


@given(runs, st.sampled_from(StepKind))
def test_a_retry_from_a_step_repeats_it_for_the_datasets_that_were_not_finished(
    run: Run, kind: StepKind
) -> None:
    end = the_end(run)
    unfinished = {s.dataset for s in end.steps if s.status is not StepStatus.SUCCEEDED}

    again = retried(end, kind)

    for before, after in zip(end.steps, again.steps, strict=True):
        own = [s for s in end.steps[: before.index + 1] if s.dataset == before.dataset]
        reached = any(s.kind is kind for s in own)
        kept = before.status is StepStatus.SUCCEEDED and not (
            before.dataset in unfinished and reached
        )
        assert after == (before if kept else Step(before.index, before.kind, before.dataset))


@given(runs, st.sets(st.sampled_from([dataset("silver.a"), dataset("gold.c")])))
def test_a_retry_begins_anew_where_the_staged_table_is_gone(
    run: Run, lost: set[DatasetName]
) -> None:
    end = the_end(run)
    unfinished = {s.dataset for s in end.steps if s.status is not StepStatus.SUCCEEDED}

    again = retried(end, None, lost)

    assert all(not s.done for s in again.steps if s.dataset in lost & unfinished)
    assert all(
        after == before
        for before, after in zip(end.steps, again.steps, strict=True)
        if before.status is StepStatus.SUCCEEDED and before.dataset not in lost & unfinished
    )


@given(runs)
def test_the_next_step_is_the_first_that_is_not_done(run: Run) -> None:
    step = next_step(run)

    if step is None:
        assert all(each.done for each in run.steps)
    else:
        assert not step.done
        assert all(each.done for each in run.steps[: step.index])


@given(runs, st.data())
def test_a_step_is_blocked_exactly_by_what_was_lost_before_it(
    run: Run, data: st.DataObject
) -> None:
    step = data.draw(st.sampled_from(run.steps))
    upstream = {dataset("gold.c"): (dataset("silver.a"),)}

    found = blocker(run, step, upstream)

    needed = {step.dataset, *upstream.get(step.dataset, ())}
    lost = {StepStatus.FAILED, StepStatus.SKIPPED, StepStatus.CANCELLED}
    causes = [s for s in run.steps[: step.index] if s.dataset in needed and s.status in lost]
    assert found == (causes[0] if causes else None)


def test_a_later_failure_blocks_nothing_before_it() -> None:
    run = a_run(a_step(status=StepStatus.QUEUED), a_step(status=StepStatus.FAILED))

    assert blocker(run, run.steps[0], {}) is None


def test_a_step_knows_when_it_started_and_ended() -> None:
    run = advance(a_run(), 0, StepChange(StepStatus.RUNNING, EPOCH))
    run = advance(run, 0, StepChange(StepStatus.SUCCEEDED, LATER))

    assert (run.steps[0].started_at, run.steps[0].finished_at) == (EPOCH, LATER)


@given(counts, counts)
def test_counts_add_up_in_any_order_and_keep_what_is_unknown(one: Counts, other: Counts) -> None:
    assert one + other == other + one
    assert one + Counts() == one


@given(st.lists(counts, max_size=4))
def test_a_run_counts_what_its_steps_did(several: list[Counts]) -> None:
    run = a_run(*(a_step(report=StepReport(each)) for each in several), a_step())

    known = [each.loaded for each in several if each.loaded is not None]
    assert run.counts.loaded == (sum(known) if known else None)


def test_a_run_gathers_the_verdicts_of_its_steps() -> None:
    one, other = a_verdict(Outcome.FAILED), a_verdict(Outcome.PASSED)
    reports = (StepReport(verdicts=(one,)), StepReport(verdicts=(other, one)))

    run = a_run(*(a_step(StepKind.CHECK, report=each) for each in reports))

    assert run.verdicts == (one, other, one)
    assert run.checks_that(Outcome.FAILED) == 2


def test_a_run_worked_from_its_start_to_its_end() -> None:
    run = started(a_run(), EPOCH)

    assert run.status is RunStatus.RUNNING
    assert run.seconds is None
    assert ended(run, LATER).seconds == 90


def test_a_run_is_called_by_its_pipeline_and_table() -> None:
    assert a_run().title == "bronze_to_silver for customers"
    assert a_run(table=None).title == "bronze_to_silver"
    assert a_step(StepKind.CHECK).name == "check silver.customers"


def test_a_run_locks_what_it_writes_each_once_and_in_order() -> None:
    run = a_run(
        a_step(StepKind.PUBLISH, "silver.orders"),
        a_step(StepKind.INGEST, "bronze.orders"),
        a_step(StepKind.PUBLISH, "silver.customers"),
        a_step(StepKind.PUBLISH, "silver.orders"),
        a_step(StepKind.CHECK, "gold.revenue"),
    )

    assert [str(name) for name in run.targets()] == [
        "bronze.orders",
        "silver.customers",
        "silver.orders",
    ]


def test_a_run_works_on_its_own_staged_table_only_where_it_publishes() -> None:
    publishing = a_run(id="7K3F9QTZ")
    checking = a_run(a_step(StepKind.CHECK), id="7K3F9QTZ")

    assert staged_table(publishing, dataset("silver.customers")) == "customers__7k3f9qtz"
    assert staged_table(checking, dataset("silver.customers")) == "customers"


def test_the_longest_staged_name_fits_into_postgresql() -> None:
    run = a_run(a_step(StepKind.PUBLISH, f"silver.{'x' * 40}"))

    assert len(staged_table(run, run.steps[0].dataset)) <= 63


@pytest.mark.parametrize("status", RunStatus)
def test_a_run_is_done_unless_it_waits_or_works(status: RunStatus) -> None:
    run = replace(a_run(), status=status)

    assert run.done == (status not in {RunStatus.QUEUED, RunStatus.RUNNING})
