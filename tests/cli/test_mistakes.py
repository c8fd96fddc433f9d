"""What the command line says of what is wrong: what happened, what to do, and nothing else."""

import shutil
from pathlib import Path

import pytest

from engine.demo import SHOP, free_port
from tests.cli.terminal import SECRETS, all_of, atlas, in_one_sentence, running
from tests.connectors.fresh import execute, fresh_database

ROOT = Path(__file__).parent.parent.parent

NOWHERE = "postgresql://atlas:hunter2@127.0.0.1:1/atlas"

CONFIGURATION = """\
connectors:
  rest: {}
databases:
  engine:
    announce: rest
skills:
  runs: {}
  assistance: {}
web:
  port: PORT
"""


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    """A configuration.yaml that says little."""
    file = tmp_path / "configuration.yaml"
    file.write_text(CONFIGURATION.replace("PORT", str(free_port())))
    return file


@pytest.fixture
def broken_project(tmp_path: Path) -> Path:
    """The sample project with a mistake in two of its files."""
    folder = tmp_path / "broken"
    shutil.copytree(SHOP, folder, ignore=shutil.ignore_patterns("deliveries", "__pycache__"))
    orders = folder / "tables" / "orders.yaml"
    orders.write_text(orders.read_text().replace("type: number", "type: numeral", 1))
    products = folder / "tables" / "products.yaml"
    products.write_text(products.read_text() + "colour: blue\n")
    return folder


def test_a_database_that_does_not_answer_is_a_sentence(tmp_path: Path, configuration: Path) -> None:
    commands = {
        "start": ("start", "-c", str(configuration)),
        "ask": ("ask", "help"),
        "migrate": ("migrate",),
    }
    variables = {
        "ATLAS_DATABASE_URL": NOWHERE,
        "ATLAS_DATA_DIR": str(tmp_path / "data"),
        "ATLAS_PROJECT": str(SHOP),
        **SECRETS,
    }

    for result in all_of(commands, **variables).values():
        said = in_one_sentence(result)
        assert said.startswith("PostgreSQL can't be reached")
        assert "ATLAS_DATABASE_URL" in said
        assert "hunter2" not in said


def test_a_data_folder_that_can_not_be_written_is_a_sentence() -> None:
    commands = {
        "demo": ("demo", "--no-browser", "--port", str(free_port())),
        "ask": ("ask", "help"),
        "doctor": ("doctor",),
    }

    for result in all_of(commands, ATLAS_DATA_DIR="/proc/atlas").values():
        said = in_one_sentence(result)
        assert said.startswith("The data folder /proc/atlas can't be written")
        assert "--data-dir" in said


def test_a_configuration_that_can_not_be_used_is_a_sentence(
    tmp_path: Path, configuration: Path
) -> None:
    text = configuration.read_text()
    mistakes = {
        "absent": (None, "can't be read"),
        "setting": (text.replace("announce:", "anounce:"), "anounce"),
        "secret": (text.replace("rest: {}", "rest: {token: $NOT_SET}"), "NOT_SET"),
    }
    for name, (content, _) in mistakes.items():
        if content is not None:
            (tmp_path / f"{name}.yaml").write_text(content)
    commands = {name: ("start", "-c", str(tmp_path / f"{name}.yaml")) for name in mistakes}

    results = all_of(
        commands, ATLAS_DATABASE_URL=NOWHERE, ATLAS_PROJECT=str(SHOP), ATLAS_DATA_DIR=str(tmp_path)
    )

    for name, (_, problem) in mistakes.items():
        assert problem in in_one_sentence(results[name])


def test_each_mistake_in_a_project_is_told_with_its_file_and_line(broken_project: Path) -> None:
    lines = (broken_project / "tables" / "orders.yaml").read_text().splitlines()
    number = next(at for at, line in enumerate(lines, 1) if "numeral" in line)

    results = all_of(
        {
            "broken": ("check-project", str(broken_project)),
            "whole": ("check-project", str(SHOP)),
            "absent": ("check-project", str(broken_project / "absent")),
        }
    )

    broken = results["broken"]
    assert broken.returncode == 1
    assert "Traceback" not in broken.stderr
    told = broken.stdout.splitlines()
    assert any(line.startswith(f"tables/orders.yaml:{number}: ") for line in told)
    assert any(line.startswith("tables/products.yaml:") and "colour" in line for line in told)
    assert results["whole"].returncode == 0
    assert "no mistakes" in results["whole"].stdout
    assert results["absent"].returncode == 1
    assert "Traceback" not in results["absent"].stderr


