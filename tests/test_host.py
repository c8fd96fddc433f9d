"""What opsdroid's view of the engine makes of settings and the environment."""

import pytest

from engine.errors import ConfigurationError
from engine.host import asked_marquez
from engine.settings import Settings

MARQUEZ = Settings.read({"lineage_from": "marquez"})


def test_atlas_answers_from_its_own_graph_also_where_a_marquez_gets_events() -> None:
    assert asked_marquez(Settings(), {"MARQUEZ_URL": "http://marquez:5000"}) is None


def test_the_first_marquez_that_is_named_is_asked() -> None:
    variables = {"MARQUEZ_URL": " http://one:5000 http://two:5000 ", "MARQUEZ_API_KEY": " secret "}

    found = asked_marquez(MARQUEZ, variables)

    assert found is not None
    assert (found.url, found.key) == ("http://one:5000", "secret")
    assert "secret" not in repr(found)


def test_a_marquez_without_an_address_is_refused_at_the_start() -> None:
    with pytest.raises(ConfigurationError, match="MARQUEZ_URL is not set"):
        asked_marquez(MARQUEZ, {})
