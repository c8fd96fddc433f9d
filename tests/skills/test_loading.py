"""A bot that could not load all that it was told to does not start."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from engine.demo import free_port
from engine.errors import ConfigurationError
from engine.host import running_bot
from tests.world import world_configuration


async def test_a_configured_skill_that_does_not_register_refuses_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    (tmp_path / "broken_skill.py").write_text("raise RuntimeError('no')\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("ATLAS_DATABASE_URL", database_url)
    whole = world_configuration(free_port(), {})
    configuration = replace(whole, skills={**whole.skills, "mine": {"module": "broken_skill"}})

    with pytest.raises(ConfigurationError) as refused:
        async with running_bot(configuration, tmp_path):
            pytest.fail("it started without one of its skills")

    assert "mine" in refused.value.message
    assert refused.value.hint
    assert "broken_skill" not in sys.modules


async def test_a_configured_connector_that_does_not_register_refuses_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    (tmp_path / "empty_connector.py").write_text('"""Holds no connector."""\n')
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("ATLAS_DATABASE_URL", database_url)
    configuration = world_configuration(free_port(), {"mine": {"module": "empty_connector"}})

    with pytest.raises(ConfigurationError) as refused:
        async with running_bot(configuration, tmp_path):
            pytest.fail("it started without one of its connectors")

    assert "mine" in refused.value.message
