"""The answer about what does not arrive: messages, and lineage events for collectors."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Protocol

from engine.alerts.model import Undelivered
from engine.alerts.ports import UndeliveredPosts
from engine.cards import Button, Card, CardKind, CardTable, Severity, counted
from engine.commands import ListUndelivered
from engine.lineage.delivery import Undeliverable, Waiting
from engine.people import Asker

MOST = 20

_COLUMNS = ("To", "What", "Since", "Why", "What to do")

_Row = tuple[str, str, str, str, str]


class UndeliverableEvents(Protocol):
    """What collectors refused, or did not take yet."""

    async def undeliverable(self, limit: int) -> Sequence[Undeliverable]:
        """Events that collectors refused for good, the newest first."""
        ...

    async def waiting(self) -> Waiting:
        """How many wait for collectors, and since when."""
        ...


class DeliveryAnswers:
    """What people hear when they ask what could not be delivered; times are told in `zone`."""

    def __init__(self, posts: UndeliveredPosts, events: UndeliverableEvents, zone: tzinfo) -> None:
        self._posts = posts
        self._events = events
        self._zone = zone

    async def answer(self, command: ListUndelivered, asker: Asker) -> Card:  # noqa: ARG002  # as of all answers
        """Everything that does not arrive, what is given up first."""
        posts = await self._posts.undelivered(MOST + 1)
        events = await self._events.undeliverable(MOST + 1)
        card = undelivered_card(posts, events, self._zone)
        return _with_waiting(card, await self._events.waiting(), self._zone)


def undelivered_card(
    posts: Sequence[Undelivered], events: Sequence[Undeliverable], zone: tzinfo
) -> Card:
    """A table with a row for each, or the word that there is nothing."""
    if not posts and not events:
        return Card(CardKind.REPLY, Severity.SUCCESS, "Everything was delivered")
    rows = [*(_post(each, zone) for each in posts), *(_event(each, zone) for each in events)]
    given_up = any(each.again is None for each in posts) or bool(events)
    return Card(
        kind=CardKind.REPLY,
        severity=Severity.CRITICAL if given_up else Severity.WARNING,
        title=", ".join(_counts(posts, events)),
        text=f"These are the first {MOST}." if len(rows) > MOST else "",
        table=CardTable(_COLUMNS, tuple(rows[:MOST])),
        buttons=(Button("Look again", "what could not be delivered"),),
    )


def _with_waiting(card: Card, waiting: Waiting, zone: tzinfo) -> Card:
    """What waits is under way: it is told beside what does not arrive."""
    if not waiting.count or waiting.oldest is None:
        return card
    since = _moment(waiting.oldest, zone)
    told = f"{counted(waiting.count, 'lineage event')} for collectors under way, since {since}."
    severity = Severity.INFO if card.severity is Severity.SUCCESS else card.severity
    title = card.title if card.table else "Nothing was given up"
    text = "\n".join(part for part in (card.text, told) if part)
    return replace(card, severity=severity, title=title, text=text, fallback_text="")


def _counts(posts: Sequence[Undelivered], events: Sequence[Undeliverable]) -> Iterator[str]:
    dead = sum(each.again is None for each in posts)
    if dead:
        yield f"{_some(dead, 'message')} not delivered"
    if len(posts) > dead:
        yield f"{_some(len(posts) - dead, 'message')} tried in vain so far"
    if events:
        yield f"{_some(len(events), 'lineage event')} refused"


def _some(count: int, noun: str) -> str:
    return f"more than {counted(MOST, noun)}" if count > MOST else counted(count, noun)


def _post(post: Undelivered, zone: tzinfo) -> _Row:
    todo = post.hint or "Mend it there; the next news of it is sent again."
    if post.again is not None:
        todo = f"It is tried again at {_moment(post.again, zone)}."
    tried = f" ({counted(post.attempts, 'attempt')})" if post.attempts > 1 else ""
    return post.place, post.title, _moment(post.since, zone), f"{post.reason}{tried}", todo


def _event(event: Undeliverable, zone: tzinfo) -> _Row:
    what = f"lineage of {event.job} in {event.run_id}"
    todo = "Ask whoever runs the collector why it refuses this event."
    return event.collector, what, _moment(event.at, zone), event.reason, todo


def _moment(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"
