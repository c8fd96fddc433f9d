"""What people do on Slack, and what they see then."""

import asyncio
import json
from dataclasses import replace

import asyncpg
import pytest

from connectors.slack.model import Incoming, Kind, to_arrived
from engine.clock import SystemClock
from tests.connectors.slack.office import Office
from tests.servers.slack import (
    BOT,
    BOT_ID,
    LEA,
    TOM,
    Json,
    Trouble,
    click,
    command,
    direct,
    event,
    mention,
    submitted,
)
from tests.world import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_mention_is_answered_in_its_thread(office: Office) -> None:
    before = len(office.slack.messages)

    ts = await office.mention("what pipelines are there?")

    answer = (await office.slack.until(before + 1))[-1]
    assert (answer["channel"], answer["thread_ts"]) == ("C0GENERAL", ts)
    assert answer["text"].startswith("4 pipelines in Harbour &amp; Pine")
    assert answer["blocks"][0]["text"]["text"] == "4 pipelines in Harbour & Pine"


async def test_who_asks_is_known_by_a_stable_id(office: Office) -> None:
    answer = await office.ask("who am I?")

    assert f"slack:{LEA}" in json.dumps(answer["blocks"])


async def test_one_message_is_answered_once_however_often_slack_tells_of_it(
    office: Office,
) -> None:
    ts = office.ts()
    as_mention, as_message = mention("who am I?", ts), mention("who am I?", ts)
    as_message |= {"type": "message", "channel_type": "channel"}

    await asyncio.gather(
        *(office.tell(as_mention, "Ev1") for _ in range(3)),
        *(office.tell(as_message, "Ev2") for _ in range(3)),
        office.slack.deliver("events_api", event(as_mention, "Ev1")),
    )
    await eventually(lambda: _in_thread(office, ts))
    await office.ask("help")

    answers = await _in_thread(office, ts)
    assert answers is not None
    assert len(answers) == 1


async def test_a_command_is_answered_in_its_channel(office: Office) -> None:
    before = len(office.slack.messages)

    assert await office.command(command("who am I?", "10.1.a")) == 200
    assert await office.command(command("who am I?", "10.1.a")) == 200

    answer = (await office.slack.until(before + 1))[-1]
    await office.ask("help")
    assert (answer["channel"], answer.get("thread_ts")) == ("C0GENERAL", None)
    assert len(office.slack.messages) == before + 2


async def test_where_atlas_may_not_write_it_answers_to_the_person(office: Office) -> None:
    before = len(office.slack.direct())

    assert await office.command(command("who am I?", "10.2.a", channel="C0SECRET")) == 200

    answers = await office.slack.until(before + 1, "D0LEA")
    assert "You are" in answers[-1]["text"]


async def test_a_click_says_its_sentence_in_the_thread_of_the_message(office: Office) -> None:
    before = len(office.slack.messages)

    assert await office.interact(click("who am I?", "1700000000.000042", trigger="11.1.a")) == 200

    answer = (await office.slack.until(before + 1))[-1]
    assert answer["thread_ts"] == "1700000000.000042"
    assert "You are" in answer["text"]


async def test_a_command_without_words_opens_a_form_that_is_worked_as_if_said(
    office: Office,
) -> None:
    before = len(office.slack.messages)

    assert await office.command(command("", "12.1.a")) == 200
    async with asyncio.timeout(20):
        while not office.slack.forms:
            await asyncio.sleep(0.01)
    (form,) = office.slack.forms
    assert await office.interact(submitted("who am I?", form["private_metadata"])) == 200

    answer = (await office.slack.until(before + 1))[-1]
    assert (answer["channel"], "You are" in answer["text"]) == ("C0GENERAL", True)


async def test_the_app_home_shows_pipelines(office: Office) -> None:
    opened = {"type": "app_home_opened", "user": LEA, "channel": "D0LEA", "tab": "home"}

    assert await office.tell(opened) == 200

    async with asyncio.timeout(20):
        while LEA not in office.slack.homes:
            await asyncio.sleep(0.01)
    shown = json.dumps(office.slack.homes[LEA])
    assert "4 pipelines in Harbour & Pine" in shown
    assert "How to ask" in shown


async def test_shortcuts_are_refused_so_that_only_the_person_sees_it(office: Office) -> None:
    payload = {**click("x", "1.1", trigger="13.1.a"), "type": "message_action", "actions": []}
    before = len(office.slack.whispers)

    assert await office.interact(payload) == 200

    async with asyncio.timeout(20):
        while len(office.slack.whispers) == before:
            await asyncio.sleep(0.01)
    assert office.slack.whispers[-1]["user"] == LEA
    assert "no shortcuts" in office.slack.whispers[-1]["text"]


