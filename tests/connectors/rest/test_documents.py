"""The OpenAPI document and the page are complete, and say what the server does."""

import re
from typing import Any

import pytest
from aiohttp.web_urldispatcher import PlainResource
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no types of its own
from schemathesis.specs.openapi.definitions import OPENAPI_31

from connectors.rest.openapi import DIALECT, document
from connectors.rest.operations import OPERATIONS
from connectors.rest.problems import KINDS
from connectors.rest.reading import html
from tests.connectors.rest.shop import Api

Json = dict[str, Any]


@pytest.fixture(scope="module")
def written() -> Json:
    """The OpenAPI document."""
    return document()


def test_the_document_is_valid_by_the_schema_of_openapi(written: Json) -> None:
    assert written["openapi"] == "3.1.0"
    assert written["jsonSchemaDialect"] == DIALECT
    assert [error.message for error in Draft202012Validator(OPENAPI_31).iter_errors(written)] == []


def test_a_broken_document_is_not_valid(written: Json) -> None:
    broken = {**written, "paths": {"pipelines": {}}}

    assert list(Draft202012Validator(OPENAPI_31).iter_errors(broken))


def test_every_schema_of_the_document_is_a_schema_and_is_used(written: Json) -> None:
    for schema in written["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)

    named = set(re.findall(r'"#/components/schemas/(\w+)"', str(written).replace("'", '"')))
    assert named == set(written["components"]["schemas"])


async def test_what_is_documented_is_what_is_served(api: Api, written: Json) -> None:
    routes = {
        (route.method.lower(), route.resource.canonical)
        for route in api.client.app.router.routes()
        if route.resource is not None and route.method not in {"*", "HEAD"}
    }
    documented = {(method, path) for path, item in written["paths"].items() for method in item}

    assert routes - {("get", "/docs/docs.css")} == documented
    assert isinstance(next(iter(api.client.app.router.resources())), PlainResource)


async def test_the_document_is_served_as_it_is_made(api: Api, written: Json) -> None:
    answer = await api.client.get("/openapi.json")

    assert answer.content_type == "application/json"
    assert await answer.json() == written


async def test_the_page_names_every_operation_field_and_problem(api: Api) -> None:
    answer = await api.client.get("/docs")
    page = await answer.text()

    assert answer.content_type == "text/html"
    for operation in OPERATIONS:
        assert f'id="{operation.deed}">{operation.method} {operation.path}</h2>' in page
    for name in (
        "pipeline_name",
        "Idempotency-Key",
        "next_cursor",
        "parameters.full_refresh",
        "from_step",
    ):
        assert f"<code>{name}</code>" in page
    for kind in KINDS:
        assert f'id="problem-{kind.name}"' in page


async def test_the_page_asks_for_nothing_that_its_policy_forbids(api: Api) -> None:
    page = html()
    style = await api.client.get("/docs/docs.css")

    assert style.status == 200
    assert style.content_type == "text/css"
    assert "<script" not in page
    assert "<style" not in page
    assert "style=" not in page
    assert "http://" not in page
    assert "https://" not in page
