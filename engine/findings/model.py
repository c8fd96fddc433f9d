"""A finding: something that somebody should know; its evidence can't hold a value of a row."""

from dataclasses import dataclass

from engine.cards import Severity
from engine.catalog.model import DatasetName, Layer
from engine.privacy.model import Protection
from engine.quality.model import Verdict
from engine.quality.wording import title


@dataclass(frozen=True, slots=True)
class ChecksFailed:
    """Checks that did not hold; the dataset was held back."""

    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class ChecksWarned:
    """Checks that only warned; the dataset was published."""

    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class PersonalData:
    """A column that nobody declared personal, and is."""

    protection: Protection
    beside: tuple[Protection, ...] = ()
    """What else was found within the cells of the same column, in the same run."""


@dataclass(frozen=True, slots=True)
class StepBroke:
    """A step that ended with an error."""

    step: str
    error: str
    hint: str


Evidence = ChecksFailed | ChecksWarned | PersonalData | StepBroke


@dataclass(frozen=True, slots=True)
class Finding:
    """What was noticed, where, in which run; equal fingerprints mean the same trouble."""

    dataset: DatasetName
    severity: Severity
    run_id: str
    evidence: Evidence
    only_looked: bool = False
    """Whether the run was a check or a scan, which changes nothing."""

    @property
    def kind(self) -> str:
        """The sort of trouble, as programs name it."""
        match self.evidence:
            case ChecksFailed():
                return "checks_failed"
            case ChecksWarned():
                return "checks_warned"
            case PersonalData():
                return "personal_data"
            case StepBroke():
                return "step_broke"

    @property
    def fingerprint(self) -> str:
        """The same for the same trouble in another run."""
        return f"{self.kind}/{self._place}/{_detail(self.evidence)}"

    @property
    def _place(self) -> str:
        """A column that is personal is so in bronze and on its way to silver alike."""
        personal = isinstance(self.evidence, PersonalData)
        if personal and self.dataset.layer is not Layer.GOLD:
            return self.dataset.table
        return str(self.dataset)


def _detail(evidence: Evidence) -> str:
    match evidence:
        case PersonalData(protection):
            return f"{protection.column}/{protection.entity}"
        case ChecksFailed(verdicts) | ChecksWarned(verdicts):
            return "/".join(sorted(title(verdict.check) for verdict in verdicts))
        case StepBroke(step):
            return step
