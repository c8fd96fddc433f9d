"""How many requests a program may make, whatever the clock does."""

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from connectors.rest.limits import WATCHED, Bucket, RateLimit, refilled
from engine.testing.clock import EPOCH, FakeClock

RATE, BURST = 5.0, 10

PAUSES = st.lists(st.floats(0, 3), max_size=60)


@given(PAUSES)
def test_nobody_ever_gets_more_than_the_burst_and_the_rate(pauses: Sequence[float]) -> None:
    clock = FakeClock()
    limit = RateLimit(RATE, BURST, clock)
    welcome = 0

    for pause in pauses:
        clock.advance(pause)
        welcome += limit.take("ci") == 0

    assert welcome <= BURST + RATE * sum(pauses) + 1e-6


@given(PAUSES)
def test_who_waits_as_told_is_welcome(pauses: Sequence[float]) -> None:
    clock = FakeClock()
    limit = RateLimit(RATE, BURST, clock)

    for pause in pauses:
        clock.advance(pause)
        seconds = limit.take("ci")
        if seconds:
            clock.advance(seconds + 1e-6)  # clocks count microseconds
            assert limit.take("ci") == 0


@given(st.floats(0, BURST), st.floats(-1e6, 1e6))
def test_a_bucket_is_never_overfull_and_loses_nothing_to_a_clock(
    left: float, seconds: float
) -> None:
    later = EPOCH + timedelta(seconds=seconds)

    after = refilled(Bucket(left, EPOCH), later, RATE, BURST)

    assert left <= after.left <= BURST
    assert after.at == later


def test_one_who_asks_too_much_takes_nothing_from_others() -> None:
    limit = RateLimit(RATE, BURST, FakeClock())

    greedy = [limit.take("greedy") for _ in range(100)]

    assert greedy.count(0) == BURST
    assert limit.take("modest") == 0


def test_only_so_many_askers_are_watched() -> None:
    limit = RateLimit(RATE, 1, FakeClock())

    for number in range(WATCHED + 1):
        limit.take(str(number))

    assert len(limit._buckets) == WATCHED
    assert limit.wait("0") == 0
    assert limit.wait(str(WATCHED)) > 0
