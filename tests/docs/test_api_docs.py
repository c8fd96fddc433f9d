"""What docs/api.md and the API's own page tell people to type does what they say."""

import re
import shlex
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from connectors.rest.marquez_operations import RUN
from connectors.rest.operations import OPERATIONS
from connectors.rest.problems import KINDS
from connectors.rest.reading import curl
from connectors.rest.settings import RestSettings
from engine.runs.model import RunStatus
from tests.builders import a_run
from tests.connectors.rest.shop import Api, opened_api
from tests.docs.test_docs import names

ROOT = Path(__file__).parent.parent.parent

WRITTEN = (ROOT / "docs" / "api.md").read_text()

RUN_ID = "7K3M9QXA"

HOME = "postgres://localhost:5432"

AN_EVENT = {
    "eventType": "COMPLETE",
    "eventTime": "2026-03-01T11:00:00Z",
    "producer": "https://example.com/before",
    "run": {"runId": RUN},
    "job": {"namespace": HOME, "name": "bronze_to_silver.silver.orders"},
    "outputs": [{"namespace": HOME, "name": "atlas.silver.orders"}],
}
"""What the examples about lineage ask for."""

EXAMPLES = [line.strip() for line in WRITTEN.splitlines() if line.startswith("    curl ")]


@dataclass(frozen=True, slots=True)
class Sent:
    """What a command line sends."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes | None


def read(line: str, secret: str) -> Sent:
    """What curl would send."""
    words = iter(shlex.split(line.replace("$ATLAS", "").replace("$TOKEN", secret)))
    assert next(words) == "curl"
    sent = Sent("GET", "", {}, None)
    for word in words:
        match word:
            case "-X":
                sent = replace(sent, method=next(words))
            case "-H":
                name, _, value = next(words).partition(": ")
                sent = replace(sent, headers={**sent.headers, name: value})
            case "-d":
                sent = replace(sent, body=next(words).encode())
            case _:
                assert not sent.url, line
                sent = replace(sent, url=word)
    return sent


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    """The API."""
    async with opened_api() as opened:
        yield opened


@pytest.mark.parametrize("line", [*EXAMPLES, *(curl(each) for each in OPERATIONS)])
async def test_an_example_does_what_it_says(api: Api, line: str) -> None:
    ended = RunStatus.FAILED if "/retry" in line else RunStatus.QUEUED
    api.shop.keep(a_run(id=RUN_ID, status=ended))
    await api.engine.known.accept(AN_EVENT)
    sent = read(line, api.secret)

    async with api.client.request(
        sent.method, sent.url, headers=sent.headers, data=sent.body
    ) as answer:
        assert answer.status in {200, 201, 202}, await answer.text()


def test_there_are_examples_for_all_that_can_be_done_with_runs() -> None:
    for end in ("/execute", f"/{RUN_ID}", "/cancel", "/retry", "?status="):
        assert any(end in line for line in EXAMPLES), end


def test_every_setting_of_the_connector_is_documented_and_no_other() -> None:
    assert names("docs/api.md") == set(RestSettings.model_fields)


def test_the_statuses_that_are_explained_are_those_that_there_are() -> None:
    rows = re.findall(r"^\| ([0-9, ]+) \|", WRITTEN, flags=re.MULTILINE)
    explained = {int(each) for row in rows for each in row.split(", ")}

    assert explained <= {kind.status for kind in KINDS}
