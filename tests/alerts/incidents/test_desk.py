"""An incident is one live message in each of its places, with few words in its thread."""

from dataclasses import replace
from datetime import UTC, timedelta

from hypothesis import given
from hypothesis import strategies as st

from engine.alerts.attendant import Attendant
from engine.alerts.incidents import acts
from engine.alerts.incidents.card import MOST_BUTTONS, Reading, storm_card
from engine.alerts.incidents.desk import STORM, IncidentDesk, in_storms
from engine.alerts.incidents.model import Incident, Status
from engine.alerts.incidents.ports import Pace, StormCount
from engine.alerts.incidents.signals import Noted, Signal
from engine.alerts.incidents.telling import Change
from engine.alerts.routing.model import Destination, Muted
from engine.cards import Button, Card, Mention, Severity
from engine.catalog.model import Layer, Project
from engine.catalog.parties import Exposure, Owner
from engine.catalog.routing import Condition, Escalation, Route, Routing
from engine.findings.clearing import Cleared
from engine.testing.clock import FakeClock
from engine.testing.transactions import MemoryTransaction, MemoryTransactions
from engine.topics import Kind
from tests.alerts.incidents.builders import NINE, PROJECT, Book, at, cleared, noted
from tests.builders import dataset

PLACE = "web:#data-alerts"
SEVERITIES = (Severity.CRITICAL, Severity.WARNING)


class Office:
    """A desk over incidents in memory, with an attendant."""

    def __init__(self, project: Project = PROJECT) -> None:
        self.clock = FakeClock(NINE)
        self.transactions = MemoryTransactions(self.clock)
        self.desk = IncidentDesk(project, "web", self.clock, UTC)
        self.attendant: Attendant[MemoryTransaction] = Attendant(
            self.desk, self.transactions, self.clock
        )

    async def hear(self, *signals: Signal) -> None:
        """Let the desk hear, at the time of the latest of them."""
        self.until(max(each.at for each in signals))
        async with self.transactions.begin() as tx:
            await self.desk.hear(tx, signals)

    def until(self, moment: object) -> None:
        """Move the clock there."""
        self.clock.advance((moment - self.clock.now()).total_seconds())  # type: ignore[operator]  # a moment

    def message(self, number: int = 1, place: str = PLACE) -> Card:
        """The message of an incident."""
        return self.transactions.state.posts[f"incident:{number}@{place}"].post.card

    @property
    def titles(self) -> list[str]:
        """The titles of all posts, each in its newest form."""
        return [kept.post.card.title for kept in self.transactions.state.posts.values()]

    @property
    def incident(self) -> Incident:
        """The first one."""
        return self.transactions.state.incidents.all[1]


def routed(*to: str, **changes: object) -> Project:
    """The project with one route to those places."""
    routing = Routing(routes=(Route("all", Condition(), to, ("owner",)),))
    return replace(PROJECT, routing=replace(routing, **changes))  # type: ignore[arg-type]  # by field name


async def test_it_is_posted_in_each_place_that_a_route_names_and_mentions_the_owner() -> None:
    office = Office(routed("#a", "teams:#b"))

    await office.hear(noted())

    for place in ("web:#a", "teams:#b"):
        card = office.message(place=place)
        assert card.title == "INC-1 · silver.customers failed"
        assert card.text.splitlines()[-1] == "Customer relations"
        assert "Customer relations" in card.fallback_text


async def test_an_owner_whom_a_platform_knows_is_called_until_somebody_has_it() -> None:
    project = routed("#a")
    known = Owner("crm", "Customer relations", "#crm", slack="U0CRM", teams="29:crm-team")
    owners = tuple(known if each.id == "crm" else each for each in project.owners)
    routing = replace(project.routing, owners=owners)
    office = Office(replace(project, owners=owners, routing=routing))

    await office.hear(noted())
    called = office.message(place="web:#a").mentions
    await office.hear(cleared())

    assert called == (Mention("Customer relations", "U0CRM", "29:crm-team"),)
    assert office.message(place="web:#a").mentions == ()


async def test_the_message_tells_since_when_how_often_and_whom_it_hurts() -> None:
    board = Exposure("CFO dashboard", "dashboard", (dataset("gold.value"),), due="at 07:00")
    office = Office(replace(PROJECT, exposures=(board,)))

    await office.hear(noted(left_out=("gold.revenue", "gold.value")))
    await office.hear(noted("gold.value", 7), noted(minutes=8))

    card = office.message()
    facts = {fact.name: fact.value for fact in card.facts}
    assert facts["Since"] == "09:00"
    assert facts["Noted"] == "3 times, last at 09:08"
    assert facts["Impact"] == "2 datasets, the CFO dashboard due at 07:00"
    assert "Also: gold.value failed." in card.text


