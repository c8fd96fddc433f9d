"""What Teams sends, and what of it is heard."""

import json
from typing import Any

import pytest

from connectors.teams.activity import (
    Activity,
    conversation_of,
    gone_channel,
    is_goodbye,
    read_activity,
)
from connectors.teams.speech import said_in
from engine.conversations import ConversationKind
from tests.connectors.teams.builders import (
    CHANNEL,
    CHAT,
    LEA,
    TEAM,
    House,
    an_activity,
    an_installation,
    in_channel,
)
from tests.servers.bot_framework import BOT

URL = "https://smba.trafficmanager.net/amer/"


def read(activity: dict[str, Any]) -> Activity:
    return read_activity(json.dumps(activity).encode())


def heard(activity: dict[str, Any]) -> str | None:
    said = said_in(read(activity))
    return said.text if said else None


def a_mention(who: str, text: str) -> dict[str, object]:
    return {"type": "mention", "mentioned": {"id": who, "name": "x"}, "text": text}


@pytest.mark.parametrize(
    ("text", "format_", "meant"),
    [
        ("<at>Atlas</at> help", "plain", "help"),
        ("<at>Atlas</at>&nbsp;help\r\n", "plain", "help"),
        ("help <at>Atlas</at>", "plain", "help"),
        ("<p><at>Atlas</at>&nbsp;run <b>orders</b></p><p>now</p>", "html", "run orders\nnow"),
        ("<at>Atlas</at> a &lt; b &amp; c", "plain", "a < b & c"),
        ("<at>Atlas</at> a < b > c", "plain", "a < b > c"),
        ("<at>Atlas</at> why <at>Atlas</at>", "plain", "why <at>Atlas</at>"),
    ],
)
def test_the_bots_name_and_html_are_not_part_of_what_was_meant(
    text: str, format_: str, meant: str
) -> None:
    assert heard(in_channel(URL, text, textFormat=format_)) == meant


def test_somebody_else_is_told_by_id_whatever_the_text_calls_them() -> None:
    mentions = [a_mention(BOT, "<at>Atlas</at>"), a_mention("29:max", "<at>Admin</at>")]

    said = said_in(
        read(in_channel(URL, "<at>Atlas</at> make <at>Admin</at> an operator", entities=mentions))
    )

    assert said is not None
    assert said.text == "make @29:max an operator"
    assert said.beside.mentioned == ("29:max",)


def test_a_person_is_the_id_of_entra_and_never_a_name() -> None:
    said = said_in(read(an_activity(URL)))
    guest = said_in(read(an_activity(URL, **{"from": {"id": "29:guest", "name": "Lea"}})))

    assert said is not None
    assert guest is not None
    assert (said.beside.person, guest.beside.person) == (LEA, "29:guest")


def test_an_answer_belongs_into_the_thread() -> None:
    said = said_in(read(in_channel(URL)))

    assert said is not None
    assert said.target == f"{CHANNEL};messageid=17"


@pytest.mark.parametrize(
    "changed",
    [
        {"text": None, "value": {"command": "status 7K3M9QXA"}},
        {"text": None, "value": {"command": " status 7K3M9QXA ", "verb": "say", "extra": [1]}},
        {"text": None, "value": {"data": {"command": "status 7K3M9QXA"}}},
        {
            "type": "invoke",
            "name": "adaptiveCard/action",
            "text": None,
            "value": {
                "trigger": "manual",
                "action": {
                    "type": "Action.Execute",
                    "verb": "say",
                    "data": {"command": "status 7K3M9QXA"},
                },
            },
        },
    ],
)
def test_a_click_is_the_sentence_of_its_button(changed: dict[str, object]) -> None:
    assert heard(an_activity(URL, **changed)) == "status 7K3M9QXA"


@pytest.mark.parametrize(
    "changed",
    [
        {"text": None},
        {"text": "  "},
        {"type": "messageReaction", "reactionsAdded": [{"type": "like"}]},
        {"type": "typing"},
        {"type": "messageUpdate"},
        {"from": {"id": BOT}},
        {"from": {"id": "28:another", "name": "Bot"}},
        {"from": {"id": "x", "role": "bot"}},
        {"from": {"name": "Nobody"}},
        {"conversation": {}},
        {"id": None},
        {"text": None, "value": {"command": ["run"]}},
        {"text": None, "value": {"command": "x" * 2_001}},
        {"text": None, "value": "run"},
    ],
)
def test_the_rest_says_nothing(changed: dict[str, object]) -> None:
    assert heard(an_activity(URL, **changed)) is None


