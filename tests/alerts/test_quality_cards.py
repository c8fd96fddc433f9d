"""What the cards of a check tell: its own name, one number for one thing, what is published."""

from dataclasses import replace

import pytest

from engine.alerts.explanation import explanation
from engine.alerts.finding_cards import card_of
from engine.alerts.model import NOTHING_KNOWN, Brought, Circumstances
from engine.alerts.progress import run_card
from engine.cards import Card, Fact, Severity
from engine.catalog.model import Load, LoadMode, Project
from engine.findings.model import ChecksFailed
from engine.quality.examples import Examples
from engine.quality.model import Outcome, Verdict
from engine.runs.model import (
    Counts,
    Parameters,
    Release,
    Run,
    RunStatus,
    Step,
    StepKind,
    StepReport,
    StepStatus,
)
from tests.builders import (
    RUN_ID,
    a_finding,
    a_project,
    a_run,
    a_step,
    a_table,
    a_verdict,
    dataset,
)
from tests.workshop import Workshop, one_each

CUSTOMERS = dataset("silver.customers")
NAMED = "failed rows:\n  name: Nobody is born tomorrow\n  fail condition: born > now()"
ASIDE = "invalid_count(email) = 0:\n  valid format: email\n  attributes: {severity: quarantine}"
REFERENCE = "values in (id) must exist in orders (id):\n  attributes: {severity: quarantine}"
REBUILD = "run pipeline bronze_to_silver for customers with full refresh"
NOT_THERE = a_verdict(Outcome.NOT_EVALUATED, value=None, reason=f"there is no table {CUSTOMERS}")


def checked(*verdicts: Verdict, looks: bool = False, **changes: object) -> Run:
    """A run whose check ended with these verdicts, badly where one does not hold."""
    bad = not all(each.holds for each in verdicts)
    status = StepStatus.FAILED if bad else StepStatus.SUCCEEDED
    step = a_step(StepKind.CHECK, status=status, report=StepReport(verdicts=verdicts), error="Bad.")
    steps = (step,) if looks else (step, a_step(StepKind.PUBLISH, status=StepStatus.SKIPPED))
    ended = RunStatus.FAILED if bad else RunStatus.SUCCEEDED
    return a_run(*steps, **{"status": ended, "error": "Bad.", **changes})  # type: ignore[arg-type]  # by field name


def alert(
    *verdicts: Verdict,
    around: Circumstances = NOTHING_KNOWN,
    project: Project | None = None,
    looked: bool = False,
) -> Card:
    """The alert of checks that failed."""
    finding = replace(a_finding(ChecksFailed(verdicts)), only_looked=looked)
    return card_of(finding, project or a_project(), around)


def incremental() -> Project:
    """Customers that are loaded incrementally."""
    table = replace(a_table(checks=(ASIDE,)), load=Load(LoadMode.INCREMENTAL))
    return a_project(tables=[table], models=())


def facts(card: Card) -> dict[str, str]:
    """The facts of a card."""
    return {fact.name: fact.value for fact in card.facts}


def sentences(card: Card) -> list[str]:
    """What can be clicked."""
    return [button.command for button in card.buttons]


def test_a_check_is_called_by_its_own_name_on_every_card() -> None:
    broken = replace(a_verdict(check=NAMED), examples=Examples(("id",), (("7",),)))
    run = checked(broken, looks=True)
    cards = alert(broken), explanation(run, a_project()), run_card(run, a_project())

    for card in cards:
        assert "Nobody is born tomorrow" in str(card)
        assert "failed rows" not in str(card)
    assert "Rows that break «Nobody is born tomorrow»:" in cards[0].text


def test_the_worst_check_stands_first_and_the_others_as_they_are_declared() -> None:
    declared = (Outcome.PASSED, Outcome.WARNED, Outcome.FAILED, Outcome.PASSED)
    verdicts = [a_verdict(each, check=f"max(n) < {n}") for n, each in enumerate(declared)]

    for card in (alert(*verdicts), run_card(checked(*verdicts, looks=True), a_project())):
        assert card.table is not None
        assert [row[0] for row in card.table.rows] == [f"max(n) < {n}" for n in (2, 1, 0, 3)]


