"""What Slack makes of what was typed is undone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.slack.places import Place, message_of, place_of, receipt_of, written
from connectors.slack.typed import is_for_somebody_else, mentions, typed


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("<@U0ATLAS> help", "help"),
        ("<@U0ATLAS>: help", "help"),
        ("<@U0ATLAS|atlas> status of 7K3M9QXA", "status of 7K3M9QXA"),
        ("please <@U0ATLAS> help", "please   help"),
        ("find <mailto:maria@example.com|maria@example.com>", "find maria@example.com"),
        ("find <mailto:maria@example.com>", "find maria@example.com"),
        ("call <tel:+4930123456|+49 30 123456>", "call +49 30 123456"),
        (
            "how good is <http://silver.customers|silver.customers>?",
            "how good is silver.customers?",
        ),
        ("<https://example.com/a?b=1&amp;c=2>", "https://example.com/a?b=1&c=2"),
        ("send alerts to <#C0FINANCE|finance>", "send alerts to #finance"),
        ("send alerts to <#C0FINANCE|>", "send alerts to #C0FINANCE"),
        ("make <@U0LEA> an operator", "make @U0LEA an operator"),
        ("make <@U0LEA|lea> an operator", "make @U0LEA an operator"),
        ("<!here> help", "@here help"),
        ("<!subteam^S0DATA|@data> help", "@data help"),
        ("<!date^1^{date}|yesterday>", "yesterday"),
        ("amount &gt; 5 &amp;&amp; amount &lt; 9", "amount > 5 && amount < 9"),
        ("&amp;lt;", "&lt;"),
        ("`run pipeline medallion`", "run pipeline medallion"),
        ("```help```", "help"),
        ("*help*", "help"),
        ("he\x00lp\N{NO-BREAK SPACE}runs", "help runs"),
    ],
)
def test_a_text_is_what_the_person_meant(sent: str, meant: str) -> None:
    assert typed(sent, "U0ATLAS") == meant


@given(st.text())
def test_whatever_is_typed_comes_through_slack_s_escapes_unchanged(said: str) -> None:
    said = said.replace("\x00", "").replace("\N{NO-BREAK SPACE}", " ").strip()
    sent = said.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    expected = typed(said) if "<" not in said and "&" not in said else said

    assert typed(sent) in {expected, said.strip("`*").strip()}


@given(st.text(alphabet="<>@#!|&;ltgamp^CU0:`* "))
def test_no_markup_breaks_it(sent: str) -> None:
    assert isinstance(typed(sent, "U0"), str)


def test_a_message_that_begins_with_another_person_is_for_them() -> None:
    assert is_for_somebody_else(" <@U0TOM> run all", "U0ATLAS")
    assert not is_for_somebody_else("<@U0ATLAS> ask <@U0TOM>", "U0ATLAS")
    assert not is_for_somebody_else("ask <@U0TOM>", "U0ATLAS")
    assert mentions("ask <@U0ATLAS|atlas>", "U0ATLAS")
    assert not mentions("ask <@U0ATLAS2>", "U0ATLAS")
    assert not mentions("ask <@>", "")


@pytest.mark.parametrize(
    ("target", "place", "channel_id"),
    [
        ("C0GENERAL", Place("C0GENERAL"), "C0GENERAL"),
        ("#C0GENERAL", Place("#C0GENERAL"), "C0GENERAL"),
        ("#finance", Place("#finance"), None),
        ("C0GENERAL/1700000000.000100", Place("C0GENERAL", "1700000000.000100"), "C0GENERAL"),
        ("#a/b", Place("#a/b"), None),
    ],
)
def test_a_place_is_a_channel_and_perhaps_a_thread(
    target: str, place: Place, channel_id: str | None
) -> None:
    assert place_of(target) == place
    assert written(place) == target
    assert place.channel_id == channel_id


def test_a_receipt_tells_the_message() -> None:
    assert message_of(receipt_of("C0GENERAL", "17.01")) == ("C0GENERAL", "17.01")
    assert message_of("12") is None
