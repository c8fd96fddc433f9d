"""What may be asked about how good data is, and about rows that were put aside."""

from dataclasses import dataclass
from datetime import datetime

from typing_extensions import override

from engine.commands.base import Command
from engine.people import Role


@dataclass(frozen=True, slots=True)
class CheckQuality(Command):
    """Run the declared checks of a published dataset now."""

    name = "check_quality"
    needs = Role.OPERATOR
    dataset: str


@dataclass(frozen=True, slots=True)
class QualityReport(Command):
    """How good a dataset is by its last checks, or all of them, and what changed since a time."""

    name = "quality_report"
    dataset: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ListQuarantine(Command):
    """Which rows of a table were put aside, and why; all of them, or those of a rule."""

    name = "list_quarantine"
    dataset: str
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class ReleaseQuarantine(Command):
    """Judge rows in quarantine once more; those that are good now are published."""

    name = "release_quarantine"
    needs = Role.OPERATOR
    dataset: str
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class DeleteQuarantine(Command):
    """Forget rows in quarantine, once that is confirmed; `older_than` are days."""

    name = "delete_quarantine"
    needs = Role.ADMIN
    dataset: str
    rule: str | None = None
    older_than: int | None = None
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class ExpectValues(Command):
    """Let the values that were measured last of a dataset count as expected."""

    name = "expect_values"
    needs = Role.OPERATOR
    dataset: str


@dataclass(frozen=True, slots=True)
class SuggestChecks(Command):
    """Which checks a dataset could have, by what is in it."""

    name = "suggest_checks"
    dataset: str


@dataclass(frozen=True, slots=True)
class AcceptChecks(Command):
    """Add suggested checks to the project's files, each by its id; without any id, all of them."""

    name = "accept_checks"
    needs = Role.OPERATOR
    dataset: str
    checks: tuple[str, ...] = ()

    @override
    def slots(self) -> dict[str, str | int | None]:
        """The slots as text, the ids side by side."""
        return {"dataset": self.dataset, "checks": ", ".join(self.checks)}