def test_a_conversation_is_kept_with_what_is_needed_to_speak_there() -> None:
    kept = conversation_of(read(an_installation(URL)))

    assert kept is not None
    assert (kept.id, kept.kind, kept.name) == (CHANNEL, ConversationKind.CHANNEL, "Finance")
    assert (kept.team, kept.team_name, kept.bot, kept.service_url) == (TEAM, "Numbers", BOT, URL)


def test_the_first_channel_of_a_team_is_general() -> None:
    data = {"team": {"id": TEAM, "name": "Numbers"}}

    kept = conversation_of(read(an_installation(URL, channelData=data, conversation={"id": TEAM})))

    assert kept is not None
    assert (kept.id, kept.name) == (TEAM, "General")


def test_a_message_alone_does_not_forget_names() -> None:
    told = conversation_of(read(an_installation(URL)))
    later = conversation_of(read(in_channel(URL)))

    assert later is not None
    assert later.id == CHANNEL
    assert (later.name, later.team_name) == ("", "")
    assert later.after(told) == told


@pytest.mark.parametrize(
    ("activity", "is_gone"),
    [
        ({"type": "installationUpdate", "action": "remove"}, True),
        ({"type": "installationUpdate", "action": "add"}, False),
        ({"type": "conversationUpdate", "membersRemoved": [{"id": BOT}]}, True),
        ({"type": "conversationUpdate", "membersRemoved": [{"id": "29:lea"}]}, False),
    ],
)
def test_atlas_knows_when_it_is_removed(activity: dict[str, Any], is_gone: bool) -> None:
    assert is_goodbye(read(an_activity(URL, **activity))) is is_gone


def test_a_channel_that_was_deleted_is_known() -> None:
    data = {"team": {"id": TEAM}, "channel": {"id": CHANNEL}, "eventType": "channelDeleted"}

    assert gone_channel(read(an_installation(URL, channelData=data))) == CHANNEL


async def test_a_repeat_is_worked_once(house: House) -> None:
    for _ in range(3):
        assert (await house.send(an_activity(house.service_url)))[0] == 200
    await house.send(
        an_activity(
            house.service_url,
            conversation={"id": "a:2"},
            channelData={"tenant": {"id": an_activity(URL)["channelData"]["tenant"]["id"]}},
        )
    )

    assert len(house.inbox.kept) == 2
    assert [each.lane for each in house.inbox.kept.values()] == [CHAT, "a:2"]


async def test_what_is_kept_beside_the_text_names_nobody(house: House) -> None:
    await house.send(an_activity(house.service_url))

    (kept,) = house.inbox.kept.values()
    assert "Lea" not in kept.payload
    assert LEA in kept.payload
    assert house.parts.roster.name_of(LEA) == "Lea Example"


async def test_a_click_is_answered_at_once_in_the_documented_shape(house: House) -> None:
    value = {"action": {"type": "Action.Execute", "verb": "say", "data": {"command": "help"}}}
    click = an_activity(
        house.service_url, None, type="invoke", name="adaptiveCard/action", value=value
    )

    first, again = await house.send(click), await house.send(click)
    broken = await house.send({**click, "id": "2", "value": {"action": {}}})
    other = await house.send({**click, "id": "3", "name": "composeExtension/query"})

    assert first == again
    assert json.loads(first[1]) == {
        "statusCode": 200,
        "type": "application/vnd.microsoft.activity.message",
        "value": "On it: «help»",
    }
    assert json.loads(broken[1])["type"] == "application/vnd.microsoft.error"
    assert other[0] == 400
    assert house.heard == ["help"]


async def test_references_are_kept_once_and_forgotten_with_the_team(house: House) -> None:
    await house.send(an_installation(house.service_url))
    await house.send(in_channel(house.service_url, id="2"))
    await house.send(in_channel(house.service_url, id="3"))
    await house.send(an_activity(house.service_url, id="4"))
    known, times = set(house.known.kept), house.known.times

    await house.send(an_installation(house.service_url, type="installationUpdate", action="remove"))

    assert known == {CHANNEL, CHAT}
    assert times == 3
    assert set(house.known.kept) == {CHAT}


async def test_what_cannot_be_kept_is_to_be_sent_again(house: House) -> None:
    from engine.errors import DatabaseUnreachable

    house.inbox.faults.plan("keep", DatabaseUnreachable("It is away."), times=1)

    away = await house.send(an_activity(house.service_url))
    back = await house.send(an_activity(house.service_url))

    assert (away[0], back[0]) == (503, 200)
    assert house.heard == ["help"]
