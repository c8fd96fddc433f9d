"""A token that was proven is believed until it expires or its key changes, and no other one is."""

from dataclasses import dataclass, field

import pytest

from connectors.teams.activity import Activity
from connectors.teams.door import Believed, Door, TurnedAway
from connectors.teams.keys import SigningKey, signing_keys
from connectors.teams.proofs import Proof, Proofs
from connectors.teams.settings import Credentials, TeamsSettings, authorities
from engine.clock import SystemClock
from engine.testing.clock import FakeClock
from tests.servers.bot_framework import APP, PASSWORD, TENANT, BotFramework, a_key

SERVICE = "https://smba.trafficmanager.net/amer/"


@dataclass
class Held:
    """The keys of an authority, in a test's hand."""

    keys: dict[str, SigningKey] = field(default_factory=dict)

    async def get(self, key_id: str) -> SigningKey | None:
        return self.keys.get(key_id)

    async def run(self) -> None:
        """There is nothing to ask."""


@dataclass
class Way:
    """A door, and what opens it."""

    framework: BotFramework
    held: Held
    clock: FakeClock
    door: Door

    async def admitted(self, header: str) -> str:
        bearer = await self.door.admitted(header, is_local=False)
        assert bearer is not None
        return bearer.service_url


@pytest.fixture
def way() -> Way:
    framework = BotFramework(url="https://unused", keys=[a_key("first")])
    held, clock = (
        Held(dict(signing_keys([framework.keys[0].public()]))),
        FakeClock(SystemClock().now()),
    )
    settings, credentials = (
        TeamsSettings(),
        Credentials(app_id=APP, app_password=PASSWORD, tenant_id=TENANT),
    )
    believed = [Believed(each, held) for each in authorities(settings, credentials)]
    return Way(framework, held, clock, Door(settings, credentials, believed, clock))


async def test_a_token_is_believed_again_with_what_it_proved(way: Way) -> None:
    header = way.framework.header(serviceurl=SERVICE)

    assert [await way.admitted(header) for _ in range(3)] == [SERVICE] * 3


async def test_a_key_that_is_gone_ends_the_belief(way: Way) -> None:
    header = way.framework.header(serviceurl=SERVICE)
    await way.admitted(header)
    way.held.keys.clear()

    with pytest.raises(TurnedAway, match="no known key"):
        await way.admitted(header)


async def test_another_key_of_the_same_name_ends_the_belief(way: Way) -> None:
    header = way.framework.header(serviceurl=SERVICE)
    await way.admitted(header)
    way.held.keys.update(signing_keys([a_key("first").public()]))

    with pytest.raises(TurnedAway, match="not valid"):
        await way.admitted(header)


def test_what_a_token_proved_ends_with_the_token() -> None:
    (key,) = signing_keys([a_key("first").public()]).values()
    clock = FakeClock()
    proofs = Proofs[None](clock)
    until = clock.now().timestamp() + 60
    proofs.put("token", Proof(None, "first", key, until, SERVICE))

    clock.advance(59)
    assert proofs.of("token") is not None
    clock.advance(1)
    assert proofs.of("token") is None


async def test_a_changed_token_is_not_the_one_that_was_believed(way: Way) -> None:
    header = way.framework.header(serviceurl=SERVICE)
    await way.admitted(header)

    with pytest.raises(TurnedAway):
        await way.admitted(header[:-8] + "AAAAAAAA")


async def test_what_a_token_is_for_is_compared_with_each_activity(way: Way) -> None:
    header = way.framework.header(serviceurl=SERVICE)
    elsewhere = Activity.model_validate(
        {
            "type": "message",
            "channelId": "msteams",
            "serviceUrl": "https://smba.trafficmanager.net/emea/",
            "conversation": {"id": "19:c", "tenantId": TENANT},
            "from": {"id": "29:p"},
            "recipient": {"id": "28:b"},
        }
    )

    for _ in range(2):
        bearer = await way.door.admitted(header, is_local=False)
        with pytest.raises(TurnedAway, match="another serviceUrl"):
            way.door.require_match(bearer, elsewhere)
