"""routes.yaml is read again when it was edited; a mistake in it leaves what held before."""

import logging
from pathlib import Path

import pytest

from engine.adapters.routes_file import RoutesFile
from engine.catalog.reader import read_what_stands
from engine.catalog.routing import Routing

ATLAS = """\
name: Shop
pipelines: {all: {stages: [ingest, silver, gold]}}
"""
GOOD = "routes: [{name: money, to: '#finance'}]"
BETTER = "routes: [{name: sales, to: '#sales'}]"
WRONG = "routes: [{name: money, whn: {}, to: '#finance'}]"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "atlas.yaml").write_text(ATLAS)
    return tmp_path


def started(folder: Path, routes: str) -> RoutesFile:
    """The routes of a bot that was started with that file."""
    (folder / "routes.yaml").write_text(routes)
    return RoutesFile(read_what_stands(folder))


def names(routing: Routing) -> list[str]:
    return [each.name for each in routing.routes]


async def test_what_was_edited_holds_at_once(folder: Path) -> None:
    routes = started(folder, GOOD)
    (folder / "routes.yaml").write_text(BETTER)

    assert names(await routes.current()) == ["sales"]
    assert await routes.set_aside() == ()


async def test_a_mistake_leaves_what_held_before_and_is_said_loudly(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    routes = started(folder, GOOD)
    (folder / "routes.yaml").write_text(WRONG)

    with caplog.at_level(logging.ERROR):
        held = names(await routes.current())

    assert held == ["money"]
    (aside,) = await routes.set_aside()
    assert aside.problems[0].startswith("routes.yaml:1: ")
    assert "did you mean 'when'?" in aside.problems[0]
    assert "from before" in aside.meanwhile
    assert aside.problems[0] in caplog.text


async def test_a_file_that_was_wrong_at_the_start_holds_once_it_is_mended(folder: Path) -> None:
    routes = started(folder, WRONG)
    (aside,) = await routes.set_aside()
    assert names(await routes.current()) == []
    assert "atlas.yaml" in aside.meanwhile

    (folder / "routes.yaml").write_text(GOOD)

    assert names(await routes.current()) == ["money"]
    assert await routes.set_aside() == ()


async def test_routes_that_were_wrong_from_the_start_never_held(folder: Path) -> None:
    routes = started(folder, WRONG)
    (folder / "routes.yaml").write_text("routes: 3")

    (aside,) = await routes.set_aside()

    assert "atlas.yaml" in aside.meanwhile
