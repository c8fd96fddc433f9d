"""One story on each platform: ask, progress, alert, acknowledge, re-run, digest."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from tests.acceptance.platforms import Platform, on_slack, on_teams, on_web, reading

Opened = Callable[[str, Path, pytest.MonkeyPatch], AbstractAsyncContextManager[Platform]]


@pytest.mark.timeout(180)
@pytest.mark.parametrize("opened", [on_web, on_slack, on_teams])
async def test_the_whole_story_is_the_same_everywhere(
    opened: Opened, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(database_url, tmp_path, monkeypatch) as platform:
        await platform.say("what pipelines are there?")
        await reading(platform, "4 pipelines in", "bronze_to_silver")

        await platform.say("run pipeline medallion")
        await reading(platform, "medallion — succeeded")
        await platform.say("run pipeline medallion")
        broken = await reading(platform, "medallion — failed")

        alert = await reading(platform, "INC-1 · silver.customers was held back")
        await platform.click(alert, "Acknowledge")
        alert = await reading(platform, "INC-1 · silver.customers was held back", "Acknowledged by")

        await platform.click(alert, "Re-run from there")
        await reading(platform, "medallion — failed", but=broken)

        await platform.say("digest now")
        await reading(platform, "Digest from", "INC-1")

        assert await platform.world.rows("SELECT number FROM atlas.incidents") != []
        told = [each for each in await platform.messages() if "INC-1 · silver" in str(each)]
        assert len(told) == 1
