"""Who knocks without Slack's signature stays outside, and whatever knocks, the door stays whole."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp import web

from connectors.slack.doors import LARGEST_BODY, PATH, Door
from connectors.slack.model import Bot, Incoming
from engine.errors import DatabaseUnreachable
from engine.testing.clock import EPOCH, FakeClock
from tests.servers.slack import (
    BOT,
    SECRET,
    as_form,
    click,
    command,
    direct,
    event,
    mention,
    signed,
    submitted,
)

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
NOW = EPOCH.timestamp()
TS = "1700000000.000100"
BODY = json.dumps(event(mention("run pipeline medallion", TS))).encode()


@dataclass
class Entrance:
    """The door on a port of its own, and what came through."""

    url: str = ""
    clock: FakeClock = field(default_factory=FakeClock)
    taken: list[Incoming] = field(default_factory=list)
    is_away: bool = False

    async def take(self, incoming: Incoming) -> None:
        if self.is_away:
            raise DatabaseUnreachable("It is away.")
        self.taken.append(incoming)

    async def send(
        self, body: bytes = BODY, kind: str | None = JSON, headers: dict[str, str] | None = None
    ) -> tuple[int, str]:
        given = signed(body, NOW) if headers is None else headers
        given = {**given, **({"Content-Type": kind} if kind is not None else {})}
        async with (
            aiohttp.ClientSession(skip_auto_headers={"Content-Type"}) as session,
            session.post(self.url, data=body, headers=given) as answer,
        ):
            return answer.status, await answer.text()


@pytest.fixture
async def entrance() -> AsyncIterator[Entrance]:
    """A door that believes the secret."""
    opened = Entrance()
    app = web.Application()
    Door(SECRET, opened.take, lambda: Bot(BOT, "B0ATLAS"), opened.clock).add_to(app)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    opened.url = f"http://127.0.0.1:{runner.addresses[0][1]}{PATH}"
    yield opened
    await runner.cleanup()


async def test_what_slack_signed_is_taken_and_answered_with_nothing(entrance: Entrance) -> None:
    assert await entrance.send() == (200, "")
    assert await entrance.send(urlencode(command("help")).encode(), FORM) == (200, "")
    assert await entrance.send(as_form(click("help", "1.1")), FORM) == (200, "")
    assert await entrance.send(as_form(submitted("help")), FORM) == (200, "")

    assert [each.text for each in entrance.taken] == ["run pipeline medallion", *["help"] * 3]


async def test_the_challenge_comes_back(entrance: Entrance) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "3eZbrw1aBm2"}).encode()

    assert await entrance.send(body) == (200, "3eZbrw1aBm2")
    assert (await entrance.send(body, headers={}))[0] == 401


GOOD = signed(BODY, NOW)
STAMP, MARK = "X-Slack-Request-Timestamp", "X-Slack-Signature"

FORGED: dict[str, dict[str, str]] = {
    "unsigned": {},
    "without a timestamp": {MARK: GOOD[MARK]},
    "without a signature": {STAMP: GOOD[STAMP]},
    "signed with another secret": signed(BODY, NOW, "another"),
    "signed for another body": signed(BODY + b" ", NOW),
    "replayed after five minutes": signed(BODY, NOW - 301),
    "from the future": signed(BODY, NOW + 301),
    "replayed with a new timestamp": {**signed(BODY, NOW - 900), STAMP: str(int(NOW))},
    "of another version": {**GOOD, MARK: GOOD[MARK].replace("v0=", "v1=")},
    "in capitals": {**GOOD, MARK: GOOD[MARK].upper()},
    "cut short": {**GOOD, MARK: GOOD[MARK][:-1]},
    "empty": {**GOOD, MARK: ""},
    "not ASCII": {**GOOD, MARK: "v0=" + "é" * 64},
    "with a timestamp in words": {**GOOD, STAMP: "now"},
    "with a timestamp beyond measure": {**GOOD, STAMP: "9" * 400},
    "with a negative timestamp": {**GOOD, STAMP: f"-{int(NOW)}"},
    "with a timestamp of other digits": {**GOOD, STAMP: "".join(chr(0x660 + i) for i in range(9))},
    "with a broken timestamp": {**GOOD, STAMP: f"{int(NOW)}.5"},
}


@pytest.mark.parametrize("headers", FORGED.values(), ids=FORGED.keys())
async def test_a_forged_request_is_refused(entrance: Entrance, headers: dict[str, str]) -> None:
    status, text = await entrance.send(headers=headers)

    assert (status, entrance.taken) == (401, [])
    assert "medallion" not in text


async def test_a_request_grows_old(entrance: Entrance) -> None:
    assert (await entrance.send())[0] == 200
    entrance.clock.advance(timedelta(minutes=5, seconds=1).total_seconds())

    assert (await entrance.send())[0] == 401


async def test_a_header_that_comes_twice_is_refused(entrance: Entrance) -> None:
    async with aiohttp.ClientSession() as session:
        headers = [*GOOD.items(), (MARK, GOOD[MARK]), ("Content-Type", JSON)]
        async with session.post(entrance.url, data=BODY, headers=headers) as answer:
            assert answer.status == 401


@pytest.mark.parametrize("kind", [None, "text/plain", "multipart/form-data; boundary=x", "x"])
async def test_another_kind_of_body_is_refused(entrance: Entrance, kind: str | None) -> None:
    assert (await entrance.send(kind=kind))[0] == 415


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
async def test_another_method_is_refused(entrance: Entrance, method: str) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, entrance.url, data=BODY, headers=GOOD) as answer,
    ):
        assert answer.status == 405


HOSTILE = {
    "no JSON": b"{",
    "a list": b"[]",
    "nothing": b"",
    "no text": b"\xff\xfe\x00",
    "deep": b'{"a":' * 100_000,
    "deep lists": b"[" * 500_000,
    "a null byte": BODY + b"\x00",
    "a null byte within": BODY.replace(b"medallion", b"med\x00allion"),
    "a form that says it is JSON": as_form(click("help", "1.1")),
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
async def test_a_signed_body_that_is_none_is_refused(entrance: Entrance, body: bytes) -> None:
    headers = {**GOOD} if b"\xff" in body else signed(body, NOW)

    status, _ = await entrance.send(body, headers=headers)

    assert status in {400, 401}
    assert entrance.taken == []
    assert await entrance.send() == (200, "")


@pytest.mark.parametrize("megabytes", [1, 10])
async def test_a_body_beyond_all_measure_is_not_read(entrance: Entrance, megabytes: int) -> None:
    body = b" " * (megabytes * 1024 * 1024 + 1)
    headers = {**signed(body, NOW), "Content-Type": JSON}
    with suppress(aiohttp.ClientError):  # the connection may be closed while it is written
        async with (
            aiohttp.ClientSession() as session,
            session.post(entrance.url, data=BytesIO(body), headers=headers) as answer,
        ):
            assert answer.status == 413

    assert await entrance.send() == (200, "")


@pytest.mark.parametrize("packed", ["gzip", "deflate"])
async def test_a_body_that_only_claims_to_be_packed_is_refused(
    entrance: Entrance, packed: str
) -> None:
    headers = {**GOOD, "Content-Type": JSON, "Content-Encoding": packed}
    async with (
        aiohttp.ClientSession() as session,
        session.post(entrance.url, data=BytesIO(b"xx"), headers=headers) as answer,
    ):
        assert 400 <= answer.status < 500

    assert await entrance.send() == (200, "")


async def test_a_body_without_a_length_is_not_read_beyond_the_limit(entrance: Entrance) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 64 * LARGEST_BODY:
            sent += 65_536
            yield b" " * 65_536
            await asyncio.sleep(0)

    with suppress(aiohttp.ClientError):
        async with (
            aiohttp.ClientSession() as session,
            session.post(
                entrance.url, data=endless(), headers={**GOOD, "Content-Type": JSON}
            ) as answer,
        ):
            assert answer.status == 413

    assert sent < 64 * LARGEST_BODY


async def test_what_can_not_be_kept_now_is_to_be_sent_again(entrance: Entrance) -> None:
    entrance.is_away = True
    assert (await entrance.send())[0] == 503

    entrance.is_away = False
    assert (await entrance.send())[0] == 200


async def test_a_thousand_mutilated_requests_leave_the_door_whole(entrance: Entrance) -> None:
    chance = random.Random(7)  # noqa: S311  # the same requests each time
    whole = [
        (BODY, JSON),
        (json.dumps(event(direct("run all", TS))).encode(), JSON),
        (as_form(click("run all", "1.1")), FORM),
        (urlencode(command("run all")).encode(), FORM),
    ]
    async with aiohttp.ClientSession() as session:
        for _ in range(1_000):
            body, kind = _mutilated(*chance.choice(whole), chance)
            try:
                headers = {**signed(body, NOW), "Content-Type": kind}
            except UnicodeDecodeError:
                headers = {**GOOD, "Content-Type": kind}
            async with session.post(entrance.url, data=body, headers=headers) as answer:
                assert answer.status in {200, 400, 401, 415}, body
    assert await entrance.send() == (200, "")


def _mutilated(body: bytes, kind: str, chance: random.Random) -> tuple[bytes, str]:
    raw = bytearray(body)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(raw)) if raw else 0
        match chance.randrange(4):
            case 0:
                raw[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del raw[at : at + chance.randint(1, 40)]
            case 2:
                raw[at:at] = chance.choice([b'"', b"{", b"]", b"null", b"\\u0000", b"%00", b"&"])
            case _:
                raw[at:at] = raw[at : at + 30]
    return bytes(raw), chance.choice([kind, kind, JSON, FORM])