async def test_a_thread_goes_on_without_mentions_once_atlas_is_part_of_it(office: Office) -> None:
    before = len(office.slack.messages)
    ts = await office.mention("who am I?")
    await office.slack.until(before + 1)

    more = direct("what pipelines are there?", office.ts(), channel="C0GENERAL", thread_ts=ts)
    assert await office.tell({**more, "channel_type": "channel"}) == 200

    answer = (await office.slack.until(before + 2))[-1]
    assert (answer["thread_ts"], "4 pipelines" in answer["text"]) == (ts, True)


async def test_what_people_say_to_each_other_is_none_of_atlas_s_business(office: Office) -> None:
    before, kept = len(office.slack.messages), await _kept(office)
    said = {**direct("run pipeline medallion", office.ts(), channel="C0GENERAL")}
    said["channel_type"] = "channel"

    await office.tell(said)
    await office.tell({**said, "ts": office.ts(), "thread_ts": "1500000000.000001"})
    to_tom = {"ts": office.ts(), "thread_ts": "1500000000.000002", "text": "<@U0TOM> run all"}
    await office.tell({**said, **to_tom})
    await office.ask("help")

    assert len(office.slack.messages) == before + 1
    assert await _kept(office) == kept + 2
    assert await office.world.rows("SELECT FROM atlas.runs WHERE pipeline = 'medallion'") == []


@pytest.mark.parametrize(
    "changed",
    [
        {"user": BOT},
        {"bot_id": BOT_ID},
        {"bot_id": "B0OTHER", "subtype": "bot_message"},
        {"subtype": "message_changed", "message": {"text": "run pipeline medallion"}},
        {"subtype": "message_deleted", "deleted_ts": "1.1"},
        {"subtype": "channel_join"},
        {"user": None},
    ],
)
async def test_bots_edits_and_notices_are_passed_over(
    office: Office, changed: dict[str, object]
) -> None:
    kept = await _kept(office)

    status = await office.tell({**direct("run pipeline medallion", office.ts()), **changed})

    assert (status, await _kept(office)) == (200, kept)


async def test_a_run_is_one_message_that_tells_its_end(office: Office) -> None:
    before = len(office.slack.direct())

    assert await office.tell(direct("ingest products", office.ts())) == 200
    await office.slack.until(before + 1, "D0LEA")
    ended = await eventually(lambda: _ended(office))

    assert sum("ingest for products" in text for text in office.slack.texts("D0LEA")) == 1
    assert ended["metadata"]["event_payload"]["key"].startswith("run")


async def test_a_run_from_a_thread_is_told_of_in_that_thread(office: Office) -> None:
    before = len(office.slack.messages)

    ts = await office.mention("ingest customers")

    card = (await office.slack.until(before + 1))[-1]
    assert (card["channel"], card["thread_ts"]) == ("C0GENERAL", ts)
    assert "ingest for customers" in card["text"]


async def test_a_message_that_is_worked_again_starts_no_second_run_and_is_answered_once(
    office: Office,
) -> None:
    desk = office.desk
    for text in ("ingest orders", "who am I?"):
        said = Incoming(Kind.SAID, f"again:{text}", LEA, "D0LEA", text=text)
        arrived = to_arrived(said, SystemClock().now())

        await desk.work(arrived)
        await desk.work(replace(arrived, again=True))

    runs = await office.world.rows("SELECT FROM atlas.runs WHERE table_name = 'orders'")
    answers = [each for each in office.slack.direct() if _key(each).startswith("answer:again:who")]
    assert (len(runs), len(answers)) == (1, 1)


async def test_a_person_without_a_role_is_refused_so_that_nobody_else_sees_it(
    office: Office,
) -> None:
    messages, before = len(office.slack.messages), len(office.slack.whispers)

    ts = await office.mention("run pipeline medallion", user=TOM)
    async with asyncio.timeout(20):
        while len(office.slack.whispers) == before:
            await asyncio.sleep(0.01)

    refused = office.slack.whispers[-1]
    assert (refused["user"], refused["thread_ts"]) == (TOM, ts)
    assert "operator" in refused["text"]
    runs = await office.world.rows("SELECT FROM atlas.runs WHERE asker_person = $1", TOM)
    assert (runs, len(office.slack.messages)) == ([], messages)


