"""opsdroid's view of the engine: a Database named `engine`, cards as messages, and a bot to run."""

import asyncio
import gettext
import logging
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib.metadata import entry_points
from pathlib import Path
from typing import cast

from aiohttp import web
from aiohttp.typedefs import Handler
from opsdroid.connector import Connector
from opsdroid.core import OpsDroid
from opsdroid.database import Database
from opsdroid.events import Message
from typing_extensions import override

from engine.alerts.model import Due
from engine.alerts.ports import DeliveryFailed
from engine.bootstrap import Engine, Marquez, Parts, open_engine
from engine.cards import Card
from engine.catalog.model import Project
from engine.catalog.reader import read_what_stands
from engine.clock import SystemClock
from engine.configuration import Configuration
from engine.errors import ConfigurationError, EngineError
from engine.lineage.delivery import named_collectors
from engine.outcome import Outcome, Request
from engine.runs.backfill import following
from engine.runs.model import Run
from engine.settings import Environment, LineageFrom, Settings

logger = logging.getLogger(__name__)

START_TIMEOUT = 60.0
LOOK_AGAIN = 0.005

_OPSDROIDS_OWN = frozenset(
    # opsdroid writes these keys of its own into the configuration of every module
    [
        "name",
        "module",
        "type",
        "enabled",
        "entrypoint",
        "is_builtin",
        "module_path",
        "install_path",
        "branch",
    ]
)


def own_settings(config: Mapping[str, object]) -> dict[str, object]:
    """What configuration.yaml says of a module, without what opsdroid adds."""
    return {key: value for key, value in config.items() if key not in _OPSDROIDS_OWN}


class CardMessage(Message):
    """A card on its way to a chat; with a receipt it replaces the message that gave it.

    Cards with the same key are forms of one message, whose receipt may have been lost.
    """

    def __init__(
        self,
        card: Card,
        receipt: str | None = None,
        key: str | None = None,
        *,
        doubtful: bool = False,
        privately: bool = False,
        thread_receipt: str | None = None,
        **kwargs: object,
    ) -> None:
        super().__init__(text=card.fallback_text, **kwargs)
        self.card = card
        self.receipt = receipt
        self.key = key
        self.doubtful = doubtful
        self.privately = privately
        self.thread_receipt = thread_receipt


class EngineDatabase(Database):
    """Keeps the engine open from opsdroid's start to its stop: only databases have both awaited."""

    def __init__(self, config: Mapping[str, object], opsdroid: OpsDroid | None = None) -> None:
        super().__init__(config, opsdroid=opsdroid)
        self.name = "engine"
        self._engine: Engine | None = None
        self._task: asyncio.Task[None] | None = None
        self._stop = asyncio.Event()

    @property
    def engine(self) -> Engine:
        """The open engine; raises ConfigurationError before the start and after the stop."""
        if self._engine is None:
            raise ConfigurationError("The engine is not open.", "Wait until Atlas has started.")
        return self._engine

    @override
    async def connect(self) -> None:
        """Open the engine; raises EngineError where it can't be opened."""
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._live(ready), name="engine")
        await ready

    async def _live(self, ready: "asyncio.Future[None]") -> None:
        try:
            async with open_engine(self._parts()) as engine:
                self._engine = engine
                ready.set_result(None)
                await self._stop.wait()
        except Exception as error:
            if ready.done():
                raise
            ready.set_exception(error)
        finally:
            self._engine = None

    def _parts(self) -> Parts:
        settings = Settings.read(own_settings(self.config))
        environment = Environment.read(os.environ)
        return Parts(
            project=configured_project(settings, environment),
            settings=settings,
            database_url=required_url(environment),
            keys=environment.keyring(),
            folder=environment.data_dir,
            sender=OpsdroidSender(self.opsdroid),
            platforms=tuple(connector.name for connector in self.opsdroid.connectors),
            own_platforms=tuple(c.name for c in self.opsdroid.connectors if is_own(c)),
            gaps={c.name: gap_of(c) for c in self.opsdroid.connectors},
            collectors=named_collectors(os.environ),
            marquez=asked_marquez(settings, os.environ),
        )

    @override
    async def disconnect(self) -> None:
        """Close the engine, and wait until it is."""
        self._stop.set()
        if self._task is not None:
            await self._task

    async def ask(self, request: Request) -> Outcome:
        """Hand a request to the engine."""
        return await self.engine.dispatcher.handle(request)

    async def run(self, run_id: str) -> Run | None:
        """The run of that id as it stands."""
        async with self.engine.transactions.look() as tx:
            return await tx.runs.get(run_id)

    async def day_after(self, run: Run) -> str | None:
        """The id of the run that is to be waited for next where one of a backfill has ended."""
        if run.backfill is None:
            return None
        async with self.engine.transactions.begin() as tx:
            return following(run.id, await tx.backfills.days(run.backfill))


def is_own(connector: Connector) -> bool:
    """Whether what is said there is for this process only, as at a terminal."""
    return bool(getattr(connector, "own", False))


def gap_of(connector: Connector) -> float:
    """Seconds that its platform wants between two messages of a channel."""
    return float(getattr(connector, "gap", 0.0))


def configured_project(settings: Settings, environment: Environment) -> Project:
    """The project folder that is configured, read; raises ConfigurationError or ProjectError."""
    folder = environment.project or settings.project
    if folder is None:
        raise ConfigurationError(
            "No project folder is configured.",
            "Set ATLAS_PROJECT, or `project` under databases.engine of configuration.yaml.",
        )
    return read_what_stands(folder)


