"""The set of recognizers: Presidio's, ours, and those of a project."""

import pytest
from presidio_analyzer import PatternRecognizer, RecognizerRegistry

from engine.adapters.presidio.recognizers import build_registry
from engine.privacy.recognition import CustomRecognizer, Recognition


def found(registry: RecognizerRegistry, text: str, entity: str) -> list[tuple[str, float]]:
    """What the recognizers of an entity find in a text, with its score."""
    return sorted(
        {
            (text[each.start : each.end], each.score)
            for recognizer in registry.get_recognizers("en", entities=[entity])
            if isinstance(recognizer, PatternRecognizer)
            for each in recognizer.analyze(text, [entity])
        }
    )


@pytest.fixture(scope="module")
def registry() -> RecognizerRegistry:
    return build_registry(Recognition())


def test_any_date_and_any_number_of_a_licence_are_not_looked_for(
    registry: RecognizerRegistry,
) -> None:
    entities = {entity for each in registry.recognizers for entity in each.supported_entities}

    assert {"EMAIL_ADDRESS", "PHONE_NUMBER", "US_SSN", "IBAN_CODE", "UK_NHS"} <= entities
    assert not entities & {"DATE_TIME", "US_DRIVER_LICENSE", "UUID", "PERSON"}


def test_a_project_can_look_for_them_all_the_same() -> None:
    every = build_registry(Recognition(off=frozenset()))

    assert found(every, "born 1984-02-29", "DATE_TIME") == [("1984-02-29", 0.6)]


@pytest.mark.parametrize(
    "number",
    [
        "4111 1111 1111 1111",
        "2297051310616322",
        "340376792748116",
        "180016070420458",
        "6304000000000000",
        "4000000000000000006",
    ],
)
def test_cards_of_all_issuers_are_found(registry: RecognizerRegistry, number: str) -> None:
    assert found(registry, f"card {number}.", "CREDIT_CARD") == [(number, 1.0)]


@pytest.mark.parametrize("number", ["4111111111111112", "353918052107063", "1700000000000"])
def test_wrong_digits_devices_and_moments_are_no_cards(
    registry: RecognizerRegistry, number: str
) -> None:
    assert found(registry, number, "CREDIT_CARD") == []


def test_twelve_digits_are_a_guess(registry: RecognizerRegistry) -> None:
    assert found(registry, "630427373398", "CREDIT_CARD") == [("630427373398", 0.3)]


def test_a_project_adds_patterns_of_its_own() -> None:
    own = CustomRecognizer("our numbers", "CUSTOMER_NO", r"\bHP-\d{6}\b", 0.6, ("customer",))

    registry = build_registry(Recognition(custom=(own,)))

    assert found(registry, "I am HP-204417", "CUSTOMER_NO") == [("HP-204417", 0.6)]
