"""The API for people and tools to read: one HTML page, and the OpenAPI document it comes from."""

import json
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import BaseModel

from connectors.rest.operations import OPERATIONS, Operation
from connectors.rest.patterns import LONGEST_KEY
from connectors.rest.problems import KINDS

STYLE = Path(__file__).parent / "static" / "docs.css"

_ADDRESS = "$ATLAS"
_RUN_ID = "7K3M9QXA"

_INTRODUCTION = """
<h1>The API of Atlas</h1>
<p>Run pipelines, and ask how their runs are going. Tools read
<a href="/openapi.json">openapi.json</a>.</p>
<p>A token says who asks and what it may do: make one with
<code>atlas token create --role operator</code>, and send it with every request. The examples take
the address from <code>$ATLAS</code> and the token from <code>$TOKEN</code>.</p>
<p>Whatever goes wrong is problem JSON (RFC 9457): <code>status</code>, <code>title</code>,
<code>detail</code> and <code>type</code>, which leads to <a href="#problems">the list</a>.</p>
"""


def fixed(document: Mapping[str, object]) -> Handler:
    """A handler that answers the same document always."""
    body = json.dumps(document).encode()

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json")

    return answer


def page() -> Handler:
    """A handler that answers the page."""
    body = html().encode()

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type="text/html", charset="utf-8")

    return answer


async def style(_: web.Request) -> web.Response:
    """The page's stylesheet."""
    return web.Response(text=STYLE.read_text(), content_type="text/css")


def html() -> str:
    """The page, made of the operations."""
    sections = "\n".join(_section(operation) for operation in OPERATIONS)
    kinds = "\n".join(
        f'<tr id="problem-{kind.name}"><td>{kind.status}</td><td>{escape(kind.title)}</td></tr>'
        for kind in KINDS
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<title>The API of Atlas</title><link rel="stylesheet" href="/docs/docs.css"></head>\n'
        f"<body><main>{_INTRODUCTION}{_contents()}{sections}\n"
        f'<h2 id="problems">Problems</h2>\n<table>{kinds}</table></main></body></html>\n'
    )


def _contents() -> str:
    lines = "\n".join(
        f'<tr><td><a href="#{each.deed}">{each.method} {escape(each.path)}</a></td>'
        f"<td>{escape(each.summary)}</td></tr>"
        for each in OPERATIONS
    )
    return f"<table>{lines}</table>\n"


def _section(operation: Operation) -> str:
    return "\n".join(
        (
            f'<h2 id="{operation.deed}">{operation.method} {escape(operation.path)}</h2>',
            f"<p>{escape(operation.summary)}. {_with_code(operation.description)}</p>",
            f"<pre>{escape(curl(operation))}</pre>",
            *_fields("Header", _header(operation)),
            *_fields("Parameter", _described(operation.query)),
            *_fields("Field of the body", _described(operation.body)),
            *_fields("Field of the answer", _answer(operation)),
            f"<p>Answers: {_answers(operation)}</p>",
        )
    )


def curl(operation: Operation, address: str = _ADDRESS, run_id: str = _RUN_ID) -> str:
    """The operation as a command line."""
    token = '-H "Authorization: Bearer $TOKEN" ' if operation.guarded else ""
    return f"curl {token}{operation.example.format(address=address, run_id=run_id)}"


def _header(operation: Operation) -> Iterator[tuple[str, str]]:
    if operation.keyed:
        yield "Idempotency-Key", f"Yours to choose, up to {LONGEST_KEY} characters without blanks."


def _answer(operation: Operation) -> Iterator[tuple[str, str]]:
    if not isinstance(operation.answer, str):
        yield from _described(operation.answer)


def _described(model: type[BaseModel] | None) -> Iterator[tuple[str, str]]:
    for name, field in ({} if model is None else model.model_fields).items():
        yield name, field.description or ""
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from ((f"{name}.{within}", text) for within, text in _described(inner))


def _fields(head: str, rows: Iterator[tuple[str, str]]) -> Iterator[str]:
    lines = [
        f"<tr><td><code>{escape(name)}</code></td><td>{_with_code(text)}</td></tr>"
        for name, text in rows
    ]
    if lines:
        yield f"<table><tr><th>{head}</th><th></th></tr>{''.join(lines)}</table>"


def _answers(operation: Operation) -> str:
    problems = sorted(operation.problems, key=lambda kind: kind.status)
    links = [f'<a href="#problem-{kind.name}">{kind.status}</a>' for kind in problems]
    return ", ".join((str(operation.status), *links))


def _with_code(text: str) -> str:
    """Escaped, with what stands in backticks as code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if at % 2 else part for at, part in enumerate(parts))
