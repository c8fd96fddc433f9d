"""Where a notice goes: routes, subscriptions, quiet hours, maintenance, mutes, escalation."""

from dataclasses import fields, replace
from datetime import datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.alerts.routing.deciding import decide, escalated, united
from engine.alerts.routing.matching import misfits
from engine.alerts.routing.model import Decision, Destination, Muted, Notice, Subscription
from engine.cards import Severity
from engine.catalog.model import DatasetName, Layer
from engine.catalog.routing import (
    Condition,
    Escalation,
    Maintenance,
    Matching,
    QuietHours,
    Route,
    Routes,
    Routing,
    Stretch,
    covers,
)
from engine.topics import ANYTHING, Kind, Topic
from tests.alerts.routing.builders import AT_NIGHT, BERLIN, NIGHT, NOON, OWNERS, a_notice, a_route
from tests.builders import a_project, dataset

HOUR = timedelta(hours=1)
GOLD = Condition(layers=(Layer.GOLD,))
SILVER = Condition(layers=(Layer.SILVER,))


def a_routing(*routes: Route, **changes: object) -> Routing:
    """Those routes, in a project with two owners."""
    known = Routing(Routes("#data", "#people", "#ops"), routes=routes, zone=BERLIN, owners=OWNERS)
    return replace(known, **changes)  # type: ignore[arg-type]  # by field name


def places(decision: Decision) -> list[str]:
    """The places that hear of it at once."""
    return [each.place for each in decision.places]


def test_all_that_match_send_and_the_others_say_why_not() -> None:
    routing = a_routing(a_route("gold", when=GOLD), a_route("silver", when=SILVER), a_route("all"))

    decision = decide(a_notice(), routing, (), (), NOON)

    assert decision == Decision(
        (
            Destination("web:#gold", (), "route «gold»"),
            Destination("web:#all", (), "route «all»"),
        ),
        (
            "route «gold» matches: web:#gold",
            "route «silver» does not match: it is in gold, not in silver",
            "route «all» matches: web:#all",
        ),
    )


def test_the_first_that_matches_sends_alone_where_that_is_asked_for() -> None:
    routes = (a_route("silver", when=SILVER), a_route("gold", when=GOLD), a_route("all"))

    decision = decide(a_notice(), a_routing(*routes, matching=Matching.FIRST), (), (), NOON)

    assert places(decision) == ["web:#gold"]
    assert decision.reasons[-1] == "route «all» was not looked at: «gold» came first"


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        (Kind.FRESHNESS, "web:#data"),
        (Kind.PRIVACY, "web:#people"),
        (Kind.RUN, "web:#ops"),
        (Kind.OPERATIONS, "web:#ops"),
    ],
)
def test_what_no_route_takes_goes_where_the_project_says(kind: Kind, place: str) -> None:
    routing = a_routing(a_route("silver", when=SILVER))

    decision = decide(a_notice(kind), routing, (), (), NOON)

    because = f"no route matches, so {kind} alerts go where atlas.yaml says"
    assert decision.places == (Destination(place, (), because),)
    assert decision.reasons[-1] == f"{because}: {place}"


def test_a_route_to_an_owner_goes_to_the_contact_of_whoever_owns_it() -> None:
    routing = a_routing(a_route("owners", "owner", "teams:#all", mention=("owner", "@max")))

    of_sales = decide(a_notice(owner="sales"), routing, (), (), NOON, platform="slack")
    of_crm = decide(a_notice(owner="crm"), routing, (), (), NOON)

    assert [(each.place, each.mention) for each in of_sales.places] == [
        ("slack:@lea", ("@lea", "@max")),
        ("teams:#all", ("@lea", "@max")),
    ]
    assert of_crm.places[0].place == "web:#crm"
    assert of_crm.places[0].mention == ("Customer relations", "@max")


def test_a_route_that_reaches_no_owner_leaves_it_to_the_project() -> None:
    decision = decide(a_notice(owner=None), a_routing(a_route("o", "owner")), (), (), NOON)

    assert places(decision) == ["web:#data"]
    assert decision.reasons == (
        "route «o» matches, and reaches nobody: no owner here can be written to",
        "no route reaches anybody, so quality alerts go where atlas.yaml says: web:#data",
    )


