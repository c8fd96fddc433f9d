"""A real bot is sent what the OpenAPI document allows, and much that it does not allow."""

import asyncio
import warnings
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
import schemathesis
from schemathesis.engine import Status, events, from_schema

from engine.adapters.postgres.tokens import PostgresTokens
from engine.clock import SystemClock
from engine.configuration import local_configuration
from engine.data_folder import DataFolder
from engine.demo import free_port, install_sample
from engine.host import engine_of, running_bot
from engine.people import Role
from engine.tokens.issuer import Issuer
from tests.connectors.fresh import fresh_database
from tests.world import TEST_KEY

pytestmark = pytest.mark.asyncio(loop_scope="module")

EXAMPLES = 12
"""Requests for each operation and phase: a few hundred in all, within seconds."""

UNLIMITED = {"rate": 1e6, "burst": 1_000_000}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(
    server: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[str, str]]:
    """The address of a bot that only takes orders, and a token."""
    folder = tmp_path_factory.mktemp("api")
    data, port = DataFolder(folder), free_port()
    install_sample(data)
    configuration = local_configuration({"rest": dict(UNLIMITED)}).at_port(port)
    with pytest.MonkeyPatch.context() as patch:
        async with fresh_database(server, template) as address:
            patch.setenv("ATLAS_DATABASE_URL", address)
            patch.setenv("ATLAS_PROJECT", str(data.project))
            patch.setenv("ATLAS_SECRET_KEY", TEST_KEY)
            async with running_bot(configuration.with_engine(runs_at_once=0), folder) as bot:
                tokens = PostgresTokens(engine_of(bot).engine.database)
                issued = await Issuer(tokens, SystemClock()).issue("test", Role.OPERATOR, None)
                yield f"http://127.0.0.1:{port}", issued.secret


@pytest.mark.timeout(240)  # hundreds of requests: seconds, unless the machine has much else to do
async def test_no_request_breaks_atlas_or_gets_an_answer_that_is_not_documented(
    served: tuple[str, str],
) -> None:
    address, secret = served

    found = await asyncio.to_thread(lambda: list(failures(address, secret)))

    assert found == []


def failures(address: str, secret: str) -> Iterator[str]:
    """What schemathesis finds fault with."""
    with warnings.catch_warnings():
        # of its own making, such as hypothesis strategies that rarely fit; faults are events
        warnings.simplefilter("ignore")
        schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
        schema.config.headers = {"Authorization": f"Bearer {secret}"}
        schema.config.generation.max_examples = EXAMPLES
        schema.config.generation.deterministic = True
        schema.config.generation.database = "none"
        # what is well-formed may be refused all the same: a key that was used for another request
        schema.config.checks.positive_data_acceptance.expected_statuses.append("422")
        tested = 0
        for event in from_schema(schema).execute():
            if isinstance(event, events.NonFatalError | events.FatalError):
                yield str(event)
            if isinstance(event, events.ScenarioFinished):
                tested += 1
                yield from faults(event)
    assert tested >= 2 * len(schema)


def faults(event: events.ScenarioFinished) -> Iterator[str]:
    """The checks that failed for one operation."""
    for checks in event.recorder.checks.values():
        for check in checks:
            if check.status is Status.FAILURE and check.failure_info is not None:
                sample = check.failure_info.code_sample
                yield f"{event.recorder.label} {check.name}: {check.failure_info.failure} {sample}"
