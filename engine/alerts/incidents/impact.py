"""What waits for a dataset, as the project declares it, in one line."""

from collections.abc import Callable

from engine.alerts.incidents.lineage import Lineage
from engine.cards import counted
from engine.catalog.model import DatasetName, Project


def declared_impact(project: Project, lineage: Lineage) -> Callable[[DatasetName], str]:
    """Tells for a dataset how many datasets are made from it, and who reads any of them."""

    def told(dataset: DatasetName) -> str:
        below = lineage.below(dataset)
        readers = (
            f"the {each.name} due {each.due}" if each.due else f"the {each.name}"
            for each in project.exposures
            if any(read == dataset or read in below for read in each.reads)
        )
        datasets = (counted(len(below), "dataset"),) if below else ()
        return ", ".join((*datasets, *readers)) or "nothing downstream"

    return told
