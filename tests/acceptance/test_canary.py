"""No personal value leaves bronze: thousands of them come in by every way, and are looked for."""

import asyncio
import json
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import aiohttp
import psutil
import pytest
import pytest_asyncio

from engine.adapters.postgres.database import Database, DatabaseLimits
from engine.adapters.postgres.tokens import PostgresTokens
from engine.adapters.postgres.warehouse import PostgresWarehouse
from engine.adapters.shields import Shields
from engine.cards import to_json
from engine.clock import SystemClock
from engine.errors import DatabaseError, SourceUnreadable
from engine.outcome import Accepted
from engine.people import Role
from engine.runs.model import Run, RunStatus
from engine.tokens.issuer import Issuer
from tests.acceptance.scenes import held, started
from tests.adapters.builders import Lab, a_table, address, execute, fresh
from tests.canaries import Canaries, persons
from tests.canary_project import SOURCE, Deliveries, write_project
from tests.connectors.fresh import fresh_database
from tests.connectors.visitor import TOKEN, Visitor, visiting
from tests.watching import (
    ADVISED,
    PLACES,
    Seen,
    log_with,
    logged,
    printed,
    read_files,
    read_server_log,
    read_tables,
    server_log_size,
)
from tests.world import World, eventually, opened_world

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

CANARIES = Canaries(persons(300))
SOMEBODY, FORGOTTEN = CANARIES.persons[7], CANARIES.persons[8]

LONGEST_RUN = 90.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def seen(
    server: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Seen]:
    """What there is to be read after everything that can happen has happened."""
    folder, found = tmp_path_factory.mktemp("canaries"), Seen()
    source = fresh("source")
    await execute(server, f"CREATE DATABASE {source}")
    async with fresh_database(server, template) as url:
        await log_with(url, log_min_messages="warning", **ADVISED)
        with pytest.MonkeyPatch.context() as patch, logged(found), printed(found, folder):
            patch.setenv(SOURCE, address(server, source))
            patch.setenv("ATLAS_DATA_DIR", str(folder))
            begun = await server_log_size(url)
            await _live(found, url, folder, patch, address(server, source))
            await read_server_log(found, url, begun)
    await execute(server, f"DROP DATABASE {source} WITH (FORCE)")
    yield found


async def _live(
    found: Seen, url: str, folder: Path, patch: pytest.MonkeyPatch, source: str
) -> None:
    """A bot's life: deliveries of every kind, runs that end in every way, and all questions."""
    project = write_project(folder / "project")
    arrived, others = Deliveries(project, source, CANARIES.persons), _workers()
    connectors: dict[str, dict[str, object]] = {"web": {"token": TOKEN}, "rest": {}}
    async with opened_world(url, folder, patch, connectors=connectors, project=project) as world:
        async with visiting(world.port) as visitor, _page(visitor, found) as page:
            story = _Story(world, found, arrived, patch, others)
            await story.told()
            await _ask_as_a_program(world, visitor, found)
            await _ask_on_the_page(page, found)
        found.note("cards", *(to_json(card) for card in world.terminal.heard.values()))
        await read_tables(world, found)
    read_files(folder, found)