def asked_marquez(settings: Settings, variables: Mapping[str, str]) -> Marquez | None:
    """The Marquez that is asked about lineage; raises ConfigurationError without its address."""
    if settings.lineage_from is LineageFrom.ATLAS:
        return None
    addresses = variables.get("MARQUEZ_URL", "").split()
    if not addresses:
        raise ConfigurationError(
            "Lineage is to be read from Marquez, and MARQUEZ_URL is not set.",
            "Set it, or take `lineage_from` out of databases.engine in configuration.yaml.",
        )
    return Marquez(addresses[0], variables.get("MARQUEZ_API_KEY", "").strip())


def required_url(environment: Environment) -> str:
    """The database's address; raises ConfigurationError where it is not set."""
    if environment.database_url is None:
        raise ConfigurationError(
            "ATLAS_DATABASE_URL is not set.",
            "Set it to postgresql://user:password@host:5432/database, or try `atlas demo`.",
        )
    return environment.database_url


class OpsdroidSender:
    """Sends posts through opsdroid's connectors."""

    def __init__(self, bot: OpsDroid) -> None:
        self._bot = bot

    async def send(self, due: Due) -> str:
        """Send a card, or edit; the connector's receipt. Raises DeliveryFailed."""
        post = due.post
        connector = self._bot.get_connector(post.platform)
        if connector is None:
            message = f"There is no connector {post.platform}."
            raise DeliveryFailed(message, "Configure it, or take it out of the routes.")
        event = CardMessage(
            post.card,
            due.receipt,
            post.key,
            doubtful=due.doubtful,
            thread_receipt=due.thread_receipt,
            target=post.channel,
            connector=connector,
        )
        try:
            return cast("str", await connector.send(event))
        except DeliveryFailed:
            raise
        except Exception as error:
            # whatever a platform raises is a reason to try again, never to stop the outbox
            message = f"{post.platform} did not take a message ({type(error).__name__})."
            raise DeliveryFailed(message, "It is tried again.") from error


def engine_of(bot: OpsDroid) -> EngineDatabase:
    """The bot's engine; raises ConfigurationError where none is configured."""
    database = bot.get_database("engine")
    if database is None:
        message = "configuration.yaml has no database `engine`."
        raise ConfigurationError(message, "Add `engine:` under `databases:`.")
    return cast("EngineDatabase", database)


@asynccontextmanager
async def running_bot(configuration: Configuration, home: Path) -> AsyncIterator[OpsDroid]:
    """A real opsdroid in this event loop, until the block ends.

    Raises ConfigurationError where a configured module did not register, and whatever EngineError
    kept the engine from opening.
    """
    gettext.install("opsdroid")
    require_offered(configuration)
    bot = OpsDroid(config=configuration.for_opsdroid(home / "opsdroid"), loopless=True)
    bot.eventloop = asyncio.get_running_loop()
    await bot.load()
    require_registered(bot, configuration)
    if bot.web_server is not None:
        bot.web_server.web_app.middlewares.append(_without_opsdroids_pages)
    starting = asyncio.create_task(bot.start(), name="opsdroid")
    try:
        await _started(bot, starting)
        yield bot
    finally:
        await _stopped(bot, starting)


@web.middleware
async def _without_opsdroids_pages(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Hide a page that opsdroid opens to everybody, and that tells strangers about the bot."""
    if request.path.rstrip("/") == "/stats":
        raise web.HTTPNotFound
    return await handler(request)


def require_offered(configuration: Configuration) -> None:
    """Raise ConfigurationError for a name that nothing installed offers.

    opsdroid would look for it in a repository on the internet, and run what it finds.
    """
    for section, modules in (
        ("skills", configuration.skills),
        ("connectors", configuration.connectors),
        ("databases", configuration.databases),
    ):
        offered = {entry.name for entry in entry_points(group=f"opsdroid_{section}")}
        missing = sorted(set(modules) - offered)
        if missing:
            raise ConfigurationError(
                f"configuration.yaml: there are no {section} called {', '.join(missing)}.",
                f"There are: {', '.join(sorted(offered))}.",
            )


def require_registered(bot: OpsDroid, configuration: Configuration) -> None:
    """Raise ConfigurationError for a configured module that opsdroid could not load."""
    loaded = {
        "skills": (configuration.skills, {skill.config["name"] for skill in bot.skills}),
        "connectors": (configuration.connectors, {each.name for each in bot.connectors}),
        "databases": (configuration.databases, {each.name for each in bot.memory.databases}),
    }
    for section, (configured, names) in loaded.items():
        missing = sorted(set(configured) - names)
        if missing:
            raise ConfigurationError(
                f"These {section} of configuration.yaml did not load: {', '.join(missing)}.",
                "Check their names; opsdroid's log above says why a module failed.",
            )


async def _started(bot: OpsDroid, starting: "asyncio.Task[None]") -> None:
    """Wait until the web server listens, or the start has failed."""
    async with asyncio.timeout(START_TIMEOUT):
        while not starting.done():
            if bot.is_running() and bot.web_server is not None and bot.web_server.runner.addresses:
                return
            await SystemClock().sleep(LOOK_AGAIN)
    try:
        starting.result()
    except* EngineError as group:
        raise group.exceptions[0] from None
    raise ConfigurationError("The bot stopped while it started.", "The log above says why.")


async def _stopped(bot: OpsDroid, starting: "asyncio.Task[None]") -> None:
    await bot.stop()
    await asyncio.wait([starting], timeout=5)
    starting.cancel()
    if starting.done() and not starting.cancelled() and (error := starting.exception()):
        logger.debug("opsdroid ended with %s", type(error).__name__)
    await bot.unload()
