"""Who is let in: each forged, expired or borrowed token, with what comes of it."""

import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.connectors.teams.builders import House, a_house, an_activity, in_channel
from tests.servers.bot_framework import APP, TENANT, BotFramework, Key, a_key

ELSEWHERE = "https://smba.trafficmanager.net/amer/"

Forge = Callable[[BotFramework], str | None]


@dataclass(frozen=True, slots=True)
class Case:
    """A header, what it is answered with, and whether the archived SDK lets it in."""

    forge: Forge
    status: int
    peer_admits: bool = False


def now() -> int:
    return int(time.time())


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def parts(framework: BotFramework) -> list[str]:
    return framework.header().removeprefix("Bearer ").split(".")


def unsigned(framework: BotFramework) -> str:
    _, claims, _ = parts(framework)
    header = part({"alg": "none", "typ": "JWT", "kid": framework.keys[0].id})
    return f"Bearer {header}.{claims}."


def by_public_key(framework: BotFramework) -> str:
    """Signed by HMAC, with the public key as the secret that everybody knows."""
    key = framework.keys[0]
    public = key.private.public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    _, claims, _ = parts(framework)
    header = part({"alg": "HS256", "typ": "JWT", "kid": key.id})
    algorithm = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    signature = algorithm.sign(f"{header}.{claims}".encode(), pem)
    return f"Bearer {header}.{claims}.{jwt.utils.base64url_encode(signature).decode()}"


def tampered(framework: BotFramework) -> str:
    header, claims, signature = parts(framework)
    padded = claims + "=" * (-len(claims) % 4)
    changed = json.loads(base64.urlsafe_b64decode(padded)) | {"serviceurl": ELSEWHERE}
    return f"Bearer {header}.{part(changed)}.{signature}"


def by_stranger(framework: BotFramework) -> str:
    """Signed by a key of one's own under the name of the true one."""
    return framework.header(Key(framework.keys[0].id, a_key("x").private))


def with_own_key(framework: BotFramework) -> str:
    """The key comes with the token."""
    own = a_key("mine")
    claims = jwt.decode(parts_joined(framework), options={"verify_signature": False})
    headers: dict[str, Any] = {"kid": "mine", "jwk": own.public(), "jku": "https://evil.example"}
    return "Bearer " + jwt.encode(claims, own.private, "RS256", headers=headers)


def parts_joined(framework: BotFramework) -> str:
    return ".".join(parts(framework))


def stronger(framework: BotFramework) -> str:
    key = framework.keys[0]
    claims = jwt.decode(parts_joined(framework), options={"verify_signature": False})
    return "Bearer " + jwt.encode(claims, key.private, "RS512", headers={"kid": key.id})


def without_key_id(framework: BotFramework) -> str:
    claims = jwt.decode(parts_joined(framework), options={"verify_signature": False})
    return "Bearer " + jwt.encode(claims, framework.keys[0].private, "RS256")


def for_other_channel(framework: BotFramework) -> str:
    key = a_key("webchat", "webchat")
    framework.keys.append(key)
    return framework.header(key)


def endorsing_nothing(framework: BotFramework) -> str:
    key = Key("bare", a_key("bare").private, ())
    framework.keys.append(key)
    return framework.header(key)


