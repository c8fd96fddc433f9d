"""Whether a request comes from Slack: signed over its raw bytes, not older than 5 minutes."""

import re

from slack_sdk.signature import Clock, SignatureVerifier
from typing_extensions import override

_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")


class _At(Clock):
    """The clock that slack_sdk looks at."""

    def __init__(self, now: float) -> None:
        self._now = now

    @override
    def now(self) -> float:
        """The moment that was given."""
        return self._now


def is_from_slack(
    secret: str, body: bytes, timestamp: str | None, signature: str | None, now: float
) -> bool:
    """Whether it was signed with the secret within 5 minutes of now, in constant time."""
    # slack_sdk raises for headers that are none, and for bytes that are no text
    if timestamp is None or not _TIMESTAMP.fullmatch(timestamp):
        return False
    if signature is None or not _SIGNATURE.fullmatch(signature):
        return False
    try:
        return SignatureVerifier(secret, _At(now)).is_valid(body, timestamp, signature)
    except UnicodeDecodeError:
        return False
