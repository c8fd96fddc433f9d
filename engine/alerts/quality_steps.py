"""What to do about how a dataset stands: the buttons of quality reports."""

from collections.abc import Iterator

from engine.cards import Button, ButtonStyle
from engine.catalog.model import DatasetName, Layer, Project
from engine.quality.report import DatasetReport, Hold
from engine.runs.plan import makers


def next_steps(project: Project, report: DatasetReport) -> Iterator[Button]:
    """What may be done about the checks of a dataset; for a version held back that comes first."""
    if report.hold is not None:
        yield from _after_a_hold(report, report.hold)
    elif report.awaits_publication:
        yield from _making(project, report.dataset)
    else:
        yield _check_now(report.dataset)
        runs = sorted({each.run_id for each in report.verdicts if not each.holds})
        yield from (Button(f"Explain {run}", f"explain {run}") for run in runs[:1])
        yield from _quarantined(report.dataset)
    yield Button("All datasets", "quality report")


def first_steps(project: Project, report: DatasetReport) -> Iterator[Button]:
    """What to do about a dataset of which nothing is known; one that is not there has no rows."""
    if report.awaits_publication:
        yield from _making(project, report.dataset)
    else:
        yield _check_now(report.dataset)
        yield suggestion(report.dataset)


def _after_a_hold(report: DatasetReport, hold: Hold) -> Iterator[Button]:
    why = f"why did {hold.run_id} fail"
    yield Button(f"Why did {hold.run_id} fail?", why, ButtonStyle.PRIMARY)
    yield from _quarantined(report.dataset)
    yield Button("Retry from the quality gate", f"retry {hold.run_id} from the quality gate")
    if report.publication is not None:
        yield _check_now(report.dataset, ButtonStyle.DEFAULT)


def _making(project: Project, dataset: DatasetName) -> Iterator[Button]:
    """The run that publishes a dataset, where one pipeline does just that."""
    maker = dict(makers(project)).get(dataset)
    if maker is not None:
        sentence = f"run pipeline {maker} for {dataset.table}"
        yield Button(f"Run {maker}", sentence, ButtonStyle.PRIMARY)


def _quarantined(dataset: DatasetName) -> Iterator[Button]:
    if dataset.layer is Layer.SILVER:
        yield Button("Quarantined rows", f"show quarantined rows of {dataset}")


def _check_now(dataset: DatasetName, style: ButtonStyle = ButtonStyle.PRIMARY) -> Button:
    return Button("Check now", f"check quality of {dataset}", style)


def suggestion(dataset: DatasetName, style: ButtonStyle = ButtonStyle.DEFAULT) -> Button:
    """Asks for checks to declare."""
    return Button(f"Suggest checks for {dataset}", f"suggest checks for {dataset}", style)