async def test_the_socket_brings_what_http_brings(office: Office) -> None:
    before = len(office.slack.direct())

    await office.slack.deliver("events_api", event(direct("who am I?", office.ts())))
    await office.slack.deliver("slash_commands", command("who am I?", "20.1.a", "D0LEA"))
    await office.slack.deliver("interactive", click("who am I?", "1.1", "D0LEA", "20.2.a"))
    await office.slack.deliver("an_envelope_of_next_year", {"anything": [1, None]})

    answers = await office.slack.until(before + 3, "D0LEA")
    assert all("You are" in each["text"] for each in answers[-3:])


async def test_an_envelope_that_comes_twice_is_acknowledged_twice_and_worked_once(
    office: Office,
) -> None:
    before, payload = len(office.slack.direct()), event(direct("who am I?", office.ts()))

    for _ in range(2):
        await office.slack.deliver("events_api", payload, "one-envelope")
    await office.slack.until(before + 1, "D0LEA")
    await office.ask("help")

    assert len(office.slack.direct()) == before + 2


async def test_the_next_socket_is_open_before_slack_ends_this_one(office: Office) -> None:
    slack = office.slack
    old, count = await slack.connected(), len(slack.sockets)

    await old.send_json({"type": "disconnect", "reason": "refresh_requested"})
    new = await slack.connected(count + 1)

    assert not old.closed
    await slack.deliver("events_api", event(direct("who am I?", office.ts())))
    assert new is slack.sockets[-1]


async def test_a_lost_socket_is_opened_again(office: Office) -> None:
    count = len(office.slack.sockets)

    await office.slack.sockets[-1].close()

    assert await office.slack.connected(count + 1)


@pytest.mark.parametrize("frame", ["", "{", "[]", "null", "[" * 5_000, '{"type": 7}', "\x00"])
async def test_a_frame_that_is_none_does_not_end_the_socket(office: Office, frame: str) -> None:
    before = len(office.slack.direct())
    await (await office.slack.connected()).send_str(frame)

    await office.slack.deliver("events_api", event(direct("who am I?", office.ts())))

    assert await office.slack.until(before + 1, "D0LEA")


@pytest.mark.parametrize(
    "troubles",
    [
        (Trouble(429, retry_after="1"),),
        (Trouble(500), Trouble(503)),
        (Trouble(error="internal_error"),),
    ],
)
async def test_an_answer_that_slack_does_not_take_now_is_given_again(
    office: Office, troubles: tuple[Trouble, ...]
) -> None:
    office.slack.plan("chat.postMessage", *troubles)

    assert "You are" in (await office.ask("who am I?"))["text"]


async def test_an_answer_of_which_only_the_receipt_was_lost_is_not_given_twice(
    office: Office,
) -> None:
    before = len(office.slack.direct())
    office.slack.plan("chat.postMessage", Trouble(500, is_done=True))

    await office.ask("who am I?")
    await eventually(lambda: _edited(office))

    assert len(office.slack.direct()) == before + 1


async def test_nothing_that_was_said_is_readable_in_the_database(office: Office) -> None:
    await office.ask("find everything about maria@example.com")

    kept = str(await office.world.rows("SELECT * FROM atlas.inbox"))
    assert "maria" not in kept


async def _kept(office: Office) -> int:
    (row,) = await office.world.rows("SELECT count(*) AS count FROM atlas.inbox")
    return int(row["count"])


async def _in_thread(office: Office, ts: str) -> list[Json] | None:
    return [each for each in office.slack.messages.values() if each.get("thread_ts") == ts] or None


def _key(message: Json) -> str:
    return str(message.get("metadata", {}).get("event_payload", {}).get("key", ""))


async def _ended(office: Office) -> Json | None:
    messages = office.slack.direct()
    return next((m for m in messages if "ingest for products — succeeded" in m["text"]), None)


async def _edited(office: Office) -> bool | None:
    return any(each["edits"] for each in office.slack.direct()) or None


@pytest.mark.timeout(90)  # Slack is asked four times first
async def test_an_answer_that_slack_does_not_take_comes_later_and_is_no_defect(
    office: Office,
) -> None:
    before = len(office.slack.direct())
    office.slack.plan("chat.postMessage", *(Trouble(status=503) for _ in range(4)))

    assert await office.tell(direct("what pipelines are there?", office.ts())) == 200

    answers = (await eventually(lambda: _answered(office, before)))[before:]
    assert "4 pipelines" in answers[0]["text"]
    assert not any("defect" in each["text"] for each in answers)


