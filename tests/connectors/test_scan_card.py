"""The card of a scan of a wide table stays whole on every platform."""

import json
from collections.abc import Callable

import pytest

from connectors.slack.blocks import message
from connectors.teams.adaptive import adaptive
from engine.cards import Card, CardKind, Severity
from engine.catalog.model import Operator
from engine.privacy.model import Protection
from engine.privacy.telling import scan_table
from engine.terminal_text import as_text

COLUMNS = 15
LOOKS = "•••••••.•••••••@•••••••.•••"
WHY = ("its name says an e-mail address", "200 of 200 sampled values are e-mail addresses")


def scan_card() -> Card:
    """A scan that found addresses in many columns."""
    found = [
        Protection(f"c{number}", Operator.HASH, "EMAIL_ADDRESS", False, WHY, looks=(LOOKS,))
        for number in range(COLUMNS)
    ]
    return Card(CardKind.REPLY, Severity.INFO, "Scan", table=scan_table(found))


@pytest.mark.parametrize(
    "rendered",
    [
        as_text,
        lambda card: json.dumps(message(card).blocks, ensure_ascii=False),
        lambda card: json.dumps(adaptive(card)["body"], ensure_ascii=False),
    ],
    ids=["terminal", "slack", "teams"],
)
def test_every_column_of_a_scan_shows_how_its_values_look(rendered: Callable[[Card], str]) -> None:
    shown = rendered(scan_card())

    assert shown.count(LOOKS) == COLUMNS
    assert "Looks like" in shown
    assert "…" not in shown
