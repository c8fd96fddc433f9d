"""The image and its compose file, as far as they can be judged without building them."""

import re
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import cast

import pytest
from ruamel.yaml import YAML

from engine.settings import Environment

ROOT = Path(__file__).parent.parent.parent

Service = dict[str, object]


def instructions() -> tuple[tuple[str, str], ...]:
    """The Dockerfile's instructions with their arguments, continued lines joined."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    kept = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    lines = kept.replace("\\\n", " ").splitlines()
    return tuple((line.split()[0], line.partition(" ")[2].strip()) for line in lines if line)


def arguments(name: str) -> list[str]:
    """What every instruction of that name is given."""
    return [given for each, given in instructions() if each == name]


def copied() -> list[str]:
    """What is copied into the image from the repository."""
    own = [shlex.split(each) for each in arguments("COPY") if not each.startswith("--from=")]
    return [source for *sources, _ in own for source in sources]


def compose() -> dict[str, Service]:
    """The services of compose.yaml."""
    document = YAML(typ="safe", pure=True).load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return cast("dict[str, Service]", document["services"])


def admitted(path: str, rules: Iterable[str]) -> bool:
    """Whether .dockerignore lets a path of its top level or below one of its entries in."""
    return any(path == rule or path.startswith(f"{rule}/") for rule in rules)


def test_the_tools_stay_in_the_first_stage() -> None:
    build, final = arguments("FROM")

    assert build == "python:3.12-slim AS build"
    assert final == "python:3.12-slim"
    assert [each for each in arguments("COPY") if each.startswith("--from=build")] != []


def test_dependencies_come_by_hash_and_are_checked() -> None:
    runs = " ".join(arguments("RUN"))

    assert "--require-hashes -r requirements.lock" in runs
    assert re.search(r"--no-deps \.\s", runs)
    assert "uv pip check" in runs


def test_nothing_runs_as_root() -> None:
    names = [name for name, _ in instructions()]

    assert arguments("USER") == ["atlas"]
    assert names.index("USER") < names.index("CMD")


def test_health_is_asked_where_the_rest_connector_answers() -> None:
    (check,) = arguments("HEALTHCHECK")

    assert "http://127.0.0.1:8080/readyz" in check


def test_everything_is_written_below_the_data_volume() -> None:
    (environment,) = [each for each in arguments("ENV") if "ATLAS_DATA_DIR" in each]
    places = dict(each.split("=", 1) for each in environment.split())

    assert arguments("VOLUME") == ["/data"]
    assert places["HOME"] == places["XDG_DATA_HOME"] == places["ATLAS_DATA_DIR"] == "/data"


@pytest.mark.parametrize("source", copied())
def test_what_is_copied_exists_and_is_not_ignored(source: str) -> None:
    rules = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()

    assert (ROOT / source).exists()
    assert admitted(source.rstrip("/"), [rule[1:] for rule in rules if rule.startswith("!")])


def test_the_state_tables_are_up_to_date_before_atlas_starts() -> None:
    services = compose()

    assert services["migrate"]["command"] == ["atlas", "migrate"]
    assert services["atlas"]["depends_on"] == {
        "postgres": {"condition": "service_healthy"},
        "migrate": {"condition": "service_completed_successfully"},
    }


@pytest.mark.parametrize("name", ["atlas", "migrate"])
def test_only_data_and_tmp_can_be_written(name: str) -> None:
    service = compose()[name]

    assert service["read_only"] is True
    assert "/tmp" in cast("str | list[str]", service["tmpfs"])  # noqa: S108  # a path in the container


def test_atlas_is_reached_from_its_own_host_only() -> None:
    services = compose()

    assert services["atlas"]["ports"] == ["127.0.0.1:8080:8080"]
    assert "ports" not in services["postgres"]


def test_the_variables_are_ones_that_atlas_reads() -> None:
    known = {f"ATLAS_{name.upper()}" for name in Environment.model_fields}
    named = set(re.findall(r"ATLAS_[A-Z_]+", (ROOT / "compose.yaml").read_text(encoding="utf-8")))

    assert named <= known
