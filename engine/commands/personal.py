"""What may be asked about personal data, one person, and who did what."""

from dataclasses import dataclass, field
from datetime import datetime

from typing_extensions import override

from engine.commands.base import HIDDEN, Command
from engine.people import Role


@dataclass(frozen=True, slots=True)
class PrivacyReport(Command):
    """What personal data one dataset holds, or all of them, and what is done with it."""

    name = "privacy_report"
    dataset: str | None = None


@dataclass(frozen=True, slots=True)
class SetPrivacyRule(Command):
    """Protect a column in a certain way from the next run on; `to` says how far to generalise."""

    name = "set_privacy_rule"
    needs = Role.OPERATOR
    dataset: str
    column: str
    operator: str
    to: str | None = None


@dataclass(frozen=True, slots=True)
class AcceptFinding(Command):
    """A column does hold what was found in it: its protection is declared."""

    name = "accept_finding"
    needs = Role.OPERATOR
    dataset: str
    column: str
    entity: str | None = None


@dataclass(frozen=True, slots=True)
class RejectFinding(Command):
    """A column does not hold what was found in it, or nothing personal at all."""

    name = "reject_finding"
    needs = Role.OPERATOR
    dataset: str
    column: str
    entity: str | None = None


@dataclass(frozen=True, slots=True)
class _AboutPerson(Command):
    """A person is meant by something personal, which is never shown, stored or logged."""

    identifier: str = field(repr=False)

    @override
    def slots(self) -> dict[str, str | int | None]:
        """Programs get to know that somebody was meant, not who."""
        return {"identifier": HIDDEN}


@dataclass(frozen=True, slots=True, repr=False)
class FindPerson(_AboutPerson):
    """In which datasets, and how many rows, a person occurs."""

    name = "find_person"
    needs = Role.ADMIN


@dataclass(frozen=True, slots=True, repr=False)
class ErasePerson(_AboutPerson):
    """Plan to forget a person in every layer; a second admin has to confirm it."""

    name = "erase_person"
    needs = Role.ADMIN


@dataclass(frozen=True, slots=True)
class ConfirmErasure(Command):
    """Carry out an erasure that somebody else has planned, such as `E12`."""

    name = "confirm_erasure"
    needs = Role.ADMIN
    erasure: str


@dataclass(frozen=True, slots=True)
class ListErasures(Command):
    """Which erasures are planned, until when each can be confirmed, and which are done."""

    name = "list_erasures"
    needs = Role.ADMIN


@dataclass(frozen=True, slots=True)
class WithdrawErasure(Command):
    """Take back an erasure that was planned and not confirmed."""

    name = "withdraw_erasure"
    needs = Role.ADMIN
    erasure: str


@dataclass(frozen=True, slots=True)
class RevealValue(Command):
    """Show the value that an encrypted cell stands for, to the asker alone."""

    name = "reveal_value"
    needs = Role.ADMIN
    sealed: str


@dataclass(frozen=True, slots=True)
class CheckAnonymity(Command):
    """How small the smallest group of a dataset is that has the same values in these columns."""

    name = "check_anonymity"
    dataset: str
    columns: tuple[str, ...]
    k: int = 5

    @override
    def slots(self) -> dict[str, str | int | None]:
        """The slots, the columns side by side."""
        return {"dataset": self.dataset, "columns": ", ".join(self.columns), "k": self.k}


@dataclass(frozen=True, slots=True)
class Audit(Command):
    """Who did or decided what, newest first."""

    name = "audit"
    needs = Role.ADMIN
    since: datetime | None = None
