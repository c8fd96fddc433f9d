"""Sentences about one person: who it is stays as typed, and is in nothing but the command."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.commands import (
    Command,
    ConfirmErasure,
    ErasePerson,
    FindPerson,
    ListErasures,
    PrivacyReport,
    QualityReport,
    RevealValue,
    RunPipeline,
    WithdrawErasure,
)
from engine.people import Role
from skills.language.examples import EXAMPLE_VOCABULARY
from skills.language.persons import ALONE, ONLY_A_PERSON, SAY_AGAIN
from skills.language.readings import Guess, NotUnderstood, Reading, Understood
from skills.language.sentences import sentence
from skills.language.understanding import understand

NOW = datetime(2026, 3, 11, 10, 30, tzinfo=UTC)


def read(text: str) -> Reading:
    return understand(text, EXAMPLE_VOCABULARY, NOW, UTC)


UNDERSTOOD: tuple[tuple[str, Command], ...] = (
    ("find everything about maria@example.com", FindPerson("maria@example.com")),
    ("find everything about maria@example.com.", FindPerson("maria@example.com")),
    ("Find Everything About Maria Lopez", FindPerson("Maria Lopez")),
    ("what do we know about +49 170 1234567", FindPerson("+49 170 1234567")),
    ("what do you know about Maria.L+a@Example.com?", FindPerson("Maria.L+a@Example.com")),
    ("what personal data do we have on Maria Lopez?", FindPerson("Maria Lopez")),
    ("find Maria Lopez", FindPerson("Maria Lopez")),
    ("find maria@example.com", FindPerson("maria@example.com")),
    ("could you find all data about O'Brien, please?", FindPerson("O'Brien")),
    ("find everything about José García Márquez, Jr.", FindPerson("José García Márquez, Jr.")),
    ("find everything about customer 4711", FindPerson("4711")),
    ("find everything about the customer with the number 4711", FindPerson("4711")),
    ("find everything about <mailto:m@example.com|m@example.com>", FindPerson("m@example.com")),
    ("find everything about <tel:+491701234567|+49 170 1234567>", FindPerson("+49 170 1234567")),
    ('find everything about "customers"', FindPerson("customers")),
    ("find everything about “Anders and Sons”", FindPerson("Anders and Sons")),
    ('find everything about Dwayne "The Rock" Johnson', FindPerson('Dwayne "The Rock" Johnson')),
    ("find everything about 078-05-1120", FindPerson("078-05-1120")),
    ("erase DE89 3704 0044 0532 0130 00", ErasePerson("DE89 3704 0044 0532 0130 00")),
    ("find everything about ordres", FindPerson("ordres")),
    ("erase maria@example.com", ErasePerson("maria@example.com")),
    ("ERASE MARIA@EXAMPLE.COM", ErasePerson("MARIA@EXAMPLE.COM")),
    ("delete maria@example.com", ErasePerson("maria@example.com")),
    ("erase everything about (415) 555-0123", ErasePerson("(415) 555-0123")),
    ("forget everything about Maria Lopez", ErasePerson("Maria Lopez")),
    ("forget Maria Lopez please", ErasePerson("Maria Lopez")),
    ("could you erase the customer Maria Lopez?", ErasePerson("Maria Lopez")),
    ("<@U024BE7LH> erase all data of Maria Lopez", ErasePerson("Maria Lopez")),
    ('erase "Everything"', ErasePerson("Everything")),
    ("confirm erasure E12", ConfirmErasure("E12")),
    ("please confirm the erasure e12", ConfirmErasure("E12")),
    ("yes, erase E12", ConfirmErasure("E12")),
    ("list erasures", ListErasures()),
    ("show me all open erasures please", ListErasures()),
    ("which erasures are planned?", ListErasures()),
    ("withdraw erasure E12", WithdrawErasure("E12")),
    ("please cancel the erasure e12", WithdrawErasure("E12")),
    ("reveal es1_k3Jx9-QvT0_bWmR7", RevealValue("es1_k3Jx9-QvT0_bWmR7")),
    ("could you reveal the value of es1_k3Jx9-QvT0_bWmR7?", RevealValue("es1_k3Jx9-QvT0_bWmR7")),
)  # fmt: skip
REFUSED = (
    ("erase everything", ONLY_A_PERSON),
    ("erase all data", ONLY_A_PERSON),
    ("erase all of it", ONLY_A_PERSON),
    ("forget it", ONLY_A_PERSON),
    ("forget everything", ONLY_A_PERSON),
    ("erase orders", ONLY_A_PERSON),
    ("erase the orders table", ONLY_A_PERSON),
    ("erase silver.orders", ONLY_A_PERSON),
    ("delete all data of orders", ONLY_A_PERSON),
    ("erase", SAY_AGAIN),
    ("erase …", SAY_AGAIN),
    ("find everything about …", SAY_AGAIN),
    ("erase maria@example.com and joe@example.com", ALONE),
    ("erase Maria Lopez and Joe Smith", ALONE),
    ("erase Maria Lopez tomorrow", ALONE),
    ("erase maria@example.com from orders", ALONE),
    ("erase Maria Lopez if she agrees", ALONE),
    ("erase the person who wrote maria@example.com", ALONE),
    ("find everything about maria@example.com since Monday", ALONE),
    ("erase\nMaria Lopez\nrun medallion", ALONE),
    ("erase maria@example.com?", "That is a question"),
    ("should I erase maria@example.com?", "nothing was done"),
    ("don't erase maria@example.com", "a request not to"),
    ("do not forget Maria Lopez", "a request not to"),
    ("never erase Maria Lopez", "a request not to"),
    ("~erase Maria Lopez~", "a request not to"),
    ("> erase Maria Lopez", "a request not to"),
    ("why did you erase Maria Lopez", SAY_AGAIN),
    ("run medallion, then erase Maria Lopez", SAY_AGAIN),
    ("if she asks erase Maria Lopez", SAY_AGAIN),
    ("fnid everything about Maria Lopez", SAY_AGAIN),
    ("find evrything abuot maria@example.com", SAY_AGAIN),
    ("forgte everything about Maria Lopez", SAY_AGAIN),
    ("confirm erasure", "looks like E12"),
    ("confirm erasure Maria", "looks like E12"),
    ("reveal Maria", "begins with es1_"),
)
NAMES = ("maria", "lopez", "joe", "smith", "example.com")


@pytest.mark.parametrize(("text", "command"), UNDERSTOOD)
def test_a_person_is_understood_as_typed(text: str, command: Command) -> None:
    assert read(text) == Understood(command)


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_anything_less_clear_is_refused_and_names_nobody(text: str, reason: str) -> None:
    reading = read(text)

    assert isinstance(reading, Guess)
    assert reason in reading.reason
    assert {command.needs for command in reading.commands} == {Role.VIEWER}
    told = " ".join((reading.reason, *map(sentence, reading.commands))).casefold()
    assert not any(name in told for name in NAMES)


def test_an_erasure_named_by_its_id_is_offered_to_be_confirmed() -> None:
    reading = read("erase E12")

    assert isinstance(reading, Guess)
    assert reading.commands == (ConfirmErasure("E12"),)


def test_a_table_is_no_person_unless_in_quotes() -> None:
    reading = read("what do we know about customers?")

    assert isinstance(reading, Guess)
    assert reading.commands[0] == PrivacyReport("customers")


@pytest.mark.parametrize("text", ["delete orders", "delete everything", "delete Maria Lopez"])
def test_to_delete_alone_erases_nobody(text: str) -> None:
    reading = read(text)

    assert isinstance(reading, Guess)
    assert "Maria" not in reading.reason


def test_somebody_in_another_sentence_is_a_name_that_nobody_knows() -> None:
    assert read("how good is maria@example.com?") == Understood(QualityReport("«…»"))
    assert read("run medallion for maria@example.com") == Understood(
        RunPipeline("medallion", "«…»")
    )
    assert isinstance(read("Maria Lopez"), NotUnderstood)


def test_a_button_never_says_who_is_meant() -> None:
    assert sentence(FindPerson("maria@example.com")) == "find everything about …"
    assert sentence(ErasePerson("maria@example.com")) == "erase …"


pieces = st.sampled_from(
    ("erase", "forget", "delete", "find", "everything", "about", "all data of", "don't", "?", "if",
     "Maria Lopez", "maria@example.com", "orders", "customers", "and", "run medallion", "please",
     "E12", "…", '"', "not", "tomorrow", "the", "table", "why", "could you", "\n", ",")
)  # fmt: skip


@given(st.lists(pieces, max_size=8).map(" ".join))
def test_an_erasure_is_of_somebody_who_is_named_alone(text: str) -> None:
    reading = read(text)

    if isinstance(reading, Understood) and isinstance(reading.command, ErasePerson):
        assert reading.command.identifier in text
        if '"' not in text:
            assert "don't" not in text
            assert reading.command.identifier not in {"", "everything", "orders", "customers"}
    if isinstance(reading, Guess):
        told = " ".join((reading.reason, *map(sentence, reading.commands)))
        assert "maria@example.com" not in told
