"""Which role holds where, and which grants are refused, for any set of rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.people import Role
from engine.roles.model import (
    Book,
    RoleRefused,
    Rule,
    Scope,
    Taken,
    person_id,
    place_of,
    require_grantable,
    require_revocable,
    role_at,
)

MARIA, LEA, OLGA = "web:maria", "web:lea", "web:olga"
SALES, FINANCE = "web:#sales", "web:#finance"

scopes = st.builds(
    Scope,
    st.sampled_from([(), ("medallion",), ("ingest",)]),
    st.sampled_from([(), (SALES,), (FINANCE,)]),
)
people = st.sampled_from([MARIA, LEA, OLGA])
configured = st.builds(Rule, people, st.sampled_from(Role), scopes)
granted = st.builds(Rule, people, st.sampled_from(Role), scopes, st.just("web:somebody"))
books = st.builds(
    Book,
    st.lists(configured, max_size=3).map(tuple),
    st.lists(granted, max_size=4, unique_by=lambda each: (each.person, each.scope)).map(tuple),
    st.sampled_from([Role.VIEWER, Role.OPERATOR]),
)


def a_book(*granted: Rule, default: Role = Role.VIEWER) -> Book:
    """Maria is the admin of configuration.yaml."""
    return Book((Rule(MARIA, Role.ADMIN),), granted, default)


def a_grant(person: str, role: Role, scope: Scope | None = None) -> Rule:
    """A grant by Maria."""
    return Rule(person, role, scope or Scope(), MARIA)


def test_who_is_not_named_has_the_default_role() -> None:
    assert role_at((), Role.OPERATOR, None, SALES) is Role.OPERATOR


def test_what_is_said_of_a_person_goes_before_the_default() -> None:
    rules = (Rule(LEA, Role.VIEWER),)

    assert role_at(rules, Role.OPERATOR, None, SALES) is Role.VIEWER


@pytest.mark.parametrize(
    ("scope", "pipeline", "place", "role"),
    [
        (Scope(("medallion",)), "medallion", SALES, Role.OPERATOR),
        (Scope(("medallion",)), "ingest", SALES, Role.VIEWER),
        (Scope(("medallion",)), None, SALES, Role.VIEWER),
        (Scope((), (SALES,)), "ingest", SALES, Role.OPERATOR),
        (Scope((), ("#sales",)), "ingest", SALES, Role.OPERATOR),
        (Scope((), (SALES,)), "ingest", f"{SALES};messageid=17", Role.OPERATOR),
        (Scope((), (SALES,)), "ingest", FINANCE, Role.VIEWER),
        (Scope(("medallion",), (SALES,)), "medallion", FINANCE, Role.VIEWER),
        (Scope(("medallion",), (SALES,)), "medallion", SALES, Role.OPERATOR),
    ],
)
def test_a_role_somewhere_holds_only_there(
    scope: Scope, pipeline: str | None, place: str, role: Role
) -> None:
    rules = (Rule(LEA, Role.OPERATOR, scope),)

    assert role_at(rules, Role.VIEWER, pipeline, place) is role


@given(books, granted, people)
def test_nobody_raises_themselves(book: Book, rule: Rule, asker: str) -> None:
    if rule.person != asker:
        return
    pipeline, place = next(iter(rule.scope.pipelines), None), next(iter(rule.scope.channels), "")
    before = role_at(book.of(asker), book.default, pipeline, place)

    try:
        require_grantable(book, rule, asker)
    except RoleRefused:
        return

    after = role_at(book.granting(rule).of(asker), book.default, pipeline, place)
    assert before.covers(after)


@given(books, granted, people)
def test_nobody_gives_a_role_where_they_are_no_admin(book: Book, rule: Rule, asker: str) -> None:
    try:
        require_grantable(book, rule, asker)
    except RoleRefused:
        return

    pipeline, place = next(iter(rule.scope.pipelines), None), next(iter(rule.scope.channels), "")
    assert role_at(book.of(asker), book.default, pipeline, place) is Role.ADMIN


@given(books, st.lists(st.tuples(people, granted, st.booleans()), max_size=6))
def test_an_admin_is_left_whatever_is_granted_and_revoked(
    book: Book, acts: list[tuple[str, Rule, bool]]
) -> None:
    if not book.has_admin:
        return
    for asker, rule, gives in acts:
        try:
            if gives:
                require_grantable(book, rule, asker)
                book = book.granting(rule)
            else:
                book = book.without(require_revocable(book, Taken(rule.person), asker))
        except RoleRefused:
            continue
        assert book.has_admin


def test_the_last_admin_stays() -> None:
    book = Book((), (a_grant(LEA, Role.ADMIN),))

    with pytest.raises(RoleRefused, match="last admin"):
        require_revocable(book, Taken(LEA), LEA)
    with pytest.raises(RoleRefused, match="last admin"):
        require_grantable(book, Rule(LEA, Role.VIEWER, Scope(), LEA), LEA)


def test_an_admin_of_one_pipeline_gives_roles_for_it_alone() -> None:
    mine = Scope(("medallion",))
    book = a_book(a_grant(LEA, Role.ADMIN, mine))

    require_grantable(book, Rule(OLGA, Role.OPERATOR, mine, LEA), LEA)
    for wider in (Scope(), Scope(("ingest",)), Scope((), (SALES,))):
        with pytest.raises(RoleRefused, match="Only who is admin"):
            require_grantable(book, Rule(OLGA, Role.OPERATOR, wider, LEA), LEA)


def test_configuration_is_not_changed_in_chat() -> None:
    book = Book((Rule(MARIA, Role.ADMIN), Rule(LEA, Role.OPERATOR)))

    with pytest.raises(RoleRefused, match=r"configuration\.yaml makes web:lea operator") as lower:
        require_grantable(book, a_grant(LEA, Role.VIEWER), MARIA)
    with pytest.raises(RoleRefused, match=r"configuration\.yaml makes web:lea operator"):
        require_revocable(book, Taken(LEA), MARIA)
    assert "databases.engine.roles" in lower.value.hint


def test_a_role_that_changes_nothing_is_refused() -> None:
    book = a_book(a_grant(LEA, Role.OPERATOR))

    with pytest.raises(RoleRefused, match="operator everywhere already"):
        require_grantable(book, a_grant(LEA, Role.OPERATOR, Scope((), (SALES,))), MARIA)


def test_a_refusal_names_who_can_grant_the_role_and_how() -> None:
    book = Book(tuple(Rule(f"web:admin{n}", Role.ADMIN) for n in range(5)))

    with pytest.raises(RoleRefused) as refused:
        require_grantable(book, Rule(OLGA, Role.ADMIN, Scope(), LEA), LEA)

    assert refused.value.hint == (
        "An admin can grant it (web:admin0, web:admin1, web:admin2 and 2 more), "
        "saying «grant admin to web:lea»."
    )


@pytest.mark.parametrize(
    ("taken", "left"),
    [
        (Taken(LEA), set()),
        (Taken(LEA, Role.ADMIN), {Scope(), Scope((), (SALES,))}),
        (Taken(LEA, pipeline="medallion"), {Scope(), Scope((), (SALES,))}),
        (Taken(LEA, channel=SALES), {Scope(), Scope(("medallion",))}),
    ],
)
def test_only_what_is_meant_is_revoked(taken: Taken, left: set[Scope]) -> None:
    book = a_book(
        a_grant(LEA, Role.VIEWER),
        a_grant(LEA, Role.ADMIN, Scope(("medallion",))),
        a_grant(LEA, Role.OPERATOR, Scope((), (SALES,))),
    )

    gone = require_revocable(book, taken, MARIA)

    assert {each.scope for each in book.without(gone).granted} == left


@pytest.mark.parametrize(
    ("said", "platform", "meant"),
    [
        ("@lea", "web", "web:lea"),
        ("u012ab3cd", "slack", "slack:U012AB3CD"),
        ("slack:U012AB3CD", "web", "slack:U012AB3CD"),
        ("29:1abc-_x", "teams", "teams:29:1abc-_x"),
        ("8f2b1c3e-1111-2222-3333-444455556666", "teams",
         "teams:8f2b1c3e-1111-2222-3333-444455556666"),
        ("me", "slack", "slack:U9"),
    ],
)  # fmt: skip
def test_a_person_is_meant_by_a_stable_id(said: str, platform: str, meant: str) -> None:
    assert person_id(said, platform, "slack:U9") == meant


@pytest.mark.parametrize(("said", "platform"), [("@lea", "slack"), ("teams:lea", "web")])
def test_a_name_that_anybody_can_take_is_no_person(said: str, platform: str) -> None:
    with pytest.raises(RoleRefused, match="can be anybody's"):
        person_id(said, platform, "slack:U9")


def test_a_channel_is_meant_by_a_stable_id() -> None:
    assert place_of("here", "slack", "C012") == "slack:C012"
    assert place_of("here", "teams", "19:f@thread.tacv2;messageid=1") == "teams:19:f@thread.tacv2"
    assert place_of("#C012", "slack", "C9") == "slack:C012"
    assert place_of("#finance", "web", "#general") == FINANCE
    with pytest.raises(RoleRefused, match="name of a channel"):
        place_of("#finance-team", "slack", "C9")
