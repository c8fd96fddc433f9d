"""The API of a real bot on a real database, beside the chat page."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
import pytest_asyncio

from engine.adapters.postgres.tokens import PostgresTokens
from engine.clock import SystemClock
from engine.people import Role
from engine.tokens.issuer import Issuer
from tests.connectors.rest.shop import problem
from tests.connectors.visitor import COOKIE, Visitor
from tests.world import World, eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

Json = dict[str, Any]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bearer(house: World) -> Mapping[str, str]:
    """What an operator's program sends along."""
    tokens = PostgresTokens(house.engine.engine.database)
    issued = await Issuer(tokens, SystemClock()).issue("ci", Role.OPERATOR, None)
    return {"Authorization": f"Bearer {issued.secret}"}


async def execute(visitor: Visitor, headers: Mapping[str, str], **body: object) -> Json:
    """What is answered to a request to run a pipeline."""
    address = f"{visitor.origin}/pipelines/execute"
    async with visitor.session.post(address, json=body, headers=headers) as answer:
        assert answer.status == 202, await answer.text()
        found: Json = await answer.json()
        return found


async def read(visitor: Visitor, headers: Mapping[str, str], run_id: str) -> Json:
    """A run as the API tells it."""
    async with visitor.get(f"/pipelines/{run_id}", headers) as answer:
        assert answer.status == 200, await answer.text()
        found: Json = await answer.json()
        return found


async def test_a_run_is_ordered_and_followed_to_its_end(
    visitor: Visitor, bearer: Mapping[str, str]
) -> None:
    run = await execute(visitor, bearer, pipeline_name="ingest", table_name="products")

    async def ended() -> Json | None:
        found = await read(visitor, bearer, run["run_id"].lower())
        return found if found["finished_at"] else None

    end = await eventually(ended)
    assert end["status"] == "succeeded", end
    assert end["counts"]["loaded"] is not None
    assert [(step["kind"], step["status"]) for step in end["steps"]] == [("ingest", "succeeded")]
    assert end["requested_by"].startswith("rest:")


async def test_many_at_once_with_one_key_start_one_run(
    visitor: Visitor, bearer: Mapping[str, str]
) -> None:
    headers = {**bearer, "Idempotency-Key": "once"}

    runs = await asyncio.gather(
        *(execute(visitor, headers, pipeline_name="ingest") for _ in range(12))
    )

    assert len({run["run_id"] for run in runs}) == 1


async def test_a_place_in_the_list_is_found_again(
    visitor: Visitor, bearer: Mapping[str, str]
) -> None:
    ordered = [
        (await execute(visitor, bearer, pipeline_name="ingest", table_name="products"))["run_id"]
        for _ in range(5)
    ]
    read_ids: list[str] = []
    query = "limit=2&table_name=products&pipeline_name=ingest"
    path = f"/pipelines?{query}"

    while path:
        async with visitor.get(path, bearer) as answer:
            page = await answer.json()
        read_ids += [run["run_id"] for run in page["runs"]]
        after = page["next_cursor"]
        path = f"/pipelines?{query}&cursor={after}" if after else ""

    assert read_ids[:5] == ordered[::-1]
    assert len(set(read_ids)) == len(read_ids)


async def test_a_foreign_host_is_turned_away_as_a_problem(
    visitor: Visitor, bearer: Mapping[str, str]
) -> None:
    async with visitor.get("/pipelines", {**bearer, "Host": "evil.example"}) as answer:
        await problem(answer, 421)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_the_key_of_the_page_is_no_token_and_a_token_is_no_key_of_the_page(
    visitor: Visitor, bearer: Mapping[str, str]
) -> None:
    async with visitor.get("/pipelines", COOKIE) as answer:
        await problem(answer, 401)
    async with visitor.get("/", bearer) as answer:
        assert answer.status == 403


async def test_other_sites_get_no_leave_to_use_the_api(visitor: Visitor) -> None:
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    address = f"{visitor.origin}/pipelines/execute"

    async with visitor.session.options(address, headers=headers) as answer:
        await problem(answer, 405)
        assert not any("Access-Control" in name for name in answer.headers)


async def test_a_path_that_is_not_there_is_a_problem_behind_every_layer_of_the_server(
    visitor: Visitor, bearer: Mapping[str, str]
) -> None:
    for path, headers in (("/pipelines/a/b/c", bearer), ("/nope", {"Accept": "application/json"})):
        async with visitor.get(path, headers) as answer:
            found = await problem(answer, 404)

        assert found["detail"] == "There is no such thing."
