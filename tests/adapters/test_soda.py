"""Quality checks in a real Soda process: each gets its own verdict, and silence never passes."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from engine.adapters.postgres.names import qualified
from engine.adapters.soda import Connection, SodaQuality
from engine.catalog.model import Check, Layer
from engine.errors import DatabaseUnreachable, WorkerFailed
from engine.quality.model import Outcome, Verdict, settle
from tests.adapters.builders import address, execute, fresh
from tests.world import eventually

PASSED, WARNED, FAILED, UNKNOWN = (
    Outcome.PASSED,
    Outcome.WARNED,
    Outcome.FAILED,
    Outcome.NOT_EVALUATED,
)

PEOPLE = (
    "CREATE TABLE silver.people AS SELECT n AS id, 'p' || n || '@x.org' AS email, "
    "CASE WHEN n <= 2 THEN NULL ELSE n * 10 END AS amount, "
    "CASE WHEN n = 1 THEN 'odd' ELSE 'vip' END AS segment, "
    "now() - interval '2 days' AS updated_at FROM generate_series(1, 10) n"
)
SHARED_URL: list[str] = []


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def quality(server: str) -> AsyncIterator[SodaQuality]:
    """One Soda process for all tests of this module, on a database of its own."""
    name = fresh("quality")
    await execute(server, f"CREATE DATABASE {name}")
    url = address(server, name)
    SHARED_URL[:] = [url]
    await execute(
        url,
        "CREATE SCHEMA silver",
        PEOPLE,
        "CREATE TABLE silver.empty (id int, amount int)",
        "CREATE TABLE silver.segments AS SELECT 'vip' AS name",
    )
    opened = SodaQuality(url, timeout=60, tellable={"silver.people": {"segment"}})
    yield opened
    opened.close()
    await execute(server, f"DROP DATABASE {name} WITH (FORCE)")


async def verdicts(quality: SodaQuality, *texts: str, table: str = "people") -> list[Verdict]:
    checks = [Check(text) for text in texts]
    return list(settle(checks, await quality.measure(Layer.SILVER, table, checks)))


async def outcomes(quality: SodaQuality, *texts: str, table: str = "people") -> list[Outcome]:
    return [verdict.outcome for verdict in await verdicts(quality, *texts, table=table)]


CHECKS: dict[str, Outcome] = {
    "row_count > 0": PASSED,
    "row_count between 5 and 9": FAILED,
    "missing_count(amount) = 0": FAILED,
    "missing_percent(amount):\n  warn: when > 10\n  fail: when > 40": WARNED,
    "missing_percent(segment):\n  warn: when > 10\n  fail: when > 40": PASSED,
    "duplicate_count(id) = 0": PASSED,
    "invalid_count(segment) = 0:\n  valid values: [vip, new]": FAILED,
    "invalid_count(segment) = 0:\n  valid values:\n  - vip\n  - odd": PASSED,
    "invalid_count(email) = 0:\n  valid format: email": PASSED,
    "invalid_percent(amount) < 5:\n  valid min: 1": PASSED,
    "avg(amount) > 1000": FAILED,
    "max(amount) <= 100": PASSED,
    (
        "failed rows:\n  name: amounts are small\n  fail condition: |\n"
        "    amount > 50\n    AND id > 1"
    ): FAILED,
    "schema:\n  fail:\n    when required column missing: [id, email]": PASSED,
    "schema:\n  fail:\n    when required column missing: [phone]": FAILED,
    "freshness(updated_at) < 1d": FAILED,
    "freshness(updated_at) < 3d": PASSED,
    "values in (segment) must exist in segments (name)": FAILED,
    "values in (id) must exist in people (id)": PASSED,
}


async def test_each_kind_of_check_is_judged_by_its_own_verdict(quality: SodaQuality) -> None:
    found = await verdicts(quality, *CHECKS)

    assert {each.check.text: each.outcome for each in found} == CHECKS


async def test_the_order_of_the_checks_does_not_matter(quality: SodaQuality) -> None:
    backwards = list(reversed(CHECKS))

    found = await outcomes(quality, *backwards)

    assert dict(zip(backwards, found, strict=True)) == CHECKS


async def test_a_verdict_tells_the_measured_value(quality: SodaQuality) -> None:
    missing, rows = await verdicts(quality, "missing_percent(amount) < 5", "row_count > 0")

    assert (missing.value, rows.value) == ("20", "10")


SILENT = {
    "min(amount) > 0": "empty",
    "avg(amount) between 1 and 2": "empty",
    "change percent for row_count < 10%": "people",
    "anomaly detection for row_count": "people",
    "missing_count(amuont) = 0": "people",
    "rowcount > 0": "people",
    "row_count >": "people",
    "failed rows:\n  fail condition: nothing = 1": "people",
}


@pytest.mark.parametrize("text", SILENT)
async def test_a_check_that_measured_nothing_never_passes(quality: SodaQuality, text: str) -> None:
    (verdict,) = await verdicts(quality, text, table=SILENT[text])

    assert verdict.outcome is UNKNOWN
    assert verdict.reason


async def test_a_table_that_is_not_there_is_not_evaluated(quality: SodaQuality) -> None:
    checks = ["row_count > 0", "missing_count(id) = 0"]

    assert await outcomes(quality, *checks, table="nobody") == [UNKNOWN, UNKNOWN]


async def test_one_bad_check_does_not_spoil_the_others(quality: SodaQuality) -> None:
    found = await outcomes(
        quality,
        "missing_count(amuont) = 0",
        "missing_count(amount) = 0",
        "change percent for row_count < 10%",
        "row_count > 0",
        "not even a check",
        "missing_percent(amount):\n  warn: when > 10\n  fail: when > 40",
    )

    assert found == [UNKNOWN, FAILED, UNKNOWN, PASSED, UNKNOWN, WARNED]


BY_SEGMENT = """group by:
  query: SELECT segment, count(*) AS n, max(amount) AS "Most!" FROM people GROUP BY segment
  fields: [segment]
  checks:
    - """


async def test_a_group_by_needs_no_names_and_tells_which_group_fails(
    quality: SodaQuality,
) -> None:
    small, both, quoted, empty = await verdicts(
        quality,
        f"{BY_SEGMENT}n > 1\n    - n < 100",
        f"{BY_SEGMENT}n:\n        warn: when < 2\n        fail: when < 1",
        f"""{BY_SEGMENT}'"Most!" > 99'""",
        BY_SEGMENT.replace("FROM people", "FROM people WHERE false") + "n > 0",
    )

    assert (small.outcome, small.value) == (FAILED, "segment = odd: n is 1")
    assert small.reason == "group segment = odd: n is 1"
    assert (both.outcome, both.value) == (WARNED, "segment = odd: n is 1")
    assert (quoted.outcome, quoted.reason) == (UNKNOWN, "group segment = odd: Most! has no value")
    assert (empty.outcome, empty.reason) == (UNKNOWN, "its query gives no group")


async def test_no_check_at_all_is_no_verdict(quality: SodaQuality) -> None:
    assert await quality.measure(Layer.SILVER, "people", ()) == ()


async def test_twenty_at_once_are_judged_as_if_alone(quality: SodaQuality) -> None:
    good, bad = ("row_count > 0",), ("missing_count(amuont) = 0", "row_count > 99")

    found = await asyncio.gather(
        *(outcomes(quality, *(bad if number % 2 else good)) for number in range(20))
    )

    assert found == [[UNKNOWN, FAILED] if number % 2 else [PASSED] for number in range(20)]


async def test_no_connection_is_left_that_would_keep_the_table_from_being_dropped(
    quality: SodaQuality,
) -> None:
    await outcomes(quality, *CHECKS)
    await outcomes(quality, "missing_count(amuont) = 0")
    name = qualified("silver", fresh("short_lived"))
    await execute(SHARED_URL[0], f"CREATE TABLE {name} AS SELECT 1 AS id")

    found = await outcomes(quality, "row_count > 0", table=name.rpartition(".")[2].strip('"'))

    assert found == [PASSED]
    await execute(SHARED_URL[0], "SET lock_timeout = '200ms'", f"DROP TABLE {name}")
    assert await eventually(nobody_connected)


async def nobody_connected() -> bool | None:
    connection = await asyncpg.connect(SHARED_URL[0])
    others = await connection.fetchval(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid() AND query NOT LIKE '%pg_sleep%'"
    )
    await connection.close()
    return others == 0 or None


@pytest.mark.usefixtures("quality")
async def test_no_row_of_the_table_is_told_or_logged_with_a_failure(
    capfd: pytest.CaptureFixture[str],
) -> None:
    talking = SodaQuality(SHARED_URL[0], timeout=60)
    found = await verdicts(
        talking,
        "invalid_count(email) = 0:\n  valid format: uuid",
        "failed rows:\n  fail condition: id > 0",
        "email::int > 0",
        "failed rows:\n  fail condition: email::int > 0",
        "max(email) = 1",
    )

    talking.close()
    assert "x.org" not in repr(found)
    assert "x.org" not in "".join(capfd.readouterr())


async def lane_of(quality: SodaQuality) -> int:
    """The process id of the quality engine's worker."""
    return await quality._lane.call(os.getpid)