async def test_what_was_not_made_for_it_is_named() -> None:
    office = Office()

    await office.hear(noted(left_out=("gold.revenue", "gold.value")))

    assert (
        "Also: gold.revenue was not rebuilt, gold.value was not rebuilt." in office.message().text
    )


async def test_repeats_and_what_follows_send_no_new_message() -> None:
    office = Office()
    await office.hear(noted())
    await office.hear(noted(minutes=1))
    await office.hear(noted("gold.revenue", 2))

    assert office.titles == ["INC-1 · silver.customers failed"]


async def test_it_turns_green_when_it_is_over_and_its_thread_says_so() -> None:
    office = Office()
    await office.hear(noted())

    await office.hear(cleared(minutes=12))

    card = office.message()
    assert (card.severity, card.title) == (
        Severity.SUCCESS,
        "INC-1 is resolved · silver.customers failed",
    )
    assert card.text.startswith("Resolved after 12 min, by run GOOD.")
    live, thread = [kept.post for kept in office.transactions.state.posts.values()]
    assert (thread.thread, thread.card.title) == (live.key, "INC-1 is resolved")
    assert thread.card.text == "silver.customers failed\nby run GOOD"


async def test_a_publication_of_what_is_well_holds_nobody_up() -> None:
    office = Office()

    async with office.transactions.begin() as tx:
        await office.desk.hear(tx, [Cleared(Kind.QUALITY, dataset("silver.orders"), "R", at(0))])

        assert tx.incidents.holds == 0


async def test_each_state_has_its_buttons_and_never_too_many() -> None:
    office = Office()
    await office.hear(noted())
    offered: dict[str, tuple[Button, ...]] = {}
    for status, act in (
        ("acknowledged", acts.acknowledged),
        ("resolved", acts.resolved),
    ):
        offered["open" if not offered else status] = office.message().buttons
        async with office.transactions.begin() as tx:
            await office.desk.change(tx, 1, lambda i, when, act=act: act(i, "Lea", when, UTC))  # type: ignore[misc]  # bound at once
        offered[status] = office.message().buttons

    sentences = {name: [b.command for b in buttons] for name, buttons in offered.items()}
    assert "acknowledge INC-1" in sentences["open"]
    assert "snooze INC-1 for 1 hour" in sentences["open"]
    assert "acknowledge INC-1" not in sentences["acknowledged"]
    assert "resolve INC-1" in sentences["acknowledged"]
    assert sentences["resolved"] == ["show INC-1"]
    assert all(len(buttons) <= MOST_BUTTONS for buttons in sentences.values())


async def test_who_acknowledged_it_is_told_in_place_and_in_its_thread() -> None:
    office = Office(routed("slack:#a"))
    await office.hear(noted())
    office.until(at(5))

    async with office.transactions.begin() as tx:
        await office.desk.change(tx, 1, lambda i, when: acts.acknowledged(i, "Lea", when, UTC))

    assert office.message(place="slack:#a").text.startswith("Acknowledged by Lea at 09:05.")
    assert office.titles[1:] == ["INC-1 was acknowledged by Lea"]


async def test_the_page_has_no_threads_so_only_the_live_message_changes() -> None:
    office = Office()
    await office.hear(noted())

    async with office.transactions.begin() as tx:
        await office.desk.change(tx, 1, lambda i, when: acts.acknowledged(i, "Lea", when, UTC))

    assert office.message().text.startswith("Acknowledged by Lea")
    assert len(office.titles) == 1


async def test_what_comes_back_is_escalated_though_it_is_somebodys_task() -> None:
    step = Escalation(timedelta(minutes=30), ("#b",))
    office = Office(routed("#a", escalation=(step,)))
    await office.hear(noted())
    async with office.transactions.begin() as tx:
        await office.desk.change(tx, 1, lambda i, at: acts.assigned(i, "Lea", "Ann", at, UTC))
    await office.hear(cleared(minutes=3))
    await office.hear(noted(minutes=4))

    office.until(at(40))
    await office.attendant.look()

    assert office.incident.history[-1].detail.startswith("Lea, whose task it is, has not")


async def test_what_is_muted_is_noted_and_posted_when_the_mute_ends() -> None:
    office = Office()
    await office.transactions.routing.mute(
        Muted("silver.customers", at(60), "Lea", at(0), "we migrate")
    )
    await office.hear(noted())
    assert office.titles == []
    assert office.incident.withheld == "muted until 10:00 UTC by Lea: we migrate"

    office.until(at(60))
    await office.attendant.look()

    assert office.titles == ["INC-1 · silver.customers failed"]
    assert office.incident.withheld is None


