"""A mistake in routes.yaml keeps nobody from working: it is told, and alerts go somewhere."""

from pathlib import Path

import pytest

from engine.cards import Severity
from engine.data_folder import DataFolder
from engine.demo import install_sample
from engine.doctor import Health, examine
from tests.world import opened_world

WRONG = "routes: [{name: money, when: {kind: qualty}, to: '#sales'}]"
MISTAKE = "routes.yaml:1: routes.0.when.kind"


async def test_a_bot_starts_with_routes_that_are_wrong_and_reads_them_once_they_are_mended(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_sample(DataFolder(tmp_path))
    routes = DataFolder(tmp_path).project / "routes.yaml"
    good = routes.read_text()
    routes.write_text(WRONG)

    async with opened_world(database_url, tmp_path, monkeypatch) as world:
        card = await world.hear("who gets alerts?")
        assert card.severity is Severity.WARNING
        assert MISTAKE in card.text
        assert "0 routes" in card.title
        assert "did you mean 'quality'?" in card.text
        (sick,) = [each for each in await examine(None) if each.health is Health.WRONG]
        assert (sick.what, MISTAKE in sick.detail) == ("routes.yaml", True)
        await world.run("run pipeline medallion")
        assert MISTAKE in (await world.hear("status")).text

        routes.write_text(good)

        assert "2 routes" in (await world.hear("who gets alerts?")).title
        assert MISTAKE not in (await world.hear("status")).text
