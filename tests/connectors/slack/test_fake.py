"""The fake is held to Slack's own clients, so that it is not our opinion alone."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from tests.servers.slack import (
    APP_TOKEN,
    BOT,
    BOT_TOKEN,
    LEA,
    SECRET,
    Slack,
    Trouble,
    event,
    fake_slack,
    mention,
    signed,
)


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    """A Slack."""
    async with fake_slack() as opened:
        yield opened


def client(slack: Slack, token: str = BOT_TOKEN) -> AsyncWebClient:
    return AsyncWebClient(token=token, base_url=slack.url)


async def test_slack_s_client_posts_edits_whispers_and_finds_by_metadata(slack: Slack) -> None:
    web = client(slack)
    metadata = {"event_type": "atlas", "event_payload": {"key": "run:1"}}

    who = await web.auth_test()
    posted = await web.chat_postMessage(channel="C0GENERAL", text="hello", metadata=metadata)
    await web.chat_update(channel="C0GENERAL", ts=str(posted["ts"]), text="hello again")
    await web.chat_postEphemeral(channel="C0GENERAL", user=LEA, text="psst")
    history = await web.conversations_history(channel="C0GENERAL", include_all_metadata=True)
    below = await web.conversations_replies(channel="C0GENERAL", ts=str(posted["ts"]))

    assert who["user_id"] == BOT
    (message,) = history["messages"]
    assert (message["text"], message["metadata"]) == ("hello again", metadata)
    assert [each["ts"] for each in below["messages"]] == [posted["ts"]]
    assert slack.whispers[0]["user"] == LEA


async def test_slack_s_client_pages_through_channels_and_opens_views(slack: Slack) -> None:
    web, names = client(slack), list[str]()
    async for page in await web.conversations_list(limit=2):
        names += [each["name"] for each in page["channels"]]

    view = {"type": "home", "blocks": [{"type": "divider"}]}
    await web.views_publish(user_id=LEA, view=view)
    await web.views_open(trigger_id="1.2.a", view={"type": "modal", "blocks": []})

    assert names == ["general", "finance", "secret"]
    assert slack.homes[LEA]["type"] == "home"
    assert len(slack.forms) == 1


async def test_slack_s_client_uploads_a_file_that_a_message_can_show(slack: Slack) -> None:
    web = client(slack)

    done = await web.files_upload_v2(filename="a.png", content=b"\x89PNG", alt_txt="A picture")
    file = str(done["files"][0]["id"])
    block = {"type": "image", "slack_file": {"id": file}, "alt_text": "A picture"}
    await web.chat_postMessage(channel="C0GENERAL", text="see", blocks=[block])
    strange = block | {"slack_file": {"id": "F0STRANGER"}}
    with pytest.raises(SlackApiError) as caught:
        await web.chat_postMessage(channel="C0GENERAL", text="see", blocks=[strange])

    assert slack.files == {file: b"\x89PNG"}
    assert caught.value.response["error"] == "invalid_blocks"


@pytest.mark.parametrize(
    ("token", "channel", "code"),
    [
        ("xoxb-wrong", "C0GENERAL", "invalid_auth"),
        (BOT_TOKEN, "C0SECRET", "not_in_channel"),
        (BOT_TOKEN, "C0NOWHERE", "channel_not_found"),
    ],
)
async def test_slack_s_client_reads_refusals(
    slack: Slack, token: str, channel: str, code: str
) -> None:
    with pytest.raises(SlackApiError) as caught:
        await client(slack, token).chat_postMessage(channel=channel, text="hello")

    assert caught.value.response["error"] == code


async def test_slack_s_client_reads_that_it_asks_too_often(slack: Slack) -> None:
    slack.plan("auth.test", Trouble(429, retry_after="7"))

    with pytest.raises(SlackApiError) as caught:
        await client(slack).auth_test()

    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "7"


async def test_slack_s_socket_client_hears_and_acknowledges(slack: Slack) -> None:
    heard = list[SocketModeRequest]()

    async def listen(socket: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        heard.append(request)
        await socket.send_socket_mode_response(SocketModeResponse(request.envelope_id))

    socket = SocketModeClient(app_token=APP_TOKEN, web_client=client(slack))
    socket.socket_mode_request_listeners.append(listen)
    try:
        await socket.connect()  # type: ignore[no-untyped-call]  # slack_sdk left it untyped
        async with asyncio.timeout(10):
            envelope = await slack.deliver("events_api", event(mention("help", "17.1")))
    finally:
        await socket.disconnect()  # type: ignore[no-untyped-call]  # slack_sdk left it untyped
        await socket.close()  # type: ignore[no-untyped-call]  # slack_sdk left it untyped

    assert [each.envelope_id for each in heard] == [envelope]
    assert heard[0].payload["event"]["text"] == f"<@{BOT}> help"


def test_slack_s_verifier_believes_the_signatures() -> None:
    class Then:
        def now(self) -> float:
            return 1_700_000_000.0

    headers = signed(b'{"type": "x"}', 1_700_000_000)

    verifier = SignatureVerifier(SECRET)
    verifier.clock = Then()  # type: ignore[assignment]  # it looks at nothing but `now`
    assert verifier.is_valid_request(b'{"type": "x"}', headers)
    assert not verifier.is_valid_request(b'{"type": "y"}', headers)
