"""Payloads of all kinds and shapes are read, passed over, or said to be none."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.slack.model import Bot, Incoming, Kind, from_arrived, to_arrived
from connectors.slack.reading import (
    Unreadable,
    read_command,
    read_event,
    read_form,
    read_interaction,
    read_json,
)
from engine.testing.clock import EPOCH
from tests.servers.slack import (
    BOT,
    LEA,
    TEAM,
    as_form,
    click,
    command,
    direct,
    event,
    mention,
    submitted,
)

ME = Bot(BOT, "B0ATLAS")
TS = "1700000000.000100"

Json = Any


def read(inner: Json, me: Bot = ME) -> Incoming | str | None:
    return read_json(json.dumps(event(inner)).encode(), me)


def test_a_mention_and_the_message_that_holds_it_are_the_same() -> None:
    called = read(mention("help", TS))
    said = read({**mention("help", TS), "type": "message", "channel_type": "channel"})

    assert called == said
    assert called == Incoming(
        Kind.SAID, f"C0GENERAL:{TS}", LEA, "C0GENERAL", thread=TS, text="help"
    )


def test_people_of_other_workspaces_are_passed_over() -> None:
    ours, theirs = Bot(BOT, "B0ATLAS", TEAM), Bot(BOT, "B0ATLAS", "T0OTHER")
    guest = {**mention("help", TS), "user_team": "T0OTHER"}

    assert read(mention("help", TS), ours) is not None
    assert read({**mention("help", TS), "user_team": TEAM}, ours) is not None
    assert read(guest, ours) is None
    assert read({**guest, "user_team": TEAM, "source_team": "T0OTHER"}, ours) is None
    for me, taken in ((ours, True), (theirs, False)):
        assert (read(mention("help", TS), me) is not None) is taken
        assert (read_form(as_form(click("help", "1.1")), me) is not None) is taken
        assert (read_form(as_form(submitted("help")), me) is not None) is taken
        assert (read_command(json.dumps(command("help")), me) is not None) is taken


def test_before_slack_said_who_the_bot_is_each_event_does() -> None:
    assert read(mention("help", TS), Bot()) == read(mention("help", TS))
    assert read({**mention("help", TS), "user": BOT}, Bot()) is None


def test_what_is_kept_of_it_has_no_text_and_comes_back_whole() -> None:
    incoming = read(mention("find maria@example.com", TS))
    assert isinstance(incoming, Incoming)

    arrived = to_arrived(incoming, EPOCH)

    assert "maria" not in arrived.payload + arrived.key + arrived.lane
    assert from_arrived(arrived) == incoming


OTHER_EVENTS = [
    {"type": "app_uninstalled"},
    {"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": ["U2"]}},
    {"type": "team_join", "user": {"id": "U1", "name": "x", "profile": {}}},
    {"type": "channel_created", "channel": {"id": "C1", "name": "x", "created": 1}},
    {"type": "channel_rename", "channel": {"id": "C1", "name": "y", "created": 1}},
    {"type": "reaction_added", "user": LEA, "reaction": "+1", "item": {"type": "message"}},
    {"type": "member_joined_channel", "user": LEA, "channel": "C1", "team": "T1"},
    {"type": "file_shared", "file_id": "F1", "file": {"id": "F1"}},
    {"type": "link_shared", "links": [{"url": "https://x"}], "channel": "C1", "user": LEA},
    {"type": "app_home_opened", "user": LEA, "channel": "D0LEA", "tab": "messages"},
    {"type": "message", "subtype": "channel_topic", "channel": "C1", "user": LEA, "ts": TS},
    {"type": "an_event_of_next_year", "ts": 7, "user": ["odd"]},
]


@pytest.mark.parametrize("inner", OTHER_EVENTS, ids=lambda inner: str(inner["type"]))
def test_events_that_are_not_worked_are_passed_over(inner: Json) -> None:
    assert read(inner) is None


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "view_closed", "user": {"id": LEA}, "view": {"id": "V1"}},
        {"type": "block_suggestion", "user": {"id": LEA}, "value": "x"},
        {"type": "workflow_step_edit", "trigger_id": "1"},
        {"type": "dialog_submission", "submission": {"a": "b"}},
        {**click("", "1.1"), "actions": []},
        {**click("", "1.1"), "actions": [{"type": "users_select", "selected_user": "U1"}]},
        {**submitted("help"), "view": {"callback_id": "somebody_else_s"}},
    ],
)
def test_interactions_that_say_nothing_are_passed_over(payload: Json) -> None:
    assert read_form(as_form(payload), ME) is None


def test_what_was_chosen_in_a_menu_is_said() -> None:
    chosen = {"type": "static_select", "selected_option": {"value": "help"}}

    said = read_interaction(json.dumps({**click("", "1.1"), "actions": [chosen]}), ME)

    assert said is not None
    assert said.text == "help"


def test_a_click_at_home_is_answered_to_the_person() -> None:
    at_home = {**click("help", "1.1"), "container": {"type": "view"}}
    del at_home["channel"], at_home["message"]

    said = read_interaction(json.dumps(at_home), ME)

    assert said is not None
    assert (said.channel, said.thread) == (LEA, None)


def test_slack_s_other_requests() -> None:
    challenge = {"type": "url_verification", "token": "x", "challenge": "3eZbrw1aBm2"}

    assert read_json(json.dumps(challenge).encode(), ME) == "3eZbrw1aBm2"
    assert read_json(b'{"type": "app_rate_limited"}', ME) is None
    assert read_form(b"ssl_check=1&token=x", ME) is None
    assert read_command(json.dumps(command("")), ME) == Incoming(
        Kind.FORM, "command:3.4.b", LEA, "C0GENERAL", trigger="3.4.b"
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"7",
        b'"text"',
        b'{"type": 7}',
        b'{"type": "event_callback"}',
        b'{"type": "url_verification"}',
        b'{"type": "event_callback", "event": []}',
        b'{"type": "event_callback", "event": {"type": "message"}}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"type":' * 50_000,
        b'{"type": "event_callback", "event": ' + b'{"a":' * 10_000 + b"1" + b"}" * 10_002,
        json.dumps(event({**mention("x", TS), "user": "U\x000"})).encode(),
        json.dumps(event({**mention("x", TS), "channel": "C0'; DROP TABLE"})).encode(),
        json.dumps(event({**mention("x", TS), "ts": None})).encode(),
        json.dumps(event({**mention("x", TS), "ts": 17.1})).encode(),
        json.dumps(event({**mention("x" * 50_001, TS)})).encode(),
    ],
)
def test_what_is_no_payload_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read_json(body, ME)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"payload=",
        b"payload={",
        b"payload=[]",
        b"payload=%00",
        b"payload=%7B%22type%22%3A%22block_actions%22%7D",
        b"command=%2Fatlas",
        b"&" * 1_000,
        b"a=b&" * 1_000,
        b"\xff=\xfe",
        urlencode({**command("x"), "user_id": "U\x00"}).encode(),
        as_form({**click("x", "1.1"), "user": "U0LEA"}),
        as_form({**click("x", "1.1"), "actions": {"value": "x"}}),
        as_form({**click("x", "1.1"), "trigger_id": None, "actions": [{"value": "x"}]}),
        as_form(submitted("help", channel="'; DROP TABLE")),
    ],
)
def test_a_form_that_is_none_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read_form(body, ME)


leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=12)
    | st.sampled_from(["message", "im", "U0LEA", TS, "\x00", "\ud800", "run pipeline medallion"])
)
anything = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)

WHOLE: list[Json] = [
    event(mention("help", TS)),
    event(direct("help", TS)),
    event({"type": "app_home_opened", "user": LEA, "channel": "D0LEA", "tab": "home"}),
    click("help", TS),
    submitted("help"),
    command("help"),
]


def paths(value: Json, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else ()
    listed = enumerate(value) if isinstance(value, list) else ()
    below = [each for key, part in (*inner, *listed) for each in paths(part, (*at, key))]
    return [at, *below] if at else below


@st.composite
def changed(draw: st.DrawFn) -> Json:
    """A payload as Slack sends it, with some of its parts replaced or left out."""
    payload = json.loads(json.dumps(draw(st.sampled_from(WHOLE))))
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from(paths(payload)))
        part = payload
        for key in way:
            part = part[key]
        if draw(st.booleans()) or isinstance(part, list):
            part[last] = draw(anything)
        else:
            del part[last]
        if not paths(payload):
            break
    return payload


@given(changed() | anything)
def test_whatever_the_shape_nothing_but_a_refusal_comes_of_it(payload: Json) -> None:
    text = json.dumps(payload)
    readers: tuple[Callable[[], Incoming | str | None], ...] = (
        lambda: read_json(text.encode(), ME),
        lambda: read_event(text, ME),
        lambda: read_interaction(text, ME),
        lambda: read_command(text, ME),
        lambda: read_form(urlencode({"payload": text}).encode(), ME),
    )
    for reader in readers:
        try:
            found = reader()
        except Unreadable:
            continue
        if isinstance(found, Incoming):
            kept = to_arrived(found, EPOCH)
            assert found.person
            assert "\x00" not in kept.text + kept.key + kept.lane + kept.payload
            assert from_arrived(kept) == found
