"""Settings and environment: what is wrong is said with its place, and a secret never."""

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ConfigurationError
from engine.people import Role
from engine.privacy.protect import KEY_BYTES
from engine.roles.model import Rule
from engine.settings import Environment, Settings, decoded, decoded_keys

KEY = bytes(range(KEY_BYTES))
TEXT = base64.b64encode(KEY).decode()


def test_nothing_needs_to_be_set() -> None:
    settings = Settings.read({})

    assert settings.runs_at_once == 2
    assert settings.default_role is Role.VIEWER
    assert settings.project is None


def test_roles_are_read_by_person() -> None:
    settings = Settings.read({"roles": {"slack:U012AB3CD": "operator"}, "project": "shop"})

    assert settings.roles == {"slack:U012AB3CD": Role.OPERATOR}
    assert settings.rules() == (Rule("slack:U012AB3CD", Role.OPERATOR),)
    typed = Settings.read({"roles": {"slack:u0lea": "admin", "teams:0AB-C": "viewer"}})
    assert [rule.person for rule in typed.rules()] == ["slack:U0LEA", "teams:0ab-c"]
    assert settings.project == Path("shop")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"rolls": {}}, "databases.engine.rolls: Extra inputs are not permitted"),
        ({"runs_at_once": -1}, "databases.engine.runs_at_once: Input should be greater"),
        ({"runs_at_once": "many"}, "databases.engine.runs_at_once: Input should be a valid int"),
        ({"step_timeout": 0}, "databases.engine.step_timeout: Input should be greater than 0"),
        ({"step_timeout": -1}, "databases.engine.step_timeout: "),
        (
            {"roles": {"web:you": "boss"}},
            "databases.engine.roles.web:you: Input should be 'viewer', 'operator' or 'admin'",
        ),
        (
            {"roles": {"web:you": [{"role": "admin", "pipeline": "ingest"}]}},
            "databases.engine.roles.web:you.0.pipeline: Extra inputs are not permitted",
        ),
        ({"default_role": "boss"}, "databases.engine.default_role: "),
        ({"timezone": "Berlin"}, "databases.engine.timezone: "),
        ({"timezone": "../../etc/passwd"}, "databases.engine.timezone: "),
        ({"timezone": ""}, "databases.engine.timezone: "),
    ],
)
def test_a_wrong_setting_is_told_with_its_path(values: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Settings.read(values)

    assert caught.value.message.startswith(f"configuration.yaml: {said}")
    assert "step_timeout" in caught.value.hint


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York"])
def test_a_time_zone_is_one_that_exists(zone: str) -> None:
    assert Settings.read({"timezone": zone}).timezone == zone


def test_the_environment_says_where_things_are() -> None:
    found = Environment.read({"ATLAS_PROJECT": " shop ", "ATLAS_DATA_DIR": "", "PROJECT": "x"})

    assert found.project == Path("shop")
    assert found.data_dir is None


def test_secrets_of_the_environment_are_never_shown() -> None:
    found = Environment.read(
        {"ATLAS_SECRET_KEY": TEXT, "ATLAS_DATABASE_URL": "postgresql://u:pass@host/db"}
    )

    assert TEXT not in f"{found!r} {found}"
    assert "pass" not in f"{found!r} {found}"


def test_a_key_comes_from_the_environment_or_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret.key"
    file.write_text(f"{TEXT}\n")

    from_text = Environment.read({"ATLAS_SECRET_KEY": TEXT}).key()
    from_file = Environment.read({"ATLAS_SECRET_KEY_FILE": str(file)}).key()

    assert from_text is not None
    assert from_text.master == KEY
    assert from_file == from_text
    assert Environment.read({}).key() is None


OTHER = base64.b64encode(bytes(reversed(KEY))).decode()


@pytest.mark.parametrize("several", [f"2:{OTHER} 1:{TEXT}", f"1:{TEXT}\n2:{OTHER}\n"])
def test_of_several_keys_the_highest_number_is_the_present_one(
    several: str, tmp_path: Path
) -> None:
    file = tmp_path / "secret.key"
    file.write_text(several)

    for environment in (
        Environment.read({"ATLAS_SECRET_KEY": several}),
        Environment.read({"ATLAS_SECRET_KEY_FILE": str(file)}),
    ):
        keys = environment.keyring()
        assert keys is not None
        assert [(key.version, key.master) for key in keys] == [(2, KEY[::-1]), (1, KEY)]
        assert environment.key() == keys.present


def test_a_single_key_without_a_number_is_number_one() -> None:
    alone = Environment.read({"ATLAS_SECRET_KEY": TEXT}).keyring()

    assert alone is not None
    assert alone == Environment.read({"ATLAS_SECRET_KEY": f"1:{TEXT}"}).keyring()
    assert (alone.present.version, alone.former) == (1, ())
    assert Environment.read({}).keyring() is None


@pytest.mark.parametrize(
    ("several", "said"),
    [
        (f"2:{OTHER} 2:{TEXT}", "Two keys of ATLAS_SECRET_KEY have the same number."),
        (f"2:{TEXT} 1:{TEXT}", "ATLAS_SECRET_KEY has one key under two numbers."),
        (f"2:{OTHER} 1:{TEXT[:-4]}", "Key 1 of ATLAS_SECRET_KEY is not 32 bytes in base64."),
        (f"2:{OTHER} 1:", "Key 1 of ATLAS_SECRET_KEY is not 32 bytes in base64."),
        (f"2:{OTHER} {TEXT}", "ATLAS_SECRET_KEY is not 32 bytes in base64."),
        (f"{OTHER} {TEXT}", "ATLAS_SECRET_KEY is not 32 bytes in base64."),
        (f"0:{OTHER}", "ATLAS_SECRET_KEY is not 32 bytes in base64."),
        (f"10000:{OTHER}", "ATLAS_SECRET_KEY is not 32 bytes in base64."),
        (f"-1:{OTHER}", "ATLAS_SECRET_KEY is not 32 bytes in base64."),
    ],
)
def test_keys_that_can_not_be_used_are_told_without_a_key(several: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        decoded_keys(several, "ATLAS_SECRET_KEY")

    assert caught.value.message == said
    assert caught.value.__cause__ is caught.value.__context__ is None
    for key in (OTHER, TEXT[:-4]):
        assert key not in f"{caught.value} {caught.value.hint}"


def test_a_key_file_that_is_not_there_is_said_to_be_so(tmp_path: Path) -> None:
    environment = Environment.read({"ATLAS_SECRET_KEY_FILE": str(tmp_path / "nothing")})

    with pytest.raises(ConfigurationError, match="ATLAS_SECRET_KEY_FILE can't be read"):
        environment.key()


def test_a_key_file_of_raw_bytes_is_no_key(tmp_path: Path) -> None:
    file = tmp_path / "secret.key"
    file.write_bytes(b"\xff" * KEY_BYTES)
    environment = Environment.read({"ATLAS_SECRET_KEY_FILE": str(file)})

    with pytest.raises(ConfigurationError, match="is not 32 bytes in base64"):
        environment.key()


@given(st.binary(max_size=40))
def test_only_32_bytes_are_a_key(given_bytes: bytes) -> None:
    text = base64.b64encode(given_bytes).decode()

    if len(given_bytes) == KEY_BYTES:
        assert decoded(f" {text}\n", "ATLAS_SECRET_KEY").master == given_bytes
        return
    with pytest.raises(ConfigurationError, match=r"^ATLAS_SECRET_KEY is not 32 bytes in base64\.$"):
        decoded(text, "ATLAS_SECRET_KEY")


@pytest.mark.parametrize("text", [TEXT[:-4], TEXT + TEXT, "hunter2 hunter2", "ü" * 44])
def test_what_was_given_for_a_key_is_never_told(text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        decoded(text, "ATLAS_SECRET_KEY")

    assert text not in f"{caught.value} {caught.value.hint}"
    assert "openssl rand" in caught.value.hint
    assert caught.value.__cause__ is caught.value.__context__ is None


def test_a_worker_is_not_given_up_before_it_can_have_given_a_sign() -> None:
    with pytest.raises(ConfigurationError, match="at least twice the heartbeat"):
        Settings.read({"heartbeat": 10, "takeover_after": 15})
