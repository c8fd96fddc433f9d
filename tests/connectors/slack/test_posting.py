"""Cards reach Slack once, where they belong, or it is said why not."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import aiohttp
import pytest

from connectors.slack.channels import Channels
from connectors.slack.places import Place
from connectors.slack.posting import Poster
from connectors.slack.threads import Threads
from connectors.slack.web_api import SlackApi, SlackFailed
from engine.alerts.ports import DeliveryFailed
from engine.cards import (
    Card,
    CardKind,
    Diagram,
    DiagramEdge,
    DiagramNode,
    Mention,
    Severity,
)
from engine.testing.clock import FakeClock
from tests.connectors.rendering.hostile import of_type
from tests.servers.slack import BOT_TOKEN, CHANNELS, LEA, Slack, Trouble, fake_slack

CARD = Card(CardKind.ALERT, Severity.CRITICAL, "orders failed", "Two checks did not hold.")
LATER = Card(CardKind.ALERT, Severity.SUCCESS, "orders is well again")
FINANCE = Place("#finance")

FEEDS = Diagram(
    "What feeds gold.revenue",
    (
        DiagramNode("1", "silver.orders", "silver", 0),
        DiagramNode("2", "gold.revenue", "gold", 1, "this"),
    ),
    (DiagramEdge("1", "2"),),
)
DRAWN = replace(CARD, picture=FEEDS)
UPLOADING = ["files.getUploadURLExternal", "upload", "files.completeUploadExternal"]


@dataclass(frozen=True, slots=True)
class Mail:
    """A poster and the Slack that it posts to."""

    slack: Slack
    poster: Poster
    clock: FakeClock


@pytest.fixture
async def mail() -> AsyncIterator[Mail]:
    """A workspace and a way to it."""
    clock = FakeClock()
    async with fake_slack() as slack, aiohttp.ClientSession() as session:
        api = SlackApi(slack.url, BOT_TOKEN, session)
        yield Mail(slack, Poster(api, Channels(api, clock), Threads(api), clock), clock)


async def test_a_card_is_posted_by_the_channel_s_name_and_edited_by_its_receipt(
    mail: Mail,
) -> None:
    receipt = await mail.poster.post(FINANCE, CARD, "alert:1")
    edited = await mail.poster.edit(receipt, LATER, "alert:1")

    (message,) = mail.slack.messages.values()
    assert (receipt, edited) == (f"C0FINANCE:{message['ts']}", receipt)
    assert (message["channel"], message["edits"]) == ("C0FINANCE", 1)
    assert "well again" in message["text"]
    assert message["metadata"]["event_payload"] == {"key": "alert:1"}


async def test_whom_a_card_calls_is_pinged_by_the_id_alone(mail: Mail) -> None:
    people = (Mention("<!channel>", slack=LEA), Mention("<@U0TOM>"), Mention("x", slack="!here"))
    await mail.poster.post(FINANCE, replace(CARD, mentions=people))

    (message,) = mail.slack.messages.values()
    sent = json.dumps(message["blocks"])
    assert message["text"].startswith(f"<@{LEA}> ")
    assert sent.count('"user_id"') == 1
    assert f'"user_id": "{LEA}"' in sent
    assert not any(word in sent + message["text"] for word in ("<!", "<@U0TOM>", "!here"))


async def test_names_are_read_once_and_again_for_an_unknown_one(
    mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        await mail.poster.post(FINANCE, CARD)
    pages = sum(call.method == "conversations.list" for call in mail.slack.calls)
    with pytest.raises(SlackFailed, match="no channel #new"):
        await mail.poster.post(Place("#new"), CARD)
    monkeypatch.setitem(CHANNELS, "C0NEW", "new")
    mail.clock.advance(61)
    with pytest.raises(SlackFailed, match="not_in_channel"):
        await mail.poster.post(Place("#new"), CARD)

    assert pages == 2
    assert sum(call.method == "conversations.list" for call in mail.slack.calls) == 4


@pytest.mark.parametrize("thread", [None, "1700000000.000001"])
async def test_what_may_have_arrived_is_looked_for_and_not_posted_again(
    mail: Mail, thread: str | None
) -> None:
    place = Place("C0FINANCE", thread)
    mail.slack.plan("chat.postMessage", Trouble(500, is_done=True))
    with pytest.raises(SlackFailed) as caught:
        await mail.poster.post(place, CARD, "alert:1")

    receipt = await mail.poster.post(place, LATER, "alert:1", doubtful=True)
    other = await mail.poster.post(place, CARD, "alert:2", doubtful=True)

    assert caught.value.unclear
    assert len(mail.slack.messages) == 2
    assert receipt != other
    assert "well again" in mail.slack.texts()[0]


async def test_an_edit_of_a_message_that_somebody_deleted_says_so(mail: Mail) -> None:
    assert await mail.poster.edit("C0FINANCE:1700000000.999999", CARD) is None
    assert await mail.poster.edit("12", CARD) is None


async def test_a_card_that_slack_can_t_show_arrives_as_words(mail: Mail) -> None:
    mail.slack.plan("chat.postMessage", Trouble(error="msg_blocks_too_long"))

    await mail.poster.post(FINANCE, CARD)

    (message,) = mail.slack.messages.values()
    assert "blocks" not in message
    assert "orders failed" in message["text"]


@pytest.mark.parametrize(
    ("trouble", "permanent", "retry_after", "hint"),
    [
        (Trouble(error="not_in_channel"), True, None, "/invite @atlas"),
        (Trouble(error="channel_not_found"), True, None, "invite"),
        (Trouble(error="is_archived"), True, None, "Unarchive"),
        (Trouble(error="invalid_auth"), False, None, "token"),
        (Trouble(error="internal_error"), False, None, "again"),
        (Trouble(error="<script>"), False, None, "again"),
        (Trouble(error="ratelimited"), False, 5.0, "again"),
        (Trouble(429, retry_after="30"), False, 30.0, "again"),
        (Trouble(429, retry_after="soon"), False, 5.0, "again"),
        (Trouble(429), False, 5.0, "again"),
        (Trouble(500), False, None, "again"),
        (Trouble(503), False, None, "again"),
    ],
)
async def test_a_refusal_says_whether_and_when_to_try_again_and_what_to_do(
    mail: Mail, trouble: Trouble, permanent: bool, retry_after: float | None, hint: str
) -> None:
    mail.slack.plan("chat.postMessage", trouble)

    with pytest.raises(DeliveryFailed) as caught:
        await mail.poster.post(Place("C0FINANCE"), CARD)

    assert (caught.value.permanent, caught.value.retry_after) == (permanent, retry_after)
    assert hint in caught.value.hint
    assert "<script>" not in caught.value.message


async def test_a_slack_that_is_silent_is_given_up(
    mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.slack.web_api.TIMEOUT", aiohttp.ClientTimeout(total=0.05))
    mail.slack.plan("chat.postMessage", Trouble(seconds=1.0))

    with pytest.raises(SlackFailed, match="TimeoutError") as caught:
        await mail.poster.post(Place("C0FINANCE"), CARD)

    assert caught.value.unclear


async def test_a_slack_that_is_away_is_a_reason_to_try_again() -> None:
    async with aiohttp.ClientSession() as session:
        api = SlackApi("http://127.0.0.1:1/api/", BOT_TOKEN, session)
        poster = Poster(api, Channels(api, FakeClock()), Threads(api), FakeClock())

        with pytest.raises(SlackFailed) as caught:
            await poster.post(Place("C0FINANCE"), CARD)

    assert not caught.value.permanent


async def test_hostile_text_stays_text(mail: Mail) -> None:
    hostile = Card(CardKind.ALERT, Severity.INFO, "<!channel> <@U0LEA>", "<!here> &amp;")

    await mail.poster.post(FINANCE, hostile)
    await mail.poster.whisper(FINANCE, LEA, hostile)

    for text in (*mail.slack.texts(), mail.slack.whispers[0]["text"]):
        assert "<" not in text


def methods(slack: Slack) -> list[str]:
    return [each.method for each in slack.calls if each.method != "conversations.list"]


async def test_a_diagram_is_uploaded_and_shown_above_its_tree(mail: Mail) -> None:
    await mail.poster.post(FINANCE, DRAWN, "alert:1")

    (message,) = mail.slack.messages.values()
    (file,) = mail.slack.files
    kinds = [each["type"] for each in message["blocks"]]
    (image,) = of_type(message["blocks"], "image")
    assert methods(mail.slack) == [*UPLOADING, "chat.postMessage"]
    assert mail.slack.files[file].startswith(b"\x89PNG")
    assert image["slack_file"] == {"id": file}
    assert str(image["alt_text"]).startswith("What feeds gold.revenue: 2 boxes, 1 arrow.")
    assert kinds.index("image") == len(kinds) - 2 - ("context" in kinds)
    assert "gold.revenue (this)" in str(message["blocks"][kinds.index("image") + 1])
    (upload,) = (each for each in mail.slack.calls if each.method == "upload")
    assert "Authorization" not in upload.arguments


async def test_whom_a_card_names_is_pinged_with_its_picture_too(mail: Mail) -> None:
    await mail.poster.post(FINANCE, replace(DRAWN, mentions=(Mention("Lea", slack=LEA),)))

    (message,) = mail.slack.messages.values()
    assert len(of_type(message["blocks"], "image")) == 1
    assert [each["user_id"] for each in of_type(message["blocks"], "user")] == [LEA]


async def test_a_retry_and_an_edit_show_the_same_file_and_upload_nothing(mail: Mail) -> None:
    mail.slack.plan("chat.postMessage", Trouble(500, is_done=True))
    with pytest.raises(SlackFailed):
        await mail.poster.post(FINANCE, DRAWN, "alert:1")

    receipt = await mail.poster.post(FINANCE, DRAWN, "alert:1", doubtful=True)
    await mail.poster.edit(receipt, replace(LATER, picture=FEEDS), "alert:1")

    (message,) = mail.slack.messages.values()
    assert len(mail.slack.files) == 1
    assert len(of_type(message["blocks"], "image")) == 1
    assert methods(mail.slack).count("upload") == 1


@pytest.mark.parametrize(
    ("method", "trouble"),
    [
        ("files.getUploadURLExternal", Trouble(error="missing_scope")),
        ("files.getUploadURLExternal", Trouble(429, retry_after="30")),
        ("upload", Trouble(500)),
        ("files.completeUploadExternal", Trouble(error="internal_error")),
    ],
)
async def test_where_a_picture_is_refused_the_tree_stays(
    mail: Mail, method: str, trouble: Trouble, caplog: pytest.LogCaptureFixture
) -> None:
    mail.slack.plan(method, trouble)

    await mail.poster.post(FINANCE, DRAWN, "alert:1")

    (message,) = mail.slack.messages.values()
    assert of_type(message["blocks"], "image") == []
    assert "gold.revenue (this)" in str(message["blocks"])
    assert "a picture is left out" in caplog.text
    assert mail.clock.slept == []


@pytest.mark.parametrize(("times", "pictures"), [(2, 1), (4, 0)])
async def test_a_file_that_slack_still_works_on_is_waited_for_a_moment(
    mail: Mail, times: int, pictures: int
) -> None:
    mail.slack.plan("chat.postMessage", *[Trouble(error="invalid_blocks")] * times)

    await mail.poster.post(FINANCE, DRAWN, "alert:1")
    await mail.poster.post(FINANCE, DRAWN, "alert:2")

    first, second = mail.slack.messages.values()
    assert len(of_type(first["blocks"], "image")) == pictures
    assert "gold.revenue (this)" in str(first["blocks"])
    # one that was never shown is uploaded anew
    assert len(of_type(second["blocks"], "image")) == 1
    assert len(mail.slack.files) == 2 - pictures


async def test_what_one_person_sees_alone_has_the_tree_only(mail: Mail) -> None:
    await mail.poster.whisper(Place("C0FINANCE"), LEA, DRAWN)

    assert methods(mail.slack) == ["chat.postEphemeral"]
    assert "gold.revenue (this)" in str(mail.slack.whispers[0]["blocks"])
