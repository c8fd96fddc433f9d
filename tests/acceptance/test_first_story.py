"""The main job, from a sentence to the result and the alerts."""

from engine.cards import Severity
from engine.runs.model import RunStatus
from tests.world import World


async def test_the_second_delivery_makes_the_alerts_appear_by_themselves(world: World) -> None:
    first = await world.run("run pipeline medallion")
    assert first.status is RunStatus.SUCCEEDED
    assert await world.posts("#data-alerts") == []
    assert await world.posts("#privacy") == []

    second = await world.run("run pipeline medallion")

    assert second.status is RunStatus.FAILED
    (alert,) = await world.posts("#data-alerts")
    assert alert.severity is Severity.CRITICAL
    assert "silver.customers" in alert.title
    (finding,) = await world.posts("#privacy")
    assert "gift_contact" in finding.title