@dataclass(frozen=True, slots=True)
class _Story:
    """What happens to the project."""

    world: World
    found: Seen
    arrived: Deliveries
    patch: pytest.MonkeyPatch
    others: Collection[psutil.Process]
    """Processes of other tests."""

    async def told(self) -> None:
        """One thing after the other."""
        await self.arrived.first()
        await self._run("first", "run pipeline medallion")
        await self.arrived.second()
        await self._ask("dry run medallion", "dry run medallion for customers")
        await self._run("second", "run pipeline medallion")
        await self._ask(*QUESTIONS)
        await self._broken()
        await self._ask("backfill members from 1 March 2026 to 2 March 2026")
        await self._run("whole", "run pipeline bronze_to_silver for members with full refresh")
        await self._ask(*LAST_QUESTIONS)
        sealed = await self.world.rows("SELECT iban FROM silver.customers LIMIT 1")
        await self._ask(f"reveal {sealed[0]['iban']}")
        await self._interrupted()

    async def _run(self, name: str, sentence: str) -> None:
        run = await self._ended(await started(self.world, sentence))
        self.found.runs[name] = run.status
        await self._ask(f"status {run.id}", f"why did {run.id} fail?")

    async def _ask(self, *sentences: str) -> None:
        """Say each; where that starts a run, wait for its end."""
        for each in sentences:
            outcome = await self.world.told(each)
            if isinstance(outcome, Accepted):
                await self._ended(outcome.run_id)

    async def _ended(self, run_id: str) -> Run:
        """Runs of all tables with free text take longer than what tests usually wait for."""
        async with asyncio.timeout(LONGEST_RUN):
            while (run := await self.world.engine.run(run_id)) is None or not run.done:
                await asyncio.sleep(0.05)
        return run

    async def _interrupted(self) -> None:
        """Runs that a check holds back, that are cancelled, lose a worker, or meet a defect."""
        await execute(
            self.world.database_url,
            "UPDATE bronze.customers SET balance = '-5' WHERE customer_no IN ('N3', 'N4', 'N5')",
        )
        await self._run("held back", "run pipeline bronze_to_silver for customers")
        await self._ask("how good is customers?", "retry the customers run from the quality gate")
        async with held(self.world, "bronze.customers"):
            run_id = await started(self.world, "run pipeline bronze_to_silver for customers")
            await asyncio.sleep(0.3)
            await self._ask(f"cancel {run_id}")
        self.found.runs["cancelled"] = (await self._ended(run_id)).status

        async def stumble(*_: object) -> None:
            raise ValueError(f"{SOMEBODY.name} <{SOMEBODY.email}>: {SOMEBODY.card}")

        with self.patch.context() as patch:
            patch.setattr(PostgresWarehouse, "refine", stumble)
            await self._run("defect", "run pipeline bronze_to_silver for visits")
        killing = asyncio.create_task(_kill_workers(self.others))
        await self._run("killed", "run pipeline bronze_to_silver for customers")
        killing.cancel()

    async def _broken(self) -> None:
        """Deliveries that can't be read, and constraints that their rows break."""
        url = self.world.database_url
        self.arrived.third()
        for table in ("customers", "members", "visits", "notes"):
            await self._run(f"unreadable {table}", f"ingest {table}")
        self.arrived.take_back_third()
        await execute(
            url,
            "DELETE FROM bronze.contracts a USING bronze.contracts b "
            "WHERE a.email = b.email AND a._row < b._row",
            "CREATE UNIQUE INDEX once ON bronze.contracts (email)",
        )
        await self._run("unique in bronze", "ingest contracts")
        await execute(url, "DROP INDEX bronze.once")
        await self.arrived.break_source()
        await self._run("broken source", "ingest contracts")
        await execute(
            url,
            "ALTER TABLE silver.customers ADD UNIQUE (email)",
            "CREATE TABLE public.before AS SELECT * FROM bronze.customers",
            "UPDATE bronze.customers SET email = (SELECT min(email) FROM bronze.customers)",
        )
        await self._run("unique in silver", "run pipeline bronze_to_silver for customers")
        await execute(
            url,
            "UPDATE bronze.customers c SET email = b.email "
            "FROM public.before b WHERE b._row = c._row",
            "DROP TABLE public.before",
            "ALTER TABLE silver.customers DROP CONSTRAINT customers_email_key",
        )


def _workers() -> set[psutil.Process]:
    """The processes that look at values, or run checks, for this one."""
    found = set()
    for each in psutil.Process().children():
        with suppress(psutil.NoSuchProcess):
            if any("spawn_main" in argument for argument in each.cmdline()):
                found.add(each)
    return found


