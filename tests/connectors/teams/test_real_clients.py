"""The fake Bot Framework, held to Microsoft's own clients: what they send, it must understand."""

from typing import Any

import pytest

from tests.connectors.teams.builders import CHANNEL, CHAT
from tests.servers.bot_framework import BotFramework, Fault

TOKEN = "given"  # noqa: S105  # to the fake


async def test_the_agents_sdk_posts_edits_and_opens_threads(framework: BotFramework) -> None:
    core = pytest.importorskip(
        "microsoft_agents.hosting.core.connector.client.connector_client",
        reason="microsoft-agents-hosting-core is not installed",
    )
    from microsoft_agents import activity as agents  # type: ignore[import-not-found,import-untyped,unused-ignore]  # optional

    framework.tokens.add(TOKEN)
    framework.put(CHAT)
    framework.put(CHANNEL)
    client: Any = core.ConnectorClient(endpoint=framework.service_url, token=TOKEN)
    message = agents.Activity(type="message", text="hello")
    try:
        sent = await client.conversations.send_to_conversation(CHAT, message)
        edit = agents.Activity(type="message", text="bye", id=sent.id)
        await client.conversations.update_activity(CHAT, sent.id, edit)
        wanted = agents.ConversationParameters(
            is_group=True,
            agent=agents.ChannelAccount(id="28:bot"),  # type: ignore[call-arg,unused-ignore]  # its field's other name
            channel_data={"channel": {"id": CHANNEL}},
            activity=message,
        )
        opened = await client.conversations.create_conversation(wanted)
        framework.faults.append(Fault(403, "MessageWritesBlocked"))
        with pytest.raises(Exception, match=r"403|Forbidden|MessageWritesBlocked"):
            await client.conversations.send_to_conversation(CHAT, message)
    finally:
        await client.close()

    assert [each["text"] for each in framework.conversations[CHAT].messages.values()] == ["bye"]
    assert opened.id == f"{CHANNEL};messageid={opened.activity_id}"


async def test_the_agents_sdk_believes_its_metadata_and_tokens(framework: BotFramework) -> None:
    """Its validator asks by issuer for a fixed address, so it is given the fake's keys."""
    jwt_module = pytest.importorskip(
        "microsoft_agents.hosting.core.authorization.jwt.jwt_token_validator",
        reason="microsoft-agents-hosting-core is not installed",
    )
    from microsoft_agents.hosting.core import AgentAuthConfiguration  # type: ignore[import-not-found,import-untyped,unused-ignore]  # optional

    from tests.servers.bot_framework import APP, ISSUER

    keys = f"{framework.url}/v1/.well-known/keys"
    before = dict(jwt_module.BOTFRAMEWORK_JWKS_URIS)
    jwt_module.BOTFRAMEWORK_JWKS_URIS[ISSUER] = keys
    try:
        validator = jwt_module.JwtTokenValidator(AgentAuthConfiguration(client_id=APP))
        token = framework.header().removeprefix("Bearer ")
        identity = await validator.validate_token(token)
    finally:
        jwt_module.BOTFRAMEWORK_JWKS_URIS.update(before)

    assert identity.claims["serviceurl"] == framework.service_url


async def test_the_archived_sdk_posts_lists_channels_and_obeys_the_limits(
    framework: BotFramework,
) -> None:
    connector = pytest.importorskip(
        "botframework.connector.aio", reason="the archived SDK is not installed"
    )
    from botbuilder.schema import Activity  # type: ignore[import-not-found,import-untyped,unused-ignore]  # optional
    from botframework.connector import auth, teams  # type: ignore[import-not-found,import-untyped,unused-ignore]  # optional

    framework.tokens.add(TOKEN)
    framework.put(CHAT)
    framework.teams["19:t"] = {"19:t": None, CHANNEL: "Finance"}
    framework.strict_pace = True
    credentials = auth.MicrosoftAppCredentials("app", "password")
    credentials.get_access_token = lambda *_: TOKEN
    client: Any = connector.ConnectorClient(credentials, framework.service_url.rstrip("/"))
    statuses = []
    for _ in range(8):
        try:
            await client.conversations.send_to_conversation(
                CHAT, Activity(type="message", text="hello")
            )
        except Exception as error:  # noqa: BLE001  # a type of its models
            statuses.append(getattr(error, "response", error))
    import asyncio

    listed = await asyncio.to_thread(
        teams.TeamsConnectorClient(
            credentials, framework.service_url.rstrip("/")
        ).teams.get_teams_channels,
        "19:t",
    )

    assert len(framework.conversations[CHAT].messages) == 7
    assert len(statuses) == 1
    assert [each.name for each in listed.conversations] == [None, "Finance"]
