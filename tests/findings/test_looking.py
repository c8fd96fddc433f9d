"""What a look at everything finds, and that it tells only what changed."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cards import Severity
from engine.errors import DatabaseUnreachable
from engine.findings.looking import Changes, Standing, changes, found
from engine.findings.model import (
    ConnectionsShort,
    DiskShort,
    FileSetAside,
    Finding,
    OutboxBlocked,
    RunSlow,
    RunStuck,
    ScheduleMissed,
    SchemaDrifted,
)
from engine.findings.sight import Backlog, Delivered, Deliveries, Planned, Room, SetAside, Sight
from engine.findings.volume import Volumes
from engine.findings.watch import Watch
from engine.findings.wording import told
from engine.runs.model import Retyped
from engine.testing.clock import FakeClock
from engine.testing.watching import FixedSights, Listened, WatchedTransaction, WatchedTransactions
from engine.topics import Kind
from tests.builders import dataset
from tests.findings.builders import HOUR, MINUTE, NOON, a_run_at_work, seen
from tests.schedules.builders import a_schedule

GIGABYTE = 1024**3
BRONZE = dataset("bronze.customers")


def test_a_run_is_slow_after_three_times_its_median_and_a_minute() -> None:
    slow = a_run_at_work(started_at=NOON - timedelta(seconds=241), moved_at=NOON)
    ordinary = a_run_at_work(started_at=NOON - timedelta(seconds=239), moved_at=NOON)

    (evidence,) = seen(Sight(NOON, [slow]), RunSlow)

    assert (evidence.usual, evidence.of) == (60.0, 6)
    assert seen(Sight(NOON, [ordinary]), RunSlow) == []


def test_a_run_without_a_history_is_never_slow() -> None:
    young = a_run_at_work(started_at=NOON - 50 * HOUR, moved_at=NOON, before=(1.0,) * 4)

    assert seen(Sight(NOON, [young]), RunSlow) == []


@pytest.mark.parametrize(
    ("changed", "stuck"),
    [
        # it waits for a lock, or holds a transaction open and does nothing
        ({"silent_since": NOON - 16 * MINUTE, "moved_at": NOON - HOUR}, True),
        ({"silent_since": NOON - 14 * MINUTE, "moved_at": NOON - HOUR}, False),
        # its session rests since before the step began
        ({"silent_since": NOON - HOUR, "moved_at": NOON - MINUTE}, False),
        # a long statement is work
        ({"moved_at": NOON - 9 * HOUR}, False),
        # nothing in the database, and no word of another step
        ({"session": False, "moved_at": NOON - 59 * MINUTE}, False),
        ({"session": False, "moved_at": NOON - 61 * MINUTE}, True),
        # nobody takes it, though nothing else is at work
        ({"queued": True, "moved_at": NOON - 16 * MINUTE}, True),
        ({"queued": True, "moved_at": NOON - 16 * MINUTE, "ahead": True}, False),
    ],
)
def test_a_run_is_stuck_where_nothing_happens_for_long(
    changed: dict[str, object], stuck: bool
) -> None:
    run = a_run_at_work(**changed, before=())

    assert bool(seen(Sight(NOON, [run]), RunStuck)) is stuck


def test_a_due_time_that_passed_is_missed_unless_the_schedule_is_paused() -> None:
    late = a_schedule(number=3, next_due=NOON - 6 * MINUTE)
    soon = a_schedule(number=4, next_due=NOON - 4 * MINUTE)
    paused = replace(late, number=5, paused=True)

    missed = seen(
        Sight(NOON, planned=[Planned(late), Planned(soon), Planned(paused)]), ScheduleMissed
    )

    assert [each.schedule for each in missed] == ["SCH-3"]


def test_a_file_that_is_set_aside_is_told_with_its_mistakes_and_what_holds_meanwhile() -> None:
    aside = SetAside("routes.yaml", ("routes.yaml:3: unknown key 'whn'",), "The former ones hold.")

    (evidence,) = seen(Sight(NOON, set_aside=[aside]), FileSetAside)

    words = told(evidence)
    assert words.title == "routes.yaml is set aside: 1 mistake"
    assert words.lines == ("routes.yaml:3: unknown key 'whn'", "The former ones hold.")


def delivered(*columns: str) -> Deliveries:
    """Deliveries an hour apart, each with the columns that its letters are; the last at noon."""
    last = len(columns) - 1
    return Deliveries(
        BRONZE,
        tuple(
            Delivered(f"{number}.csv", tuple(each), NOON - (last - number) * HOUR, f"R{number}")
            for number, each in enumerate(columns)
        ),
    )


def test_a_column_that_comes_or_goes_is_told_until_a_delivery_changes_nothing() -> None:
    (drifted,) = seen(Sight(NOON, deliveries=[delivered("ab", "ab", "ac")]), SchemaDrifted)

    assert (drifted.came, drifted.went, drifted.delivery) == (("c",), ("b",), "2.csv")
    later = Sight(NOON + MINUTE, deliveries=[delivered("ab", "ac", "ac")])
    assert seen(later, SchemaDrifted) == []


def test_a_column_more_is_only_worth_knowing_and_one_less_is_a_warning() -> None:
    def severity(*columns: str) -> Severity:
        sight = Sight(NOON, deliveries=[delivered(*columns)])
        (finding,) = found(sight, (), Volumes(UTC))
        return finding.severity

    assert severity("ab", "abc") is Severity.INFO
    assert severity("ab", "a") is severity("ab", "ac") is Severity.WARNING


def typed(*types: str) -> Deliveries:
    """Deliveries of a column, each with the type that it had; empty where none was told."""
    plain = delivered(*("a" for _ in types))
    pairs = zip(plain.all, types, strict=True)
    return replace(
        plain, all=tuple(replace(each, types={"a": kind} if kind else {}) for each, kind in pairs)
    )


def test_a_column_of_another_type_is_told_until_a_delivery_changes_nothing() -> None:
    (drifted,) = seen(Sight(NOON, deliveries=[typed("integer", "", "text")]), SchemaDrifted)

    assert drifted.retyped == (Retyped("a", "integer", "text"),)
    assert told(drifted, BRONZE).lines[-1] == "a was integer and is text now."
    later = Sight(NOON + MINUTE, deliveries=[typed("integer", "text", "text")])
    assert seen(later, SchemaDrifted) == []


@pytest.mark.parametrize("types", [("", "text"), ("text", ""), ("date", "text", "date", "text")])
def test_types_that_nobody_told_or_that_take_turns_are_no_drift(types: tuple[str, ...]) -> None:
    sight = Sight(NOON + 2 * HOUR, deliveries=[typed(*types)])

    assert seen(sight, SchemaDrifted) == []


@pytest.mark.parametrize(("before", "after", "severity"), [
    ("integer", "bigint", Severity.INFO), ("bigint", "integer", Severity.WARNING),
    ("bigint", "text", Severity.WARNING), ("character varying(5)", "text", Severity.INFO),
])  # fmt: skip
def test_a_type_that_reads_as_before_is_only_worth_knowing(
    before: str, after: str, severity: Severity
) -> None:
    (finding,) = found(Sight(NOON, deliveries=[typed(before, after)]), (), Volumes(UTC))

    assert finding.severity is severity


def test_a_change_is_told_for_an_hour_though_a_delivery_like_it_follows_at_once() -> None:
    quick = delivered("ab", "ac", "ac")
    quick = replace(
        quick, all=(*quick.all[:1], *(replace(each, at=NOON) for each in quick.all[1:]))
    )

    assert seen(Sight(NOON + MINUTE, deliveries=[quick]), SchemaDrifted)
    assert not seen(Sight(NOON + 2 * HOUR, deliveries=[quick]), SchemaDrifted)


@pytest.mark.parametrize("columns", [("ab",), ("ab", "ba"), ("ab", "ac", "ab", "ac", "ab")])
def test_the_first_delivery_another_order_and_forms_that_take_turns_are_no_drift(
    columns: tuple[str, ...],
) -> None:
    assert seen(Sight(NOON + MINUTE, deliveries=[delivered(*columns)]), SchemaDrifted) == []


def test_what_waits_for_five_minutes_is_blocked() -> None:
    backlogs = (
        Backlog("messages to slack", 3, NOON - 6 * MINUTE),
        Backlog("messages to web", 1, NOON - MINUTE),
    )

    (blocked,) = seen(Sight(NOON, backlogs=backlogs), OutboxBlocked)

    assert (blocked.what, blocked.waiting) == ("messages to slack", 3)


@pytest.mark.parametrize(("used", "before", "short"), [
    (89, False, False), (90, False, True), (81, True, True), (79, True, False),
])  # fmt: skip
def test_connections_are_short_from_ninety_percent_until_below_eighty(
    used: int, before: bool, short: bool
) -> None:
    full = next(found(Sight(NOON, connections=Room(0, 100)), (), Volumes(UTC)))
    standing = {full.fingerprint} if before else set()

    now = list(found(Sight(NOON, connections=Room(100 - used, 100)), standing, Volumes(UTC)))

    assert bool(now) is short
    assert isinstance(full.evidence, ConnectionsShort)


def test_a_disk_is_short_where_little_is_free_and_that_is_not_plenty() -> None:
    def severities(free: int, total: int) -> list[Severity]:
        sight = Sight(NOON, disk=Room(free * GIGABYTE, total * GIGABYTE))
        return [each.severity for each in found(sight, (), Volumes(UTC))]

    assert severities(9, 100) == [Severity.WARNING]
    assert severities(2, 100) == [Severity.CRITICAL]
    assert severities(11, 100) == []
    assert severities(60, 1000) == []
    assert seen(Sight(NOON, disk=None), DiskShort) == []


def short(severity: Severity = Severity.WARNING, run_id: str = "") -> Finding:
    return Finding(None, severity, run_id, DiskShort(1, 100))


def test_what_became_worse_or_shows_in_another_run_is_news_and_nothing_else_is() -> None:
    before = {short().fingerprint: Standing.of(short(), NOON)}

    assert changes([short()], before, NOON).noted == ()
    assert changes([short(Severity.CRITICAL)], before, NOON).noted
    assert changes([short(run_id="RUN2")], before, NOON).noted


def test_what_is_not_seen_any_more_is_over_by_its_fingerprint() -> None:
    before = {short().fingerprint: Standing.of(short(), NOON)}

    (cleared,) = changes([], before, NOON).cleared

    assert cleared.ends(short())
    assert cleared.kind is Kind.OPERATIONS


@given(st.lists(st.sets(st.sampled_from("abcdef")), max_size=8))
def test_however_trouble_comes_and_goes_what_stands_is_what_is_seen(
    looks: list[set[str]],
) -> None:
    standing: dict[str, Standing] = {}
    for look in looks:
        now = [Finding(None, Severity.WARNING, "", OutboxBlocked(each, 1, NOON)) for each in look]
        change = changes(now, standing, NOON)
        told = {each.fingerprint for each in change.noted}
        over = {each.fingerprint for each in change.cleared}
        assert not told & set(standing)
        assert over <= set(standing)
        standing = {k: v for k, v in standing.items() if k not in over}
        standing |= {each.fingerprint: Standing.of(each, NOON) for each in change.noted}
        assert set(standing) == {each.fingerprint for each in now}
        assert changes(now, standing, NOON) == Changes()


BLOCKED = Sight(NOON, backlogs=(Backlog("messages to slack", 3, NOON - HOUR),))


def a_watch(
    transactions: WatchedTransactions, sights: FixedSights, listener: Listened
) -> Watch[WatchedTransaction]:
    return Watch(transactions, sights, FakeClock(NOON), UTC, listener)


async def test_each_change_is_told_once_whichever_process_looks() -> None:
    transactions, sights, listener = WatchedTransactions(), FixedSights(BLOCKED), Listened()

    for _ in range(3):
        await a_watch(transactions, sights, listener).look()
    sights.sight = Sight(NOON)
    for _ in range(3):
        await a_watch(transactions, sights, listener).look()

    assert len(listener.noted_findings) == len(listener.cleared) == 1
    assert transactions.watched.kept == {}


async def test_what_could_not_be_told_is_told_at_the_next_look() -> None:
    transactions, listener = WatchedTransactions(), Listened(breaks=DatabaseUnreachable("gone"))
    watch = a_watch(transactions, FixedSights(BLOCKED), listener)

    with pytest.raises(DatabaseUnreachable):
        await watch.look()
    listener.breaks = None
    await watch.look()

    assert len(listener.noted_findings) == 1


async def eventually(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not is_so():
            await asyncio.sleep(0.001)


async def test_nothing_is_told_while_another_process_looks() -> None:
    transactions, listener = WatchedTransactions(), Listened()
    transactions.watched.elsewhere = True

    await a_watch(transactions, FixedSights(BLOCKED), listener).look()

    assert listener.noted_findings == []


@pytest.mark.parametrize("error", [DatabaseUnreachable("gone"), KeyError("a defect")])
async def test_a_look_that_broke_does_not_end_the_watch(error: Exception) -> None:
    listener = Listened(breaks=error)
    task = asyncio.create_task(
        a_watch(WatchedTransactions(), FixedSights(BLOCKED), listener).watch()
    )
    await eventually(lambda: listener.times > 1)
    listener.breaks = None
    await eventually(lambda: bool(listener.noted_findings))
    task.cancel()

    assert len(listener.noted_findings) == 1
