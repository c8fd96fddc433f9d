"""Settings of the connector: a mistake is a sentence before anything is served."""

from pathlib import Path

import pytest

from connectors.rest.settings import RestSettings
from engine.errors import ConfigurationError
from tests.world import opened_world


def test_nothing_needs_to_be_set() -> None:
    settings = RestSettings.read({})

    assert (settings.rate, settings.burst, settings.body_limit) == (50, 100, 65536)
    assert settings.cors.origins == ()


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"rate": 0}, "connectors.rest.rate"),
        ({"rate": "fast"}, "connectors.rest.rate"),
        ({"burst": 0}, "connectors.rest.burst"),
        ({"body_limit": 0}, "connectors.rest.body_limit"),
        ({"rates": 5}, "connectors.rest.rates"),
        ({"cors": {"origins": ["*"]}}, "connectors.rest.cors.origins.0"),
        ({"cors": {"origins": ["https://a.example/"]}}, "connectors.rest.cors.origins.0"),
        ({"cors": True}, "connectors.rest.cors"),
    ],
)
def test_a_mistake_is_named_with_its_place(values: dict[str, object], named: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        RestSettings.read(values)

    assert f"configuration.yaml: {named}: " in caught.value.message
    assert "rate, burst, body_limit, event_limit, cors" in caught.value.hint


async def test_a_bot_with_a_mistake_in_its_settings_does_not_start(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connectors: dict[str, dict[str, object]] = {"rest": {"rates": 5}}

    with pytest.raises(ConfigurationError, match=r"connectors\.rest\.rates"):
        async with opened_world(database_url, tmp_path, monkeypatch, connectors=connectors):
            pytest.fail("it started")
