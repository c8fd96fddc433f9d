"""What a refusal of Teams means: try again, and when; or never, and what to do."""

from dataclasses import dataclass
from http import HTTPStatus

from pydantic import BaseModel, ConfigDict, ValidationError

from engine.alerts.ports import DeliveryFailed

PASSING = frozenset({408, 412, 425, 429, 500, 502, 503, 504})
"""What may be gone a moment later."""

NOT_TAKEN = frozenset({412, 425, 429, 503})
"""Those of them after which it is certain that nothing arrived."""

LONGEST_WAIT = 3_600.0
A_MOMENT = 2.0
UNTIL_THE_PASSWORD = 60.0

_TRY_TO_LOG_IN = "Check TEAMS_APP_ID and TEAMS_APP_PASSWORD; `atlas doctor` tries them."


@dataclass(frozen=True, slots=True)
class Refusal:
    """How Teams answered what it did not take; `code` is Teams's own word for the reason."""

    status: int
    code: str = ""
    retry_after: float | None = None

    @property
    def passes(self) -> bool:
        """Whether the same may be taken a moment later."""
        return self.status in PASSING

    @property
    def wait(self) -> float | None:
        """Seconds to wait; None where nothing says, and the message may have arrived."""
        if self.retry_after is None and self.status in NOT_TAKEN:
            return A_MOMENT
        return self.retry_after

    @property
    def is_too_large(self) -> bool:
        """Whether a smaller message would be taken."""
        return self.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE or self.code in {
            "MessageSizeTooBig",
            "RequestEntityTooLarge",
        }

    @property
    def is_gone(self) -> bool:
        """Whether there is no such message or conversation."""
        return self.status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}


class Refused(Exception):
    """Teams did not take a request."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"{refusal.status} {refusal.code}".strip())
        self.refusal = refusal


class Unanswered(Exception):
    """Teams did not answer, or broke off; it may have taken the request unless that is known."""

    def __init__(self, *, may_have_arrived: bool = True) -> None:
        super().__init__()
        self.may_have_arrived = may_have_arrived


class _Error(BaseModel):
    model_config = ConfigDict(extra="ignore")

    code: str = ""


class _ErrorBody(BaseModel):
    model_config = ConfigDict(extra="ignore")

    error: _Error = _Error()


def refusal_of(status: int, body: bytes, retry_after: str | None) -> Refusal:
    """The refusal that an answer is; its message is not read, for it may hold what was sent."""
    try:
        code = _ErrorBody.model_validate_json(body).error.code
    except ValidationError:
        code = ""
    known = code if code.isascii() and code.isalnum() else ""
    return Refusal(status, known[:60], seconds(retry_after))


def seconds(retry_after: str | None) -> float | None:
    """The seconds of a Retry-After; None where it says none."""
    try:
        value = float(retry_after or "")
    except ValueError:
        return None
    return min(value, LONGEST_WAIT) if value >= 0 else None


def failure_of(refusal: Refusal) -> DeliveryFailed:
    """What the outbox is to know of a refusal."""
    said = f"{refusal.status} {refusal.code}".strip()
    if refusal.status == HTTPStatus.UNAUTHORIZED:
        # somebody will set the right password; until then nothing may become a dead letter
        message = f"Teams does not know Atlas ({said})."
        return DeliveryFailed(message, _TRY_TO_LOG_IN, retry_after=UNTIL_THE_PASSWORD)
    if refusal.passes:
        message = f"Teams did not take a message ({said})."
        return DeliveryFailed(message, "It is tried again.", retry_after=refusal.wait)
    return DeliveryFailed(f"Teams refused a message ({said}).", _advice(refusal), permanent=True)


def _advice(refusal: Refusal) -> str:
    if refusal.status == HTTPStatus.FORBIDDEN:
        return "Atlas was blocked or removed there. Add its app to that team or chat again."
    if refusal.is_gone:
        return "The channel or chat is gone, or Atlas was removed. Add its app there again."
    return "The log of Atlas tells when; the card may hold something that Teams does not show."


def failure_of_silence(silence: Unanswered) -> DeliveryFailed:
    """What the outbox is to know where nothing was answered."""
    wait = None if silence.may_have_arrived else A_MOMENT
    return DeliveryFailed("Teams did not answer.", "It is tried again.", retry_after=wait)
