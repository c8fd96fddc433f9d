"""How fast Atlas speaks in one thread."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from connectors.teams.pace import LIMITS, Pace, wait_for
from engine.testing.clock import EPOCH, FakeClock


@given(st.lists(st.floats(min_value=0, max_value=40), min_size=1, max_size=150))
def test_no_window_ever_holds_more_than_teams_takes(pauses: list[float]) -> None:
    clock, said = FakeClock(), list[datetime]()
    pace = Pace(clock)

    for pause in pauses:
        clock.advance(pause)
        while (wait := pace.take("thread")) > 0:
            clock.advance(wait)
        said.append(clock.now())

    for seconds, most in LIMITS:
        for at in said:
            window = [each for each in said if 0 <= (each - at).total_seconds() < seconds - 1e-5]
            assert len(window) <= most


def test_other_threads_wait_for_nothing() -> None:
    pace = Pace(FakeClock())

    waits = [pace.take("one") for _ in range(8)]

    assert waits == [0.0] * 7 + [1.0]
    assert pace.take("other") == 0.0


def test_an_hour_holds_its_most() -> None:
    sent = [EPOCH + timedelta(seconds=number) for number in range(1_800)]

    assert wait_for(sent, EPOCH + timedelta(seconds=1_810)) == 1_790.0
