"""`atlas demo`: everything on this machine, with the sample project, at one address."""

import asyncio
import gc
import logging
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

from opsdroid.core import OpsDroid

from engine.commands import RunPipeline
from engine.configuration import Configuration, local_configuration
from engine.data_folder import DataFolder
from engine.errors import AlreadyRunning, ConfigurationError
from engine.host import engine_of, running_bot
from engine.outcome import Request
from engine.people import Asker
from engine.runs.ports import RunFilter

logger = logging.getLogger(__name__)

SHOP = Path(__file__).parent.parent / "examples" / "shop"

NEWCOMER = Asker("web", "you", "You", "#general")
"""Who sits before the page: the first delivery is loaded in their name."""


def install_sample(folder: DataFolder) -> None:
    """Copy the sample project into the data folder, with its deliveries, unless it is there."""
    if (folder.project / "atlas.yaml").exists():
        return
    if not SHOP.is_dir():
        message = f"The sample project is not where it should be: {SHOP}."
        raise ConfigurationError(message, "Install Atlas anew.")
    from engine.sample.generate import generate  # noqa: PLC0415  # only where the sample is installed

    skipped = shutil.ignore_patterns("*.py", "__pycache__", "deliveries")
    shutil.copytree(SHOP, folder.project, ignore=skipped, dirs_exist_ok=True)
    generate(folder.project / "deliveries")


def require_free(host: str, port: int) -> None:
    """Raise AlreadyRunning where something else listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            message = f"Something else already listens on port {port}."
            hint = f"Choose another one, such as {port + 1}, with --port or in configuration.yaml."
            raise AlreadyRunning(message, hint) from None


def demo_configuration(port: int, token: str) -> Configuration:
    """opsdroid's configuration of the demo."""
    return local_configuration({"web": {"token": token}, "rest": {}}).at_port(port)


async def serve(
    configuration: Configuration,
    folder: DataFolder,
    stop: asyncio.Event,
    ready: Callable[[], None],
    *,
    first_delivery: bool,
) -> None:
    """Run the bot until told to stop."""
    async with running_bot(configuration, folder.path) as bot:
        leave_what_stays()
        ready()
        if first_delivery:
            await _load_first_delivery(bot)
        async with asyncio.TaskGroup() as group:
            warming = group.create_task(_warm(bot), name="warm up")
            await stop.wait()
            warming.cancel()


def leave_what_stays() -> None:
    """Keep Python's collector from looking through all that was loaded, again and again.

    It does so while nothing else happens: with 280,000 objects nobody was answered for 0.3 s.
    """
    gc.collect()
    gc.freeze()


async def _load_first_delivery(bot: OpsDroid) -> None:
    """Ingest once, so that the first sentence of a newcomer has data to work on."""
    engine = engine_of(bot)
    async with engine.engine.transactions.begin() as tx:
        before = await tx.runs.latest(RunFilter(), 1)
    if not before:
        await engine.ask(Request(RunPipeline("ingest"), NEWCOMER))


async def _warm(bot: OpsDroid) -> None:
    """Load Soda and Presidio in their processes before somebody waits for them."""
    engine = engine_of(bot).engine
    await engine.soda.warm()
    await engine.detector.warm()


def free_port() -> int:
    """A port of the loopback interface that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
