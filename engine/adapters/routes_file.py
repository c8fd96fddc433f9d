"""Reads routes.yaml again when it was edited; what held before holds on where it has mistakes."""

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

from engine.alerts.routing.in_force import AS_BEFORE, AS_DECLARED, as_read
from engine.catalog.model import Project
from engine.catalog.reader import read_routing
from engine.catalog.routing import ROUTES_FILE, Routing
from engine.errors import Mistake
from engine.findings.sight import SetAside

logger = logging.getLogger(__name__)


class RoutesFile:
    """The routes of one project folder; every process reads them by itself."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._routing = project.routing
        self._mistakes = tuple(each for each in project.set_aside if _is_routes(each))
        self._others = tuple(each for each in project.set_aside if not _is_routes(each))
        self._meanwhile = AS_DECLARED
        self._known = _content(project.folder)
        _say(as_read(project.set_aside))

    async def current(self) -> Routing:
        """The file is looked at each time, and read again where it is another one."""
        content = await asyncio.to_thread(_content, self._project.folder)
        if content != self._known:
            self._take(await asyncio.to_thread(read_routing, self._project))
            self._known = content
        return self._routing

    async def set_aside(self) -> Sequence[SetAside]:
        """Also what could not be read at the start."""
        await self.current()
        return (*as_read(self._mistakes, self._meanwhile), *as_read(self._others))

    def _take(self, read: Routing | tuple[Mistake, ...]) -> None:
        if isinstance(read, Routing):
            self._routing, self._mistakes, self._meanwhile = read, (), AS_BEFORE
            logger.info("%s was read again", ROUTES_FILE)
        else:
            if not self._mistakes:
                self._meanwhile = AS_BEFORE
            self._mistakes = read
            _say(as_read(read, self._meanwhile))


def _content(folder: Path) -> bytes | None:
    """None where there is none; one that can't be read has no content, and is a mistake."""
    try:
        return (folder / ROUTES_FILE).read_bytes()
    except FileNotFoundError:
        return None
    except OSError:
        return b""


def _is_routes(mistake: Mistake) -> bool:
    return Path(mistake.file).stem == Path(ROUTES_FILE).stem


def _say(files: Sequence[SetAside]) -> None:
    for each in files:
        logger.error("%s is set aside. %s", each.file, each.sentence)