async def _kill_workers(others: Collection[psutil.Process]) -> None:
    """Kill the bot's own again and again, until cancelled."""
    while True:
        for each in _workers().difference(others):
            with suppress(psutil.NoSuchProcess):
                each.kill()
        await asyncio.sleep(0.05)


QUESTIONS = (
    *(f"scan {layer}.customers for personal data" for layer in ("bronze", "silver")),
    "scan bronze.notes for personal data",
    "privacy report",
    *(
        f"{question} {table}"
        for table in ("customers", "members", "visits", "contracts", "notes")
        for question in (
            "privacy report for",
            "show quarantined rows of",
            "how good is",
            "what should I check in silver.",
            "what should I check in bronze.",
            "check quality of silver.",
            "why did the last run fail for",
        )
    ),
    "quality report",
    "check quality of gold.contacts",
    "how good is gold.contacts?",
    "what should I check in gold.contacts?",
    "how anonymous is gold.by_year by born and town?",
    "list runs",
    "what failed?",
)
LAST_QUESTIONS = (
    f"find everything about {SOMEBODY.email}",
    f"find everything about {SOMEBODY.name}",
    f"find everything about {SOMEBODY.card}",
    f"erase {FORGOTTEN.email}",
    "confirm erasure E1",
    "show the audit log",
    f"mask {SOMEBODY.email} in customers",
    f"run medallion for {SOMEBODY.email}",
    f"how good is {SOMEBODY.phone}?",
    "notes.note is not a PERSON",
    "release quarantined rows of members",
)


@asynccontextmanager
async def _page(visitor: Visitor, found: Seen) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """An open page, all of whose frames are kept."""
    async with visitor.page() as page:

        async def listen() -> None:
            async for frame in page.socket:
                found.note("page", str(frame.data))

        listening = asyncio.create_task(listen())
        yield page.socket
        listening.cancel()
    async with visitor.page() as later:
        found.note("page", json.dumps(later.hello))


async def _ask_on_the_page(page: aiohttp.ClientWebSocketResponse, found: Seen) -> None:
    """The last questions once more, as they are typed on the page."""
    before = len(found.texts["page"])
    sentences = [*LAST_QUESTIONS, *(f"{each} please" for each in QUESTIONS[:3])]
    for number, text in enumerate(sentences):
        frame = {"type": "say", "channel": "#general", "text": text, "client_id": str(number)}
        await page.send_str(json.dumps(frame))

    async def answered() -> bool | None:
        return len(found.texts["page"]) >= before + 2 * len(sentences) or None

    await eventually(answered)


async def _ask_as_a_program(world: World, visitor: Visitor, found: Seen) -> None:
    """Right and wrong requests to every path."""
    tokens = PostgresTokens(world.engine.engine.database)
    issued = await Issuer(tokens, SystemClock()).issue("ci", Role.ADMIN, None)
    headers = {"Authorization": f"Bearer {issued.secret}"}
    paths = ["/healthz", "/readyz", "/metrics", "/pipelines?limit=100", "/pipelines?status=failed"]
    runs = await world.rows("SELECT id FROM atlas.runs")
    paths += [f"/pipelines/{row['id']}" for row in runs]
    paths += [f"/pipelines?table_name={quote(each)}" for each in SOMEBODY.spellings()]
    paths += [f"/pipelines/{quote(each, safe='')}" for each in (SOMEBODY.email, SOMEBODY.name)]
    for path in paths:
        async with visitor.get(path, headers) as answer:
            found.note("answers", f"{answer.status} {answer.headers}", await answer.text())
    bodies: list[tuple[str, object]] = [
        ("/pipelines/execute", {"pipeline_name": SOMEBODY.email}),
        ("/pipelines/execute", {"pipeline_name": "ingest", "table_name": SOMEBODY.name}),
        ("/pipelines/execute", {"pipeline_name": "ingest", "parameters": {SOMEBODY.ssn: 1}}),
        ("/pipelines/execute", {"pipeline_name": {"a": SOMEBODY.card}}),
        ("/pipelines/execute", {SOMEBODY.email: "ingest"}),
        (f"/pipelines/{runs[0]['id']}/retry", {"from_step": SOMEBODY.iban}),
        (f"/pipelines/{runs[0]['id']}/cancel", {}),
    ]
    for path, body in bodies:
        address_ = f"{visitor.origin}{path}"
        async with visitor.session.post(address_, json=body, headers=headers) as answer:
            assert answer.status >= 400
            found.note("answers", f"{answer.status} {answer.headers}", await answer.text())


