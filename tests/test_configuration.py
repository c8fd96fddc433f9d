"""configuration.yaml, read before anything of opsdroid starts."""

from pathlib import Path

import pytest

from engine.configuration import SKILLS, Configuration, local_configuration, read_configuration
from engine.errors import ConfigurationError

GOOD = """\
connectors:
  web:
  rest: {token: $ATLAS_REST_TOKEN}
databases:
  engine: {timezone: UTC}
skills:
  runs: {}
web:
  port: 9000
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A configuration.yaml."""
    path = tmp_path / "configuration.yaml"
    path.write_text(GOOD)
    return path


def test_modules_may_have_settings_or_none(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATLAS_REST_TOKEN", "token of this test")

    found = read_configuration(file)

    assert found.connectors == {"web": {}, "rest": {"token": "token of this test"}}
    assert found.engine == {"timezone": "UTC"}
    assert (found.host, found.port) == ("127.0.0.1", 9000)


def test_a_variable_that_is_not_set_is_named_with_its_place(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ATLAS_REST_TOKEN", raising=False)

    with pytest.raises(ConfigurationError) as caught:
        read_configuration(file)

    assert "connectors.rest.token is $ATLAS_REST_TOKEN" in caught.value.message
    assert "Set the environment variable" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("connectors: [\n", "is not valid YAML"),
        ("web: {port: 2026-02-30}\n", "is not valid YAML"),
        ("skils: {}\n" + GOOD, "unknown section skils"),
        ("- one\n", "must hold names with settings"),
        ("", "the section connectors names nothing"),
        (GOOD.replace("  runs: {}", "  [runs]"), "skills must hold names with settings"),
        (GOOD.replace("runs: {}", "runs: 5"), "skills.runs must hold names with settings"),
        (GOOD.replace("{timezone: UTC}", "!!python/name:os.system"), "configuration.yaml"),
    ],
)
def test_a_file_that_can_not_be_used_says_why(
    file: Path, text: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATLAS_REST_TOKEN", "x")
    file.write_text(text)

    with pytest.raises(ConfigurationError) as caught:
        read_configuration(file)

    assert said in caught.value.message
    assert caught.value.hint


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="can't be read: No such file"):
        read_configuration(tmp_path / "nothing.yaml")


def test_a_file_of_other_bytes_is_no_yaml(file: Path) -> None:
    file.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(ConfigurationError, match="is not valid YAML"):
        read_configuration(file)


def test_opsdroid_gets_a_web_server_without_an_open_door() -> None:
    found = local_configuration({"terminal": {}}).at_port(9001).for_opsdroid(Path("modules"))

    assert found["web"] == {
        "host": "127.0.0.1",
        "port": 9001,
        "disable_web_index_handler_in_root": True,
        "cors": {"allow-all": False, "origins": []},
    }
    assert found["module-path"] == "modules"


def test_whoever_holds_the_machine_may_do_everything() -> None:
    local = local_configuration({"web": {}}).with_connector("web", {"open": True})

    assert local.engine["roles"] == {"web:you": "admin", "terminal:you": "admin"}
    assert tuple(local.skills) == SKILLS
    assert local.connectors == {"web": {"open": True}}


@pytest.mark.parametrize("port", [0, 65536, "eighty", -1])
def test_what_is_no_port_is_said_before_anything_listens(port: object) -> None:
    with pytest.raises(ConfigurationError, match="which is no port"):
        _ = Configuration({}, {}, {}, {"port": port}).port
