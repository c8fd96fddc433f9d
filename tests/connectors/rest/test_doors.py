"""Who is let in to the API, how often, and with how much."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from engine.errors import DatabaseUnreachable
from engine.tokens.model import new_secret
from tests.connectors.rest.shop import Api, opened_api, problem

PATHS = [
    ("POST", "/pipelines/execute"),
    ("GET", "/pipelines"),
    ("GET", "/pipelines/7K3F9QTZ"),
    ("POST", "/pipelines/7K3F9QTZ/cancel"),
    ("POST", "/pipelines/7K3F9QTZ/retry"),
]


@pytest.mark.parametrize(("method", "path"), PATHS)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Basic eDp4"},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer atlas_x"},
        {"Authorization": f"Bearer {new_secret()}"},
        {"Authorization": "Bearer ä"},
    ],
)
async def test_without_a_valid_token_nothing_opens(
    api: Api, method: str, path: str, headers: dict[str, str]
) -> None:
    answer = await api.client.request(method, path, headers=headers)

    await problem(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


async def test_the_word_bearer_may_be_written_in_any_case(api: Api) -> None:
    headers = {"Authorization": f"bEaReR {api.secret}"}

    async with api.client.get("/pipelines", headers=headers) as answer:
        assert answer.status == 200


async def test_an_expired_token_opens_nothing(api: Api) -> None:
    secret = await api.token(lasts=timedelta(hours=1))
    before = await api.send("GET", "/pipelines", secret=secret)

    api.shop.clock.advance(3600)

    assert before.status == 200
    await problem(await api.send("GET", "/pipelines", secret=secret), 401)


async def test_a_revoked_token_opens_nothing_five_seconds_later(api: Api) -> None:
    first = await api.send("GET", "/pipelines")
    (token,) = await api.issuer.all()

    await api.issuer.revoke(token.id)
    api.shop.clock.advance(5)

    assert first.status == 200
    await problem(await api.send("GET", "/pipelines"), 401)


async def test_who_asks_too_fast_is_told_when_to_ask_again() -> None:
    async with opened_api(rate=2, burst=3) as api:
        statuses = [(await api.send("GET", "/pipelines")).status for _ in range(4)]
        late = await api.send("GET", "/pipelines")
        other = await api.send("GET", "/pipelines", secret=await api.token())
        api.shop.clock.advance(float(late.headers["Retry-After"]))
        again = await api.send("GET", "/pipelines")

    assert statuses == [200, 200, 200, 429]
    await problem(late, 429)
    assert other.status == 200
    assert again.status == 200


async def test_guessing_tokens_soon_costs_the_database_nothing(api: Api) -> None:
    await api.send("GET", "/pipelines")
    guesses = [(await api.send("GET", "/pipelines", secret=new_secret())).status for _ in range(50)]
    looked = api.tokens.asked["find"]

    assert set(guesses) == {401, 429}
    assert looked < 30
    assert (await api.send("GET", "/pipelines")).status == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"\xff",
        b'{"pipeline_name": 1}',
        b'{"pipeline_name": ""}',
        b'{"pipeline_name": null}',
        b'{"pipeline_name": "a\\u0000b"}',
        b'{"pipeline_name": "\\ud800"}',
        b'{"pipeline_name": "ingest", "colour": "blue"}',
        b'{"pipeline_name": "ingest", "parameters": null}',
        b'{"pipeline_name": "ingest", "parameters": {"full_refresh": "yes"}}',
        b'{"pipeline_name": "ingest", "parameters": {"full_refresh": 1}}',
        b'{"pipeline_name": ' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    ],
)
async def test_a_body_that_can_not_be_meant_is_malformed(api: Api, body: bytes) -> None:
    headers = {"Content-Type": "application/json; charset=utf-8"}

    answer = await api.send("POST", "/pipelines/execute", data=body, headers=headers)

    await problem(answer, 400)
    assert api.shop.state.runs == {}


async def test_a_wrong_field_is_named_without_its_value(api: Api) -> None:
    sent = {"pipeline_name": "ingest", "parameters": {"full_refresh": "maria@example.com"}}

    found = await problem(await api.send("POST", "/pipelines/execute", json=sent), 400)

    assert [each["field"] for each in found["errors"]] == ["parameters.full_refresh"]
    assert "maria" not in str(found)


@pytest.mark.parametrize("field", ["maria@example.com", "Maria", "123-45-6789"])
async def test_a_field_that_nobody_declared_is_named_by_its_place_alone(
    api: Api, field: str
) -> None:
    sent = {"pipeline_name": "ingest", "parameters": {field: 1}}

    found = await problem(await api.send("POST", "/pipelines/execute", json=sent), 400)

    assert [each["field"] for each in found["errors"]] == ["parameters.…"]
    assert field not in str(found)


@pytest.mark.parametrize("declared", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_a_body_that_is_not_declared_as_json_is_not_read(api: Api, declared: str) -> None:
    headers = {"Content-Type": declared} if declared else {}
    body = b'{"pipeline_name": "ingest"}'

    answer = await api.send("POST", "/pipelines/execute", data=body, headers=headers)

    assert "application/json" in (await problem(answer, 415))["detail"]
    assert api.shop.state.runs == {}


@pytest.mark.parametrize("chunked", [True, False])
async def test_a_large_body_is_turned_away_before_it_is_read(api: Api, chunked: bool) -> None:
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(2000):
            sent += 16_384
            yield b" " * 16_384

    data = chunks() if chunked else b" " * (64 * 1024 + 1)
    headers = {"Content-Type": "application/json"}

    answer = await api.send("POST", "/pipelines/execute", data=data, headers=headers)

    await problem(answer, 413)
    assert sent < 2000 * 16_384


async def test_a_body_just_within_the_limit_is_read() -> None:
    body = b'{"pipeline_name": "ingest"}'
    async with opened_api(body_limit=len(body)) as api:
        headers = {"Content-Type": "application/json"}
        fits = await api.send("POST", "/pipelines/execute", data=body, headers=headers)
        beyond = await api.send("POST", "/pipelines/execute", data=body + b" ", headers=headers)

    assert fits.status == 202
    await problem(beyond, 413)


TAKEN = {
    "/pipelines/execute": "POST",
    "/pipelines": "GET",
    "/pipelines/7K3F9QTZ": "GET",
    "/pipelines/7K3F9QTZ/cancel": "POST",
    "/pipelines/7K3F9QTZ/retry": "POST",
    "/healthz": "GET, HEAD",
    "/docs": "GET, HEAD",
}


@pytest.mark.parametrize("path", TAKEN)
async def test_any_other_method_is_told_those_that_a_path_takes(api: Api, path: str) -> None:
    taken = TAKEN[path].split(", ")

    for method in {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE"} - set(taken):
        answer = await api.send(method, path)

        assert answer.status == 405, method
        assert answer.headers["Allow"] == TAKEN[path]
        if method != "HEAD":
            await problem(answer, 405)


@pytest.mark.parametrize("path", ["/pipelines/", "/pipelines/a/b", "/pipelines/a/b/c", "/docs/x"])
async def test_a_path_that_is_not_there_is_a_problem_too(api: Api, path: str) -> None:
    found = await problem(await api.send("GET", path), 404)

    assert found["detail"] == "There is no such thing."


@pytest.mark.parametrize("accept", ["", "*/*", "text/html, application/json", "text/plain"])
async def test_paths_of_others_are_left_alone(api: Api, accept: str) -> None:
    answer = await api.client.get("/elsewhere", headers={"Accept": accept})

    assert answer.status == 404
    assert answer.content_type == "text/plain"


@pytest.mark.parametrize(
    "accept",
    ["application/json", "application/problem+json", "Application/JSON;q=0.9, application/json"],
)
async def test_a_path_that_nobody_has_is_a_problem_for_a_program(api: Api, accept: str) -> None:
    for path in ("/elsewhere", "/"):
        found = await problem(await api.send("GET", path, headers={"Accept": accept}), 404)

        assert found["detail"] == "There is no such thing."


async def test_a_defect_is_a_problem_without_its_text(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    api.engine.faults.plan("ask", RuntimeError("maria@example.com"))

    answer = await api.send("POST", "/pipelines/execute", json={"pipeline_name": "ingest"})

    assert "maria" not in str(await problem(answer, 500))
    assert "RuntimeError at " in caplog.text
    assert "maria" not in caplog.text


async def test_a_database_that_is_away_says_when_to_ask_again(api: Api) -> None:
    away = DatabaseUnreachable("PostgreSQL can't be reached.", "Start it.")
    api.tokens.faults.plan("find", away)
    api.engine.faults.plan("ready", away)

    for path in ("/pipelines", "/readyz"):
        answer = await api.send("GET", path)
        assert "Start it." in (await problem(answer, 503))["detail"]
        assert int(answer.headers["Retry-After"]) > 0


async def test_every_answer_tells_browsers_to_be_careful(api: Api) -> None:
    for path in ("/pipelines", "/docs", "/openapi.json", "/pipelines/none", "/healthz"):
        answer = await api.send("GET", path)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Access-Control-Allow-Origin" not in answer.headers


PAGE = "https://data.example.com"

PREFLIGHT = {"Access-Control-Request-Method": "POST"}


async def test_no_page_of_another_address_may_use_the_api_unless_it_is_named(api: Api) -> None:
    answer = await api.send("GET", "/pipelines", headers={"Origin": PAGE})
    preflight = await api.send(
        "OPTIONS", "/pipelines/execute", headers={"Origin": PAGE, **PREFLIGHT}
    )

    assert answer.status == 200
    assert preflight.status == 405
    assert not any("Access-Control" in name for name in (*answer.headers, *preflight.headers))


async def test_a_page_that_is_named_may_use_the_api_and_no_other() -> None:
    async with opened_api(cors={"origins": [PAGE]}) as api:
        for origin, welcome in ((PAGE, True), (PAGE + ".evil.example", False), ("null", False)):
            headers = {"Origin": origin}
            answer = await api.send("GET", "/pipelines/none", headers=headers)
            preflight = await api.client.options(
                "/pipelines/execute", headers={**headers, **PREFLIGHT}
            )

            assert preflight.status == (204 if welcome else 405)
            expected = origin if welcome else None
            assert answer.headers.get("Access-Control-Allow-Origin") == expected
            assert preflight.headers.get("Access-Control-Allow-Origin") == expected
            assert "Access-Control-Allow-Credentials" not in answer.headers