async def test_what_is_over_before_its_mute_ends_is_never_posted() -> None:
    office = Office()
    await office.transactions.routing.mute(Muted("silver.customers", at(60), "Lea", at(0)))
    await office.hear(noted())
    await office.hear(cleared(minutes=5))

    office.until(at(61))
    await office.attendant.look()

    assert office.titles == []


async def test_nobody_acknowledges_so_more_people_hear_of_it_once() -> None:
    step = Escalation(timedelta(minutes=30), ("#lead",), mention=("@boss",))
    office = Office(routed("#a", escalation=(step,)))
    await office.hear(noted())

    for minutes in (29, 31, 40):
        office.until(at(minutes))
        await office.attendant.look()

    assert office.message(place="web:#lead").title == "INC-1 · silver.customers failed"
    assert office.titles.count("INC-1 was escalated") == 1


async def test_a_snooze_ends_at_its_time() -> None:
    office = Office()
    await office.hear(noted())
    async with office.transactions.begin() as tx:
        await office.desk.change(tx, 1, lambda i, when: acts.snoozed(i, at(60), "Lea", when, UTC))
    assert office.message().text.startswith("Snoozed by Lea until 10:00.")

    office.until(at(60))
    await office.attendant.look()

    assert office.incident.status is Status.OPEN
    assert "INC-1 is not snoozed any more" in office.titles


async def test_trouble_of_a_model_that_is_gone_from_the_project_ends_with_the_next_start() -> None:
    office = Office()
    await office.hear(noted("gold.load"))
    await office.hear(noted("silver.customers"))
    await office.hear(noted("gold.value", 1))
    models = tuple(each for each in PROJECT.models if each.name not in {"load", "value"})
    desk = IncidentDesk(replace(PROJECT, models=models), "web", office.clock, UTC)

    await Attendant(desk, office.transactions, office.clock).look()

    card = office.message(1)
    assert card.title == "INC-1 is resolved · gold.load failed"
    assert card.text.endswith("by the removal of gold.load from the project.")
    assert office.message(2).title == "INC-2 · silver.customers failed"
    assert "Also" not in office.message(2).text


async def test_what_was_decided_of_it_is_kept_with_it() -> None:
    office = Office(routed("#a"))

    await office.hear(noted())

    assert office.incident.reasons == ("route «all» matches: web:#a",)


async def test_what_is_over_asks_nothing_any_more() -> None:
    office = Office()
    await office.hear(noted())
    assert "Text." in office.message().text

    await office.hear(cleared(minutes=5))

    assert office.message().text == "Resolved after 5 min, by run GOOD."


async def test_a_storm_is_one_message_more() -> None:
    office = Office()
    many = STORM + 40
    await office.hear(
        *(replace(noted(None, run=f"R{n}"), fingerprint=f"f{n}") for n in range(many))
    )

    incidents = office.transactions.state.incidents.all
    storms = [title for title in office.titles if title.startswith("Storm")]
    assert len(incidents) == many
    assert len(office.titles) == STORM + 1
    assert storms == ["Storm: 40 more incidents began within 1 s"]


def storm_of(*, grave_is_over: bool, resolved: int) -> Card:
    """The card of three incidents of a storm, of which a grave and a mild one are named."""
    (grave,), (mild,) = (Book().hear(noted(severity=each)) for each in SEVERITIES)
    if grave_is_over:
        grave = replace(grave, status=Status.RESOLVED, resolved_at=NINE)
    named = (mild, grave) if grave_is_over else (grave, mild)
    return storm_card(StormCount(3, resolved, NINE, NINE, named), Reading(NINE, UTC, str))


def test_a_storm_is_as_severe_as_what_is_open_of_it_and_says_how_many_are() -> None:
    begun = storm_of(grave_is_over=False, resolved=0)
    calmer = storm_of(grave_is_over=True, resolved=2)

    assert begun.severity is Severity.CRITICAL
    assert (calmer.severity, calmer.title.rpartition(", ")[2]) == (Severity.WARNING, "1 open")


async def test_a_storm_that_is_over_says_so() -> None:
    office, names = Office(), [f"f{n:02}" for n in range(STORM + 2)]
    await office.hear(*map(_trouble, names))

    over = replace(cleared(minutes=5), dataset=None)
    await office.hear(*(replace(over, fingerprint=each) for each in names))

    storm = office.transactions.state.posts[f"storm:{STORM + 1}@{PLACE}"].post.card
    assert (storm.title, storm.severity) == (
        "Storm over: 2 more incidents began, and none is open",
        Severity.SUCCESS,
    )


def _trouble(name: str, minutes: float = 0, on: str | None = None) -> Noted:
    return replace(noted(on, minutes, run=f"{name}{minutes}"), fingerprint=name)