def test_a_place_that_several_routes_reach_hears_once() -> None:
    routing = a_routing(
        a_route("a", "#x", mention=("@lea",)), a_route("b", "#x", mention=("@max", "@lea"))
    )

    (only,) = decide(a_notice(), routing, (), (), NOON).places

    assert only == Destination("web:#x", ("@lea", "@max"), "route «a»; route «b»")


def test_a_subscription_adds_a_place_and_takes_none() -> None:
    wish = Subscription("web:#finance", Topic(kinds=(Kind.QUALITY,), layer="gold"), "Lea", NOON)

    decision = decide(a_notice(), a_routing(), [wish], (), NOON)

    assert places(decision) == ["web:#data", "web:#finance"]
    assert decision.places[1].because in decision.reasons
    assert decision.places[1].because == ("Lea subscribed web:#finance to quality alerts for gold")


@pytest.mark.parametrize(
    ("topic", "wanted"),
    [
        (ANYTHING, True),
        (Topic(kinds=(Kind.RUN, Kind.QUALITY)), True),
        (Topic(kinds=(Kind.RUN,)), False),
        (Topic(severity=Severity.INFO), True),
        (Topic(severity=Severity.CRITICAL), False),
        (Topic(layer="silver"), False),
        (Topic(dataset="revenue"), True),
        (Topic(dataset="gold.revenue"), True),
        (Topic(dataset="silver.revenue"), False),
        (Topic(owner="crm"), False),
        (Topic(tag="finance"), True),
        (Topic(tag="daily"), False),
    ],
    ids=str,
)
def test_a_subscription_is_for_its_topic(topic: Topic, wanted: bool) -> None:
    wish = Subscription("web:#x", topic, "Lea", NOON)

    assert ("web:#x" in places(decide(a_notice(), a_routing(), [wish], (), NOON))) is wanted


def test_quiet_hours_hold_back_what_is_not_severe_until_they_end() -> None:
    routing = a_routing(quiet=(QuietHours(AT_NIGHT),))

    held = decide(a_notice(), routing, (), (), NIGHT)
    through = decide(a_notice(severity=Severity.CRITICAL), routing, (), (), NIGHT)

    assert held.places == ()
    assert [each.place for each in held.later] == ["web:#data"]
    assert held.withheld == "quiet hours until Tue 3 Mar 07:00 CET"
    assert held.until == NOON.replace(day=3, hour=7)
    assert held.withheld in held.reasons
    assert (places(through), through.withheld) == (["web:#data"], None)


def test_quiet_hours_of_some_channels_leave_the_others_as_they_are() -> None:
    quiet = QuietHours(AT_NIGHT, channels=("#sales", "slack:#x"))
    routing = a_routing(a_route("a", "#sales", "#data", "#x"), quiet=(quiet,))

    decision = decide(a_notice(), routing, (), (), NIGHT)

    assert places(decision) == ["web:#data", "web:#x"]
    assert [each.place for each in decision.later] == ["web:#sales"]
    assert decision.withheld == "quiet hours in web:#sales until Tue 3 Mar 07:00 CET"


def test_what_several_places_are_kept_from_is_decided_anew_when_the_first_wakes() -> None:
    early = QuietHours(replace(AT_NIGHT, end=time(5)), channels=("#early",))
    late = QuietHours(AT_NIGHT, channels=("#late",))
    routing = a_routing(a_route("a", "#late", "#early"), quiet=(late, early))

    decision = decide(a_notice(), routing, (), (), NIGHT)

    assert [each.place for each in decision.later] == ["web:#late", "web:#early"]
    assert decision.until == NOON.replace(day=3, hour=5)


def test_quiet_hours_may_let_warnings_through() -> None:
    routing = a_routing(quiet=(QuietHours(AT_NIGHT, Severity.WARNING),))

    assert places(decide(a_notice(), routing, (), (), NIGHT)) == ["web:#data"]
    assert places(decide(a_notice(severity=Severity.INFO), routing, (), (), NIGHT)) == []


def test_maintenance_holds_back_even_what_is_critical_of_its_datasets() -> None:
    window = Maintenance(Stretch(NOON, NIGHT), Condition(datasets=("gold.*",)), "a new disk")
    routing = a_routing(maintenance=(window,))
    critical = a_notice(severity=Severity.CRITICAL)

    decision = decide(critical, routing, (), (), NOON)

    assert decision.withheld == "maintenance until 23:00 CET: a new disk"
    assert (decision.places, decision.until) == ((), NIGHT)
    assert [each.place for each in decision.later] == ["web:#data"]
    assert decide(critical, routing, (), (), NIGHT).withheld is None
    assert decide(a_notice(dataset="silver.orders"), routing, (), (), NOON).withheld is None


