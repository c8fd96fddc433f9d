"""`atlas audit`: whether the log is whole, and what is in it."""

import asyncio
import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from engine.adapters.postgres.audit import PostgresAudit
from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.audit.model import AuditEntry
from engine.audit.seals import Seals
from engine.audit_commands import audit_commands
from engine.data_folder import DataFolder
from engine.errors import KeyMissing
from tests.adapters.builders import execute
from tests.audit.trails import KEY, KEYED, NEXT_KEY, PLAINLY, an_entry

OPEN = "SET session_replication_role = replica"

Said = Callable[..., Result]


@pytest.fixture
def said(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Said:
    """Types a command; raises what it raises."""
    monkeypatch.setenv("ATLAS_DATABASE_URL", database_url)
    monkeypatch.setenv("ATLAS_SECRET_KEY", base64.b64encode(KEY.master).decode())

    @contextmanager
    def opened(_: Path | None) -> Iterator[None]:
        yield

    app = audit_commands(opened, lambda _: DataFolder(tmp_path))

    def say(*words: str) -> Result:
        result = CliRunner().invoke(app, words)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return say


def recorded(url: str, *entries: AuditEntry, seals: Seals = KEYED) -> None:
    async def record() -> None:
        database = Database(url, DatabaseLimits())
        await PostgresAudit(database, seals).record(*entries)
        await database.close()

    asyncio.run(record())


def changed(url: str, statement: str) -> None:
    asyncio.run(execute(url, OPEN, statement))


def test_a_whole_log_is_told_with_its_length_and_what_to_keep(
    said: Said, database_url: str
) -> None:
    assert "no records" in said("verify").output
    recorded(database_url, *map(an_entry, range(1, 4)))

    first, again = said("verify"), said("verify")

    assert (first.exit_code, again.exit_code) == (0, 0)
    assert "3 records, unbroken since 2026-03-01 12:01 UTC." in first.output
    assert "first look from this machine" in first.output
    assert "first look" not in again.output
    head = first.output.split("--head ")[1].strip()
    assert said("verify", "--head", head).exit_code == 0


def test_a_changed_record_is_named(said: Said, database_url: str) -> None:
    recorded(database_url, *map(an_entry, range(1, 4)))
    changed(database_url, "UPDATE atlas.audit_log SET actor = 'web:nobody' WHERE id = 2")

    result = said("verify")

    assert result.exit_code == 1
    assert "broken at record 2 of 2026-03-01 12:02 UTC: it was changed" in result.output
    assert "1 record is whole" in result.output


def test_a_cut_off_end_shows_on_the_machine_that_looked_before(
    said: Said, database_url: str, tmp_path: Path
) -> None:
    recorded(database_url, *map(an_entry, range(1, 4)))
    head = said("verify").output.split("--head ")[1].strip()
    changed(database_url, "DELETE FROM atlas.audit_log WHERE id = 3")

    here = said("verify")
    (tmp_path / "audit.json").unlink()
    elsewhere, told = said("verify"), said("verify", "--head", head)

    assert (here.exit_code, elsewhere.exit_code, told.exit_code) == (1, 0, 1)
    assert "record 3 is missing at the end" in here.output
    assert "older copy" in told.output


def test_records_from_before_the_key_are_whole_once_somebody_says_so(
    said: Said, database_url: str
) -> None:
    recorded(database_url, *map(an_entry, (1, 2)), seals=PLAINLY)
    recorded(database_url, an_entry(3))

    unsaid, tellingly = said("verify"), said("verify", "--unsealed", "2")

    assert (unsaid.exit_code, tellingly.exit_code) == (1, 0)
    assert "not sealed with the secret key" in unsaid.output
    assert "--unsealed" in unsaid.output


def test_without_the_key_nobody_can_tell(
    said: Said, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded(database_url, an_entry(1))
    monkeypatch.delenv("ATLAS_SECRET_KEY")

    with pytest.raises(KeyMissing, match="Record 1"):
        said("verify")


def test_a_former_key_goes_on_telling_what_it_sealed(
    said: Said, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded(database_url, an_entry(1))
    recorded(database_url, an_entry(2), seals=Seals((NEXT_KEY, KEY)))
    spelled = (f"{key.version}:{base64.b64encode(key.master).decode()}" for key in (NEXT_KEY, KEY))
    monkeypatch.setenv("ATLAS_SECRET_KEY", " ".join(spelled))

    assert "2 records, unbroken" in said("verify").output


@pytest.mark.parametrize("head", ["", "3", "0:" + "a" * 64, "3:xyz", "3:" + "A" * 64])
def test_a_mark_that_is_none_is_refused(said: Said, head: str) -> None:
    assert said("verify", "--head", head).exit_code == 2


def test_the_list_tells_who_did_what_newest_first(said: Said, database_url: str) -> None:
    assert "no records" in said("list").output
    recorded(database_url, an_entry(1, where="web:#general"), an_entry(2))

    result = said("list")
    one, none = said("list", "--limit", "1"), said("list", "--since", "2026-03-02")

    assert result.output.splitlines() == [
        "2  2026-03-01 12:02 UTC  web:maria  asked  command 2",
        "1  2026-03-01 12:01 UTC  web:maria  asked  command 1  (where: web:#general)",
    ]
    assert one.output.splitlines() == result.output.splitlines()[:1]
    assert "no records" in none.output
    assert said("list", "--since", "2026-03-01").output == result.output
