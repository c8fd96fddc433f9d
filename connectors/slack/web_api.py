"""Slack's Web API: one call at a time, each failure with what to do about it."""

import json
from collections.abc import Mapping
from typing import TypeVar

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout
from pydantic import BaseModel, ConfigDict, ValidationError

from engine.alerts.ports import DeliveryFailed

TIMEOUT = ClientTimeout(total=10.0)
OK, TOO_MANY, BROKEN = 200, 429, 500
WAIT_UNLESS_TOLD = 5.0
LONGEST_CODE = 60

NO_TOKEN = frozenset(
    {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"}
)
NOT_THERE = frozenset({"channel_not_found", "not_in_channel"})
TOO_MUCH = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"}
)
GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})

_ADVICE = {
    "channel_not_found": "Check the channel's name; a private one has to invite @atlas.",
    "not_in_channel": "Say «/invite @atlas» in that channel.",
    "is_archived": "Unarchive the channel, or take it out of the routes.",
    "restricted_action": "An admin of the workspace restricted who may post there.",
    "cannot_dm_bot": "Send it to a person or a channel.",
    "user_not_found": "Check the person's id: it begins with U or W.",
    "user_disabled": "The person's account is disabled.",
    "messages_tab_disabled": "Let people write to Atlas: «App Home», Messages Tab.",
    "missing_scope": "Install the app anew, with the manifest of `atlas manifest slack`.",
    "thread_not_found": "The message that was answered is gone.",
}
_AUTH_ADVICE = "Copy the token anew from the app's page at api.slack.com, and start Atlas again."
_PERMANENT = frozenset({*_ADVICE, *TOO_MUCH, *GONE, "no_text"})

Reply = TypeVar("Reply", bound=BaseModel)


class Answer(BaseModel):
    """What all answers have; the rest is for whoever asked."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    ok: bool
    error: str = ""


class SlackFailed(DeliveryFailed):
    """Slack did not do it; where it is `permanent`, trying again does not help."""

    def __init__(
        self,
        message: str,
        hint: str = "It is tried again.",
        *,
        code: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, hint, retry_after=retry_after, permanent=code in _PERMANENT)
        self.code = code


class SlackApi:
    """Calls methods with the bot's token, or another one."""

    def __init__(self, url: str, token: str, session: ClientSession) -> None:
        self._url = url
        self._token = token
        self._session = session

    async def call(
        self,
        method: str,
        reply: type[Reply],
        arguments: Mapping[str, object] | None = None,
        *,
        token: str | None = None,
    ) -> Reply:
        """What the method answers; raises SlackFailed."""
        raw = await self._asked(method, arguments or {}, token or self._token)
        try:
            answer = Answer.model_validate_json(raw)
            if not answer.ok:
                raise refused(method, answer.error)
            return reply.model_validate_json(raw)
        except ValidationError as error:
            message = f"Slack's answer to {method} can't be read."
            raise SlackFailed(message) from error

    async def upload(self, url: str, data: bytes) -> None:
        """Bring bytes to an address that Slack named, which wants no token; raises SlackFailed."""
        try:
            async with self._session.post(
                url, data=data, timeout=TIMEOUT, allow_redirects=False
            ) as response:
                await _body("an upload", response)
        # ValueError: an address that is none
        except (ClientError, OSError, TimeoutError, ValueError) as error:
            message = f"Slack did not take an upload ({type(error).__name__})."
            raise SlackFailed(message) from error

    async def _asked(self, method: str, arguments: Mapping[str, object], token: str) -> bytes:
        # a form is what every method takes; JSON is not
        form = {name: _field(value) for name, value in arguments.items() if value is not None}
        try:
            async with self._session.post(
                self._url + method,
                data=form,
                headers={"Authorization": f"Bearer {token}"},
                timeout=TIMEOUT,
                allow_redirects=False,
            ) as response:
                return await _body(method, response)
        except (ClientError, OSError, TimeoutError) as error:
            message = f"Slack did not answer to {method} ({type(error).__name__})."
            raise SlackFailed(message) from error


async def _body(method: str, response: ClientResponse) -> bytes:
    if response.status == TOO_MANY:
        wait = _seconds(response.headers.get("Retry-After"))
        message = f"Slack takes no more of {method} for {wait:.0f} s."
        raise SlackFailed(message, code="ratelimited", retry_after=wait)
    if response.status != OK:
        raise SlackFailed(f"Slack answered {response.status} to {method}.")
    return await response.read()


def refused(method: str, code: str) -> SlackFailed:
    """The error behind `ok: false`."""
    known = code if code.isidentifier() and len(code) <= LONGEST_CODE else "an unknown error"
    if code in {"ratelimited", "rate_limited"}:
        wait = WAIT_UNLESS_TOLD
        return SlackFailed(f"Slack takes no more of {method}.", code=code, retry_after=wait)
    hint = _AUTH_ADVICE if code in NO_TOKEN else _ADVICE.get(code, "")
    if code in TOO_MUCH:
        hint = "That is a defect of Atlas: Slack can't show the card."
    return SlackFailed(f"Slack refused {method}: {known}.", hint or "It is tried again.", code=code)


def _field(value: object) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _seconds(header: str | None) -> float:
    try:
        return min(max(float(header or ""), 1.0), 600.0)
    except ValueError:
        return WAIT_UNLESS_TOLD
