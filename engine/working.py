"""`atlas worker`: works runs for a bot elsewhere on the same database; it has no chat."""

import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from engine.alerts.model import Due
from engine.alerts.ports import DeliveryFailed
from engine.bootstrap import QUEUES, Parts, open_engine
from engine.configuration import read_configuration
from engine.errors import ConfigurationError
from engine.host import configured_project, required_url
from engine.settings import Environment, Settings


class NoChat:
    """A sender for a process without a platform: what it has to say, a bot delivers."""

    async def send(self, due: Due) -> str:
        """Never asked, since no platform is named."""
        message = f"There is no {due.post.platform} here."
        raise DeliveryFailed(message, "The bot delivers it.")


def worker_settings(config: Path | None, concurrency: int | None, grace: float | None) -> Settings:
    """The settings of configuration.yaml, if there is one, with what was given on the line."""
    own = dict(read_configuration(config).engine) if config else {}
    given = {"runs_at_once": concurrency, "grace": grace}
    return Settings.read(own | {name: value for name, value in given.items() if value is not None})


async def serve(
    settings: Settings, queues: Sequence[str], stop: asyncio.Event, ready: Callable[[], None]
) -> None:
    """Work until told to stop; runs at work get the grace to end, then go to another worker."""
    environment = Environment.read(os.environ)
    parts = Parts(
        project=configured_project(settings, environment),
        settings=settings,
        database_url=required_url(environment),
        keys=environment.keyring(),
        folder=environment.data_dir,
        sender=NoChat(),
        platforms=(),
        queues=tuple(queues) or QUEUES,
    )
    _require_known(parts.queues)
    async with open_engine(parts):
        ready()
        await stop.wait()


def _require_known(queues: Sequence[str]) -> None:
    unknown = sorted(set(queues) - set(QUEUES))
    if unknown:
        message = f"There is no queue {', '.join(unknown)}."
        raise ConfigurationError(message, f"There are: {', '.join(QUEUES)}.")
