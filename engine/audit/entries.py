"""Who did what, as entries of the trail; none of them has a place for a value out of a row."""

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.audit.model import Action, AuditEntry, Told
from engine.catalog.model import DatasetName
from engine.commands import (
    HIDDEN,
    CheckAnonymity,
    Command,
    ListQuarantine,
    PrivacyReport,
)
from engine.errors import EngineError, Unknown
from engine.people import Asker, Role
from engine.privacy.model import Protection

_PERSONAL_SLOTS = frozenset({"identifier", "sealed"})

_NAMING_SLOTS = frozenset({"pipeline", "table", "dataset"})

_RUN_ID = re.compile(r"(?=(?:.*\d){2})[0-9A-Za-z]{8}")

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d[\d:.+-]*)?")
_LOOKS_PERSONAL = re.compile(r"@|(\d[ ()./-]{0,2}){6}\d")
"""An address, or seven digits: what people type in the place of a name stays for ever."""


def worth_recording(command: Command) -> bool:
    """Whether it changes something, needs a privilege, or tells of personal data.

    Who asks how a run is going is nobody's concern, and programs ask every second.
    """
    private = ListQuarantine | PrivacyReport | CheckAnonymity
    return command.needs is not Role.VIEWER or isinstance(command, private)


def asked(command: Command, asker: Asker, at: datetime, known: Collection[str]) -> AuditEntry:
    """Somebody who may do so gave a command; recorded before it is carried out.

    Of pipelines and tables only `known` names are kept: what else stands there may be anybody's.
    """
    detail = {"where": asker.place, **_slots(command, known)}
    return AuditEntry(at, asker.id, Action.ASKED, command.name, detail)


def refused(
    command: Command, asker: Asker, error: EngineError, at: datetime, known: Collection[str]
) -> AuditEntry:
    """A command was not carried out; of a name that nothing has nobody knows what it is."""
    slots = {} if isinstance(error, Unknown) else _slots(command, known)
    detail = {"where": asker.place, "why": type(error).__name__, **slots}
    return AuditEntry(at, asker.id, Action.REFUSED, command.name, detail)


def _slots(command: Command, known: Collection[str]) -> dict[str, Told]:
    return {
        name: _slot(name, value, known)
        for name, value in command.slots().items()
        if value is not None
    }


def _slot(name: str, value: str | int, known: Collection[str]) -> Told:
    if name in _PERSONAL_SLOTS or (name in _NAMING_SLOTS and value not in known):
        return HIDDEN
    if isinstance(value, int) or _MOMENT.fullmatch(value):
        return value
    if name == "run_id":
        return value if _RUN_ID.fullmatch(value) else HIDDEN
    return HIDDEN if _LOOKS_PERSONAL.search(value) else value


@dataclass(frozen=True, slots=True)
class Work:
    """A run at work on a dataset, and who had asked for it."""

    run_id: str
    dataset: DatasetName
    asker: Asker
    at: datetime

    def entry(self, action: Action, detail: Mapping[str, Told]) -> AuditEntry:
        """What it did."""
        told = {"run": self.run_id, **detail}
        return AuditEntry(self.at, self.asker.id, action, str(self.dataset), told)


@dataclass(frozen=True, slots=True)
class Terms:
    """By which policy, as its fingerprint, and with which version of the key data is protected."""

    policy: str
    key_version: int


def read(work: Work, columns: Sequence[str], rows: int) -> AuditEntry:
    """A run read values of columns to find out what they hold."""
    return work.entry(Action.READ, {"columns": tuple(columns), "rows": rows})


def protected(
    work: Work, protections: Sequence[Protection], terms: Terms, counts: Mapping[str, int]
) -> AuditEntry:
    """A run protected columns of a dataset."""
    detail: dict[str, Told] = {
        "columns": tuple(described(each) for each in protections),
        "policy": terms.policy,
        "key": terms.key_version,
        **counts,
    }
    return work.entry(Action.PROTECTED, detail)


def described(protection: Protection) -> str:
    """What is done to a column and why: `email: hash as EMAIL_ADDRESS (privacy.yaml:4)`."""
    to = f" to {protection.to}" if protection.to else ""
    entity = f" as {protection.entity}" if protection.entity else ""
    rule = f" ({protection.rule})" if protection.rule else ""
    return f"{protection.column}: {protection.operator}{to}{entity}{rule}"


def rule_changed(asker: Asker, column: str, before: str, after: str, at: datetime) -> AuditEntry:
    """Somebody changes what is done to a column: what it was, and what it is from then on."""
    detail: dict[str, Told] = {"where": asker.place, "before": before, "after": after}
    return AuditEntry(at, asker.id, Action.RULE_CHANGED, column, detail)


def fingerprint(policy: str | bytes) -> str:
    """What tells one policy from another: of the text of its file, or of its rules in words."""
    data = policy.encode() if isinstance(policy, str) else policy
    return hashlib.sha256(data).hexdigest()[:16]


def revealed(asker: Asker, entity: str | None, at: datetime) -> AuditEntry:
    """Somebody had an encrypted cell shown; neither the value nor the cell is recorded."""
    return AuditEntry(at, asker.id, Action.REVEALED, entity or "a value", {"where": asker.place})