def test_what_is_not_evaluated_is_told_with_its_reason() -> None:
    unknown = a_verdict(Outcome.NOT_EVALUATED, value="40,000", reason="no history yet")

    for card in (alert(unknown), run_card(checked(unknown, looks=True), a_project())):
        assert card.table is not None
        assert card.table.rows[0][1:] == ("not evaluated", "no history yet")


def test_what_was_not_evaluated_is_counted_as_it_counts_for_the_gate() -> None:
    unknown = a_verdict(Outcome.NOT_EVALUATED)
    card = run_card(checked(unknown, replace(unknown, spared=True), unknown), a_project())

    assert facts(card)["Checks not evaluated"] == "2"
    assert facts(card)["Not evaluated, holding nothing back"] == "1"

    spared = run_card(checked(replace(unknown, spared=True)), a_project())
    assert "Checks not evaluated" not in facts(spared)


@pytest.mark.parametrize(
    ("verdict", "severity"),
    [
        (a_verdict(Outcome.PASSED), Severity.SUCCESS),
        (a_verdict(Outcome.WARNED), Severity.WARNING),
        (replace(a_verdict(Outcome.NOT_EVALUATED), spared=True), Severity.WARNING),
        (
            replace(a_verdict(Outcome.NOT_EVALUATED, reason="no history yet"), spared=True),
            Severity.SUCCESS,
        ),
        (a_verdict(Outcome.FAILED), Severity.CRITICAL),
    ],
)
def test_a_check_is_as_good_as_what_it_found(verdict: Verdict, severity: Severity) -> None:
    good = a_verdict(Outcome.PASSED)

    assert run_card(checked(good, verdict, looks=True), a_project()).severity is severity


def test_a_run_that_publishes_what_only_warned_went_well() -> None:
    run = checked(a_verdict(Outcome.WARNED))

    assert run_card(run, a_project()).severity is Severity.SUCCESS


@pytest.mark.parametrize(
    ("published", "told"),
    [
        (True, "The version from before stays in place"),
        (False, "Nothing of it was published before, so there is nothing to read yet"),
        (None, "A version from before stays in place, if there was one"),
    ],
)
def test_whether_a_version_from_before_stays_is_said_where_it_is_known(
    published: bool | None, told: str
) -> None:
    card = alert(a_verdict(), around=Circumstances(published))
    known = None if published is None else [CUSTOMERS] * published
    why = explanation(checked(a_verdict()), a_project(), published=known)

    assert card.text.startswith(f"{told}; what is made from it was not rebuilt.")
    assert f"Not published: silver.customers. {told}." in why.text.splitlines()


async def test_the_alert_of_a_run_knows_what_was_published_before_it() -> None:
    shop = Workshop(a_project([a_table()], ()))
    shop.quality.outcomes["row_count > 0"] = Outcome.FAILED
    await shop.run(run_id="11111111")
    first = shop.state.posts["incident:1@web:#data-alerts"].post.card
    shop.quality.outcomes["row_count > 0"] = Outcome.PASSED
    await shop.run(run_id="22222222")
    shop.quality.outcomes["row_count > 0"] = Outcome.FAILED
    shop.clock.advance(60)
    await shop.run("bronze_to_silver", run_id="33333333")

    second = shop.state.posts["incident:1@web:#data-alerts"].post.card
    assert first.text.startswith("Nothing of it was published before")
    assert "The version from before stays in place;" in second.text.splitlines()[1]


def test_rows_from_before_that_break_a_rule_can_be_put_aside() -> None:
    broken, before = a_verdict(check=ASIDE), Circumstances(published=True)
    card = alert(broken, around=before, project=incremental())
    why = explanation(checked(broken), incremental(), published=[CUSTOMERS])

    for each in (card, why):
        assert (
            "New rows that break «invalid_count(email) = 0» were put aside; rows that were "
            f"published earlier break it too. «{REBUILD}» judges all rows anew and puts those "
            "aside."
        ) in each.text
        assert REBUILD in sentences(each)
        assert "Have the source corrected" not in each.text