def test_a_project_with_a_mistake_keeps_the_bot_from_starting(
    broken_project: Path, configuration: Path, tmp_path: Path, database_url: str
) -> None:
    variables = {
        "ATLAS_DATABASE_URL": database_url,
        "ATLAS_DATA_DIR": str(tmp_path / "data"),
        "ATLAS_PROJECT": str(broken_project),
        **SECRETS,
    }
    commands = {
        "start": ("start", "-c", str(configuration)),
        "demo": ("demo", "--no-browser", "--port", str(free_port())),
    }

    for result in all_of(commands, **variables).values():
        assert result.returncode == 1
        assert "Traceback" not in result.stderr
        assert "tables/orders.yaml:" in result.stderr


def test_without_its_key_a_project_that_hashes_is_not_started(
    configuration: Path, tmp_path: Path, database_url: str
) -> None:
    variables = {
        "ATLAS_DATABASE_URL": database_url,
        "ATLAS_DATA_DIR": str(tmp_path / "data"),
        "ATLAS_PROJECT": str(SHOP),
    }

    said = in_one_sentence(atlas("start", "-c", str(configuration), **variables))

    assert "ATLAS_SECRET_KEY" in said


async def test_migrate_and_doctor_tell_how_the_database_is(
    server: str, template: str, tmp_path: Path
) -> None:
    async with fresh_database(server, template) as address:
        await execute(address, "DROP SCHEMA atlas CASCADE")
        variables = {
            "ATLAS_DATABASE_URL": address,
            "ATLAS_DATA_DIR": str(tmp_path),
            "ATLAS_PROJECT": str(SHOP),
            **SECRETS,
        }
        sick = atlas("doctor", **variables)
        first = atlas("migrate", **variables)
        after = all_of({"migrate": ("migrate",), "doctor": ("doctor",)}, **variables)

    assert sick.returncode == 1
    assert "✗ database: " in sick.stdout
    assert "atlas migrate" in sick.stdout
    assert first.returncode == 0
    assert "from nothing to " in first.stdout
    assert "up to date" in after["migrate"].stdout
    assert {each.returncode for each in after.values()} == {0}
    assert all(line.startswith("✓ ") for line in after["doctor"].stdout.splitlines())


def test_the_bot_as_configured_starts_and_stops(
    configuration: Path, tmp_path: Path, database_url: str
) -> None:
    variables = {"ATLAS_DATABASE_URL": database_url, "ATLAS_PROJECT": str(SHOP), **SECRETS}
    words = ("start", "-c", str(configuration))
    with running(
        *words, folder=tmp_path, until="Atlas is ready.", interrupted=False, **variables
    ) as bot:
        second = in_one_sentence(atlas(*words, ATLAS_DATA_DIR=str(tmp_path / "b"), **variables))
        stopped = bot.interrupt()

    assert "port" in second
    assert stopped.code == 0
    assert stopped.seconds < 5.0
    assert "Traceback" not in stopped.output


@pytest.mark.parametrize("missing", ["ATLAS_PROJECT", "ATLAS_SECRET_KEY"])
def test_on_a_database_of_its_own_ask_takes_nothing_from_the_demo(
    missing: str, tmp_path: Path, database_url: str
) -> None:
    variables = {
        "ATLAS_DATABASE_URL": database_url,
        "ATLAS_DATA_DIR": str(tmp_path),
        "ATLAS_PROJECT": str(SHOP),
        **SECRETS,
    }
    del variables[missing]

    said = in_one_sentence(atlas("ask", "run ingest", **variables))

    assert missing in said


def test_a_data_folder_whose_path_the_database_can_not_take_is_a_sentence(tmp_path: Path) -> None:
    said = in_one_sentence(atlas("ask", "help", "--data-dir", str(tmp_path / "my data")))

    assert "blank in its path" in said


def test_the_doctor_of_a_configuration_looks_at_what_start_would_find_and_makes_nothing(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()

    told = atlas("doctor", "-c", str(ROOT / "configuration.yaml"), ATLAS_DATA_DIR=str(folder))

    assert told.returncode == 1
    assert "✗ database: ATLAS_DATABASE_URL is not set." in told.stdout
    assert "✗ project: No project folder is configured." in told.stdout
    assert list(folder.iterdir()) == []
