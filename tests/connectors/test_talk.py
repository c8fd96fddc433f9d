"""What is said between the page and the bot, kindly meant or not."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
import pytest

from engine.cards import Card, CardKind, Severity
from engine.host import CardMessage
from tests.connectors.visitor import COOKIE, Page, Visitor
from tests.world import PATIENCE, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> \u202e {{7*7}} %00 \x1b[31m"


async def test_a_page_is_greeted_with_all_that_it_shows(visitor: Visitor) -> None:
    async with visitor.page() as page:
        client_id = await page.say("who am I?")
        answer = await page.reply()

    async with visitor.page() as page:
        hello = page.hello

    assert hello["you"] == {"id": "web:you", "name": "You", "role": "admin"}
    # the house is shared: a channel in which Atlas spoke meanwhile comes after its own
    own = hello["channels"][:4]
    names = [channel["name"] for channel in own]
    assert names == ["#general", "#data-alerts", "#privacy", "#digest"]
    assert all(channel["purpose"] for channel in own)
    assert {"label": "Help", "text": "help"} in hello["suggestions"]
    asked = next(each for each in hello["messages"] if each["client_id"] == client_id)
    assert (asked["author"], asked["text"]) == ("you", "who am I?")
    assert next(each for each in hello["messages"] if each["id"] == answer["id"]) == answer


async def test_a_sentence_is_shown_to_every_page_and_answered_in_its_channel(
    visitor: Visitor,
) -> None:
    async with visitor.page() as mine, visitor.page() as other:
        client_id = await mine.say("what pipelines are there?", "#privacy")

        shown = (await other.frame("message"))["message"]
        answer = await other.reply()

    assert (shown["author"], shown["client_id"]) == ("you", client_id)
    assert answer["channel"] == "#privacy"
    assert answer["card"]["title"] == "4 pipelines in Harbour & Pine"


async def test_a_channel_in_which_atlas_spoke_is_one_of_the_page_from_then_on(
    visitor: Visitor, house: World
) -> None:
    card = Card(CardKind.ALERT, Severity.WARNING, "For the people of finance")
    web = house.bot.get_connector("web")
    async with visitor.page() as page:
        await web.send(CardMessage(card, target="#finance", connector=web))
        await page.say("who am I?", "#finance")
        answer = await page.reply()

    async with visitor.page() as page:
        names = [channel["name"] for channel in page.hello["channels"]]

    assert answer["channel"] == "#finance"
    assert names[-1] == "#finance"


async def test_hostile_text_comes_back_as_the_text_that_it_is(visitor: Visitor) -> None:
    async with visitor.page() as page:
        await page.say(HOSTILE + "\x00")

        shown = (await page.frame("message"))["message"]
        answer = await page.reply()

    assert shown["text"] == HOSTILE
    assert answer["card"]["title"] in {"I did not understand that", "Not quite understood"}


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        ({"text": "x" * 4_001}, "A message may have 4,000 characters."),
        ({"text": " \n\t "}, "The message is empty."),
        ({"channel": "#secret"}, "There is no channel #secret."),
        ({"channel": "terminal:#general"}, "There is no channel"),
        ({"channel": ["#general"]}, "That message could not be read."),
        ({"text": None}, "That message could not be read."),
        ({"type": "shout"}, "That message could not be read."),
        ({"type": "hello"}, "That message could not be read."),
    ],
)
async def test_a_frame_that_is_not_a_sentence_is_refused_with_a_reason(
    visitor: Visitor, frame: dict[str, object], reason: str
) -> None:
    async with visitor.page() as page:
        whole = {"type": "say", "channel": "#general", "text": "help", "client_id": "mine"}

        await page.send(**{**whole, **frame})

        refused = await page.frame("refused")
    assert reason in refused["reason"]
    assert refused["client_id"] == "mine"


@pytest.mark.parametrize(
    "raw",
    ["", "{", "[]", "null", '"say"', "1e999", "[" * 30_000, '{"client_id":' + "[" * 30_000, "\x00"],
)
async def test_a_frame_that_is_not_json_is_refused_and_the_page_stays(
    visitor: Visitor, raw: str
) -> None:
    async with visitor.page() as page:
        await page.socket.send_str(raw)

        assert (await page.frame("refused"))["client_id"] is None
        await page.say("who am I?")
        assert (await page.reply())["card"]["title"] == "You are You"


async def test_a_surrogate_half_does_not_stop_the_talk(visitor: Visitor) -> None:
    async with visitor.page() as page:
        said = '{"type": "say", "channel": "#general", "text": "\\ud800 help", "client_id": "half"}'
        await page.socket.send_str(said)
        await page.say("who am I?")

        assert (await page.reply())["card"]["title"] is not None


async def test_a_frame_beyond_all_measure_ends_its_own_page_only(visitor: Visitor) -> None:
    async with visitor.page() as other:
        async with visitor.page() as page:
            await page.socket.send_str("x" * (65 * 1024))
            async with asyncio.timeout(PATIENCE):
                ending = await page.socket.receive()
            assert ending.type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED}

        await other.say("who am I?")
        assert (await other.reply())["card"]["title"] == "You are You"


async def test_a_binary_frame_is_passed_over(visitor: Visitor) -> None:
    async with visitor.page() as page:
        await page.socket.send_bytes(b'{"type": "say", "text": "help"}\xff')
        await page.say("who am I?")

        assert (await page.reply())["card"]["title"] == "You are You"


async def test_a_hundred_open_pages_all_hear_the_answer(visitor: Visitor) -> None:
    async with _pages(visitor, 100) as pages:
        await pages[0].say("who am I?")

        answers = await asyncio.gather(*(page.reply() for page in pages))

    assert {answer["card"]["title"] for answer in answers} == {"You are You"}
    assert len({answer["id"] for answer in answers}) == 1


async def test_a_page_that_reads_nothing_holds_up_nobody(house: World, visitor: Visitor) -> None:
    loop = asyncio.get_running_loop()
    async with visitor.page() as page, _much_to_read(house), _stuck_page(visitor):
        began = loop.time()
        for _ in range(120):
            await page.say("describe medallion" + " " * 3_900)
            await page.reply()
        seconds = loop.time() - began

    assert seconds < 4.0


async def test_questions_faster_than_answers_are_all_answered_in_order(visitor: Visitor) -> None:
    async with visitor.page() as page:
        for number in range(30):
            await page.say(f"status of {number}" if number % 2 else "who am I?")

        answers = [await page.reply() for _ in range(30)]

    titles = [answer["card"]["title"] for answer in answers]
    assert titles[::2] == ["You are You"] * 15
    assert "You are You" not in titles[1::2]


async def test_a_run_from_the_page_is_one_message_that_is_edited(
    house: World, visitor: Visitor
) -> None:
    async with visitor.page() as page:
        await page.say("ingest products", "#digest")

        frames = [await page.reply()]
        while frames[-1]["card"]["severity"] == "info":
            frames.append(await page.reply())

    assert len({frame["id"] for frame in frames}) == 1
    assert {frame["channel"] for frame in frames} == {"#digest"}
    assert frames[-1]["card"]["title"] == "ingest for products — succeeded"
    assert frames[-1]["edited_at"] is not None
    assert len(frames) > 1
    stored = await house.rows(
        "SELECT card FROM atlas.web_messages WHERE id = $1", int(frames[-1]["id"][1:])
    )
    assert json.loads(stored[0]["card"]) == frames[-1]["card"]


async def test_programs_hear_that_it_lives_and_is_ready(visitor: Visitor) -> None:
    async with visitor.get("/healthz") as alive, visitor.get("/readyz") as ready:
        assert (alive.status, await alive.json()) == (200, {"status": "alive"})
        assert (ready.status, await ready.json()) == (200, {"status": "ready"})


@asynccontextmanager
async def _pages(visitor: Visitor, count: int) -> AsyncIterator[list[Page]]:
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(visitor.page()) for _ in range(count)]


@asynccontextmanager
async def _much_to_read(house: World) -> AsyncIterator[None]:
    """A transcript too long for the buffers between the bot and a page that does not read it."""
    await house.rows(
        "INSERT INTO atlas.web_messages (channel, author, name, text, at) "
        "SELECT '#digest', 'atlas', 'Flood', repeat('x', 20000), now() FROM generate_series(1, 400)"
    )
    yield
    await house.rows("DELETE FROM atlas.web_messages WHERE name = 'Flood'")


@asynccontextmanager
async def _stuck_page(visitor: Visitor) -> AsyncIterator[None]:
    """A page that shook hands and never reads again."""
    with socket.socket() as plain:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        plain.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(plain, ("127.0.0.1", visitor.port))
        lines = (
            "GET /web/socket HTTP/1.1",
            f"Host: 127.0.0.1:{visitor.port}",
            f"Origin: {visitor.origin}",
            f"Cookie: {COOKIE['Cookie']}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        )
        await loop.sock_sendall(plain, ("\r\n".join(lines) + "\r\n\r\n").encode())
        assert (await loop.sock_recv(plain, 12)).endswith(b"101")
        yield


async def test_a_card_whose_receipt_was_lost_edits_the_message_that_it_became(
    house: World, visitor: Visitor
) -> None:
    connector = house.bot.get_connector("web")
    assert connector is not None

    def form(title: str) -> CardMessage:
        card = Card(CardKind.REPLY, Severity.INFO, title, fallback_text=title)
        return CardMessage(card, None, "run:LOST0001", target="#general", connector=connector)

    shown = await connector.send(form("begun"))
    again = await connector.send(form("ended"))
    async with visitor.page() as page:
        hello = page.hello

    assert again == shown
    assert [m["text"] for m in hello["messages"] if m["text"] in {"begun", "ended"}] == ["ended"]