@pytest.mark.parametrize(
    ("muted", "holds"), [("revenue", True), ("gold.revenue", True), ("silver.revenue", False)]
)
def test_a_mute_holds_back_its_dataset_until_its_time(muted: str, holds: bool) -> None:
    mute = Muted(muted, NOON + HOUR, "Lea", NOON, "we are migrating")
    told = "muted until 13:00 CET by Lea: we are migrating"

    now = decide(a_notice(), a_routing(), (), [mute], NOON)
    later = decide(a_notice(), a_routing(), (), [mute], NOON + HOUR)

    assert now.withheld == (told if holds else None)
    assert places(now) == ([] if holds else ["web:#data"])
    assert places(later) == ["web:#data"]


def test_of_two_mutes_the_later_end_counts_and_both_are_told() -> None:
    mutes = [
        Muted("revenue", NOON + HOUR, "Lea", NOON),
        Muted("gold.revenue", NOON + 2 * HOUR, "Max", NOON),
    ]

    decision = decide(a_notice(), a_routing(), (), mutes, NOON)

    assert decision.until == NOON + 2 * HOUR
    assert decision.withheld == "muted until 13:00 CET by Lea; muted until 14:00 CET by Max"


def test_what_is_about_no_dataset_fits_no_condition_on_datasets() -> None:
    full_disk = a_notice(Kind.OPERATIONS, dataset=None, owner=None, tags=())
    when = Condition((), (), (Layer.GOLD,), ("crm",), ("finance",), ("gold.*",))

    assert misfits(when, full_disk) == (
        "it is in no layer, not in gold",
        "its owner is nobody, not crm",
        "it has no tags, not finance",
        "it is about no dataset, not gold.*",
    )
    assert (
        decide(full_disk, a_routing(), (), [Muted("x", NIGHT, "Lea", NOON)], NOON).withheld is None
    )


def test_an_escalation_reaches_more_people_where_it_is_severe_enough() -> None:
    step = Escalation(HOUR, ("owner", "#boss"), mention=("@max",))
    critical = a_notice(severity=Severity.CRITICAL)

    assert escalated(step, critical, a_routing()) == (
        Destination("web:@lea", ("@max",), "nobody acknowledged it for 1 hour"),
        Destination("web:#boss", ("@max",), "nobody acknowledged it for 1 hour"),
    )
    assert escalated(step, a_notice(), a_routing()) == ()


def test_a_notice_knows_what_the_project_declares_of_its_dataset() -> None:
    project = a_project()

    notice = Notice.about(project, Kind.RUN, Severity.CRITICAL, dataset("gold.revenue"), incident=3)
    alone = Notice.about(project, Kind.OPERATIONS, Severity.INFO)

    revenue = DatasetName(Layer.GOLD, "revenue")
    assert notice == Notice(Kind.RUN, Severity.CRITICAL, revenue, "gold", "sales", (), 3)
    assert alone == Notice(Kind.OPERATIONS, Severity.INFO)


