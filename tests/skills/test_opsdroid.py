"""What opsdroid really does, where Atlas relies on it: an upgrade that changes it shows here."""

import asyncio
import gettext
import sys
import textwrap
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pkg_resources
import pytest
from opsdroid.core import OpsDroid
from opsdroid.events import Message
from opsdroid.loader import Loader

from engine.demo import free_port
from tests.world import eventually

PARTS = {
    "recording_database": """
        from opsdroid.database import Database
        from journal import note

        class Recording(Database):
            async def connect(self):
                await note("database connects")

            async def disconnect(self):
                await note("database disconnects")
    """,
    "recording_connector": """
        from opsdroid.connector import Connector, register_event
        from opsdroid.events import Message
        from journal import note

        class Recording(Connector):
            def __init__(self, config, opsdroid=None):
                super().__init__(config, opsdroid=opsdroid)
                self.name = "recording_connector"

            async def connect(self):
                await note("connector connects")

            async def listen(self):
                pass

            async def disconnect(self):
                await note("connector disconnects")

            @register_event(Message)
            async def say(self, event):
                await note(event.text)
    """,
    "journal": """
        import asyncio

        NOTES = []

        async def note(text):
            await asyncio.sleep(0)
            NOTES.append(text)
    """,
    "two_skills": """
        from opsdroid.matchers import match_regex
        from opsdroid.skill import Skill
        from journal import note

        class Both(Skill):
            @match_regex(r"(?s).*")
            async def short(self, message):
                await note("the short pattern")

            @match_regex(r"(?s).*(?P<much>.*)(?P<longer>.*)")
            async def long(self, message):
                await note("the long pattern")

        Both.long.constraints.append(
            lambda event: getattr(event, "text", "") != "for the short one"
        )
    """,
    "atlas_own_rocketchat": '"""Not the one that comes with opsdroid."""',
}


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Modules for opsdroid, loaded by entry point as Atlas's own are."""
    for name, source in PARTS.items():
        (tmp_path / f"{name}.py").write_text(textwrap.dedent(source))
    info = tmp_path / "parts_of_a_test-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: parts-of-a-test\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[opsdroid_databases]\nrecording = recording_database\n"
        "[opsdroid_connectors]\nrecording = recording_connector\n"
        "rocketchat = atlas_own_rocketchat\n"
        "[opsdroid_skills]\nboth = two_skills\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(pkg_resources, "working_set", pkg_resources.WorkingSet())
    monkeypatch.setattr(
        "opsdroid.loader.iter_entry_points", pkg_resources.working_set.iter_entry_points
    )
    gettext.install("opsdroid")
    yield
    for name in PARTS:
        sys.modules.pop(name, None)


@asynccontextmanager
async def bot_of(folder: Path) -> AsyncIterator[OpsDroid]:
    """A bare opsdroid with those parts."""
    configuration = {
        "connectors": {"recording": {}},
        "databases": {"recording": {}},
        "skills": {"both": {}},
        "web": {"host": "127.0.0.1", "port": free_port()},
        "module-path": str(folder / "modules"),
    }
    bot = OpsDroid(config=configuration, loopless=True)
    bot.eventloop = asyncio.get_running_loop()
    await bot.load()
    running = asyncio.create_task(bot.start())

    async def listens() -> bool | None:
        server = bot.web_server
        return True if server and server.runner and server.runner.addresses else None

    await eventually(listens)
    yield bot
    await bot.stop()
    await asyncio.wait([running], timeout=5)
    await bot.unload()


def notes() -> list[str]:
    """What the parts noted."""
    found: list[str] = sys.modules["journal"].NOTES
    return found


@pytest.mark.usefixtures("parts")
async def test_databases_open_before_connectors_and_close_after_them(tmp_path: Path) -> None:
    async with bot_of(tmp_path):
        assert notes() == ["database connects", "connector connects"]
        notes().clear()

    assert notes() == ["connector disconnects", "database disconnects"]


@pytest.mark.usefixtures("parts")
async def test_constraints_are_honoured_before_patterns_are_ranked(tmp_path: Path) -> None:
    async with bot_of(tmp_path) as bot:
        connector = bot.get_connector("recording_connector")
        notes().clear()

        for text in ("for the short one", "for whom it may concern"):
            await bot.parse(Message(text, user_id="you", target="here", connector=connector))

        assert notes() == ["the short pattern", "the long pattern"]


@pytest.mark.usefixtures("parts")
async def test_a_module_of_an_entry_point_wins_over_opsdroids_own_and_is_imported_once(
    tmp_path: Path,
) -> None:
    configuration = {"connectors": {"rocketchat": {}}, "skills": {}, "module-path": str(tmp_path)}

    loader = Loader(OpsDroid(config=configuration, loopless=True))
    modules = loader.load_modules_from_config(configuration)

    assert modules["connectors"][0]["module"] is sys.modules["atlas_own_rocketchat"]
