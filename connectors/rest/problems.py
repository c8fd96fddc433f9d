"""Everything that can go wrong, as RFC 9457 says it: problem JSON, never a traceback."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from engine import errors
from engine.errors import EngineError

PROBLEM_JSON = "application/problem+json"

TRY_AGAIN_AFTER = 5
"""Seconds, where Atlas can't do something just now."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem; its name is the anchor on the page of the docs that explains it."""

    name: str
    status: int
    title: str

    @property
    def type(self) -> str:
        """The URI that identifies it."""
        return f"/docs#problem-{self.name}"


MALFORMED = Kind("malformed", 400, "The request can't be understood")
NO_TOKEN = Kind("no-token", 401, "A valid token is needed")
NOT_ALLOWED = Kind("not-allowed", 403, "The role of this token does not cover that")
UNKNOWN = Kind("unknown", 404, "There is no such thing")
WRONG_METHOD = Kind("wrong-method", 405, "This path does not take that method")
TOO_SLOW = Kind("too-slow", 408, "The body did not arrive in time")
NOT_NOW = Kind("not-now", 409, "The state of the run does not allow that")
TOO_LARGE = Kind("too-large", 413, "The body is too large")
NOT_JSON = Kind("not-json", 415, "The body is not declared as JSON")
NOT_HERE = Kind("not-here", 421, "This address is not one of Atlas's")
REFUSED = Kind("refused", 422, "Atlas does not do that")
TOO_MANY = Kind("too-many", 429, "Too many requests")
DEFECT = Kind("defect", 500, "Atlas broke")
UNAVAILABLE = Kind("unavailable", 503, "Atlas can't do that just now")

KINDS = (
    MALFORMED,
    NO_TOKEN,
    NOT_ALLOWED,
    UNKNOWN,
    WRONG_METHOD,
    TOO_SLOW,
    NOT_NOW,
    TOO_LARGE,
    NOT_JSON,
    NOT_HERE,
    REFUSED,
    TOO_MANY,
    DEFECT,
    UNAVAILABLE,
)

_BY_STATUS = {kind.status: kind for kind in KINDS}


class FieldProblem(BaseModel):
    """What is wrong with one field of a body, or one parameter."""

    model_config = ConfigDict(frozen=True)

    field: str
    problem: str


class ProblemDocument(BaseModel):
    """What went wrong, and what to do about it."""

    model_config = ConfigDict(frozen=True)

    type: str = Field(description="Tells one kind of problem from another.")
    title: str = Field(description="The kind of problem, in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What happened, and what to do.")
    errors: tuple[FieldProblem, ...] = Field(default=(), description="Which fields are wrong.")
    close: tuple[str, ...] = Field(default=(), description="Names that may have been meant.")


class Problem(Exception):
    """Ends a request with problem JSON."""

    def __init__(
        self,
        kind: Kind,
        detail: str,
        *,
        fields: Sequence[FieldProblem] = (),
        close: Sequence[str] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.fields = tuple(fields)
        self.close = tuple(close)
        self.headers = dict(headers or {})

    def response(self) -> web.Response:
        """The answer."""
        document = ProblemDocument(
            type=self.kind.type,
            title=self.kind.title,
            status=self.kind.status,
            detail=str(self),
            errors=self.fields,
            close=self.close,
        )
        return web.Response(
            body=document.model_dump_json().encode(),
            status=self.kind.status,
            content_type=PROBLEM_JSON,
            headers=self.headers,
        )


def of_error(error: EngineError) -> Problem:
    """The problem that an error of the engine is for a program."""
    kind = _kind(error)
    later = kind in {UNAVAILABLE, TOO_MANY}
    headers = {"Retry-After": str(TRY_AGAIN_AFTER)} if later else {}
    close = error.close if isinstance(error, errors.Unknown) else ()
    said = f"{_message(error)} {error.hint}".strip()
    return Problem(kind, said, close=close, headers=headers)


def _message(error: EngineError) -> str:
    if isinstance(error, errors.Unknown) and not is_a_name(error.name):
        return f"There is no {error.noun} of that name."
    return error.message


_NAME = re.compile(r"[a-z][a-z0-9_]{0,60}(?:\.[a-z][a-z0-9_]{0,60})?|(?=.*\d)[0-9A-Z]{8}")
_NUMBER = re.compile(r"\d{5}")


def is_a_name(text: str) -> bool:
    """Whether a text may be repeated: it is written as a project's names or run ids are."""
    return bool(_NAME.fullmatch(text)) and not _NUMBER.search(text)


def _kind(error: EngineError) -> Kind:
    return next((kind for what, kind in _KINDS_OF_ERRORS if isinstance(error, what)), REFUSED)


_KINDS_OF_ERRORS: tuple[tuple[type[EngineError], Kind], ...] = (
    (errors.Unknown, UNKNOWN),
    (errors.NotAllowed, NOT_ALLOWED),
    (errors.RunDone, NOT_NOW),
    (errors.RunNotDone, NOT_NOW),
    (errors.TooManyRuns, TOO_MANY),
    (errors.StatementFailed, DEFECT),
    (errors.DatabaseError, UNAVAILABLE),
    (errors.ConfigurationError, UNAVAILABLE),  # before the start and after the stop
)


def of_status(status: int) -> Problem:
    """The problem behind an answer that the web server itself gave."""
    kind = _BY_STATUS.get(status, MALFORMED if status < DEFECT.status else DEFECT)
    return Problem(kind, f"{kind.title}.")
