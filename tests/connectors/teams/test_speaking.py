"""What Atlas says in Teams: posted, edited, in threads, by a channel's name, and refused."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import aiohttp
import pytest
from aiohttp import web

from connectors.teams.api import TeamsApi
from connectors.teams.login import Login
from connectors.teams.pace import Pace
from connectors.teams.places import Places
from connectors.teams.roster import Roster
from connectors.teams.speaking import Speaker, card_message
from connectors.teams.speech import Beside
from engine.alerts.ports import DeliveryFailed
from engine.cards import Card, CardKind, CardTable, Severity
from engine.conversations import Conversation, ConversationKind
from engine.errors import ConfigurationError
from engine.testing.clock import FakeClock
from engine.testing.conversations import MemoryConversations
from tests.connectors.teams.builders import CHANNEL, CHAT, TEAM, credentials, settings_for
from tests.servers.bot_framework import (
    BOT,
    TENANT,
    BotFramework,
    Fault,
    served,
)

LATE = Card(CardKind.ALERT, Severity.WARNING, "orders is late")
FIXED = Card(CardKind.ALERT, Severity.SUCCESS, "orders is fixed")


@dataclass(frozen=True, slots=True)
class Mouth:
    """A speaker with all that it stands on."""

    speaker: Speaker
    known: MemoryConversations
    clock: FakeClock
    login: Login
    roster: Roster


@asynccontextmanager
async def a_mouth(framework: BotFramework) -> AsyncIterator[Mouth]:
    chat = Conversation(CHAT, ConversationKind.PERSONAL, framework.service_url, TENANT, BOT)
    finance = Conversation(
        CHANNEL,
        ConversationKind.CHANNEL,
        framework.service_url,
        TENANT,
        BOT,
        name="Finance",
        team=TEAM,
        team_name="Numbers",
    )
    framework.put(CHAT)
    framework.put(CHANNEL)
    known, clock, settings = (
        MemoryConversations(chat, finance),
        FakeClock(),
        settings_for(framework),
    )
    async with aiohttp.ClientSession() as session:
        login = Login(session, settings, credentials(framework), clock)
        api = TeamsApi(session, login)
        places = Places(known, api, settings, clock)
        speaker = Speaker(api, places, Pace(clock), clock)
        yield Mouth(speaker, known, clock, login, Roster(api, places))


@pytest.fixture
async def mouth(framework: BotFramework) -> AsyncIterator[Mouth]:
    async with a_mouth(framework) as opened:
        yield opened


def titles(framework: BotFramework, conversation: str) -> list[str]:
    return [each["summary"] for each in framework.conversations[conversation].messages.values()]


async def test_a_card_is_posted_and_edited_in_place(mouth: Mouth, framework: BotFramework) -> None:
    receipt = await mouth.speaker.say(CHAT, card_message(LATE))
    again = await mouth.speaker.say(CHAT, card_message(FIXED), receipt)

    assert again == receipt
    assert titles(framework, CHAT) == ["✅ orders is fixed"]
    assert framework.logins == 1


async def test_a_channel_is_found_by_its_name_and_gets_a_thread_of_its_own(
    mouth: Mouth, framework: BotFramework
) -> None:
    first = await mouth.speaker.say("#finance", card_message(LATE))
    await mouth.speaker.say("#finance", card_message(LATE))
    await mouth.speaker.say("#finance", card_message(FIXED), first)

    thread, _, activity = first.partition(" ")
    assert titles(framework, thread) == ["✅ orders is fixed"]
    assert thread == f"{CHANNEL};messageid={activity}"
    assert len(framework.threads) == 2
    assert framework.threads[0]["tenantId"] == TENANT
    assert framework.threads[0]["bot"] == {"id": BOT}


async def test_an_answer_stays_in_its_thread(mouth: Mouth, framework: BotFramework) -> None:
    thread = f"{CHANNEL};messageid=17"
    framework.put(thread)

    await mouth.speaker.answer(thread, card_message(LATE))

    assert titles(framework, thread) == ["⚠️ orders is late"]
    assert framework.threads == []


async def test_a_channel_that_came_later_is_asked_for_once(
    mouth: Mouth, framework: BotFramework
) -> None:
    framework.teams[TEAM] = {TEAM: None, CHANNEL: "Finance", "19:new@thread.tacv2": "Sales"}
    framework.put("19:new@thread.tacv2")
    framework.put(TEAM)

    await mouth.speaker.say("#sales", card_message(LATE))
    await mouth.speaker.say("#numbers/general", card_message(LATE))
    with pytest.raises(DeliveryFailed, match="#nowhere"):
        await mouth.speaker.say("#nowhere", card_message(LATE))

    assert [each["channelData"]["channel"]["id"] for each in framework.threads] == [
        "19:new@thread.tacv2",
        TEAM,
    ]


@pytest.mark.parametrize("target", ["#nowhere", "19:gone@thread.tacv2", ""])
async def test_nobody_tries_again_where_atlas_was_never_added(mouth: Mouth, target: str) -> None:
    with pytest.raises(DeliveryFailed) as caught:
        await mouth.speaker.say(target, card_message(LATE))

    assert caught.value.permanent
    if target.startswith("#"):
        assert "Add Atlas's app to that channel's team" in caught.value.hint


async def test_two_channels_of_one_name_are_told_apart_by_their_teams(
    mouth: Mouth, framework: BotFramework
) -> None:
    other = replace(mouth.known.kept[CHANNEL], id="19:o", team="19:t", team_name="Sales Team")
    mouth.known.kept["19:o"] = other
    framework.put("19:o")

    with pytest.raises(DeliveryFailed, match="Several teams") as caught:
        await mouth.speaker.say("#finance", card_message(LATE))
    await mouth.speaker.say("#sales team/Finance", card_message(LATE))

    assert caught.value.hint == "Write the team too: #Numbers/Finance, #Sales Team/Finance."
    assert framework.threads[0]["channelData"]["channel"]["id"] == "19:o"


async def test_a_message_that_somebody_deleted_is_said_anew(
    mouth: Mouth, framework: BotFramework
) -> None:
    receipt = await mouth.speaker.say(CHAT, card_message(LATE))
    framework.conversations[CHAT].messages.clear()

    again = await mouth.speaker.say(CHAT, card_message(FIXED), receipt)

    assert again != receipt
    assert titles(framework, CHAT) == ["✅ orders is fixed"]


@pytest.mark.parametrize(
    ("fault", "retry_after"),
    [
        (Fault(429, headers={"Retry-After": "7"}), 7.0),
        (Fault(429, headers={"Retry-After": "soon"}), 2.0),
        (Fault(429, headers={"Retry-After": "-1"}), 2.0),
        (Fault(412), 2.0),
        (Fault(503), 2.0),
        (Fault(502), None),
        (Fault(504), None),
        (Fault(500), None),
    ],
)
async def test_what_passes_is_left_to_the_outbox(
    mouth: Mouth, framework: BotFramework, fault: Fault, retry_after: float | None
) -> None:
    framework.faults.append(fault)

    with pytest.raises(DeliveryFailed) as caught:
        await mouth.speaker.say(CHAT, card_message(LATE))

    assert not caught.value.permanent
    assert caught.value.retry_after == retry_after


@pytest.mark.parametrize(
    "fault", [Fault(403, "MessageWritesBlocked"), Fault(404), Fault(400, "BadSyntax"), Fault(405)]
)
async def test_what_does_not_pass_is_permanent_and_says_what_to_do(
    mouth: Mouth, framework: BotFramework, fault: Fault
) -> None:
    framework.faults.append(fault)

    with pytest.raises(DeliveryFailed, match=fault.code) as caught:
        await mouth.speaker.say(CHAT, card_message(LATE))

    assert caught.value.permanent
    assert caught.value.hint


async def test_an_answer_waits_as_long_as_teams_says(mouth: Mouth, framework: BotFramework) -> None:
    framework.faults += [Fault(429, headers={"Retry-After": "7"}), Fault(502), Fault(412)]

    await mouth.speaker.answer(CHAT, card_message(LATE))

    assert titles(framework, CHAT) == ["⚠️ orders is late"]
    assert mouth.clock.slept == [7.0, 14.0, 28.0]


async def test_a_card_that_is_too_large_is_said_smaller(
    mouth: Mouth, framework: BotFramework
) -> None:
    rows = tuple((f"row {number}", "x" * 100) for number in range(50))
    card = replace(LATE, table=CardTable(("name", "value"), rows))
    framework.faults += [Fault(413, "MessageSizeTooBig")]

    await mouth.speaker.say(CHAT, card_message(card))

    assert titles(framework, CHAT) == ["⚠️ orders is late"]


async def test_a_token_that_was_revoked_is_asked_for_anew(
    mouth: Mouth, framework: BotFramework
) -> None:
    await mouth.speaker.say(CHAT, card_message(LATE))
    framework.tokens.clear()

    await mouth.speaker.say(CHAT, card_message(LATE))

    assert framework.logins == 2


async def test_a_token_is_kept_until_shortly_before_its_end(
    mouth: Mouth, framework: BotFramework
) -> None:
    await mouth.speaker.say(CHAT, card_message(LATE))
    mouth.clock.advance(3200)
    await mouth.speaker.say(CHAT, card_message(LATE))
    before = framework.logins
    mouth.clock.advance(120)
    await mouth.speaker.say(CHAT, card_message(LATE))

    assert (before, framework.logins) == (1, 2)


async def test_a_wrong_password_is_told_at_the_start(mouth: Mouth, framework: BotFramework) -> None:
    framework.refuses_login = True

    with pytest.raises(ConfigurationError, match="TEAMS_APP_PASSWORD") as caught:
        await mouth.login.prove()

    assert "the bot's own" not in f"{caught.value}{caught.value.hint}{caught.value.__cause__}"


async def test_a_password_that_ran_out_makes_no_dead_letters(
    mouth: Mouth, framework: BotFramework
) -> None:
    framework.refuses_login = True

    with pytest.raises(DeliveryFailed, match="LoginRefused") as caught:
        await mouth.speaker.say(CHAT, card_message(LATE))

    assert (caught.value.permanent, caught.value.retry_after) == (False, 60.0)
    assert "TEAMS_APP_PASSWORD" in caught.value.hint


async def test_teams_own_limits_are_kept_without_being_told(
    mouth: Mouth, framework: BotFramework
) -> None:
    framework.strict_pace = True

    for _ in range(7):
        await mouth.speaker.say(CHAT, card_message(LATE))
    with pytest.raises(DeliveryFailed) as caught:
        await mouth.speaker.say(CHAT, card_message(LATE))

    assert caught.value.retry_after == 1.0
    assert len(framework.conversations[CHAT].messages) == 7


async def test_the_token_follows_no_redirect_and_goes_to_no_other_host(
    mouth: Mouth, framework: BotFramework
) -> None:
    seen: list[str] = []

    async def thief(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Authorization", ""))
        return web.json_response({"id": "1"})

    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", thief)
    async with served(app) as evil:
        framework.faults.append(Fault(307, headers={"Location": f"{evil}/v3"}))
        with pytest.raises(DeliveryFailed):
            await mouth.speaker.say(CHAT, card_message(LATE))
        mouth.known.kept[CHAT] = replace(mouth.known.kept[CHAT], service_url=f"{evil}/")
        with pytest.raises(DeliveryFailed, match="not an allowed host"):
            await mouth.speaker.say(CHAT, card_message(LATE))

    assert seen == []


async def test_a_mentioned_person_is_told_by_the_id_that_roles_know(
    mouth: Mouth, framework: BotFramework
) -> None:
    framework.members["29:max"] = {"id": "29:max", "aadObjectId": "max-of-entra"}
    beside = Beside("lea", CHAT, ("29:max", "29:nobody"))

    told = await mouth.roster.told("make @29:max and @29:nobody operators", beside)

    assert told == "make @max-of-entra and @29:nobody operators"
