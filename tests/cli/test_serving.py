"""The bot that the command line serves leaves what stays out of the collector's sight, once."""

import asyncio
import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.data_folder import DataFolder
from engine.demo import demo_configuration, free_port, install_sample, serve
from tests.connectors.visitor import TOKEN, visiting
from tests.world import TEST_KEY


@pytest.fixture
def freezings(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many objects were left out of sight, each time; all are in sight again after the test."""
    counted, freeze = list[int](), gc.freeze

    def freeze_and_count() -> None:
        freeze()
        counted.append(gc.get_freeze_count())

    monkeypatch.setattr(gc, "freeze", freeze_and_count)
    yield counted
    gc.unfreeze()


async def test_what_was_loaded_is_frozen_once_before_it_is_ready_and_the_bot_answers_after(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, freezings: list[int]
) -> None:
    folder, port, stop, ready = DataFolder(tmp_path), free_port(), asyncio.Event(), asyncio.Event()
    install_sample(folder)
    monkeypatch.setenv("ATLAS_DATABASE_URL", database_url)
    monkeypatch.setenv("ATLAS_PROJECT", str(folder.project))
    monkeypatch.setenv("ATLAS_SECRET_KEY", TEST_KEY)
    configuration = demo_configuration(port, TOKEN)

    def be_ready() -> None:
        assert len(freezings) == 1
        ready.set()

    async with asyncio.TaskGroup() as group:
        group.create_task(serve(configuration, folder, stop, be_ready, first_delivery=False))
        await ready.wait()
        async with visiting(port) as visitor, visitor.page() as page:
            await page.say("who am I?")
            await page.reply()
        stop.set()

    assert len(freezings) == 1
    assert freezings[0] > 10_000
