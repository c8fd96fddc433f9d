"""Tables and check files for tests of what is suggested."""

from collections.abc import Sequence
from dataclasses import replace

from engine.catalog.model import Check, DatasetName, Layer, Project
from engine.errors import UnknownDataset
from engine.quality.profile import Profile
from engine.quality.suggestions import Written


class FixedProfiles:
    """Profiles of given tables; what is not given was not written yet."""

    def __init__(self, *profiles: Profile) -> None:
        self._profiles = {each.dataset: each for each in profiles}

    async def of(self, project: Project, dataset: DatasetName) -> Profile:  # noqa: ARG002  # the port's form
        """The given one."""
        if dataset not in self._profiles:
            raise UnknownDataset(str(dataset))
        return self._profiles[dataset]


class MemoryCheckFiles:
    """CheckFiles that keep a project in memory."""

    def __init__(self, project: Project) -> None:
        self.project = project

    async def read(self) -> Project:
        """The project with what was added."""
        return self.project

    async def add(self, dataset: DatasetName, checks: Sequence[str]) -> Written:
        """Add checks to a table; their lines follow each other."""
        table = self.project.source_table(dataset)
        before, new = self.project.checks_of(dataset), tuple(Check(text) for text in checks)
        is_bronze = dataset.layer is Layer.BRONZE
        changed = (
            replace(table, bronze_checks=(*before, *new))
            if is_bronze
            else replace(table, checks=(*before, *new))
        )
        tables = tuple(changed if each is table else each for each in self.project.tables)
        self.project = replace(self.project, tables=tables)
        first = len(before) + 1
        return Written(f"tables/{table.name}.yaml", tuple(range(first, first + len(new))))
