"""What people hear who subscribe, mute, and ask why something went where it went."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from engine.alerts.routing.deciding import decide
from engine.alerts.routing.model import Muted, Notice
from engine.alerts.routing.ports import Posted
from engine.cards import Card, Severity
from engine.catalog.model import Layer, Project
from engine.catalog.routing import Condition, Escalation, Maintenance, QuietHours, Routing, Stretch
from engine.commands import (
    ExplainRoute,
    ListSubscriptions,
    Mute,
    Subscribe,
    Unmute,
    Unsubscribe,
)
from engine.errors import EngineError, UnknownDataset
from engine.people import Asker
from engine.routing_answers import RoutingAnswers, RoutingCommand
from engine.testing.clock import EPOCH, FakeClock
from engine.testing.routing import KnownPosts, MemoryRoutingTransaction, MemoryRoutingTransactions
from engine.topics import Kind, Topic
from tests.alerts.routing.builders import AT_NIGHT, a_route
from tests.builders import a_model, a_project, a_table, an_asker, dataset

HOUR = timedelta(hours=1)
GOLD_QUALITY = Topic(kinds=(Kind.QUALITY,), layer="gold")
GOLD = a_route("gold", "#finance", when=Condition(layers=(Layer.GOLD,)))


def a_shop() -> Project:
    """Customers, orders and revenue, which is tagged; a route for gold."""
    project = a_project(
        tables=(a_table(), a_table("orders")),
        models=(replace(a_model(), tags=("finance",)),),
    )
    return replace(project, routing=Routing(routes=(GOLD,)))


@dataclass(slots=True)
class Office:
    """Somebody to talk to about routes."""

    project: Project = field(default_factory=a_shop)
    transactions: MemoryRoutingTransactions = field(default_factory=MemoryRoutingTransactions)
    posts: KnownPosts = field(default_factory=KnownPosts)
    clock: FakeClock = field(default_factory=FakeClock)
    asker: Asker = field(default_factory=an_asker)

    async def tell(self, command: RoutingCommand, asker: Asker | None = None) -> Card:
        answers: RoutingAnswers[MemoryRoutingTransaction] = RoutingAnswers(
            self.project, self.transactions, self.posts, self.clock, "Europe/Berlin"
        )
        return await answers.answer(command, asker or self.asker)

    @property
    def kept(self) -> list[tuple[str, Topic]]:
        return [(each.place, each.topic) for each in self.transactions.routing.kept]


@pytest.fixture
def office() -> Office:
    return Office()


async def test_a_subscription_is_for_the_named_channel_or_where_it_was_asked(
    office: Office,
) -> None:
    named = await office.tell(Subscribe("#finance", GOLD_QUALITY))
    here = await office.tell(Subscribe(None, GOLD_QUALITY))
    there = await office.tell(Subscribe("teams:@lea", GOLD_QUALITY))

    assert [place for place, _ in office.kept] == ["web:#finance", "web:#general", "teams:@lea"]
    assert named.title == "#finance hears of quality alerts for gold"
    assert here.title == "#general hears of quality alerts for gold"
    assert there.buttons[0].command == "stop sending quality alerts for gold to teams:@lea"


async def test_a_repeated_subscription_is_harmless_and_says_so(office: Office) -> None:
    await office.tell(Subscribe("#finance", Topic(kinds=(Kind.RUN, Kind.QUALITY))))

    again = await office.tell(
        Subscribe("#finance", Topic(kinds=(Kind.QUALITY, Kind.RUN, Kind.RUN)))
    )

    assert again.title == "#finance hears of quality and run alerts already"
    assert len(office.kept) == 1


async def test_an_owner_is_known_by_name_too(office: Office) -> None:
    await office.tell(Subscribe(None, Topic(owner="sales TEAM")))

    assert office.kept == [("web:#general", Topic(owner="sales"))]


@pytest.mark.parametrize(
    ("topic", "said", "hint"),
    [
        (Topic(dataset="gold.revenu"), "There is no table 'gold.revenu'.", "gold.revenue"),
        (Topic(dataset="order"), "There is no table 'order'.", "orders"),
        (Topic(owner="sale"), "There is no owner 'sale'.", "sales"),
        (Topic(tag="finanse"), "There is no tag 'finanse'.", "finance"),
        (Topic(layer="golden"), "There is no layer 'golden'.", "gold"),
        (Topic(owner="zzz"), "There is no owner 'zzz'.", "There are: crm, sales."),
    ],
    ids=str,
)
async def test_a_topic_that_nothing_is_is_refused_with_what_is_near(
    office: Office, topic: Topic, said: str, hint: str
) -> None:
    with pytest.raises(EngineError) as caught:
        await office.tell(Subscribe("#finance", topic))

    assert caught.value.message == said
    assert hint in caught.value.hint
    assert office.kept == []


async def test_what_is_no_place_is_refused(office: Office) -> None:
    with pytest.raises(EngineError, match="'the finance team' is no place"):
        await office.tell(Subscribe("the finance team"))
    with pytest.raises(EngineError, match="It was not asked in a channel"):
        await office.tell(Subscribe(), an_asker(channel=""))


async def test_unsubscribing_ends_one_topic_or_all(office: Office) -> None:
    critical = Topic(severity=Severity.CRITICAL)
    for topic in (GOLD_QUALITY, critical, Topic(tag="finance")):
        await office.tell(Subscribe("#finance", topic))

    one = await office.tell(Unsubscribe("#finance", GOLD_QUALITY))
    rest = await office.tell(Unsubscribe("#finance"))

    assert one.title == "#finance is not subscribed to quality alerts for gold any more"
    assert one.text.startswith(
        "It still hears of critical alerts and alerts tagged finance. What the routes"
    )
    assert one.buttons[0].command == "send quality alerts for gold to #finance"
    assert rest.title == (
        "#finance is not subscribed to critical alerts and alerts tagged finance any more"
    )
    assert office.kept == []


async def test_what_was_subscribed_of_a_table_that_is_gone_can_be_ended(office: Office) -> None:
    await office.tell(Subscribe("#finance", Topic(dataset="gold.revenue")))
    office.project = replace(office.project, models=())

    await office.tell(Unsubscribe("#finance", Topic(dataset="gold.revenue")))

    assert office.kept == []
    with pytest.raises(UnknownDataset):
        await office.tell(Unsubscribe("#finance", Topic(dataset="gold.revenue")))


async def test_unsubscribing_from_nothing_says_so(office: Office) -> None:
    nothing = await office.tell(Unsubscribe("#finance"))
    await office.tell(Subscribe("#finance", GOLD_QUALITY))
    other = await office.tell(Unsubscribe("#finance", Topic(tag="finance")))

    assert nothing.title == "#finance is not subscribed to anything"
    assert other.title == "#finance is not subscribed to alerts tagged finance"
    assert other.text == "It is subscribed to quality alerts for gold."


async def test_a_mute_is_told_with_its_end_by_the_clock_of_the_asker(office: Office) -> None:
    card = await office.tell(Mute("orders", EPOCH + 2 * HOUR, "we are migrating"))

    assert card.title == "orders is muted until 15:00 CET"
    assert [(each.name, each.value) for each in card.facts] == [("Reason", "we are migrating")]
    assert card.buttons[0].command == "unmute orders"
    assert office.transactions.routing.muted == {
        "orders": Muted("orders", EPOCH + 2 * HOUR, "Maria", EPOCH, "we are migrating")
    }


async def test_a_mute_in_the_place_of_another_tells_of_it(office: Office) -> None:
    await office.tell(Mute("orders", EPOCH + 2 * HOUR))

    same = await office.tell(Mute("orders", EPOCH + 2 * HOUR))
    other = await office.tell(Mute("orders", EPOCH + HOUR), an_asker("max"))
    office.clock.advance(2 * HOUR.total_seconds())
    later = await office.tell(Mute("orders", EPOCH + 3 * HOUR))

    assert "before" not in same.text
    assert other.text.endswith("It was muted until 15:00 CET by Maria before.")
    assert "before" not in later.text


async def test_a_mute_that_is_over_or_of_nothing_is_refused(office: Office) -> None:
    with pytest.raises(EngineError, match="13:00 CET has passed, so nothing was muted") as caught:
        await office.tell(Mute("orders", EPOCH))
    with pytest.raises(UnknownDataset, match="There is no table 'ordres'") as unknown:
        await office.tell(Mute("ordres", EPOCH + HOUR))

    assert caught.value.hint == "Say for example «mute orders for 2 hours»."
    assert unknown.value.close == ("orders",)
    assert office.transactions.routing.muted == {}


async def test_a_table_is_unmuted_with_all_of_its_layers(office: Office) -> None:
    for name in ("silver.orders", "bronze.orders", "customers"):
        await office.tell(Mute(name, EPOCH + HOUR))

    card = await office.tell(Unmute("orders"))

    assert card.title == "bronze.orders and silver.orders are not muted any more"
    assert list(office.transactions.routing.muted) == ["customers"]


async def test_unmuting_what_is_not_muted_says_what_is(office: Office) -> None:
    nothing = await office.tell(Unmute("orders"))
    await office.tell(Mute("orders", EPOCH + HOUR))
    of_layer = await office.tell(Unmute("silver.orders"))

    assert nothing.title == "orders is not muted"
    assert of_layer.title == "silver.orders is not muted by itself"
    assert of_layer.text == "All of orders is muted by Maria: say «unmute orders»."
    assert list(office.transactions.routing.muted) == ["orders"]


async def test_all_who_hear_of_something_are_listed(office: Office) -> None:
    office.project = replace(
        office.project,
        routing=Routing(
            routes=(GOLD,),
            quiet=(QuietHours(replace(AT_NIGHT, days=frozenset({0, 6})), channels=("#finance",)),),
            maintenance=(Maintenance(Stretch(EPOCH, EPOCH + HOUR), reason="a new disk"),),
            escalation=(Escalation(HOUR, ("@lea",)),),
        ),
    )
    await office.tell(Subscribe("#finance", GOLD_QUALITY))
    await office.tell(Mute("orders", EPOCH + HOUR, "we are migrating"))

    card = await office.tell(ListSubscriptions())

    assert card.title == "1 subscription, 1 route, 1 mute"
    assert card.table is not None
    assert card.table.rows == (
        ("alerts for gold", "#finance", "route «gold»"),
        ("quality alerts for gold", "#finance", "subscribed by Maria"),
        ("quality: what no route takes", "#data-alerts", "atlas.yaml"),
        ("privacy: what no route takes", "#privacy", "atlas.yaml"),
        ("run: what no route takes", "#data-alerts", "atlas.yaml"),
    )
    assert (
        card.text
        == """\