async def test_a_process_that_was_killed_is_told_and_the_next_one_works(
    quality: SodaQuality,
) -> None:
    pid = await lane_of(quality)
    os.kill(pid, signal.SIGSTOP)
    measuring = asyncio.create_task(outcomes(quality, "row_count > 0"))
    await asyncio.sleep(0)
    os.kill(pid, signal.SIGKILL)

    with pytest.raises(WorkerFailed, match="died"):
        await measuring

    assert await outcomes(quality, "row_count > 0") == [PASSED]
    assert await lane_of(quality) != pid


@pytest.mark.usefixtures("quality")
async def test_a_check_that_takes_too_long_is_stopped_and_told() -> None:
    hasty = SodaQuality(SHARED_URL[0], timeout=60)
    await hasty.warm()
    hasty._lane._timeout = 0.5
    began = time.monotonic()

    with pytest.raises(WorkerFailed, match="longer than"):
        await outcomes(hasty, "failed rows:\n  fail condition: pg_sleep(60) IS NULL")

    hasty.close()
    assert time.monotonic() - began < 5


async def test_a_database_out_of_reach_can_pass_and_is_told_without_the_password() -> None:
    lost = SodaQuality("postgresql://atlas:secret@127.0.0.1:1/atlas", timeout=60)

    with pytest.raises(DatabaseUnreachable) as raised:
        await verdicts(lost, "row_count > 0", "missing_count(id) = 0")

    lost.close()
    assert "secret" not in repr(raised.value)
    assert raised.value.passes


