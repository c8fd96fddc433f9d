"""All settings with their defaults: `databases.engine` of configuration.yaml, and ATLAS_…"""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    field_validator,
    model_validator,
)

from engine.approvals.model import Deed
from engine.errors import ConfigurationError, KeyMissing
from engine.people import Role
from engine.privacy.protect import KEY_BYTES, Keyring, SecretKey
from engine.roles.model import Rule, Scope
from engine.schedules.model import Missed

Seconds = Annotated[float, Field(gt=0)]


class ScopedRole(BaseModel):
    """A role for some pipelines, or in some channels; without either it holds everywhere."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: Role
    pipelines: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()


def _form(setting: object) -> str:
    match setting:
        case dict() | ScopedRole():
            return "(somewhere)"
        case list() | tuple():
            return "(several)"
        case _:
            return "(everywhere)"


RoleSetting = Annotated[
    Annotated[Role, Tag("(everywhere)")]
    | Annotated[ScopedRole, Tag("(somewhere)")]
    | Annotated[tuple[ScopedRole, ...], Tag("(several)")],
    Discriminator(_form),
]
"""A role everywhere, or somewhere, or several of these."""


class LineageFrom(StrEnum):
    """Who is asked what feeds what."""

    ATLAS = "atlas"
    MARQUEZ = "marquez"


class Settings(BaseModel):
    """What `databases.engine` of configuration.yaml may hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    project: Path | None = None
    """The project folder; ATLAS_PROJECT goes before it."""

    announce: str = "web"
    """The connector whose channels the project's routes name."""

    runs_at_once: Annotated[int, Field(ge=0, le=32)] = 2
    """How many runs this process works at the same time; 0 leaves them to another process."""

    step_timeout: Seconds = 3600
    """Seconds that a step may take."""

    run_timeout: Seconds = 21600
    """Seconds that a run may take."""

    tries: Annotated[int, Field(ge=1, le=20)] = 5
    """How often a step is tried in all where what failed can pass, such as a lost connection."""

    heartbeat: Seconds = 2
    """Seconds between the signs of life of a worker."""

    takeover_after: Seconds = 8
    """Seconds without a sign of life after which another worker goes on with its runs."""

    grace: Annotated[float, Field(ge=0)] = 2
    """Seconds that runs at work get to end when Atlas stops; others are handed on."""

    file_rest: Annotated[float, Field(ge=0)] = 2
    """Seconds that nobody wrote to a delivered file before it is taken; 0 takes it at once."""

    statement_timeout: Seconds = 3600
    """Seconds that one SQL statement may take."""

    lock_timeout: Seconds = 30
    """Seconds to wait for a table that somebody else has locked."""

    swap_lock_timeout: Seconds = 2
    """Seconds to wait for the moment in which a new version of a table takes its place."""

    worker_timeout: Seconds = 600
    """Seconds that one quality check or privacy examination may take."""

    timezone: str = "UTC"
    """The time zone of times in sentences."""

    missed_schedules: Missed = Missed.CATCH_UP
    """What becomes of scheduled times that passed while Atlas was away: catch_up once, or skip."""

    lineage_from: LineageFrom = LineageFrom.ATLAS
    """Whose graph answers about lineage come from: atlas, or marquez, the one at MARQUEZ_URL."""

    roles: dict[str, RoleSetting] = Field(default_factory=dict)
    """Roles by person, such as `slack:U012AB3CD: operator`, or for some pipelines and channels."""

    default_role: Role = Role.VIEWER
    """The role of everybody else."""

    second_person: list[Deed] = Field(default_factory=list)
    """What is done only once a second person has confirmed it."""

    @field_validator("timezone")
    @classmethod
    def _exists(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ValueError, LookupError, OSError):
            message = f"there is no time zone {name!r}; write one such as Europe/Berlin"
            raise ValueError(message) from None
        return name

    @model_validator(mode="after")
    def _heard_in_time(self) -> Self:
        if self.takeover_after < 2 * self.heartbeat:
            message = "takeover_after must be at least twice the heartbeat: live workers lose runs"
            raise ValueError(message)
        return self

    def rules(self) -> tuple[Rule, ...]:
        """The roles that the configuration gives."""
        return tuple(
            Rule(_as_platforms_write(person), each.role, Scope(each.pipelines, each.channels))
            for person, setting in self.roles.items()
            for each in _scoped(setting)
        )

    @classmethod
    def read(cls, values: Mapping[str, object]) -> Self:
        """Settings from a part of configuration.yaml; raises ConfigurationError."""
        try:
            return cls.model_validate(dict(values))
        except ValidationError as error:
            raise ConfigurationError(_first(error), _known()) from error