CASES = {
    "no header": Case(lambda _: None, 401),
    "not a bearer": Case(lambda f: f.header().replace("Bearer", "Basic"), 401),
    "no token": Case(lambda _: "Bearer ", 401),
    "not a token": Case(lambda _: "Bearer nonsense", 401),
    "two tokens": Case(lambda f: f"{f.header()} {parts_joined(f)}", 401),
    "no signature": Case(lambda f: f.header().rpartition(".")[0], 401),
    "alg none": Case(unsigned, 401),
    "HS256 by the public key": Case(by_public_key, 401),
    "RS512": Case(stronger, 401),
    "another issuer": Case(lambda f: f.header(iss="https://evil.example"), 401),
    "no issuer": Case(lambda f: f.header(iss=None), 401),
    "government's issuer": Case(lambda f: f.header(iss="https://api.botframework.us"), 401),
    "for another bot": Case(lambda f: f.header(aud="other"), 401),
    "for several bots": Case(lambda f: f.header(aud=[APP, "other"]), 401),
    "for nobody": Case(lambda f: f.header(aud=None), 401),
    "unknown key": Case(lambda f: f.header(a_key("unknown")), 401),
    "no key id": Case(without_key_id, 401),
    "a stranger's key": Case(by_stranger, 401),
    "key within the token": Case(with_own_key, 401),
    "tampered": Case(tampered, 401),
    "expired": Case(lambda f: f.header(exp=now() - 330), 401),
    "never expires": Case(lambda f: f.header(exp=None), 401, peer_admits=True),
    "not valid yet": Case(lambda f: f.header(nbf=now() + 330), 401),
    "for another service": Case(lambda f: f.header(serviceurl=ELSEWHERE), 403),
    "for no service": Case(lambda f: f.header(serviceurl=None), 403),
    "key of another channel": Case(for_other_channel, 403),
    "key of no channel": Case(endorsing_nothing, 403, peer_admits=True),
    "expired within the skew": Case(lambda f: f.header(exp=now() - 270), 200, peer_admits=True),
    "early within the skew": Case(lambda f: f.header(nbf=now() + 270), 200, peer_admits=True),
    "valid": Case(lambda f: f.header(), 200, peer_admits=True),
}


@pytest.mark.parametrize("name", CASES)
async def test_only_a_whole_token_lets_a_command_in(house: House, name: str) -> None:
    case = CASES[name]

    status, _ = await house.send(an_activity(house.service_url), case.forge(house.server))

    assert status == case.status
    assert house.heard == (["help"] if status == 200 else [])
    assert bool(house.known.kept) is (status == 200)


@pytest.mark.parametrize("name", CASES)
async def test_the_archived_sdk_lets_nobody_else_in(framework: BotFramework, name: str) -> None:
    """Its own check of the same tokens; where it is laxer, the case says so."""
    pytest.importorskip("botframework.connector", reason="the archived SDK is not installed")
    case = CASES[name]

    admitted = await peer_admits(framework, case.forge(framework))

    assert admitted is case.peer_admits
    assert case.status != 200 or admitted


async def peer_admits(framework: BotFramework, header: str | None) -> bool:
    import asyncio

    from botframework.connector import auth  # type: ignore[import-not-found,import-untyped,unused-ignore]  # optional, and it has no types

    def check() -> bool:
        auth.ChannelValidation.open_id_metadata_endpoint = framework.metadata_url
        try:
            asyncio.run(
                auth.ChannelValidation.authenticate_channel_token_with_service_url(
                    header,
                    auth.SimpleCredentialProvider(APP, "x"),
                    framework.service_url,
                    "msteams",
                )
            )
        except Exception:  # noqa: BLE001  # it has no error of its own
            return False
        return True

    # it asks for keys by a library that blocks
    return await asyncio.to_thread(check)


@pytest.mark.parametrize(
    "changed",
    [
        {"serviceUrl": "https://evil.example/"},
        {"serviceUrl": "http://127.0.0.1:1/"},
        {"serviceUrl": ""},
        {"channelId": "webchat"},
        {"channelId": None},
        {"channelData": {"tenant": {"id": "99999999-2222-4333-8444-555555555555"}}},
        {"channelData": {}, "conversation": {"id": "a:1"}},
    ],
)
async def test_an_activity_that_the_token_is_not_for_is_forbidden(
    house: House, changed: dict[str, object]
) -> None:
    activity = an_activity(house.service_url, **changed)

    status, _ = await house.send(activity)

    assert status in {400, 403}
    assert house.heard == []
    assert house.known.kept == {}


async def test_a_host_that_is_not_allowed_is_forbidden_although_the_token_names_it(
    house: House,
) -> None:
    evil = "https://smba.trafficmanager.net.evil.example/"
    header = house.server.header(serviceurl=evil)

    status, _ = await house.send(an_activity(evil), header)

    assert status == 403
    assert house.known.kept == {}


async def test_the_body_of_a_stranger_is_not_even_read(house: House) -> None:
    status, _ = await house.send(None, house.server.header(aud="other"), body=b"{broken")

    assert status == 401