def _state_of_the_process() -> tuple[str, str, list[str], str]:
    home = Path(os.environ["HOME"])
    from soda.telemetry.soda_telemetry import SodaTelemetry

    return (
        (home / ".soda" / "config.yml").read_text(),
        str(Path.cwd()),
        sorted(path.name for path in home.iterdir()),
        str(SodaTelemetry.get_instance().soda_config.send_anonymous_usage_stats),
    )


async def test_soda_never_phones_home_and_reads_no_env_file_of_ours(
    quality: SodaQuality,
) -> None:
    config, folder, beside, sends = await quality._lane.call(_state_of_the_process)

    assert config.startswith("send_anonymous_usage_stats: false\n")
    assert folder != str(Path.cwd())
    assert beside == [".soda"]
    assert sends == "False"


async def test_closing_leaves_no_folder_behind() -> None:
    quality = SodaQuality("postgresql://localhost/atlas", timeout=60)
    home = quality._home.folder
    assert not home.exists()
    await quality.warm()
    assert (home / ".soda").is_dir()

    quality.close()

    assert not home.exists()


def test_the_connection_shows_no_password_and_knows_each_form_of_address() -> None:
    connection = Connection.from_url("postgresql://u:p%40ss@h:5433/d?sslmode=require")

    settings = dict(connection.settings)

    assert "p@ss" not in repr(connection)
    assert settings["password"] == "p@ss"  # noqa: S105  # a test's
    assert (settings["host"], settings["port"], settings["sslmode"]) == ("h", "5433", "require")
