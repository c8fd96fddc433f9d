"""The OpenAPI 3.1 document, made of the operations and their models."""

import re
from collections.abc import Iterator
from importlib.metadata import version
from typing import Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from connectors.rest.bodies import KEY
from connectors.rest.deeds import LONGEST_PART
from connectors.rest.operations import OPERATIONS, Operation
from connectors.rest.problems import (
    NO_TOKEN,
    PROBLEM_JSON,
    TOO_MANY,
    UNAVAILABLE,
    Kind,
    ProblemDocument,
)

Json = dict[str, object]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_NAMED = re.compile(r"\{(\w+)\}")

_SCHEMA = "#/components/schemas/{model}"

_RUN_ID: Json = {
    "name": "run_id",
    "in": "path",
    "required": True,
    "description": "8 characters, in any case.",
    "schema": {"type": "string", "minLength": 1, "example": "7K3M9QXA"},
}

_PATH: dict[str, Json] = {
    "run_id": _RUN_ID,
    **{
        name: {
            "name": name,
            "in": "path",
            "required": True,
            "description": f"{description} Percent-encoded: it may hold slashes.",
            "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_PART},
        }
        for name, description in (
            ("namespace", "The name of a namespace."),
            ("dataset", "The name of a dataset within its namespace."),
            ("job", "The name of a job within its namespace."),
        )
    },
    "id": {
        "name": "id",
        "in": "path",
        "required": True,
        "description": "A UUID.",
        "schema": {"type": "string", "format": "uuid"},
    },
}

_HEADERS: dict[int, Json] = {
    NO_TOKEN.status: {"WWW-Authenticate": {"schema": {"type": "string"}}},
    TOO_MANY.status: {"Retry-After": {"schema": {"type": "string"}}},
    UNAVAILABLE.status: {"Retry-After": {"schema": {"type": "string"}}},
    202: {"Location": {"description": "Where the run is.", "schema": {"type": "string"}}},
}


def document() -> Json:
    """The whole document."""
    paths: dict[str, Json] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    token: Json = {
        "type": "http",
        "scheme": "bearer",
        "description": "Made by `atlas token create`.",
    }
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": DIALECT,
        "info": {
            "title": "Atlas",
            "version": version("atlas-data-colleague"),
            "description": "Run data pipelines, and ask how their runs are going.",
        },
        "paths": paths,
        "components": {"schemas": _schemas(), "securitySchemes": {"token": token}},
    }


def _schemas() -> Json:
    _, found = models_json_schema(list(_models()), ref_template=_SCHEMA)
    schemas: Json = found["$defs"]
    return schemas


def _models() -> Iterator[tuple[type[BaseModel], Literal["validation", "serialization"]]]:
    yield ProblemDocument, "serialization"
    for operation in OPERATIONS:
        if operation.body is not None:
            yield operation.body, "validation"
        if not isinstance(operation.answer, str):
            yield operation.answer, "serialization"


def _operation(operation: Operation) -> Json:
    described: Json = {
        "operationId": operation.deed,
        "summary": operation.summary,
        "description": operation.description,
        "parameters": list(_parameters(operation)),
        "responses": _responses(operation),
        "security": [{"token": []}] if operation.guarded else [],
    }
    if operation.body is not None:
        described["requestBody"] = {
            "required": operation.body_required,
            "content": _content(operation.body),
        }
    return described


def _parameters(operation: Operation) -> Iterator[Json]:
    yield from (_PATH[name] for name in _NAMED.findall(operation.path))
    if operation.keyed:
        yield {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": "Yours to choose; one for each run that you want.",
            "schema": KEY.json_schema(),
        }
    if operation.query is not None:
        yield from _query(operation.query)


def _query(model: type[BaseModel]) -> Iterator[Json]:
    schema = model.model_json_schema(ref_template=_SCHEMA)
    for name, field in schema["properties"].items():
        # absent is what null means in a query
        choices = [each for each in field.get("anyOf", [field]) if each.get("type") != "null"]
        yield {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "description": field["description"],
            "schema": _without_notes(choices[0]),
        }


def _without_notes(schema: Json) -> Json:
    return {key: value for key, value in schema.items() if key not in {"description", "title"}}


def _responses(operation: Operation) -> Json:
    fine: Json = {"description": "Done." if operation.status < 202 else "Taken on."}  # noqa: PLR2004  # HTTP's own
    fine["content"] = _content(operation.answer)
    responses = {str(operation.status): _with_headers(operation.status, fine)}
    for kind in sorted(operation.problems, key=lambda each: each.status):
        responses[str(kind.status)] = _with_headers(kind.status, _problem(kind))
    return dict(responses)


def _problem(kind: Kind) -> Json:
    schema = {"$ref": _SCHEMA.format(model=ProblemDocument.__name__)}
    return {"description": f"{kind.title}.", "content": {PROBLEM_JSON: {"schema": schema}}}


def _with_headers(status: int, response: Json) -> Json:
    return {**response, "headers": _HEADERS[status]} if status in _HEADERS else response


def _content(answer: type[BaseModel] | str) -> Json:
    if isinstance(answer, str):
        return {answer: {"schema": {"type": "object" if "json" in answer else "string"}}}
    return {"application/json": {"schema": {"$ref": _SCHEMA.format(model=answer.__name__)}}}
