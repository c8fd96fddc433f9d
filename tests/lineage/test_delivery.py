"""What an answer of a collector means, and who waits for how long."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ConfigurationError
from engine.lineage.delivery import (
    LONGEST_REASON,
    LONGEST_WAIT,
    LONGEST_WISH,
    TROUBLE,
    Answer,
    Later,
    Mood,
    Parcel,
    Refused,
    Silence,
    Taken,
    backoff,
    judged,
    lanes_of,
    named_collectors,
    seconds_asked_for,
)
from engine.testing.clock import EPOCH

CHANCES = st.floats(0, 1, exclude_max=True)


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_what_a_collector_took_is_delivered(status: int) -> None:
    assert judged(Answer(status), 3, 0.5) == Taken()


@pytest.mark.parametrize("status", [400, 409, 410, 413, 415, 422, 451])
def test_what_a_collector_finds_fault_with_is_refused_with_its_reason(status: int) -> None:
    verdict = judged(Answer(status, 'no "job"\n\x00  there'), 0, 0.5)

    assert verdict == Refused(f'status {status} no "job" there')


@pytest.mark.parametrize("status", [301, 401, 403, 404, 405, 408, 429, 500, 502, 503, 504])
def test_what_is_no_fault_of_the_event_is_sent_again(status: int) -> None:
    assert isinstance(judged(Answer(status), 0, 0.5), Later)


def test_silence_is_followed_by_another_try() -> None:
    assert judged(Silence("no answer in 10 s"), 0, 0) == Later(0.5, "no answer in 10 s")


def test_a_long_reason_is_cut() -> None:
    verdict = judged(Answer(422, "x" * 5000), 0, 0)

    assert isinstance(verdict, Refused)
    assert len(verdict.reason) == LONGEST_REASON


@given(attempts=st.integers(0, 10_000), chance=CHANCES)
def test_waits_grow_up_to_five_minutes_and_differ(attempts: int, chance: float) -> None:
    assert 0 < backoff(attempts, chance) <= LONGEST_WAIT
    assert backoff(attempts, chance) <= backoff(attempts + 1, chance)
    assert backoff(attempts, 0) < backoff(attempts, 0.9)


@given(asked=st.floats(0, 10_000), status=st.sampled_from([429, 503]), chance=CHANCES)
def test_who_is_asked_to_wait_waits_at_least_so_long(
    asked: float, status: int, chance: float
) -> None:
    verdict = judged(Answer(status, retry_after=asked), 0, chance)

    assert isinstance(verdict, Later)
    assert verdict.rest
    assert verdict.seconds >= min(asked, LONGEST_WISH)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7.0),
        (" 0 ", 0.0),
        ("999999999999", LONGEST_WISH),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30.0),
        ("Sun, 01 Mar 2026 11:00:30 GMT", 0.0),
        ("soon", None),
        ("-1", None),
        ("", None),
    ],
)
def test_retry_after_is_a_number_or_a_date(text: str, seconds: float | None) -> None:
    assert seconds_asked_for(text, EPOCH) == seconds


def test_a_collector_that_fails_again_and_again_is_left_alone_until_it_takes_something() -> None:
    later, mood = Later(0.5, "away"), Mood()

    for _ in range(TROUBLE - 1):
        mood = mood.after(later, EPOCH, 0)
        assert mood.rested(EPOCH)
    mood = mood.after(later, EPOCH, 0)

    assert not mood.rested(EPOCH)
    assert mood.troubled
    assert mood.rested(EPOCH + timedelta(seconds=1))
    assert mood.after(Taken(), EPOCH, 0) == Mood()
    assert mood.after(Refused("no"), EPOCH, 0) == Mood()


def test_rests_grow_but_not_by_those_that_were_on_their_way_already() -> None:
    later, once = Later(0.5, "away"), Mood()
    for _ in range(TROUBLE):
        once = once.after(later, EPOCH, 0)
    still = once
    for _ in range(TROUBLE):
        still = still.after(later, EPOCH, 0)
    again, after = once, EPOCH + timedelta(seconds=10)
    for _ in range(TROUBLE):
        again = again.after(later, after, 0)

    assert (once.rests, still.rests, again.rests) == (1, 1, 2)
    assert again.rests_until is not None
    assert again.rests_until - after > timedelta(seconds=0.5)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 50)), unique_by=lambda each: each[1]))
def test_lanes_keep_their_order_and_lose_nothing(given_: list[tuple[int, int]]) -> None:
    parcels = [Parcel(number, f"run {lane}", 0, {}) for lane, number in given_]

    lanes = lanes_of(parcels)

    assert sorted(p.id for lane in lanes for p in lane) == sorted(p.id for p in parcels)
    for lane in lanes:
        assert len({parcel.lane for parcel in lane}) == 1
        assert [parcel.id for parcel in lane] == sorted(parcel.id for parcel in lane)
    assert len(lanes) == len({parcel.lane for parcel in parcels})


def test_without_an_address_there_are_no_collectors() -> None:
    assert named_collectors({}) == ()
    assert named_collectors({"OPENLINEAGE_URL": " ", "OPENLINEAGE_API_KEY": "k"}) == ()


def test_collectors_are_named_by_the_environment_each_once() -> None:
    found = named_collectors(
        {
            "OPENLINEAGE_URL": "http://a:5000/ https://user:secret@b/base",
            "OPENLINEAGE_API_KEY": "key",
            "MARQUEZ_URL": "http://marquez:5000 http://a:5000",
        }
    )

    assert [each.url for each in found] == [
        "http://a:5000/api/v1/lineage",
        "https://user:secret@b/base/api/v1/lineage",
        "http://marquez:5000/api/v1/lineage",
    ]
    assert [each.key for each in found] == ["key", "key", None]
    assert found[1].name == "https://b/base/api/v1/lineage"
    assert "secret" not in repr(found)
    assert "'key'" not in repr(found)


def test_the_endpoint_of_openlineage_can_be_another_one() -> None:
    variables = {"OPENLINEAGE_URL": "http://a", "OPENLINEAGE_ENDPOINT": "/ol/events"}

    assert [each.url for each in named_collectors(variables)] == ["http://a/ol/events"]


@pytest.mark.parametrize("url", ["a:5000", "ftp://a", "http://", "http://a:x", "http://[a"])
def test_an_address_of_no_web_server_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        named_collectors({"MARQUEZ_URL": url})

    assert "MARQUEZ_URL" in caught.value.message
    assert url not in f"{caught.value.message} {caught.value.hint}".replace("http://host", "")


def test_a_parcel_that_was_tried_waits_longer() -> None:
    parcel = Parcel(1, "run", 0, {})

    first = judged(Answer(500), parcel.attempts, 0.5)
    second = judged(Answer(500), replace(parcel, attempts=1).attempts, 0.5)

    assert isinstance(first, Later)
    assert isinstance(second, Later)
    assert second.seconds == 2 * first.seconds
