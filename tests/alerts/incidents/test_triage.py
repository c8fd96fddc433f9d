"""One cause is one incident, in whatever order it is heard of, and however often."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.alerts.incidents.model import Incident, Status, What, rank
from engine.alerts.incidents.signals import Noted, Signal
from engine.alerts.incidents.triage import FLAPS, calmed
from engine.cards import Severity
from engine.findings.clearing import Cleared
from engine.topics import Kind
from tests.alerts.incidents.builders import PROJECT, Book, at, cleared, noted

DATASETS = [str(each) for each in PROJECT.datasets()]

troubles = st.builds(
    noted,
    on=st.sampled_from(DATASETS),
    minutes=st.integers(0, 30),
    run=st.sampled_from(["", "", "A", "B"]),
    kind=st.sampled_from([Kind.QUALITY, Kind.RUN]),
    severity=st.sampled_from([Severity.INFO, Severity.WARNING, Severity.CRITICAL]),
)
endings = st.builds(
    cleared,
    on=st.sampled_from(DATASETS),
    minutes=st.integers(0, 30),
    kind=st.sampled_from([None, Kind.QUALITY, Kind.RUN]),
)


def only(book: Book) -> Incident:
    (incident,) = book.apart
    return incident


@given(st.lists(troubles, max_size=8).flatmap(lambda x: st.tuples(st.just(x), st.permutations(x))))
def test_the_order_in_which_trouble_is_heard_of_does_not_matter(
    heard: tuple[list[Noted], list[Noted]],
) -> None:
    books = Book(), Book(), Book()
    for book, signals in zip(books, heard, strict=False):
        for each in signals:
            book.hear(each, minutes=60)
    if heard[0]:
        books[2].hear(*heard[1], minutes=60)

    assert books[0].grouping == books[1].grouping == books[2].grouping


@given(st.lists(troubles | endings, max_size=8))
def test_the_same_signals_again_change_nothing(signals: list[Signal]) -> None:
    book = Book()
    # of one moment, what began comes before what ended
    for each in sorted(signals, key=lambda signal: (signal.at, isinstance(signal, Cleared))):
        book.hear(each)

    for each in signals:
        assert book.hear(each, minutes=31) == ()


@given(st.lists(troubles, min_size=1, max_size=8))
def test_each_trouble_is_in_one_incident_that_is_as_severe(signals: list[Noted]) -> None:
    book = Book()
    for each in signals:
        book.hear(each, minutes=60)

    for each in signals:
        (holder,) = [i for i in book.apart if each.fingerprint in i.fingerprints]
        assert rank(holder.severity) >= rank(each.severity)
        assert holder.cause in holder.members


def test_what_follows_from_a_cause_folds_into_it() -> None:
    book = Book()
    book.hear(noted("bronze.customers", kind=Kind.RUN))

    (incident,) = book.hear(noted("gold.revenue", 1))

    assert (incident.number, incident.datasets) == (1, ("bronze.customers", "gold.revenue"))
    assert str(incident.cause.dataset) == "bronze.customers"
    assert incident.history[-1].what is What.JOINED


def test_a_cause_that_is_found_later_takes_over_and_the_number_stays() -> None:
    book = Book()
    book.hear(noted("gold.revenue"))

    (changed,) = book.hear(noted("silver.customers", 1))

    assert (changed.number, str(changed.cause.dataset)) == (1, "silver.customers")
    assert changed.datasets == ("gold.revenue", "silver.customers")


def test_what_turns_out_to_have_an_older_cause_goes_there() -> None:
    book = Book()
    book.hear(noted("silver.orders", 1))
    book.hear(noted("gold.revenue", 2))

    book.hear(noted("silver.customers", 0), minutes=3)

    assert [each.datasets for each in book.apart] == [
        ("silver.orders",),
        ("gold.revenue", "silver.customers"),
    ]


def test_incidents_that_turn_out_to_have_one_cause_become_the_oldest() -> None:
    book = Book()
    book.hear(noted("gold.revenue", 1))
    book.hear(noted("gold.delays", 2))
    assert len(book.apart) == 2

    book.hear(noted("silver.orders", 3))

    assert (only(book).number, only(book).totals.noted) == (1, 3)
    assert (book.all[2].status, book.all[2].merged_into) == (Status.RESOLVED, 1)


def test_a_warning_above_does_not_hide_what_is_critical_below() -> None:
    book = Book()
    book.hear(noted("silver.customers", severity=Severity.WARNING))

    book.hear(noted("gold.revenue", 1))

    assert len(book.apart) == 2


def test_two_causes_stay_two_although_one_dataset_suffers_from_both() -> None:
    book = Book()
    book.hear(noted("silver.customers", 0))
    book.hear(noted("silver.orders", 1))

    book.hear(noted("gold.revenue", 2))

    assert [each.datasets for each in book.apart] == [
        ("gold.revenue", "silver.customers"),
        ("silver.orders",),
    ]


def test_two_datasets_that_have_nothing_to_do_with_each_other_are_two_also_in_one_run() -> None:
    book = Book()

    book.hear(noted("silver.customers", 0, "A"), noted("silver.tickets", 0, "A"))

    assert [each.datasets for each in book.apart] == [("silver.customers",), ("silver.tickets",)]


def test_the_same_trouble_again_is_counted_on_the_same_incident() -> None:
    book = Book()
    for minutes in range(3):
        book.hear(noted(minutes=minutes))

    assert (only(book).totals.noted, only(book).status) == (3, Status.OPEN)


def test_it_ends_by_itself_once_all_of_it_is_over() -> None:
    book = Book()
    book.hear(noted("silver.customers"), noted("gold.revenue", 1))

    (half,) = book.hear(cleared("silver.customers", 5))
    (whole,) = book.hear(cleared("gold.revenue", 6))

    assert (half.status, whole.status) == (Status.OPEN, Status.RESOLVED)
    assert (whole.resolved_by, whole.resolved_at) == ("run GOOD", at(6))


@pytest.mark.parametrize(
    "ending",
    [
        cleared("silver.orders"),
        cleared(kind=Kind.RUN),
        cleared(minutes=-1),
        cleared(only_looked=True),
    ],
    ids=["another dataset", "another kind", "before", "a look at the published version"],
)
def test_what_is_not_over_stays_open(ending: Signal) -> None:
    book = Book()
    book.hear(noted())

    assert book.hear(ending, minutes=2) == ()


def test_a_look_ends_what_a_look_found() -> None:
    book = Book()
    book.hear(noted(holds_back=False))

    book.hear(cleared(only_looked=True))

    assert only(book).resolved


def test_it_is_opened_again_within_a_day_under_its_number() -> None:
    book = Book()
    book.hear(noted())
    book.hear(cleared())

    (again,) = book.hear(noted(minutes=60 * 24))
    book.hear(cleared(minutes=60 * 24 + 1))
    book.hear(noted(minutes=60 * 49))

    assert (again.number, again.status, again.reopened) == (1, Status.OPEN, 1)
    assert [each.number for each in book.apart] == [1, 2]


@pytest.mark.parametrize(("late", "numbers"), [(0, [1]), (1, [1, 2])])
def test_a_day_after_it_ended_it_is_the_same_and_later_another(
    late: int, numbers: list[int]
) -> None:
    book = Book()
    book.hear(noted())
    book.hear(cleared(minutes=1))

    book.hear(noted(minutes=1 + 60 * 24 + late))

    assert [each.number for each in book.apart] == numbers


@pytest.mark.parametrize(("late", "flaps"), [(0, True), (1, False)])
def test_it_comes_and_goes_when_it_ended_so_often_within_an_hour(late: int, flaps: bool) -> None:
    book = Book()
    for turn in range(FLAPS):
        book.hear(noted(minutes=turn * 10))
        book.hear(cleared(minutes=turn * 10 + 1))

    book.hear(noted(minutes=1 + 60 + late))

    assert only(book).flapping is flaps


def test_late_news_of_what_is_over_opens_nothing() -> None:
    book = Book()
    book.hear(noted(minutes=1))
    book.hear(cleared(minutes=5))

    book.hear(noted(minutes=3), minutes=6)

    assert (only(book).status, only(book).totals.noted) == (Status.RESOLVED, 2)


def test_what_comes_and_goes_is_told_once_and_stays_open_until_it_is_calm() -> None:
    book = Book()
    for turn in range(FLAPS + 3):
        book.hear(noted(minutes=turn * 4))
        book.hear(cleared(minutes=turn * 4 + 2))

    incident = only(book)
    told = [each.what for each in incident.history if each.what is What.FLAPPING]
    assert (incident.flapping, incident.resolved, len(told)) == (True, False, 1)
    last = (FLAPS + 2) * 4 + 2
    assert not calmed(incident, at(last + 59))
    assert calmed(incident, at(last + 60))


def test_an_incident_that_was_folded_in_is_not_opened_again() -> None:
    book = Book()
    book.hear(noted("gold.revenue", 1))
    book.hear(noted("gold.delays", 2))
    book.hear(noted("silver.orders", 3))
    over = ("gold.revenue", "gold.delays", "silver.orders")
    book.hear(*(cleared(each, 4, None) for each in over))
    assert only(book).resolved

    (again,) = book.hear(noted("gold.delays", 5))

    assert again.number == 1


def test_every_order_of_a_chain_is_one_incident() -> None:
    chain = [
        noted("bronze.customers", 0, kind=Kind.RUN),
        noted("silver.customers", 1),
        noted("gold.revenue", 2),
        noted("gold.value", 3),
    ]
    for order in permutations(chain):
        book = Book()
        for each in order:
            book.hear(each, minutes=4)
        assert str(only(book).cause.dataset) == "bronze.customers"
