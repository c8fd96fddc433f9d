"""Bytes that no client of good will sends."""

import asyncio
import re

import pytest

from tests.connectors.rest.shop import Api


async def answered(api: Api, raw: bytes) -> tuple[int, bytes]:
    """The status and the whole answer to raw bytes."""
    assert api.client.port is not None
    reader, writer = await asyncio.open_connection(api.client.host, api.client.port)
    writer.write(raw)
    async with asyncio.timeout(5):
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"Content-Length: (\d+)", head)
        body = await reader.readexactly(int(length[1]) if length else 0)
    writer.close()
    await writer.wait_closed()
    return int(head.split()[1]), head + body


def request(
    line: bytes, secret: str, *headers: bytes, body: bytes = b"", length: int | None = None
) -> bytes:
    """A request that ends its connection."""
    given = (
        b"Host: x",
        b"Connection: close",
        f"Authorization: Bearer {secret}".encode(),
        *headers,
        f"Content-Length: {len(body) if length is None else length}".encode(),
    )
    return b"\r\n".join((line + b" HTTP/1.1", *given, b"", body))


@pytest.mark.parametrize(
    ("line", "header", "expected"),
    [
        (b"GET /pipelines?table_name=%ff", b"X: x", {400, 404}),
        (b"GET /pipelines?table_name=\xff", b"X: x", {400, 404}),
        (b"GET /pipelines?table_name=%ed%a0%80", b"X: x", {400, 404}),
        (b"GET /pipelines/%ff", b"X: x", {404}),
        (b"GET /pipelines/\xff", b"X: x", {400, 404}),
        (b"GET /pipelines/%00%0d%0aX:%20x", b"X: x", {404}),
        (b"GET /pipelines/" + b"0" * 5000, b"X: x", {400, 404}),
        (b"GET /pipelines", b"Authorization: Bearer \xff\xfe", {200, 400, 401}),
        (b"GET /pipelines", b"Host: y", {200, 400}),
        (b"GET /%70ipelines", b"X: x", {200}),
        (b"GET http://elsewhere/pipelines", b"X: x", {200}),
        (b"GET //pipelines", b"X: x", {400, 404}),
        (b"BREW /pipelines", b"X: x", {400, 405}),
    ],
)
async def test_strange_bytes_break_nothing(
    api: Api, line: bytes, header: bytes, expected: set[int]
) -> None:
    status, answer = await answered(api, request(line, api.secret, header))

    assert status in expected, answer
    assert b"Traceback" not in answer


@pytest.mark.parametrize(
    ("header", "body", "expected"),
    [
        (b"Idempotency-Key: \xff", b'{"pipeline_name": "ingest"}', {400}),
        (b"Content-Encoding: gzip", b"not gzip at all", {400}),
        (b"Content-Encoding: unheard-of", b'{"pipeline_name": "ingest"}', {202, 400, 415}),
        (b"X: x", b'{"pipeline_name": "\xff"}', {400}),
        (b"X: x", b'{"pipeline_name": "a", "pipeline_name": "ingest"}', {202, 400}),
    ],
)
async def test_strange_bodies_break_nothing(
    api: Api, header: bytes, body: bytes, expected: set[int]
) -> None:
    raw = request(
        b"POST /pipelines/execute",
        api.secret,
        header,
        b"Content-Type: application/json",
        body=body,
    )

    status, answer = await answered(api, raw)

    assert status in expected, answer
    assert b"Traceback" not in answer


async def test_a_small_body_that_unfolds_into_a_large_one_is_turned_away(api: Api) -> None:
    import gzip

    raw = request(
        b"POST /pipelines/execute",
        api.secret,
        b"Content-Type: application/json",
        b"Content-Encoding: gzip",
        body=gzip.compress(b" " * 10_000_000),
    )

    status, answer = await answered(api, raw)

    assert status == 413, answer


async def test_a_body_that_does_not_come_is_given_up(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.rest.limits.BODY_TIMEOUT", 0.05)
    raw = request(
        b"POST /pipelines/execute",
        api.secret,
        b"Content-Type: application/json",
        body=b'{"pipeline_name":',
        length=1000,
    )

    status, answer = await answered(api, raw)

    assert status == 408, answer
    assert b"problem+json" in answer