async def test_keys_rotate(house: House) -> None:
    await house.send(an_activity(house.service_url, id="1"))
    house.server.rotate("second")
    old = house.server.header(a_key("first"))
    keys = house.parts.entrance._door._believed[0].keys
    keys._known.asked_at = None  # type: ignore[attr-defined]  # a minute has passed

    assert (await house.send(an_activity(house.service_url, id="2")))[0] == 200
    assert (await house.send(an_activity(house.service_url, id="3"), old))[0] == 401


async def test_unknown_keys_do_not_make_atlas_ask_again_and_again(house: House) -> None:
    unknown = a_key("unknown")

    for _ in range(20):
        status, _ = await house.send(an_activity(house.service_url), house.server.header(unknown))
        assert status == 401

    assert house.server.key_reads == 1


async def test_a_tenants_own_token_is_taken_from_the_bot_itself_alone(
    framework: BotFramework,
) -> None:
    key = a_key("entra")
    framework.tenant_keys = [key]
    issued: dict[str, object] = {
        "iss": f"https://login.microsoftonline.com/{TENANT}/v2.0",
        "serviceurl": None,
        "tid": TENANT,
    }
    async with a_house(framework) as house:
        activity = an_activity(house.service_url)
        own = framework.header(key, **issued, azp=APP)
        another = framework.header(key, **issued, azp="another program of the tenant")
        nobody = framework.header(key, **issued)
        elsewhere = framework.header(key, **{**issued, "tid": "other"}, azp=APP)
        crossed = framework.header(framework.keys[0], **issued, azp=APP)

        refused = [
            (await house.send(activity, each))[0] for each in (another, nobody, elsewhere, crossed)
        ]
        status, _ = await house.send(activity, own)

    assert refused == [401, 401, 401, 401]
    assert status == 200
    assert house.heard == ["help"]


async def test_a_bot_of_many_tenants_takes_no_tenants_token(framework: BotFramework) -> None:
    key = a_key("entra")
    framework.tenant_keys = [key]
    issuer = f"https://login.microsoftonline.com/{TENANT}/v2.0"
    async with a_house(framework, tenant="") as house:
        header = framework.header(key, iss=issuer, tid=TENANT, azp=APP)

        assert (await house.send(an_activity(house.service_url), header))[0] == 401
        assert (await house.send(an_activity(house.service_url)))[0] == 200


async def test_the_governments_cloud_has_an_issuer_of_its_own(framework: BotFramework) -> None:
    async with a_house(framework, cloud="government") as house:
        public = await house.send(an_activity(house.service_url))
        theirs = framework.header(iss="https://api.botframework.us")
        status, _ = await house.send(an_activity(house.service_url), theirs)

    assert public[0] == 401
    assert status == 200


async def test_without_keys_teams_is_asked_to_come_again(framework: BotFramework) -> None:
    async with a_house(framework) as house:
        header, url = framework.header(), framework.url
        keys = house.parts.entrance._door._believed[0].keys
        keys._url = f"{url}/nowhere"  # type: ignore[attr-defined]  # the metadata is away
        status, _ = await house.send(an_activity(house.service_url), header)

    assert status == 503
    assert house.heard == []


@pytest.mark.parametrize(
    "more",
    [
        {"X-Forwarded-For": "203.0.113.7"},
        {"Forwarded": "for=203.0.113.7"},
        {"Host": "atlas.example.com"},
        {"Origin": "https://evil.example"},
    ],
)
async def test_what_a_tunnel_or_a_page_passes_on_is_never_anonymous(
    framework: BotFramework, more: dict[str, str]
) -> None:
    async with a_house(framework, anonymous=True) as house:
        status, _ = await house.send(an_activity(house.service_url), None, more=more)

    assert status == 401
    assert house.heard == []


async def test_anonymous_activities_are_for_development_alone(framework: BotFramework) -> None:
    async with a_house(framework, anonymous=True) as house:
        activity = in_channel(house.service_url)
        taken, _ = await house.send(activity, None)
        forged, _ = await house.send(activity, "Bearer nonsense")
        abroad, _ = await house.send(an_activity("https://evil.example/"), None)

    assert (taken, forged, abroad) == (200, 401, 403)
    assert house.heard == ["help"]
