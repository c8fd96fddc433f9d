"""What changed since the last good run is told as the likely cause, the likeliest first."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from engine.alerts.incidents.model import Incident
from engine.alerts.likely import Facts, likely_causes
from engine.runs.model import Counts, Run, Step, StepKind, StepReport, StepStatus
from tests.alerts.incidents.builders import NINE, Book, noted
from tests.builders import a_run, a_step, dataset

SILVER, BRONZE = dataset("silver.customers"), dataset("bronze.customers")


def ingested(rows: int, *notes: str) -> Step:
    """A delivery that was loaded."""
    report = StepReport(Counts(loaded=rows), notes)
    step = a_step(StepKind.INGEST, str(BRONZE), report=report)
    return replace(step, status=StepStatus.SUCCEEDED)


def run_of(day: int, delivery: Step, *, good: bool = True) -> Run:
    """A run of one day, that published what it was delivered or did not."""
    status = StepStatus.SUCCEEDED if good else StepStatus.FAILED
    published = replace(a_step(StepKind.PUBLISH, str(SILVER)), status=status)
    at = NINE + timedelta(days=day)
    return a_run(delivery, published, id=f"R{day}", requested_at=at, started_at=at)


def causes(run: Run, *before: Run, incidents: Sequence[Incident] = ()) -> tuple[str, ...]:
    """Of trouble in silver, with the runs before from the newest on."""
    return likely_causes(Facts(SILVER, {BRONZE}, run, before, incidents))


def usual(count: int = 20) -> list[Run]:
    """A run a day that went well, newest first."""
    return [run_of(day, ingested(1000 + day % 3)) for day in range(count)][::-1]


def test_what_was_new_of_the_delivery_is_told_also_when_the_run_fails_again() -> None:
    first = run_of(20, ingested(1000, "column vip is new"), good=False)
    again = run_of(21, ingested(1001, "no new delivery"), good=False)

    told = ("New since the last good run: bronze.customers: column vip is new.",)
    assert causes(first, *usual()) == told
    assert causes(again, first, *usual()) == told


def test_what_was_new_before_the_last_good_run_is_no_cause() -> None:
    old = run_of(19, ingested(1000, "column vip is new"), good=False)
    good = run_of(20, ingested(1001))

    assert causes(run_of(21, ingested(1002), good=False), good, old, *usual(19)) == ()


def test_a_delivery_with_far_fewer_rows_than_usual_is_told() -> None:
    (cause,) = causes(run_of(20, ingested(12), good=False), *usual())

    assert cause.startswith("bronze.customers got 12 rows; ")
    assert cause.endswith(" are usual.")


def test_trouble_above_comes_first_and_only_two_causes_are_told() -> None:
    book = Book()
    (above,) = book.hear(noted("bronze.customers"))
    (beside,) = book.hear(noted("silver.tickets"))
    run = run_of(20, ingested(12, "column vip is new"), good=False)

    found = causes(run, *usual(), incidents=(beside, above))

    assert found[0] == "Likely from above: INC-1, bronze.customers failed."
    assert len(found) == 2


def test_nothing_is_guessed_of_what_never_went_well() -> None:
    assert causes(run_of(0, ingested(1, "column vip is new"), good=False)) == ()
