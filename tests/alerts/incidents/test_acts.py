"""What people do with an incident, and what is refused with a reason."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from engine.alerts.incidents import acts
from engine.alerts.incidents.due import Act, due_acts
from engine.alerts.incidents.model import Incident, Status, What
from engine.alerts.routing.model import Destination
from engine.cards import Severity
from engine.catalog.routing import Escalation, Routing
from tests.alerts.incidents.builders import Book, at, cleared, noted

BERLIN = ZoneInfo("Europe/Berlin")


def opened() -> Incident:
    """An incident that was told."""
    (incident,) = Book().hear(noted())
    return replace(incident, posted=(Destination("web:#a"),))


def over() -> Incident:
    """One that ended by itself three minutes after nine."""
    book = Book()
    book.hear(noted())
    return book.hear(cleared(minutes=3))[0]


ACTS: list[Callable[[Incident], Incident]] = [
    lambda each: acts.acknowledged(each, "Lea", at(5), UTC),
    lambda each: acts.assigned(each, "Lea", "Ann", at(5), UTC),
    lambda each: acts.snoozed(each, None, "Lea", at(5), UTC),
    lambda each: acts.resolved(each, "Lea", at(5), UTC),
]


@pytest.mark.parametrize("act", ACTS)
def test_a_button_of_an_older_message_is_told_that_it_is_over(
    act: Callable[[Incident], Incident],
) -> None:
    with pytest.raises(acts.NotPossible, match="INC-1 is resolved since 09:03"):
        act(over())


@pytest.mark.parametrize("act", ACTS)
def test_what_is_part_of_another_incident_names_that_one(
    act: Callable[[Incident], Incident],
) -> None:
    folded = replace(over(), merged_into=7)

    with pytest.raises(acts.NotPossible, match="INC-1 is part of INC-7"):
        act(folded)


@pytest.mark.parametrize(
    ("act", "status"),
    zip(
        ACTS,
        (Status.ACKNOWLEDGED, Status.ACKNOWLEDGED, Status.SNOOZED, Status.RESOLVED),
        strict=True,
    ),
)
def test_each_act_changes_its_status_and_is_kept_in_the_history(
    act: Callable[[Incident], Incident], status: Status
) -> None:
    changed = act(opened())

    assert changed.status is status
    assert changed.history[-1].who in {"Lea", "Ann"}


def test_what_is_acknowledged_is_not_acknowledged_again() -> None:
    taken = acts.acknowledged(opened(), "Lea", at(12), BERLIN)

    with pytest.raises(acts.NotPossible, match="acknowledged by Lea since 10:12"):
        acts.acknowledged(taken, "Ann", at(13), BERLIN)


def test_a_time_that_has_passed_is_refused() -> None:
    with pytest.raises(acts.NotPossible, match="09:00 has passed"):
        acts.snoozed(opened(), at(0), "Lea", at(1), UTC)


def test_what_was_closed_by_hand_opens_again_with_the_same_trouble() -> None:
    book = Book()
    (incident,) = book.hear(noted())
    book.all[1] = acts.resolved(incident, "Lea", at(1), UTC)

    (again,) = book.hear(noted(minutes=2))

    assert (again.status, again.reopened) == (Status.OPEN, 1)


STEPS = Routing(
    escalation=(
        Escalation(at(30) - at(0), ("#lead",)),
        Escalation(at(60) - at(0), ("@boss",)),
    )
)


@pytest.mark.parametrize(("minutes", "step"), [(29, None), (30, "#lead"), (59, "#lead")])
def test_it_is_escalated_when_nobody_acknowledged_it(minutes: int, step: str | None) -> None:
    due = due_acts([opened()], STEPS, at(minutes))

    assert [each.step.to[0] for each in due if each.step] == ([step] if step else [])


def test_each_step_of_escalation_comes_once() -> None:
    told = replace(opened(), escalations=(at(30),))

    (due,) = due_acts([told], STEPS, at(60))

    assert due.step == STEPS.escalation[1]
    assert due_acts([replace(told, escalations=(at(30), at(60)))], STEPS, at(600)) == ()


def test_of_a_storm_the_first_is_escalated_for_all() -> None:
    first = replace(opened(), number=11, storm=11)

    (due,) = due_acts([first, replace(first, number=12)], STEPS, at(600))

    assert (due.act, due.incident.number) == (Act.ESCALATE, 11)


@pytest.mark.parametrize(
    "quiet",
    [
        acts.acknowledged(opened(), "Lea", at(1), UTC),
        acts.snoozed(opened(), None, "Lea", at(1), UTC),
        replace(opened(), severity=Severity.WARNING),
        replace(opened(), posted=()),
        over(),
    ],
    ids=["acknowledged", "snoozed", "not severe enough", "never told", "over"],
)
def test_what_needs_nobody_is_not_escalated(quiet: Incident) -> None:
    assert due_acts([quiet], STEPS, at(500)) == ()


def test_who_is_given_a_snoozed_incident_has_acknowledged_it_when_it_wakes() -> None:
    snoozed = acts.snoozed(opened(), at(60), "Ann", at(5), UTC)

    given = acts.assigned(snoozed, "Lea", "Ann", at(6), UTC)
    awake = acts.woken(given, at(60))

    assert given.status is Status.SNOOZED
    assert (awake.status, awake.acknowledged_by) == (Status.ACKNOWLEDGED, "Lea")
    assert due_acts([awake], STEPS, at(600)) == ()


def test_a_snooze_ends_at_its_time_and_escalation_begins_anew() -> None:
    asleep = acts.snoozed(opened(), at(100), "Lea", at(1), UTC)

    assert due_acts([asleep], STEPS, at(99)) == ()
    (due,) = due_acts([asleep], STEPS, at(100))
    assert due.act is Act.WAKE
    awake = acts.woken(asleep, at(100))
    assert (awake.status, awake.history[-1].what) == (Status.OPEN, What.WOKEN)
    assert due_acts([awake], STEPS, at(129)) == ()
    assert [each.act for each in due_acts([awake], STEPS, at(130))] == [Act.ESCALATE]