All routes that match send; subscriptions add to that.
Quiet in #finance from 22:00 to 07:00 Europe/Berlin on Saturday and Sunday, unless it is critical.
Maintenance from Sun 1 Mar 2026 12:00 UTC until Sun 1 Mar 2026 13:00 UTC keeps back all alerts: \
a new disk.
What is critical and not acknowledged for 1 hour goes to @lea.
orders is muted until 14:00 CET by Maria: we are migrating."""
    )
    assert [each.command for each in card.buttons] == ["unmute orders"]


async def test_what_one_place_hears_of_is_listed_alone(office: Office) -> None:
    await office.tell(Subscribe("#finance", GOLD_QUALITY))
    await office.tell(Subscribe("#other", GOLD_QUALITY))

    finance = await office.tell(ListSubscriptions("#finance"))
    privacy = await office.tell(ListSubscriptions("#privacy"))

    assert finance.table is not None
    assert [row[2] for row in finance.table.rows] == ["route «gold»", "subscribed by Maria"]
    assert finance.title.startswith("1 subscription for #finance")
    assert privacy.table is not None
    assert [row[0] for row in privacy.table.rows] == ["privacy: what no route takes"]


def a_post(office: Office) -> Posted:
    """INC-12 about revenue, as it was decided an hour ago."""
    notice = Notice.about(
        office.project, Kind.QUALITY, Severity.WARNING, dataset("gold.revenue"), incident=12
    )
    decision = decide(notice, office.project.routing, (), (), EPOCH - HOUR)
    return Posted("INC-12", notice, EPOCH - HOUR, decision.places, decision.withheld)


async def test_why_an_incident_went_somewhere_is_told_with_every_route(office: Office) -> None:
    office.posts.posts.append(("web:#finance", a_post(office)))

    card = await office.tell(ExplainRoute("#finance"))

    assert card.title == "INC-12 went to #finance: route «gold»"
    assert card.text.splitlines()[1:] == ["• route «gold» matches: web:#finance"]
    assert [(each.name, each.value) for each in card.facts] == [
        ("Since", "12:00 CET"),
        ("About", "warning quality"),
        ("Dataset", "gold.revenue"),
        ("Owner", "sales"),
    ]


async def test_what_was_said_since_then_explains_nothing(office: Office) -> None:
    office.posts.posts.append(("web:#finance", a_post(office)))
    await office.tell(Subscribe("#late", GOLD_QUALITY))
    await office.tell(Mute("revenue", EPOCH + HOUR))

    card = await office.tell(ExplainRoute("#finance", "INC-12"))

    assert card.text.splitlines() == [
        "The routes and subscriptions of today say:",
        "• route «gold» matches: web:#finance",
    ]


async def test_what_was_sent_by_a_route_that_is_gone_keeps_its_reason(office: Office) -> None:
    office.posts.posts.append(("web:#finance", a_post(office)))
    office.project = replace(office.project, routing=Routing())

    card = await office.tell(ExplainRoute("#finance"))

    assert card.title == "INC-12 went to #finance: route «gold»"
    assert card.text.endswith("so quality alerts go where atlas.yaml says: web:#data-alerts")


async def test_a_route_that_came_later_does_not_contradict_what_was_decided(office: Office) -> None:
    posted = replace(a_post(office), reasons=("no route matches", "atlas.yaml says web:#finance"))
    office.posts.posts.append(("web:#finance", posted))
    office.project = replace(office.project, routing=Routing(routes=(GOLD, GOLD)))

    card = await office.tell(ExplainRoute("#finance"))

    assert card.text.splitlines() == [
        "What was decided when it was told:",
        "• no route matches",
        "• atlas.yaml says web:#finance",
    ]


async def test_why_an_incident_did_not_come_is_told_too(office: Office) -> None:
    quiet = QuietHours(replace(AT_NIGHT, start=AT_NIGHT.end, end=AT_NIGHT.start))
    office.project = replace(office.project, routing=Routing(routes=(GOLD,), quiet=(quiet,)))
    office.posts.posts.append(("web:#elsewhere", a_post(office)))

    kept = await office.tell(ExplainRoute("#finance", "INC-12"))
    never = await office.tell(ExplainRoute("#other", "INC-12"))
    all_of_it = await office.tell(ExplainRoute(None, "INC-12"))

    assert kept.title == "INC-12 is kept from #finance: quiet hours until 21:00 UTC"
    assert never.title == "INC-12 did not go to #other"
    assert all_of_it.title == "INC-12 went to nobody: quiet hours until 21:00 UTC"


async def test_an_incident_that_nobody_knows_is_told(office: Office) -> None:
    nothing = await office.tell(ExplainRoute("#finance"))

    assert nothing.title == "No incident was posted in #finance"
    with pytest.raises(EngineError, match="There is no incident 'INC-99'"):
        await office.tell(ExplainRoute(None, "INC-99"))
