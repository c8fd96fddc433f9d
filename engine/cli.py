"""The command line: `atlas demo`, `start`, `ask`, `worker`, `token`, and what looks after them."""

import asyncio
import json
import os
import secrets
import signal
import sys
import warnings
import webbrowser
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.audit_commands import audit_commands
from engine.data_folder import DEFAULT, DataFolder
from engine.errors import EngineError, ProjectError
from engine.manifest_commands import manifest_commands
from engine.route_commands import add_route_test
from engine.token_commands import token_commands

if TYPE_CHECKING:
    from engine.asking import Asked
    from engine.cards import Card
    from engine.configuration import Configuration

app = typer.Typer(
    help="The colleague who runs your data pipelines.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

_STOPPING = (signal.SIGINT, signal.SIGTERM)

DataDir = Annotated[Path | None, typer.Option(help="Where this machine's data is kept.")]


def main() -> None:
    """Run a command; an error that people can mend is a sentence, never a traceback."""
    # opsdroid's, on every start; why it is harmless stands beside the pin in pyproject.toml
    warnings.filterwarnings("ignore", "pkg_resources is deprecated", UserWarning)
    try:
        app()
    except EngineError as error:
        say_error(error)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def say_error(error: EngineError) -> None:
    """What happened, and what to do, on standard error."""
    if isinstance(error, ProjectError):
        for mistake in error.mistakes:
            typer.echo(str(mistake), err=True)
        return
    typer.echo(f"{error.message} {error.hint}".strip(), err=True)


def data_folder(given: Path | None) -> DataFolder:
    """The data folder: the option, else ATLAS_DATA_DIR, else ~/.atlas."""
    chosen = given or Path(os.environ.get("ATLAS_DATA_DIR") or DEFAULT)
    return DataFolder(chosen.expanduser().resolve())


@contextmanager
def configured_database(folder: DataFolder) -> Iterator[None]:
    """The database of the environment as it is set, or else this machine's own."""
    if os.environ.get("ATLAS_DATABASE_URL"):
        folder.prepare()
        os.environ["ATLAS_DATA_DIR"] = str(folder.path)
        yield
        return
    with local_database(folder):
        yield


@contextmanager
def local_database(folder: DataFolder) -> Iterator[None]:
    """The data folder's own database, key and project in the environment, all up to date."""
    from engine.adapters.embedded import EmbeddedPostgres  # noqa: PLC0415  # only where it is used
    from engine.demo import install_sample  # noqa: PLC0415  # the import takes a second

    folder.prepare()
    os.environ["ATLAS_DATA_DIR"] = str(folder.path)
    server = EmbeddedPostgres(folder.path)
    os.environ["ATLAS_DATABASE_URL"] = server.start()
    try:
        if not (os.environ.get("ATLAS_SECRET_KEY") or os.environ.get("ATLAS_SECRET_KEY_FILE")):
            os.environ["ATLAS_SECRET_KEY_FILE"] = str(folder.key_file)
        if not os.environ.get("ATLAS_PROJECT"):
            install_sample(folder)
            os.environ["ATLAS_PROJECT"] = str(folder.project)
        asyncio.run(brought_up_to_date())
        yield
    finally:
        server.stop()


async def brought_up_to_date() -> tuple[str | None, str]:
    """Apply missing migrations to the configured database; the revisions before and after."""
    from engine.adapters.postgres.database import Database, DatabaseLimits  # noqa: PLC0415  # the import takes a second
    from engine.adapters.postgres.migrate import migrate as apply  # noqa: PLC0415  # as above
    from engine.host import required_url  # noqa: PLC0415  # as above
    from engine.settings import Environment  # noqa: PLC0415  # as above

    database = Database(required_url(Environment.read(os.environ)), DatabaseLimits())
    try:
        return await apply(database)
    finally:
        await database.close()


def until_stopped(serve: Callable[[asyncio.Event], Coroutine[object, object, None]]) -> None:
    """Run until Ctrl-C or SIGTERM; a launcher may pass both on, so a repeat changes nothing."""

    async def run() -> None:
        stop = asyncio.Event()
        for number in _STOPPING:
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await serve(stop)

    asyncio.run(run())
    for number in _STOPPING:
        signal.signal(number, signal.SIG_IGN)  # what is left to close must not be cut short


@app.command()
def demo(
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8080,
    data_dir: DataDir = None,
    browser: Annotated[bool, typer.Option(help="Open the page in the browser.")] = True,
) -> None:
    """Try everything on this machine: a database, sample data, the bot and a chat page."""
    from engine.configuration import LOOPBACK  # noqa: PLC0415  # the import takes a second
    from engine.demo import demo_configuration, require_free, serve  # noqa: PLC0415  # as above
    from engine.logs import log_to  # noqa: PLC0415  # as above

    folder, token = data_folder(data_dir), secrets.token_urlsafe(24)
    address = f"http://127.0.0.1:{port}/?token={token}"
    with folder.answering(address):
        require_free(LOOPBACK, port)
        log_to(folder.log)
        with local_database(folder):

            def ready() -> None:
                typer.echo(f"\nAtlas is ready: {address}\n\nCtrl-C stops it.")
                if browser:
                    webbrowser.open(address)

            until_stopped(
                lambda stop: serve(
                    demo_configuration(port, token), folder, stop, ready, first_delivery=True
                )
            )
    typer.echo("\nAtlas has stopped.")


@app.command()
def start(
    config: Annotated[Path, typer.Option("-c", "--config")] = Path("configuration.yaml"),
) -> None:
    """Run the bot as configuration.yaml says, on ATLAS_DATABASE_URL."""
    from engine.configuration import read_configuration  # noqa: PLC0415  # the import takes a second
    from engine.demo import require_free, serve  # noqa: PLC0415  # as above
    from engine.logs import log_to  # noqa: PLC0415  # as above

    configuration, address = with_page_token(read_configuration(config))
    log_to(None)
    require_free(configuration.host, configuration.port)

    def ready() -> None:
        typer.echo(f"Atlas is ready{address}.")

    until_stopped(
        lambda stop: serve(configuration, data_folder(None), stop, ready, first_delivery=False)
    )


def with_page_token(configuration: "Configuration") -> "tuple[Configuration, str]":
    """The configuration with a token for the page, made anew where none is set, and its address."""
    page = configuration.connectors.get("web")
    if page is None or page.get("token"):
        return configuration, ""
    token = secrets.token_urlsafe(24)
    address = f": http://{configuration.host}:{configuration.port}/?token={token}"
    return configuration.with_connector("web", {**page, "token": token}), address


@app.command()
def ask(
    text: str,
    person: Annotated[str, typer.Option("--as", help="Who asks.")] = "you",
    channel: Annotated[str, typer.Option(help="Where it is asked.")] = "#general",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    wait: Annotated[
        bool, typer.Option(help="Follow a run to its end, or leave it to the bot that runs.")
    ] = True,
    data_dir: DataDir = None,
) -> None:
    """Say one sentence to Atlas, and read what it replies."""
    from engine.asking import Question  # noqa: PLC0415  # the import takes a second
    from engine.asking import ask as put  # noqa: PLC0415  # as above
    from engine.configuration import local_configuration  # noqa: PLC0415  # as above
    from engine.demo import free_port  # noqa: PLC0415  # as above
    from engine.logs import log_to  # noqa: PLC0415  # as above
    from engine.terminal_text import as_text  # noqa: PLC0415  # as above

    def show(card: "Card") -> None:
        if not as_json:
            typer.echo(as_text(card))

    folder = data_folder(data_dir)
    with configured_database(folder):
        log_to(folder.log)
        # opsdroid always serves
        configuration = local_configuration({"terminal": {}}).at_port(free_port())
        if not wait:
            # whoever else works on this database takes the run: this process won't live as long
            configuration = configuration.with_engine(runs_at_once=0)
        question = Question(text, person, channel, wait)

        answer = asyncio.run(put(question, configuration, folder.path, show))
    if as_json:
        typer.echo(json.dumps(asked_document(answer)))
    elif not wait and answer.run is not None:
        typer.echo("The bot on this database works it, or the next one that starts.")
    raise typer.Exit(0 if answer.did else 1)


def asked_document(asked: "Asked") -> dict[str, object]:
    """What `atlas ask --json` prints."""
    from engine.cards import to_json  # noqa: PLC0415  # the import takes time
    from engine.runs.document import run_document  # noqa: PLC0415  # as above

    command = asked.command
    return {
        "understood": command is not None,
        "command": None if command is None else {"name": command.name, **command.slots()},
        "replies": [json.loads(to_json(card)) for card in asked.cards],
        "run": None if asked.run is None else run_document(asked.run).model_dump(mode="json"),
    }


@app.command()
def doctor(
    config: Annotated[Path | None, typer.Option("-c", "--config")] = None,
    data_dir: DataDir = None,
) -> None:
    """Check everything that Atlas needs, one line each."""
    from engine.doctor import Health, examine  # noqa: PLC0415  # the import takes a second

    # with a configuration it looks at what `atlas start` would find, and makes nothing
    with nullcontext() if config else configured_database(data_folder(data_dir)):
        findings = asyncio.run(examine(config))
    for finding in findings:
        typer.echo(str(finding))
    raise typer.Exit(1 if any(each.health is Health.WRONG for each in findings) else 0)


@app.command()
def worker(
    queue: Annotated[list[str] | None, typer.Option(help="Which queue; all without it.")] = None,
    concurrency: Annotated[
        int | None, typer.Option(min=1, max=32, help="How many runs at once.")
    ] = None,
    grace: Annotated[
        float | None, typer.Option(min=0, help="Seconds that runs get to end when stopped.")
    ] = None,
    config: Annotated[Path | None, typer.Option("-c", "--config")] = None,
    data_dir: DataDir = None,
) -> None:
    """Work runs for a bot elsewhere, on the same database."""
    from engine.logs import log_to  # noqa: PLC0415  # the import takes a second
    from engine.working import serve, worker_settings  # noqa: PLC0415  # as above

    settings = worker_settings(config, concurrency, 30.0 if grace is None else grace)

    def ready() -> None:
        typer.echo(f"Atlas works here, {settings.runs_at_once} runs at once. Ctrl-C stops it.")

    with configured_database(data_folder(data_dir)):
        log_to(None)
        until_stopped(lambda stop: serve(settings, queue or (), stop, ready))
    typer.echo("The worker has stopped; what it had not ended waits for another one.")


@app.command("check-project")
def check_project(
    folder: Annotated[Path | None, typer.Argument()] = None,
) -> None:
    """Read a project folder and report every mistake in it."""
    from engine.catalog.check_rules import unwise  # noqa: PLC0415  # the import takes a second
    from engine.catalog.reader import read_project  # noqa: PLC0415  # as above

    chosen = folder or Path(os.environ.get("ATLAS_PROJECT") or ".")
    try:
        project = read_project(chosen)
    except ProjectError as error:
        for mistake in error.mistakes:
            typer.echo(str(mistake))
        raise typer.Exit(1) from None
    for warning in unwise(project):
        typer.echo(f"warning: {warning}")
    typer.echo(
        f"{chosen}: {len(project.pipelines)} pipelines, {len(project.tables)} tables, "
        f"{len(project.models)} gold models, no mistakes."
    )


@app.command()
def migrate(data_dir: DataDir = None) -> None:
    """Bring the state tables up to date."""
    with configured_database(data_folder(data_dir)):
        before, after = asyncio.run(brought_up_to_date())
    if before == after:
        typer.echo(f"The state tables are up to date ({after}).")
    else:
        typer.echo(f"The state tables went from {before or 'nothing'} to {after}.")


@contextmanager
def opened_database(data_dir: Path | None) -> Iterator[None]:
    """The configured database, or that of a data folder, in the environment."""
    with configured_database(data_folder(data_dir)):
        yield


app.add_typer(token_commands(opened_database), name="token")
add_route_test(app)
app.add_typer(manifest_commands(), name="manifest")
app.add_typer(audit_commands(opened_database, data_folder), name="audit")


if __name__ == "__main__":
    main()