async def test_in_a_storm_each_place_is_told_of_what_concerns_it() -> None:
    crm = Route("crm", Condition(owners=("crm",)), ("#crm",))
    rest = Route("rest", Condition(layers=(Layer.GOLD,)), ("#gold",))
    office = Office(replace(PROJECT, routing=Routing(routes=(crm, rest))))
    first = [_trouble(f"x{n:02}") for n in range(STORM)]

    await office.hear(*first, _trouble("y", on="bronze.customers"), _trouble("z", on="gold.load"))

    at_gold = office.transactions.state.posts["storm:11@web:#gold"].post.card
    at_crm = office.transactions.state.posts["storm:11@web:#crm"].post.card
    assert at_gold.title == at_crm.title == "Storm: 1 more incident began"
    assert at_gold.table is not None
    assert at_crm.table is not None
    assert [row[0] for table in (at_gold.table, at_crm.table) for row in table.rows] == [
        "INC-12",
        "INC-11",
    ]


async def test_what_is_back_after_its_storm_is_over_is_a_message_of_its_own() -> None:
    office = Office()
    many = [_trouble(f"x{n:02}") for n in range(STORM + 2)]
    await office.hear(*many)
    storm = office.transactions.state.posts[f"storm:{STORM + 1}@{PLACE}"].revision
    ended = [Cleared(Kind.QUALITY, None, "R", at(5), each.fingerprint) for each in many]
    await office.hear(*ended)

    await office.hear(_trouble(f"x{STORM:02}", 10))

    assert office.message(STORM + 1).title == f"INC-{STORM + 1} · None failed"
    kept = office.transactions.state.posts
    assert kept[f"storm:{STORM + 1}@{PLACE}"].revision == storm + 1
    assert not [post for post in kept.values() if post.post.card.title.endswith("is open again")]


def test_what_is_back_within_its_storm_stays_in_its_message() -> None:
    (incident,) = Book().hear(noted())
    back = replace(incident, storm=STORM + 1, posted=(Destination(PLACE),))
    change = Change(replace(back, status=Status.RESOLVED), back)

    assert in_storms([change], Pace(STORM + 1, storm=STORM + 1)) == [change]


async def test_many_that_are_back_at_once_are_a_storm_of_their_own() -> None:
    office = Office()
    many = [_trouble(f"x{n:02}") for n in range(3 * STORM)]
    await office.hear(*many)
    await office.hear(*(Cleared(Kind.QUALITY, None, "R", at(5), each.fingerprint) for each in many))

    await office.hear(*(_trouble(each.fingerprint, 10) for each in many[STORM:]))

    storms = [key for key in office.transactions.state.posts if key.startswith("storm:")]
    assert storms == [f"storm:{STORM + 1}@{PLACE}", f"storm:{2 * STORM + 1}@{PLACE}"]


troubles = st.builds(
    noted,
    on=st.sampled_from([*(str(each) for each in PROJECT.datasets()), None]),
    minutes=st.integers(0, 30),
    run=st.sampled_from(["", "", "A", "B"]),
    kind=st.sampled_from([Kind.QUALITY, Kind.RUN]),
    severity=st.sampled_from([Severity.WARNING, Severity.CRITICAL]),
)
endings = st.builds(
    cleared,
    on=st.sampled_from([str(each) for each in PROJECT.datasets()]),
    minutes=st.integers(0, 30),
)


@given(st.lists(troubles | endings, max_size=16), st.integers(1, 4))
async def test_few_members_at_hand_lead_to_the_same_incidents_as_all(
    signals: list[Signal], at_once: int
) -> None:
    book, office = Book(), Office()
    office.transactions.state.incidents.at_hand = 0
    office.until(at(31))
    # as time goes by; of one moment, what began comes before what ended
    heard = sorted(signals, key=lambda each: (each.at, isinstance(each, Cleared)))
    for first in range(0, len(heard), at_once):
        some = heard[first : first + at_once]
        book.hear(*some, minutes=31)
        async with office.transactions.begin() as tx:
            await office.desk.hear(tx, some)

    kept = office.transactions.state.incidents.all
    assert {n: _summary(each) for n, each in kept.items()} == {
        n: _summary(each) for n, each in book.all.items()
    }


def _summary(incident: Incident) -> tuple[object, ...]:
    return (
        incident.fingerprints,
        incident.totals,
        incident.root,
        incident.severity,
        incident.status,
        incident.merged_into,
    )


async def test_one_that_is_folded_into_another_says_so() -> None:
    office = Office()
    await office.hear(noted("gold.revenue", 1))
    await office.hear(noted("gold.delays", 2))

    await office.hear(noted("silver.orders", 3))

    assert office.message(2).title == "INC-2 is part of INC-1 · gold.delays failed"
    assert [button.command for button in office.message(2).buttons] == ["show INC-1"]
