"""`atlas token`: made once, listed without its secret, revoked for good."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from engine.tokens.model import looks_like_secret
from tests.cli.terminal import all_of, atlas, in_one_sentence


@pytest.fixture
def variables(database_url: str, tmp_path: Path) -> Mapping[str, str]:
    """The environment of a database of one's own."""
    return {"ATLAS_DATABASE_URL": database_url, "ATLAS_DATA_DIR": str(tmp_path)}


def test_a_token_is_made_listed_and_revoked(variables: Mapping[str, str]) -> None:
    words = ("token", "create", "--role", "operator", "--name", "nightly job", "--expires", "4w")

    created = atlas(*words, **variables)
    listed = atlas("token", "list", **variables)
    token_id = listed.stdout.splitlines()[1].split()[0]
    revoked = atlas("token", "revoke", token_id, **variables)
    after = atlas("token", "list", **variables)

    assert created.returncode == 0, created
    secret = created.stdout.split()[-1]
    assert looks_like_secret(secret)
    assert f"operator token {token_id}, nightly job, expires 20" in created.stdout
    assert secret not in listed.stdout
    assert [line.split()[2] for line in listed.stdout.splitlines()] == ["STATE", "valid"]
    assert "nightly job" in listed.stdout
    assert token_id in revoked.stdout
    assert after.stdout.splitlines()[1].split()[2] == "revoked"


def test_what_can_not_be_done_is_said(variables: Mapping[str, str]) -> None:
    results = all_of(
        {
            "role": ("token", "create", "--role", "king"),
            "none": ("token", "create"),
            "time": ("token", "create", "--role", "viewer", "--expires", "soon"),
            "absent": ("token", "revoke", "00000000"),
            "list": ("token", "list"),
        },
        **variables,
    )

    assert {name: results[name].returncode for name in ("role", "none", "time")} == {
        "role": 2,
        "none": 2,
        "time": 2,
    }
    assert "90d" in results["time"].stderr
    assert "atlas token list" in in_one_sentence(results["absent"])
    assert results["list"].returncode == 0
    assert "no tokens" in results["list"].stdout
