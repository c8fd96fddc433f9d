"""Where a run is told: where it was asked for, as long as somebody is there."""

from datetime import timedelta

import pytest

from engine.alerts.ending import LONG
from engine.runs.events import RunFinished
from engine.runs.model import Priority, RunStatus
from engine.testing.clock import EPOCH
from tests.builders import a_run, an_asker
from tests.workshop import Workshop


@pytest.mark.parametrize(
    ("platform", "priority", "place"),
    [
        ("terminal", Priority.SCHEDULE, "web:#general"),
        ("terminal", Priority.PERSON, "terminal:#general"),
        ("slack", Priority.SCHEDULE, "slack:#general"),
    ],
)
async def test_a_run_is_told_where_who_wanted_it_still_is(
    platform: str, priority: Priority, place: str
) -> None:
    shop = Workshop()
    run = a_run(
        asker=an_asker(platform=platform),
        priority=priority,
        started_at=EPOCH,
        status=RunStatus.SUCCEEDED,
        finished_at=EPOCH + LONG + timedelta(minutes=1),
    )

    async with shop.transactions.begin() as tx:
        await shop.announcer.hear(tx, RunFinished(run))

    posts = [kept.post for kept in shop.state.posts.values()]
    assert len(posts) == 2
    assert {post.place for post in posts} == {place}
