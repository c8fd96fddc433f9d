"""The shipped configurations: they are read, explain every setting, and start a bot."""

from importlib.metadata import entry_points
from pathlib import Path

import aiohttp
import pytest

from engine.configuration import SKILLS, Configuration, read_configuration
from engine.data_folder import DataFolder
from engine.demo import free_port, install_sample
from engine.host import running_bot
from engine.settings import Environment, Settings
from tests.world import TEST_KEY

ROOT = Path(__file__).parent.parent.parent

EXAMPLE = ROOT / "configuration.yaml"
IMAGE = ROOT / "docker" / "configuration.yaml"

SHIPPED = pytest.mark.parametrize("path", [EXAMPLE, IMAGE], ids=["example", "image"])


def names(group: str) -> set[str]:
    """The modules that the installed project offers to opsdroid."""
    found = entry_points(group=group)
    return {
        each.name
        for each in found
        if each.value.partition(".")[0] in {"engine", "skills", "connectors"}
    }


@SHIPPED
def test_everything_configured_is_offered_by_an_entry_point(path: Path) -> None:
    configuration = read_configuration(path)

    assert set(configuration.skills) == names("opsdroid_skills") == set(SKILLS)
    assert set(configuration.connectors) <= names("opsdroid_connectors")
    assert set(configuration.databases) == names("opsdroid_databases")


@SHIPPED
def test_the_engines_settings_are_valid(path: Path) -> None:
    assert Settings.read(read_configuration(path).engine).default_role == "viewer"


def test_the_example_serves_the_page_to_this_machine_only() -> None:
    configuration = read_configuration(EXAMPLE)

    assert configuration.connectors["web"] == {}
    assert configuration.host == "127.0.0.1"


def test_the_image_serves_no_page() -> None:
    configuration = read_configuration(IMAGE)

    assert set(configuration.connectors) == {"rest"}
    assert configuration.host == "0.0.0.0"  # noqa: S104  # what the image is meant to do


@pytest.mark.parametrize("name", Settings.model_fields)
def test_the_example_explains_a_setting(name: str) -> None:
    lines = [line.strip().removeprefix("# ") for line in EXAMPLE.read_text().splitlines()]
    shown = [line for line in lines if line.startswith(f"{name}:")]

    default = Settings.model_fields[name].get_default(call_default_factory=True)
    assert shown, f"{name} is not explained"
    assert default in (None, {}) or shown == [f"{name}: {default}"]


@pytest.mark.parametrize("name", Environment.model_fields)
def test_the_example_names_a_variable_of_the_environment(name: str) -> None:
    assert f"ATLAS_{name.upper()}" in EXAMPLE.read_text()


@SHIPPED
async def test_a_bot_starts_with_it_and_is_ready(
    path: Path, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = DataFolder(tmp_path)
    install_sample(folder)
    monkeypatch.setenv("ATLAS_DATABASE_URL", database_url)
    monkeypatch.setenv("ATLAS_PROJECT", str(folder.project))
    monkeypatch.setenv("ATLAS_SECRET_KEY", TEST_KEY)
    configuration = read_configuration(path).at_port(free_port())

    async with running_bot(configuration, tmp_path):
        assert await readiness(configuration) == {"status": "ready"}


async def readiness(configuration: Configuration) -> object:
    """What the running bot says about itself."""
    address = f"http://127.0.0.1:{configuration.port}/readyz"
    async with aiohttp.ClientSession() as session, session.get(address) as response:
        return await response.json()
