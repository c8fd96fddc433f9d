"""Bodies that no Teams sends: none runs a command, none breaks the way in."""

import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.teams.activity import Malformed, read_activity
from connectors.teams.settings import TeamsSettings
from connectors.teams.speech import said_in
from tests.connectors.teams.builders import House, a_house, an_activity, in_channel
from tests.servers.bot_framework import bot_framework

DEEP = b"[" * 100_000 + b"]" * 100_000


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house() -> AsyncIterator[House]:
    """One way in for the module: what is thrown at it, it must survive."""
    async with bot_framework() as framework, a_house(framework) as opened:
        yield opened


async def is_alive(house: House) -> bool:
    house.inbox.kept.clear()
    status, _ = await house.send(an_activity(house.service_url))
    heard = house.heard
    house.inbox.kept.clear()
    return status == 200 and heard == ["help"]


def a_body(**changed: object) -> bytes:
    return json.dumps(an_activity("", **changed)).encode()


HOSTILE = {
    "nothing": (b"", 400),
    "not JSON": (b"text=help", 400),
    "broken off": (a_body()[:-20], 400),
    "another encoding": (a_body().decode().encode("utf-16"), 400),
    "not UTF-8": (b'{"type": "message", "text": "\xff"}', 400),
    "a list": (b"[]", 400),
    "null": (b"null", 400),
    "a number": (b"1e999", 400),
    "empty": (b"{}", 400),
    "no type": (b'{"text": "help"}', 400),
    "type of another type": (b'{"type": {"a": 1}}', 400),
    "deep": (DEEP, 400),
    "deep within": (b'{"type": "message", "value": ' + DEEP + b"}", 400),
    "null bytes": (a_body(text="he\x00lp"), 400),
    "raw null bytes": (a_body().replace(b"help", b"he\x00lp"), 400),
    "text is a list": (a_body(text=["help"]), 400),
    "text is a number": (a_body(text=1), 400),
    "entities are text": (a_body(entities="x"), 400),
    "sender is a text": (a_body(**{"from": "lea"}), 400),
    "a lone surrogate": (a_body(text="\ud800 help"), 400),
    "10 MB": (a_body(text="x" * 10_000_000), 413),
    "more than fits": (a_body(more="x" * 300_000), 413),
    "a long text": (a_body(text="x" * 150_000), 400),
    "a long id": (a_body(id="1" * 5_000), 400),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.asyncio(loop_scope="module")
async def test_a_hostile_body_is_refused_and_ends_nothing(house: House, name: str) -> None:
    body, expected = HOSTILE[name]

    status, _ = await house.send(None, body=body)

    assert status == expected
    assert house.heard == []
    assert await is_alive(house)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "x"])
@pytest.mark.asyncio(loop_scope="module")
async def test_what_is_not_declared_as_json_is_refused(house: House, content_type: str) -> None:
    status, _ = await house.send(None, body=a_body(), content_type=content_type)

    assert status == 415


@pytest.mark.asyncio(loop_scope="module")
async def test_neither_the_token_nor_what_was_said_is_logged(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret, header = "maria@example.com", house.server.header()
    forged = header[:-4] + "AAAA"

    await house.send(an_activity(house.service_url, f"find {secret}"), forged)
    await house.send(None, body=a_body(text=[secret], **{secret: 1}))
    await house.send(an_activity(f"https://{secret}/", "x"))

    ours = "".join(each.getMessage() for each in caplog.records if "teams" in each.name)
    assert ours.count("turned away") == 2
    assert secret not in ours
    assert header.split(".")[2][:20] not in ours


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["message", "invoke", "adaptiveCard/action", "msteams", "personal", "help"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "text", "type", "name", "data", "action", "mentioned", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)

FIELDS = sorted(
    ({*an_activity("")} | {"value", "name", "action", "membersRemoved", "membersAdded"})
    - {"serviceUrl", "channelId"}
)


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    """An activity with some of its fields made something else, or taken away."""
    activity: dict[str, Any] = draw(st.sampled_from([an_activity, in_channel]))("")
    for field in draw(st.lists(st.sampled_from(FIELDS), min_size=1, max_size=4, unique=True)):
        if draw(st.booleans()):
            activity[field] = draw(VALUES)
        else:
            activity.pop(field, None)
    return activity


@given(mutated())
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_whatever_an_activity_holds_it_is_read_or_refused(activity: dict[str, Any]) -> None:
    try:
        read = read_activity(json.dumps(activity).encode())
    except Malformed:
        return
    said = said_in(read)

    assert said is None or (said.text and said.beside.person and "\x00" not in said.text)


@pytest.mark.asyncio(loop_scope="module")
async def test_no_mutation_gets_a_5xx_or_says_what_nobody_said(house: House) -> None:
    statuses: set[int] = set()

    examples: list[dict[str, Any]] = []

    @given(mutated())
    @settings(max_examples=60, database=None, suppress_health_check=[HealthCheck.too_slow])
    def collect(activity: dict[str, Any]) -> None:
        examples.append(activity)

    collect()
    for activity in examples:
        activity["serviceUrl"] = house.service_url
        house.inbox.kept.clear()
        status, _ = await house.send(activity)
        statuses.add(status)
        assert status < 500
        house.inbox.kept.clear()
        forged, _ = await house.send(activity, house.server.header(aud="other"))
        assert forged == 401
        assert house.heard == []

    assert statuses <= {200, 400, 403}
    assert await is_alive(house)


URLS = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["https://", "http://", "HTTPS://", "//", "ftp://", "https:/", ""]),
    st.sampled_from(
        [
            "smba.trafficmanager.net",
            "smba.trafficmanager.net.evil.example",
            "evil.example",
            "smba.trafficmanager.net@evil.example",
            "evil.example\\@smba.trafficmanager.net",
            "evil.example#smba.trafficmanager.net",
            "evil.example?smba.trafficmanager.net",
            "SMBA.trafficmanager.net",
            "smba.trafficmanager.net:444",
            "smba.trafficmanager.net:x",
            "127.0.0.1",
            "[::1",
        ]
    ),
    st.sampled_from(["", "/", "/amer/", ":443", "/..", "@evil.example/"]),
    st.sampled_from(["", " ", "\n", "?x", "#x"]),
)


@given(URLS)
def test_the_token_goes_to_the_clouds_own_hosts_alone(url: str) -> None:
    from yarl import URL

    if TeamsSettings().allows(url):
        target = URL(url)
        assert target.scheme == "https"
        assert target.host == "smba.trafficmanager.net"
