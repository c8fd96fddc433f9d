"""Whoever looked away hears how it ended; whoever still watches is not told twice."""

from datetime import timedelta

import pytest

from engine.alerts.ending import LONG, ending_of
from engine.runs.model import RunStatus
from engine.testing.clock import EPOCH
from tests.builders import RUN_ID, a_run


def test_a_run_that_ended_soon_is_told_by_its_card_alone() -> None:
    run = a_run(
        started_at=EPOCH,
        status=RunStatus.SUCCEEDED,
        finished_at=EPOCH + LONG - timedelta(seconds=1),
    )

    assert ending_of(run) is None


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (RunStatus.SUCCEEDED, "succeeded"),
        (RunStatus.FAILED, "failed"),
        (RunStatus.CANCELLED, "was cancelled"),
    ],
)
def test_the_end_of_a_long_run_is_a_message_of_its_own(status: RunStatus, word: str) -> None:
    post = ending_of(
        a_run(started_at=EPOCH, status=status, finished_at=EPOCH + timedelta(minutes=4))
    )

    assert post is not None
    assert post.card.title == f"bronze_to_silver for customers {word} after 4 min"
    assert (post.key, post.place) == (f"run:{RUN_ID}:end:1", "web:#general")


def test_a_run_that_was_taken_up_again_tells_its_new_end_too() -> None:
    ends = [
        ending_of(
            a_run(
                started_at=EPOCH,
                status=RunStatus.FAILED,
                finished_at=EPOCH + 2 * LONG,
                attempt=attempt,
            )
        )
        for attempt in (1, 2)
    ]

    assert len({post.key for post in ends if post}) == 2
