"""What people read when something went wrong."""

import inspect

import pytest

from engine import errors
from engine.errors import (
    EngineError,
    KeyMissing,
    Mistake,
    ProjectError,
    UnknownDataset,
    UnknownPipeline,
)


def test_an_error_has_a_message_and_a_hint() -> None:
    error = EngineError("The disk is full.", "Make room.")

    assert (error.message, error.hint, str(error)) == (
        "The disk is full.",
        "Make room.",
        "The disk is full.",
    )


def test_a_kind_of_error_may_have_a_hint_of_its_own() -> None:
    assert "openssl" in KeyMissing("There is no key.").hint
    assert KeyMissing("There is no key.", "Make one.").hint == "Make one."
    assert EngineError("x").hint == ""


def test_an_unknown_name_hints_at_those_that_are_near() -> None:
    error = UnknownDataset("custmers", ("customers", "orders"))

    assert error.message == "There is no table 'custmers'."
    assert error.hint == "Did you mean customers or orders?"
    assert UnknownPipeline("x").hint.startswith("Ask «what pipelines are there?»")


def test_a_mistake_reads_with_its_line_where_it_has_one() -> None:
    assert str(Mistake("atlas.yaml", 3, "no")) == "atlas.yaml:3: no"
    assert str(Mistake("atlas.yaml", None, "no")) == "atlas.yaml: no"


def test_a_project_error_counts_its_mistakes() -> None:
    mistakes = (Mistake("a", 1, "no"), Mistake("b", 2, "neither"))

    assert ProjectError("shop", mistakes).message == "The project shop has 2 mistakes: a:1: no"
    assert "has 1 mistake:" in ProjectError("shop", mistakes[:1]).message


@pytest.mark.parametrize(
    "kind", [each for _, each in inspect.getmembers(errors, inspect.isclass) if each is not Mistake]
)
def test_every_error_is_in_the_tree_at_the_top(kind: type) -> None:
    if kind.__module__ == "engine.errors":
        assert issubclass(kind, EngineError)
        assert kind.__name__ in (errors.__doc__ or "")