async def test_what_people_say_in_a_thread_is_answered_where_it_is_understood_only(
    office: Office,
) -> None:
    before = len(office.slack.messages)
    ts = await office.mention("who am I?")
    await office.slack.until(before + 1)

    for text in ("thanks, I will have a look after lunch", "+1 :tada:", "who am I?"):
        said = direct(text, office.ts(), channel="C0GENERAL", thread_ts=ts)
        assert await office.tell({**said, "channel_type": "channel"}) == 200

    answers = await office.slack.until(before + 2)
    assert "You are" in answers[-1]["text"]
    assert len(answers) == before + 2


async def test_an_answer_that_was_put_off_is_not_given_again_where_it_arrived(
    office: Office,
) -> None:
    before = len(office.slack.direct())
    office.slack.plan("chat.postMessage", Trouble(503, is_done=True))
    office.slack.plan("conversations.history", *(Trouble(503) for _ in range(3)))

    await office.tell(direct("who am I?", office.ts()))
    await eventually(lambda: _delivered(office))

    assert len(office.slack.direct()) == before + 1


async def _delivered(office: Office) -> bool | None:
    """Whether the outbox has brought an answer."""
    rows = await office.world.rows(
        "SELECT FROM atlas.outbox WHERE key LIKE 'answer:%' AND delivered_revision = revision"
    )
    return bool(rows) or None


async def test_a_database_that_hangs_is_no_reason_for_slack_to_wait(office: Office) -> None:
    before, said = len(office.slack.direct()), direct("who am I?", office.ts())
    holder = await asyncpg.connect(office.world.database_url)
    loop = asyncio.get_running_loop()
    try:
        async with holder.transaction():
            await holder.execute("LOCK TABLE atlas.inbox")
            began = loop.time()
            assert await office.tell(said) == 503
            assert loop.time() - began < 2.9
    finally:
        await holder.close()

    assert await office.tell(said) == 200
    await office.slack.until(before + 1, "D0LEA")
    await office.ask("help")
    assert len(office.slack.direct()) == before + 2


async def _answered(office: Office, before: int) -> list[Json] | None:
    return office.slack.direct() if len(office.slack.direct()) > before else None


async def test_a_slack_that_stumbles_once_keeps_nobody_from_being_heard(office: Office) -> None:
    before = len(office.slack.messages)
    office.slack.messages["1600000000.000001"] = {
        "channel": "C0GENERAL",
        "ts": "1600000000.000001",
        "user": BOT,
        "text": "of an earlier life",
        "edits": 0,
    }
    office.slack.plan("conversations.replies", Trouble(500))
    office.slack.plan("views.publish", Trouble(503))
    office.slack.plan("views.open", Trouble(500))
    homes, forms = len(office.slack.homes), len(office.slack.forms)

    said = direct("who am I?", office.ts(), channel="C0GENERAL", thread_ts="1600000000.000001")
    await office.tell({**said, "channel_type": "channel"})
    await office.tell({"type": "app_home_opened", "user": TOM, "channel": "D0TOM", "tab": "home"})
    await office.command(command("", trigger="77.1.a"))

    answers = await office.slack.until(before + 2)
    assert "You are" in answers[-1]["text"]
    await eventually(lambda: _shown(office, homes, forms))


async def _shown(office: Office, homes: int, forms: int) -> bool | None:
    shown = len(office.slack.homes) > homes and len(office.slack.forms) > forms
    return shown or None


async def test_a_confirmation_that_comes_again_after_a_restart_hears_what_was_done(
    office: Office,
) -> None:
    made = await office.ask("run medallion every day at 06:00")
    number = next(word for word in made["text"].split() if word.startswith("SCH-")).rstrip(".:,")
    code = _code(await office.ask(f"delete schedule {number}"))
    confirmed = Incoming(Kind.SAID, "D0LEA:7.7", LEA, "D0LEA", text=f"confirm {code}")
    arrived = to_arrived(confirmed, SystemClock().now())
    before = len(office.slack.direct())

    await office.desk.work(arrived)
    office.slack.messages.popitem()  # its answer was lost with the process
    await office.desk.work(replace(arrived, again=True))

    answer = office.slack.direct()[before]
    assert "was confirmed and done" in answer["text"]
    again = await office.ask(f"confirm {code}")
    assert "code" in again["text"]


def _code(message: Json) -> str:
    words = json.dumps(message["blocks"], ensure_ascii=False).split("confirm ")
    return words[1][:4]