def some(values: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    """None, one or several of them."""
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


conditions = st.builds(
    Condition,
    kinds=some(list(Kind)).map(lambda names: tuple(map(Kind, names))),
    severities=some(list(Severity)).map(lambda names: tuple(map(Severity, names))),
    layers=some(list(Layer)).map(lambda names: tuple(map(Layer, names))),
    owners=some(["crm", "sales", "gone"]),
    tags=some(["finance", "daily"]),
    datasets=some(["gold.*", "orders", "silver.orders"]),
)
notices = st.builds(
    Notice,
    st.sampled_from(Kind),
    st.sampled_from(Severity),
    st.none() | st.builds(DatasetName, st.sampled_from(Layer), st.sampled_from(["orders", "x"])),
    st.none() | st.sampled_from(list(map(str, Layer))),
    st.none() | st.sampled_from(["crm", "sales", "gone"]),
    some(["finance", "daily"]),
)
routes = st.lists(
    st.builds(a_route, st.sampled_from("abcd"), st.sampled_from(["#x", "owner"]), when=conditions),
    max_size=5,
).map(tuple)
quiet = st.lists(
    st.builds(
        QuietHours,
        st.just(AT_NIGHT),
        st.sampled_from([Severity.WARNING, Severity.CRITICAL]),
        some(["#x", "#data"]),
    ),
    max_size=2,
).map(tuple)
wishes = st.lists(
    st.builds(
        Subscription,
        st.just("web:#w"),
        st.builds(Topic, tag=st.sampled_from(["finance", None])),
        st.just("Lea"),
        st.just(NOON),
    ),
    max_size=2,
)
moments = st.sampled_from([NOON, NIGHT])


@given(notices, routes, wishes)
def test_the_first_match_reaches_no_place_that_all_matches_do_not(
    notice: Notice, given_routes: tuple[Route, ...], subscriptions: list[Subscription]
) -> None:
    every = a_routing(*given_routes)
    first = replace(every, matching=Matching.FIRST)

    of_all = decide(notice, every, subscriptions, (), NOON)
    of_first = decide(notice, first, subscriptions, (), NOON)

    # where the first one reaches nobody, the channels of the project step in
    defaults = {f"web:{every.defaults.of(notice.kind)}"}
    assert {each.place for each in of_first.places} <= {
        *(each.place for each in of_all.places),
        *defaults,
    }
    if any(each.because.startswith("route") for each in of_first.places):
        assert set(places(of_first)) <= set(places(of_all))


@given(notices, routes, st.sampled_from(Matching), quiet, moments)
def test_every_route_is_explained_once_and_in_order(
    notice: Notice,
    given_routes: tuple[Route, ...],
    matching: Matching,
    silent: tuple[QuietHours, ...],
    at: datetime,
) -> None:
    routing = a_routing(*given_routes, matching=matching, quiet=silent)

    decision = decide(notice, routing, (), (), at)

    told = [each.partition(" ")[2] for each in decision.reasons[: len(given_routes)]]
    for route, words in zip(given_routes, told, strict=True):
        assert words.startswith(f"«{route.name}» ")
        assert ("does not match" in words) <= bool(misfits(route.when, notice))


@given(notices, routes, st.sampled_from(Matching), quiet, moments)
def test_what_is_critical_always_reaches_somebody_at_once(
    notice: Notice,
    given_routes: tuple[Route, ...],
    matching: Matching,
    silent: tuple[QuietHours, ...],
    at: datetime,
) -> None:
    routing = a_routing(*given_routes, matching=matching, quiet=silent)
    critical = replace(notice, severity=Severity.CRITICAL)

    decision = decide(critical, routing, (), (), at)

    assert decision.places
    assert decision.withheld is None


@given(notices, routes, quiet, wishes)
def test_what_is_kept_back_comes_when_it_is_decided_anew_at_its_time(
    notice: Notice,
    given_routes: tuple[Route, ...],
    silent: tuple[QuietHours, ...],
    subscriptions: list[Subscription],
) -> None:
    routing = a_routing(*given_routes, quiet=silent)

    held = decide(notice, routing, subscriptions, (), NIGHT)

    anyhow = decide(notice, routing, subscriptions, (), NOON)
    assert {*held.places, *held.later} == set(anyhow.places)
    assert bool(held.later) == (held.withheld is not None) == (held.until is not None)
    if held.until is not None:
        assert decide(notice, routing, subscriptions, (), held.until).places == anyhow.places


@given(conditions, conditions, notices)
def test_a_route_that_covers_another_matches_all_that_the_other_does(
    broad: Condition, more: Condition, notice: Notice
) -> None:
    narrow = Condition(*(getattr(broad, each.name) or getattr(more, each.name)
                         for each in fields(Condition)))  # fmt: skip

    assert covers(broad, narrow)
    assert bool(misfits(narrow, notice)) >= bool(misfits(broad, notice))


@given(conditions, conditions, notices)
def test_a_route_that_lets_something_by_covers_nothing_that_takes_it(
    one: Condition, other: Condition, notice: Notice
) -> None:
    if misfits(one, notice) and not misfits(other, notice):
        assert not covers(one, other)


def test_places_that_are_united_again_stay_as_they_are() -> None:
    twice = (Destination("web:#x", ("@lea",), "a; b"), Destination("web:#x", (), "b; c"))

    once = united(twice)

    assert once == (Destination("web:#x", ("@lea",), "a; b; c"),)
    assert united((*once, *twice)) == once
