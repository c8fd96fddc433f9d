"""What changed since the last good run is told as the likely cause, the likeliest first."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from engine.alerts.incidents.model import Incident
from engine.alerts.likely import Facts, likely_causes
from engine.runs.model import Counts, Run, Step, StepKind, StepReport, StepStatus, WentBy
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


def made(day: int, *steps: tuple[StepKind, str, WentBy], good: bool = True) -> Run:
    """A run of one day, with what its steps went by."""
    noted = (
        replace(a_step(kind, name, report=StepReport(went_by=by)), status=StepStatus.SUCCEEDED)
        for kind, name, by in steps
    )
    run = run_of(day, ingested(1000), good=good)
    return replace(run, steps=(*noted, *run.steps))


def judged(day: int, by: WentBy, *, good: bool = True) -> Run:
    """A run of one day, whose checks of silver went by something."""
    return made(day, (StepKind.CHECK, str(SILVER), by), good=good)


def test_checks_that_were_changed_since_the_last_good_run_are_told_until_one_goes_well() -> None:
    good = judged(1, WentBy(checks="a"))
    first, again = (judged(day, WentBy(checks="b"), good=False) for day in (2, 3))
    back = judged(4, WentBy(checks="a"), good=False)

    (told,) = causes(first, good)
    assert told.startswith("The checks of silver.customers were changed since the last good run on")
    assert told.endswith(f"{good.requested_at:%a} {good.requested_at.day} {NINE:%b} 09:00.")
    assert causes(again, first, good) == (told,)
    assert causes(back, again, first, good) == ()


def test_what_was_changed_above_is_told_beside_what_was_changed_of_the_dataset() -> None:
    def run(day: int, digest: str, *, good: bool) -> Run:
        refined = (StepKind.REFINE, str(SILVER), WentBy(declaration=digest, privacy=digest))
        source = (StepKind.INGEST, str(BRONZE), WentBy(declaration=digest))
        beside = (StepKind.CHECK, "silver.tickets", WentBy(checks=digest))
        return made(day, source, refined, beside, good=good)

    (told,) = causes(run(2, "b", good=False), run(1, "a", good=True))

    assert told.startswith(
        "The declaration of silver.customers, the privacy rules of silver.customers "
        "and the declaration of bronze.customers were changed since the last good run on "
    )


def test_another_version_of_atlas_is_told_after_what_is_likelier() -> None:
    good = judged(1, WentBy("1.0", checks="a"))

    updated = causes(judged(2, WentBy("1.1", checks="a"), good=False), good)
    both = causes(judged(2, WentBy("1.1", checks="b"), good=False), good)

    assert len(updated) == 1
    assert updated[0].startswith("Atlas was updated from 1.0 to 1.1 since the last good run on ")
    assert both[0].startswith("The checks of silver.customers were changed")
    assert both[1] == updated[0]


def test_a_run_of_a_time_when_nothing_was_noted_tells_of_no_change() -> None:
    noted = WentBy("1.1", checks="a")

    assert causes(judged(2, noted, good=False), judged(1, WentBy())) == ()
    assert causes(judged(2, WentBy(), good=False), judged(1, noted)) == ()
