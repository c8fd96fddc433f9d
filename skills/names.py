"""The names of a project as sentences may use them: built once, not for each message."""

from engine.catalog.model import Project
from engine.runs.plan import makers
from skills.language.vocabulary import Vocabulary


class Names:
    """Remembers the vocabulary of the last project; a project never changes, it is read anew."""

    def __init__(self) -> None:
        self._last: tuple[Project, Vocabulary] | None = None

    def of(self, project: Project) -> Vocabulary:
        """The names of that very project."""
        if self._last is None or self._last[0] is not project:
            self._last = project, vocabulary_of(project)
        return self._last[1]


def vocabulary_of(project: Project) -> Vocabulary:
    """All names that a project declares."""
    return Vocabulary(
        pipelines=tuple(pipeline.name for pipeline in project.pipelines),
        tables=tuple(table.name for table in project.tables),
        datasets=tuple(str(dataset) for dataset in project.datasets()),
        makers=tuple((str(dataset), pipeline) for dataset, pipeline in makers(project)),
        columns=tuple({column.name for table in project.tables for column in table.columns}),
        columns_in=tuple(
            (table.name, column.name) for table in project.tables for column in table.columns
        ),
        owners=tuple((owner.id, owner.name) for owner in project.owners),
        consumers=tuple(each.name for each in project.exposures),
    )
