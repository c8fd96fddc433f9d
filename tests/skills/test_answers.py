"""A person is answered also where a skill or a platform breaks."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import cast

import pytest
from opsdroid.core import OpsDroid
from opsdroid.events import Message

from engine.alerts.model import Due, Post
from engine.alerts.ports import DeliveryFailed
from engine.cards import Card, CardKind, Severity
from engine.commands import Acknowledge, CancelRun, Command, DescribePipeline, Mute
from engine.configuration import Configuration
from engine.errors import ConfigurationError
from engine.host import CardMessage, OpsdroidSender, require_offered, require_registered
from skills import base
from skills.language.readings import Understood

CARD = Card(CardKind.REPLY, Severity.INFO, "Hello")


class Listening:
    """A connector that keeps what it is given, or breaks."""

    name = "web"

    def __init__(self, error: Exception | None = None) -> None:
        self.heard: list[Card] = []
        self._error = error

    async def send(self, event: CardMessage) -> str:
        if self._error is not None:
            raise self._error
        self.heard.append(event.card)
        return "1"


class Breaking(base.AtlasSkill):
    """A skill with a defect."""

    @base.answering
    async def answer(self, message: Message) -> None:
        raise LookupError(message.text)


def a_bot(connector: object) -> OpsDroid:
    """As much of a bot as a sender looks at."""
    return cast("OpsDroid", SimpleNamespace(get_connector=lambda _: connector))


async def test_a_skill_that_breaks_says_so_and_keeps_what_was_said_out_of_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    connector = Listening()
    message = Message("maria@example.com", target="#general", connector=connector)

    await Breaking(None, {}).answer(message)  # type: ignore[no-untyped-call]  # opsdroid's constructor

    assert connector.heard == [base.DEFECT]
    assert "LookupError" in caplog.text
    assert "maria" not in caplog.text


@pytest.mark.parametrize(
    ("command", "question"),
    [
        (Acknowledge("INC-9"), "list incidents"),
        (Mute("ordrs", datetime(2026, 3, 2, tzinfo=UTC)), "who gets alerts?"),
        (CancelRun("7K3F9QTZ"), "list runs"),
        (DescribePipeline("x"), "what pipelines are there?"),
    ],
)
def test_a_refusal_offers_the_question_of_its_topic(command: Command, question: str) -> None:
    assert base.nearest_question(Understood(command)) == (question,)


async def test_whatever_a_platform_raises_is_a_reason_to_try_again() -> None:
    sender = OpsdroidSender(a_bot(Listening(OSError("gone"))))

    with pytest.raises(DeliveryFailed, match=r"web did not take a message \(OSError\)"):
        await sender.send(Due(Post("a", "web:#general", CARD), 1))


async def test_a_post_that_was_taken_gives_a_receipt() -> None:
    connector = Listening()

    assert await OpsdroidSender(a_bot(connector)).send(Due(Post("a", "web:#x", CARD), 1)) == "1"
    assert connector.heard == [CARD]


def test_a_name_that_nothing_offers_is_refused_before_opsdroid_looks_for_it_elsewhere() -> None:
    configuration = Configuration({"web": {}}, {"engine": {}}, {"runs": {}, "nonsense": {}})

    with pytest.raises(ConfigurationError, match="no skills called nonsense") as refused:
        require_offered(configuration)

    assert "assistance" in refused.value.hint


def test_a_module_that_is_offered_and_did_not_register_is_refused() -> None:
    configuration = Configuration({"web": {}}, {"engine": {}}, {"runs": {}})
    engine, web = SimpleNamespace(name="engine"), SimpleNamespace(name="web")
    bot = SimpleNamespace(skills=[], connectors=[web], memory=SimpleNamespace(databases=[engine]))

    with pytest.raises(ConfigurationError, match="did not load: runs"):
        require_registered(cast("OpsDroid", bot), configuration)
