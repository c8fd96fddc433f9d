"""What programs can do with runs."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from engine.people import Role
from engine.runs.model import RunStatus, StepKind, StepStatus
from engine.testing.clock import EPOCH
from tests.builders import RUN_ID, a_run, a_step
from tests.connectors.rest.shop import Api, Json, problem


async def test_executing_a_pipeline_stores_its_run_and_says_where_it_is(api: Api) -> None:
    answer = await api.send(
        "POST",
        "/pipelines/execute",
        json={
            "pipeline_name": "bronze_to_silver",
            "table_name": "customers",
            "parameters": {"full_refresh": True},
        },
    )

    assert answer.status == 202
    told = await answer.json()
    run = api.shop.state.runs[told["run_id"]]
    assert told == {
        "run_id": run.id,
        "status": "queued",
        "pipeline_name": "bronze_to_silver",
        "table_name": "customers",
    }
    assert answer.headers["Location"] == f"/pipelines/{run.id}"
    assert (run.asker.platform, run.asker.name, run.asker.channel) == ("rest", "ci", "")
    assert run.parameters.full_refresh


async def test_a_program_gets_no_card(api: Api) -> None:
    run = await api.execute()

    assert f"run:{run['run_id']}" not in api.shop.state.posts


async def test_with_the_same_key_nothing_runs_twice(api: Api) -> None:
    first = await api.execute(key="orders-2026-03-01")
    run = api.shop.state.runs[first["run_id"]]
    api.shop.keep(replace(run, status=RunStatus.RUNNING))

    again = await api.execute(key="orders-2026-03-01")
    other = await api.execute(key="orders-2026-03-02")

    assert again["run_id"] == first["run_id"] != other["run_id"]
    assert (first["status"], again["status"]) == ("queued", "running")


async def test_what_a_key_says_is_not_kept(api: Api) -> None:
    run = await api.execute(key="maria.lopez@example.com")

    kept = api.shop.state.runs[run["run_id"]]

    assert kept.key is not None
    assert "maria" not in repr(kept)
    assert hashlib.sha256(b"maria.lopez@example.com").hexdigest() not in kept.key


async def test_a_key_for_something_else_is_refused(api: Api) -> None:
    first = await api.execute(key="k")
    sent = {"pipeline_name": "bronze_to_silver"}

    answer = await api.send(
        "POST", "/pipelines/execute", json=sent, headers={"Idempotency-Key": "k"}
    )

    assert first["run_id"] in (await problem(answer, 422))["detail"]
    assert len(api.shop.state.runs) == 1


async def test_two_tokens_do_not_meet_in_one_key(api: Api) -> None:
    first = await api.execute(key="k")
    api.secret = await api.token()

    other = await api.execute("bronze_to_silver", key="k")

    assert other["run_id"] != first["run_id"]


@pytest.mark.parametrize("key", ["", "with a blank", "x" * 201, "ä"])
async def test_a_key_that_can_not_be_one_is_named(api: Api, key: str) -> None:
    sent = {"pipeline_name": "ingest"}

    answer = await api.send(
        "POST", "/pipelines/execute", json=sent, headers={"Idempotency-Key": key}
    )

    assert "Idempotency-Key" in (await problem(answer, 400))["detail"]


async def test_an_unknown_pipeline_is_answered_with_close_names(api: Api) -> None:
    answer = await api.send("POST", "/pipelines/execute", json={"pipeline_name": "bronze2silver"})

    found = await problem(answer, 404)
    assert found["close"] == ["bronze_to_silver"]


async def test_a_run_is_read_in_any_case_of_its_id(api: Api) -> None:
    api.shop.keep(a_run())

    for run_id in (RUN_ID, RUN_ID.lower()):
        answer = await api.send("GET", f"/pipelines/{run_id}")
        assert answer.status == 200
        found = await answer.json()
        assert found["run_id"] == RUN_ID
        assert [step["kind"] for step in found["steps"]] == ["refine", "check", "publish"]
        assert found["parameters"]["full_refresh"] is False


@pytest.mark.parametrize("run_id", ["00000000", "x", "7K3F9QT%00", "7K3F9QT%2F", "ﬀ", "%F0%9F"])
@pytest.mark.parametrize(("method", "act"), [("GET", ""), ("POST", "/cancel"), ("POST", "/retry")])
async def test_a_run_that_is_not_there_is_unknown(
    api: Api, run_id: str, method: str, act: str
) -> None:
    found = await problem(await api.send(method, f"/pipelines/{run_id}{act}"), 404)

    assert found["detail"].startswith("There is no run of that name.")


async def test_a_waiting_run_is_cancelled_once(api: Api) -> None:
    run = await api.execute()
    path = f"/pipelines/{run['run_id'].lower()}/cancel"

    first, second = await api.send("POST", path), await api.send("POST", path)

    assert first.status == 202
    assert (await first.json())["status"] == "cancelled"
    assert run["run_id"] in (await problem(second, 409))["detail"]


async def test_a_failed_run_is_taken_up_again_from_a_step(api: Api) -> None:
    steps = [
        a_step(StepKind.REFINE, status=StepStatus.SUCCEEDED),
        a_step(StepKind.CHECK, status=StepStatus.SUCCEEDED),
        a_step(StepKind.PUBLISH, status=StepStatus.FAILED),
    ]
    api.shop.keep(a_run(*steps, status=RunStatus.FAILED))
    path = f"/pipelines/{RUN_ID}/retry"

    first = await api.send("POST", path, json={"from_step": "refine"})
    second = await api.send("POST", path)

    assert first.status == 202
    assert (await first.json())["status"] == "queued"
    run = api.shop.state.runs[RUN_ID]
    assert {step.status for step in run.steps} == {StepStatus.QUEUED}
    await problem(second, 409)


async def test_pages_of_runs_stay_whole_while_new_ones_come(api: Api) -> None:
    known = [
        a_run(id=f"{number:08d}", requested_at=EPOCH + timedelta(seconds=number // 3))
        for number in range(10, 35)
    ]
    api.shop.keep(*known)
    read: list[str] = []
    page: Json = {}
    cursor = ""

    for number in range(4):
        answer = await api.send("GET", f"/pipelines?limit=7{cursor}")
        page = await answer.json()
        read += [run["run_id"] for run in page["runs"]]
        cursor = f"&cursor={page['next_cursor']}"
        api.shop.keep(a_run(id=f"9000000{number}", requested_at=EPOCH + timedelta(days=1)))

    assert read == sorted((run.id for run in known), reverse=True)
    assert page["next_cursor"] is None


async def test_runs_are_narrowed_by_status_pipeline_and_table(api: Api) -> None:
    api.shop.keep(
        a_run(id="00000001", status=RunStatus.FAILED),
        a_run(id="00000002", pipeline="ingest", table=None),
        a_run(id="00000003", table="orders"),
    )

    async def ids(query: str) -> set[str]:
        page = await (await api.send("GET", f"/pipelines?{query}")).json()
        return {run["run_id"] for run in page["runs"]}

    assert await ids("status=failed") == {"00000001"}
    assert await ids("pipeline_name=ingest") == {"00000002"}
    assert await ids("table_name=orders") == {"00000003"}
    assert await ids("pipeline_name=medallion") == set()
    assert await ids("table_name=revenue&status=failed") == set()


@pytest.mark.parametrize(
    ("query", "what", "close"),
    [
        ("pipeline_name=medalion", "There is no pipeline 'medalion'.", ["medallion"]),
        ("table_name=ordrs", "There is no table 'ordrs'.", ["orders"]),
        ("table_name=ordrs&status=failed&limit=1", "There is no table 'ordrs'.", ["orders"]),
        ("pipeline_name=ingest&table_name=zzz", "There is no table 'zzz'.", []),
        ("pipeline_name=zzz&table_name=orders", "There is no pipeline 'zzz'.", []),
        ("table_name=maria%40example.org", "There is no table of that name.", []),
        ("table_name=Maria%20Lopez", "There is no table of that name.", []),
        ("pipeline_name=lopez19840307", "There is no pipeline of that name.", []),
    ],
)
async def test_runs_of_a_name_that_nothing_has_are_not_an_empty_list(
    api: Api, query: str, what: str, close: list[str]
) -> None:
    found = await problem(await api.send("GET", f"/pipelines?{query}"), 404)

    assert found["detail"].startswith(what)
    assert found["close"] == close


async def test_a_name_that_only_runs_have_is_known(api: Api) -> None:
    api.shop.keep(a_run(id="00000001", pipeline="of last year", table="old_orders"))
    api.shop.keep(a_run(id="00000002", pipeline="quality check", table="silver.orders"))

    for query in (
        "pipeline_name=of%20last%20year&status=failed",
        "table_name=old_orders&status=failed",
        "pipeline_name=quality%20check&table_name=orders",
        "table_name=silver.orders&pipeline_name=ingest",
    ):
        answer = await api.send("GET", f"/pipelines?{query}")
        assert answer.status == 200, await answer.text()
        assert (await answer.json())["runs"] == []


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=x",
        "limit=1&limit=2",
        "status=broken",
        "cursor=x",
        "cursor=" + "W" * 15,
        "cursor=" + "W" * 17,
        "cursor=" + "!" * 16,
        "cursor=",
        "table_name=a%00b",
        "table_name=",
        "colour=blue",
    ],
)
async def test_a_query_that_can_not_be_meant_is_named(api: Api, query: str) -> None:
    found = await problem(await api.send("GET", f"/pipelines?{query}"), 400)

    assert [each["field"] for each in found["errors"]] == [query.partition("=")[0]]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/pipelines/execute", {"pipeline_name": "ingest"}),
        ("POST", f"/pipelines/{RUN_ID}/cancel", None),
        ("POST", f"/pipelines/{RUN_ID}/retry", None),
    ],
)
async def test_a_viewer_only_looks(
    api: Api, method: str, path: str, body: dict[str, str] | None
) -> None:
    api.shop.keep(a_run())
    viewer = await api.token(Role.VIEWER)

    looked = await api.send("GET", f"/pipelines/{RUN_ID}", secret=viewer)
    refused = await api.send(method, path, secret=viewer, json=body)

    assert looked.status == 200
    assert "viewer" in (await problem(refused, 403))["detail"]
    assert api.shop.state.runs[RUN_ID] == a_run()