def _as_platforms_write(person: str) -> str:
    """An id as it comes from its platform, however somebody typed it: `slack:u0lea`."""
    platform, colon, id_ = person.partition(":")
    match platform:
        case "slack":
            return f"{platform}{colon}{id_.upper()}"
        case "teams":
            return f"{platform}{colon}{id_.lower()}"
        case _:
            return person


def _scoped(setting: RoleSetting) -> tuple[ScopedRole, ...]:
    match setting:
        case Role():
            return (ScopedRole(role=setting),)
        case ScopedRole():
            return (setting,)
        case _:
            return setting


def _first(error: ValidationError) -> str:
    detail = error.errors()[0]
    # which form of a setting was tried is nothing that people wrote
    written = (part for each in detail["loc"] if not (part := str(each)).startswith("("))
    path = ".".join(("databases", "engine", *written))
    said = detail["msg"].removeprefix("Value error, ")
    return f"configuration.yaml: {path}: {said}."


def _known() -> str:
    return f"Known settings there: {', '.join(Settings.model_fields)}."


class Environment(BaseModel):
    """What the environment says; secrets come from nowhere else."""

    model_config = ConfigDict(frozen=True)

    database_url: str | None = Field(default=None, repr=False)
    data_dir: Path | None = None
    project: Path | None = None
    secret_key: str | None = Field(default=None, repr=False)
    secret_key_file: Path | None = None

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> Self:
        """The ATLAS_ variables; an empty one counts as not set."""
        found = {
            name: value
            for name in cls.model_fields
            if (value := variables.get(f"ATLAS_{name.upper()}", "").strip())
        }
        return cls.model_validate(found)

    def key(self) -> SecretKey | None:
        """The present secret key, or None where none is configured; raises ConfigurationError."""
        keys = self.keyring()
        return None if keys is None else keys.present

    def keyring(self) -> Keyring | None:
        """All secret keys, or None where none is configured; raises ConfigurationError."""
        if self.secret_key is not None:
            return decoded_keys(self.secret_key, "ATLAS_SECRET_KEY")
        if self.secret_key_file is None:
            return None
        try:
            text = self.secret_key_file.read_text(errors="replace")
        except OSError as error:
            message = f"ATLAS_SECRET_KEY_FILE can't be read: {error.strerror}."
            raise ConfigurationError(message, "Check the path and its rights.") from error
        return decoded_keys(text, "ATLAS_SECRET_KEY_FILE")


_NUMBERED = re.compile(r"([1-9][0-9]{0,3}):(\S*)")
_SEVERAL = "Several keys are written as `2:… 1:…`; the highest number protects from now on."


def decoded_keys(text: str, where: str) -> Keyring:
    """One key, or several as `2:base64 1:base64`, of which the highest number is the present one.

    Raises ConfigurationError without telling a key. A key without a number is number 1.
    """
    given = text.split()
    found = [_NUMBERED.fullmatch(each) for each in given]
    if len(given) == 1 and found[0] is None:
        return Keyring(decoded(text, where))
    numbered = [(int(each[1]), each[2]) for each in found if each]
    if not given or len(numbered) < len(given):
        # one hint for both: what was meant for a single key may have a blank in it
        hint = f"{KeyMissing.hint} {_SEVERAL}"
        raise ConfigurationError(f"{where} is not {KEY_BYTES} bytes in base64.", hint)
    keys = [
        SecretKey(decoded(each, f"Key {number} of {where}").master, number)
        for number, each in sorted(numbered, reverse=True)
    ]
    _require_different(keys, where)
    return Keyring(keys[0], tuple(keys[1:]))


def _require_different(keys: Sequence[SecretKey], where: str) -> None:
    """Raise where two have one number, or where one key has two: that changes no token's secret."""
    if len({key.version for key in keys}) < len(keys):
        raise ConfigurationError(f"Two keys of {where} have the same number.", _SEVERAL)
    if len({key.master for key in keys}) < len(keys):
        raise ConfigurationError(f"{where} has one key under two numbers.", KeyMissing.hint)


def decoded(text: str, where: str) -> SecretKey:
    """A key from base64; raises ConfigurationError without telling the key."""
    try:
        master = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        master = b""
    if len(master) != KEY_BYTES:
        # the parser's error stays out of the chain: it may hold the key
        raise ConfigurationError(f"{where} is not {KEY_BYTES} bytes in base64.", KeyMissing.hint)
    return SecretKey(master)