@pytest.mark.parametrize(
    ("verdict", "around", "project"),
    [
        (a_verdict(check=ASIDE), Circumstances(published=True), a_project()),
        (a_verdict(check=ASIDE), Circumstances(published=False), incremental()),
        (a_verdict(check=ASIDE), Circumstances(published=True, whole=True), incremental()),
        (a_verdict(check=REFERENCE), Circumstances(published=True), incremental()),
        (a_verdict(), Circumstances(published=True), incremental()),
    ],
)
def test_rows_from_before_are_not_blamed_where_all_were_judged(
    verdict: Verdict, around: Circumstances, project: Project
) -> None:
    card = alert(verdict, around=around, project=project)
    run = checked(verdict, parameters=Parameters(full_refresh=around.whole))
    why = explanation(run, project, published=[CUSTOMERS] if around.published else [])

    for each in (card, why):
        assert "published earlier" not in each.text
        assert REBUILD not in sentences(each)
        assert "Have the source corrected" in each.text


def test_a_look_at_a_table_that_never_was_does_not_blame_the_check() -> None:
    card = alert(NOT_THERE, looked=True)
    why = explanation(checked(NOT_THERE, looks=True), a_project())

    assert card.text == "Nothing of it is published yet, so there was nothing to check."
    assert sentences(card) == [f"how good is {CUSTOMERS}"]
    assert "Mend the check" not in why.text
    assert f"«how good is {CUSTOMERS}» tells why" in why.text
    assert f"how good is {CUSTOMERS}" in sentences(why)


def releasing(released: int | None, status: RunStatus = RunStatus.SUCCEEDED) -> Run:
    """A run that judged quarantine again."""
    report = StepReport(Counts(published=5, released=released))
    step: Step = a_step(StepKind.PUBLISH, status=StepStatus.SUCCEEDED, report=report)
    return a_run(step, status=status, parameters=Parameters(release=Release()))


def test_a_release_of_nothing_is_no_success() -> None:
    nothing, some = (run_card(releasing(count), a_project()) for count in (0, 3))

    assert nothing.severity is Severity.INFO
    assert "No row left quarantine: judged again, each of them is as bad as before." in nothing.text
    assert some.severity is Severity.SUCCESS
    assert "No row left" not in some.text
    assert run_card(releasing(0, RunStatus.FAILED), a_project()).severity is Severity.CRITICAL
    assert Fact("Run", RUN_ID) in nothing.facts


def delivered(card: Card) -> list[str]:
    """What a card says was delivered."""
    return [fact.value for fact in card.facts if fact.name == "Delivered"]


def test_a_check_that_fails_names_the_newest_deliveries_and_counts_the_others() -> None:
    brought = tuple(Brought(f"2026-03-0{day}.csv", day) for day in (5, 4, 3, 2, 1))
    card = alert(a_verdict(), around=Circumstances(brought=brought))

    assert delivered(card) == [
        "2026-03-05.csv (5 rows), 2026-03-04.csv (4 rows), 2026-03-03.csv (3 rows) and 2 more"
    ]


async def test_a_run_that_brings_nothing_fails_for_what_came_since_the_last_good_one() -> None:
    project = a_project([a_table()], ())
    (first,) = one_each(project)["customers"]
    second = replace(first, name="2.csv", fingerprint="2")
    shop = Workshop(project, deliveries={"customers": [first, second]})
    await shop.run(run_id="11111111")
    shop.quality.outcomes["row_count > 0"] = Outcome.FAILED
    for number in (2, 3):
        shop.clock.advance(60)
        await shop.run(run_id=f"{number}" * 8)

        card = shop.state.posts["incident:1@web:#data-alerts"].post.card
        assert delivered(card) == ["2.csv (2 rows)"]


def test_raw_rows_that_break_a_check_are_not_called_published() -> None:
    evidence = ChecksFailed((a_verdict(),))
    finding = replace(a_finding(evidence, on="bronze.customers"), only_looked=True)

    text = card_of(finding, a_project()).text

    assert text.startswith("Its rows stay in bronze; silver.customers is made of them only once")
