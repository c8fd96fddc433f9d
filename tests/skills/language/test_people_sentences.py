"""Sentences about roles and confirmations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.commands import Command
from engine.commands.people import Confirm, Grant, ListRoles, Revoke
from engine.people import Role
from skills.language.examples import EXAMPLE_VOCABULARY
from skills.language.people import people_sentence, read_people
from skills.language.readings import Guess, Understood

OPERATOR, ADMIN, VIEWER = Role.OPERATOR, Role.ADMIN, Role.VIEWER


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("make @lea an operator", Grant("lea", OPERATOR)),
        ("Could you make <@U012AB3CD|lea> an admin, please?", Grant("U012AB3CD", ADMIN)),
        ("make <@29:1a-b_c|Lea Bo> a viewer", Grant("29:1a-b_c", VIEWER)),
        ("grant operator to slack:U012", Grant("slack:U012", OPERATOR)),
        ("give lea the role operator on Ingest here", Grant("lea", OPERATOR, "ingest", "here")),
        ("promote @lea to administrator", Grant("lea", ADMIN)),
        ("grant lea operator rights in <#C01|finance>", Grant("lea", OPERATOR, None, "#C01")),
        ("make @lea operator for pipeline ingest in #b", Grant("lea", OPERATOR, "ingest", "#b")),
        ("make me an admin", Grant("me", ADMIN)),
        ("revoke @lea", Revoke("lea")),
        ("revoke operator from @lea", Revoke("lea", OPERATOR)),
        ("remove @lea as admin", Revoke("lea", ADMIN)),
        ("@lea is no longer an operator", Revoke("lea", OPERATOR)),
        ("take away the role of @lea", Revoke("lea")),
        ("revoke @lea's role in #sales", Revoke("lea", None, None, "#sales")),
        ("revoke everything from @lea", Revoke("lea")),
        ("who may do what?", ListRoles()),
        ("who can do what here?", ListRoles()),
        ("who has access?", ListRoles()),
        ("show me the roles", ListRoles()),
        ("who is admin?", ListRoles(ADMIN)),
        ("who are the operators?", ListRoles(OPERATOR)),
        ("list the admins", ListRoles(ADMIN)),
        ("who may reveal?", ListRoles(ADMIN)),
        ("Who can erase a person?", ListRoles(ADMIN)),
        ("who is allowed to run medallion?", ListRoles(OPERATOR)),
        ("confirm k7q2", Confirm("K7Q2")),
        ("Yes, confirm K7Q2!", Confirm("K7Q2")),
    ],
)  # fmt: skip
def test_it_is_understood(text: str, command: Command) -> None:
    assert read_people(text, EXAMPLE_VOCABULARY) == Understood(command)


@pytest.mark.parametrize(
    "text",
    [
        "make @lea an operator?",
        "make @lea an operator on foo",
        "make @lea",
        "grant @lea",
        "revoke operator",
        "revoke",
        "make everybody an admin ✋",
    ],
)
def test_it_is_not_done_on_a_doubt(text: str) -> None:
    assert not isinstance(read_people(text, EXAMPLE_VOCABULARY), Understood)


@pytest.mark.parametrize(
    "text",
    [
        "don't make @lea an admin",
        "never make @lea an admin",
        "make everybody an admin",
        "make silver.orders from scratch",
        "make customers",
        "run it again",
        "assign INC-12 to @lea",
        "confirm E12",
        "confirm erasure E12",
        "give me an overview",
    ],
)
def test_it_is_about_something_else(text: str) -> None:
    assert read_people(text, EXAMPLE_VOCABULARY) is None


words = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_:-]{0,20}[A-Za-z0-9]", fullmatch=True).filter(
    lambda word: (
        word.casefold() not in {*Role, "administrator", "reader", "an", "the", "it"}
        and word.casefold() not in {"this", "that", "sure", "everybody", "everyone"}
    )
)
where = st.tuples(
    st.sampled_from([None, *EXAMPLE_VOCABULARY.pipelines]),
    st.sampled_from([None, "#finance", "here", "slack:C012"]),
)
commands = st.one_of(
    st.builds(lambda who, role, at: Grant(who, role, *at), words, st.sampled_from(Role), where),
    st.builds(
        lambda who, role, at: Revoke(who, role, *at),
        words,
        st.sampled_from([None, *Role]),
        where,
    ),
    st.builds(ListRoles, st.none() | st.sampled_from(Role)),
    st.builds(Confirm, st.from_regex(r"[A-DF-Z][2-9][A-Z][2-9]", fullmatch=True)),
)


@given(commands)
def test_what_a_button_says_is_read_as_its_command(command: Command) -> None:
    text = people_sentence(command)

    assert text is not None
    assert read_people(text, EXAMPLE_VOCABULARY) == Understood(command)


@given(st.text(max_size=120))
def test_any_text_is_read(text: str) -> None:
    assert isinstance(read_people(text, EXAMPLE_VOCABULARY), Understood | Guess | None)