async def test_a_server_of_ones_own_tells_values_unless_it_is_told_not_to(
    server: str, template: str, tmp_path: Path
) -> None:
    """What docs/running.md says of `log_error_verbosity` and `log_min_error_statement`."""
    told = {}
    for verbosity, settings in (("default", {}), ("terse", ADVISED)):
        async with fresh_database(server, template) as url:
            await log_with(url, log_min_messages="warning", **settings)
            begun = await server_log_size(url)
            await _stumble(url, tmp_path)
            found = Seen()
            await read_server_log(found, url, begun)
            told[verbosity] = found.texts["server log"][0]

    assert CANARIES.found_in(told["terse"]) == set()
    assert "extra data after last expected column" in told["terse"]
    lines = told["default"].splitlines()
    leaking = [line for line in lines if CANARIES.found_in(line)]
    assert leaking
    assert all("CONTEXT:  " in line or "DETAIL:  " in line for line in leaking), leaking


async def _stumble(url: str, folder: Path) -> None:
    """COPY a line that can't be read, and one that breaks a constraint."""
    database, shields = Database(url, DatabaseLimits()), Shields(60, 1)
    lab, table = Lab(url, database, folder, shields), a_table("name", "email")
    broken = f"id,name,email\n1,{SOMEBODY.name},{SOMEBODY.email},more\n"
    lab.deliver(broken, "1.csv")
    with pytest.raises(SourceUnreadable):
        await lab.ingest(table)
    lab.deliver(broken.replace(",more", ""), "1.csv")
    await lab.ingest(table)
    await execute(url, "CREATE UNIQUE INDEX once ON bronze.people (email)")
    lab.deliver(broken.replace(",more", ""), "2.csv")
    with pytest.raises(DatabaseError):
        await lab.ingest(table)
    await database.close()
    shields.close()


def _leaks(texts: Sequence[str]) -> Mapping[str, str]:
    """Each spelling that was found, with the beginning of a text that holds it."""
    whole = CANARIES.found_in("\n".join(texts))
    folded = [each.casefold() for each in texts]
    return {each: next((text[:400] for text in folded if each in text), "digits") for each in whole}


@pytest.mark.parametrize("place", PLACES)
async def test_no_personal_value_is_in(seen: Seen, place: str) -> None:
    texts = seen.texts[place]

    assert sum(map(len, texts)) > 0, "nothing was read there"
    assert _leaks(texts) == {}


async def test_every_value_came_in(seen: Seen) -> None:
    found = CANARIES.found_in("\n".join(seen.bronze))

    for each in CANARIES.persons:
        if each is FORGOTTEN:
            continue
        assert each.email.casefold() in found
        assert each.name.casefold() in found
    assert CANARIES.count > 3000


async def test_what_was_published_is_protected_and_not_just_missing(seen: Seen) -> None:
    silver = "\n".join(each for each in seen.texts["tables"] if each.startswith("silver."))

    for sign in ("em1_", "pn1_", "ib1_", "es1_", "[redacted]", "*****", "Boston", "parcel 1999"):
        assert sign in silver
    assert "gold.contacts" in "\n".join(seen.texts["tables"])


async def test_runs_ended_in_every_way(seen: Seen) -> None:
    good = {name for name, status in seen.runs.items() if status is RunStatus.SUCCEEDED}

    assert good == {"whole"}, seen.runs
    assert seen.runs["cancelled"] is RunStatus.CANCELLED
