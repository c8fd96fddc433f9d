"""Rules and findings for tests of what people hear about personal data."""

from collections.abc import Mapping
from dataclasses import replace

from engine.catalog.model import DatasetName, Project
from engine.catalog.policy import PRIVACY_FILE, ColumnRule, Place
from engine.catalog.policy_reading import governed
from engine.privacy.chunks import Reading
from engine.privacy.model import ColumnFinding


class MemoryRuleFile:
    """A RuleFile that keeps a project in memory; each rule gets the next line."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.written: list[tuple[str, str, ColumnRule]] = []

    async def read(self) -> Project:
        """The project with what was written."""
        return self.project

    async def write(self, table: str, column: str, rule: ColumnRule) -> Place:
        """Keep the rule."""
        self.written.append((table, column, rule))
        place = Place(PRIVACY_FILE, len(self.written))
        known = self.project.privacy
        declared = {
            (each.name, one.name): self.project.decided(each.name, one.name)
            for each in self.project.tables
            for one in each.columns
        }
        rules = {**declared, **known.columns, (table, column): replace(rule, place=place)}
        self.project = governed(self.project, replace(known, columns=rules))
        return place


class NoReaders:
    """TextReaders who leave it to those who protect the texts."""

    async def read(self, reading: Reading) -> None:
        """Nothing."""


class FixedPrivacyFindings:
    """Given findings, and the columns that datasets have."""

    def __init__(
        self, *findings: ColumnFinding, columns: Mapping[str, tuple[str, ...]] | None = None
    ):
        self._findings = findings
        self._columns = columns or {}

    async def found(self, table: str | None = None) -> tuple[ColumnFinding, ...]:
        """The given ones of that table."""
        return tuple(each for each in self._findings if table in {None, each.dataset.table})

    async def columns(self, dataset: DatasetName) -> tuple[str, ...]:
        """The given ones of that dataset."""
        return self._columns.get(str(dataset), ())
