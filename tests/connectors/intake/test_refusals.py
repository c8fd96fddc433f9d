"""A storm of refusals is told in the log, and does not fill it."""

import pytest

from connectors.intake.refusals import Refusals
from engine.testing.clock import FakeClock


def test_the_first_refusal_is_told_at_once_and_the_others_together(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = FakeClock()
    refusals = Refusals("slack", clock)

    for _ in range(500):
        refusals.note("It is full.")
    clock.advance(10)
    refusals.note("It is full.")

    assert [each.args for each in caplog.records] == [
        ("slack", 1, "It is full."),
        ("slack", 500, "It is full."),
    ]
