"""The routes that a project was read with, and what is said of files that are set aside."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.catalog.model import Project
from engine.catalog.routing import ROUTES_FILE, Routing
from engine.errors import Mistake
from engine.findings.sight import SetAside

AS_DECLARED = "All alerts go to the channels of atlas.yaml until it is mended."
AS_BEFORE = "The routes from before it was edited hold until it is mended."
AT_THE_START = "Nothing that it says is known until it is mended and Atlas is started again."


@dataclass(frozen=True, slots=True)
class ProjectRoutes:
    """What held when the project was read."""

    project: Project

    async def current(self) -> Routing:
        """What was read."""
        return self.project.routing

    async def set_aside(self) -> Sequence[SetAside]:
        """What could not be."""
        return as_read(self.project.set_aside)


def as_read(mistakes: Sequence[Mistake], routes: str = AS_DECLARED) -> tuple[SetAside, ...]:
    """The files that have mistakes, with what holds in the place of each."""
    files = dict.fromkeys(each.file for each in mistakes)
    return tuple(
        SetAside(
            name,
            tuple(str(each) for each in mistakes if each.file == name),
            routes if name.startswith(_ROUTES) else AT_THE_START,
        )
        for name in files
    )


_ROUTES = ROUTES_FILE.partition(".")[0]
