"""Numbers for whatever watches over Atlas."""

import re

from engine.errors import DatabaseUnreachable
from engine.runs.model import RunStatus
from tests.builders import a_run
from tests.connectors.rest.shop import Api, problem

LINE = re.compile(r'^(?:# (?:HELP|TYPE) \w+ .+|\w+(?:\{\w+="\w+"\})? \d+(?:\.\d+)?)$')


async def read(api: Api) -> str:
    """What Prometheus reads: it has no token."""
    async with api.client.get("/metrics") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        return await answer.text()


async def test_runs_are_counted_by_status(api: Api) -> None:
    api.shop.keep(
        a_run(id="00000001"),
        a_run(id="00000002"),
        a_run(id="00000003", status=RunStatus.FAILED),
    )

    text = await read(api)

    assert all(LINE.match(line) for line in text.splitlines()), text
    assert text.endswith("\n")
    assert 'atlas_runs{status="queued"} 2\n' in text
    assert 'atlas_runs{status="failed"} 1\n' in text
    assert 'atlas_runs{status="cancelled"} 0\n' in text
    assert "atlas_longest_wait_seconds 1.500\n" in text
    assert "atlas_undelivered_posts 0\n" in text


async def test_who_asks_often_makes_the_database_count_once_a_second(api: Api) -> None:
    before = await read(api)
    api.shop.keep(a_run())

    soon = await read(api)
    api.shop.clock.advance(1)
    later = await read(api)

    assert soon == before != later


async def test_without_a_database_there_are_no_numbers(api: Api) -> None:
    api.engine.faults.plan("vitals", DatabaseUnreachable("PostgreSQL can't be reached."))

    found = await problem(await api.client.get("/metrics"), 503)

    assert found["detail"] == "PostgreSQL can't be reached."
