"""Whoever sends text of the wrong form is told the right one, not an expression."""

from collections.abc import Iterator, Mapping

import pytest
from pydantic import TypeAdapter, ValidationError

from connectors.rest.bodies import KEY, RunsQuery, malformed
from connectors.rest.marquez_events import EventRun
from connectors.rest.openapi import document
from connectors.rest.patterns import SAID


@pytest.mark.parametrize(
    ("form", "sent", "said"),
    [
        (KEY, "no blanks", "it must have 1 to 200 printable ASCII characters, without spaces"),
        (KEY, "k" * 201, "it must have 1 to 200 printable ASCII characters, without spaces"),
        (TypeAdapter(EventRun), {"runId": "7K3M9QXA"}, "it must be a UUID"),
        (TypeAdapter(RunsQuery), {"cursor": "2"}, "it must be a next_cursor as it was given"),
    ],
)
def test_a_text_of_the_wrong_form_is_answered_in_words(
    form: TypeAdapter[object], sent: object, said: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        form.validate_python(sent)

    (field,) = malformed("It", caught.value).fields
    assert field.problem == said


def test_each_pattern_of_the_document_has_its_words() -> None:
    found = set(patterns_in(document()))
    assert found
    assert found <= SAID.keys()


def patterns_in(schema: object) -> Iterator[str]:
    if isinstance(schema, Mapping):
        if isinstance(pattern := schema.get("pattern"), str):
            yield pattern
        for each in schema.values():
            yield from patterns_in(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from patterns_in(each)
