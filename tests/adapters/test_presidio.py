"""What Presidio finds in columns, in a process of its own and without the internet."""

import asyncio
import os
import signal
import socket

import pytest

from engine.adapters.presidio.detector import PresidioDetector
from engine.adapters.shields import Shields
from engine.errors import WorkerFailed
from engine.privacy.classifying import classify
from engine.privacy.model import ColumnSample
from engine.privacy.recognition import STANDARD

pytestmark = pytest.mark.asyncio(loop_scope="session")

COLUMNS: dict[str, tuple[tuple[str, ...], str | None]] = {
    "contact": (("ada@example.org", "grace.hopper@navy.example.com"), "EMAIL_ADDRESS"),
    "one_in_many": (("fine", "good", "as ever", "write to ada@example.org"), None),
    "paid_with": (("4111 1111 1111 1111", "5500005555555559"), "CREDIT_CARD"),
    "account": (("DE89370400440532013000", "GB29NWBK60161331926819"), "IBAN_CODE"),
    "ring": (("+1 202-555-0143", "(415) 555-2671", "+1 212 555 0187"), "PHONE_NUMBER"),
    "who": (("Ada Lovelace", "Grace Hopper", "John Smith", "Mary Johnson"), "PERSON"),
    "came_from": (("192.168.17.4", "10.0.12.250", "8.8.4.4"), "IP_ADDRESS"),
    "order_id": (("O000123", "O000124", "O998877"), None),
    "amount": (("12.50", "1999.00", "0.99", "-5"), None),
    "status": (("paid", "shipped", "cancelled", "returned"), None),
    "flag": (("true", "false", "yes"), None),
    "day": (("2026-03-01", "2026-03-02", "2025-12-31"), None),
    "odd": ((" ", "?!", "🙂", "x" * 2_000, "\n\t", "'; --"), None),
}


async def test_columns_are_told_by_what_they_hold(detector: PresidioDetector) -> None:
    samples = [ColumnSample(name, values) for name, (values, _) in COLUMNS.items()]

    evidence = await detector.examine(samples)

    assert [each.column for each in evidence] == list(COLUMNS)
    assert [each.sampled for each in evidence] == [len(each.values) for each in samples]
    found = {each.column: classify(each).entity for each in evidence}
    assert found == {name: entity for name, (_, entity) in COLUMNS.items()}


async def test_an_email_address_is_not_counted_as_anything_else(
    detector: PresidioDetector,
) -> None:
    (evidence,) = await detector.examine([ColumnSample("x", ("ada.lovelace@example.org",))])

    assert evidence.cells == {"EMAIL_ADDRESS": 1}


async def test_reasons_hold_counts_and_never_a_value(detector: PresidioDetector) -> None:
    (evidence,) = await detector.examine([ColumnSample("email", ("ada@example.org", "none"))])

    found = classify(evidence)

    assert found.reasons == (
        "its name says an e-mail address",
        "1 of 2 sampled values is an e-mail address",
    )
    assert found.looks == ("•••@•••••••.•••",)
    assert "ada@example.org" not in repr(evidence)


async def test_of_a_text_only_what_was_found_within_is_shown_masked(
    detector: PresidioDetector,
) -> None:
    sample = ColumnSample("note", ("please call back on (212) 456-7890 today",))

    (evidence,) = await detector.examine([sample])

    assert evidence.looks("PHONE_NUMBER") == ("(•••) •••-••••",)
    assert evidence.looks("US_SSN") == evidence.looks(None)


async def test_nothing_sampled_is_nothing_found(detector: PresidioDetector) -> None:
    assert await detector.examine([]) == ()


def _examined_without_network() -> list[str]:
    """Examine an e-mail address with sockets that refuse; the places that were called."""
    from engine.adapters.presidio.detector import _examine

    called: list[str] = []

    def refuse(_: socket.socket, place: object) -> None:
        called.append(str(place))
        raise OSError

    connect, socket.socket.connect = socket.socket.connect, refuse  # type: ignore[method-assign,assignment]  # only in the worker
    try:
        _examine([ColumnSample("x", ("ada@some-new-domain.museum",))], STANDARD, None)
    finally:
        socket.socket.connect = connect  # type: ignore[method-assign]  # as above
    return called


async def test_examining_calls_nobody_on_the_internet(shields: Shields) -> None:
    assert await shields.call(_examined_without_network) == []


async def test_a_process_that_dies_is_told_and_the_next_one_examines() -> None:
    shields = Shields(timeout=120, processes=1)
    detector = PresidioDetector(shields)
    pid = await shields.call(os.getpid)
    os.kill(pid, signal.SIGSTOP)
    examining = asyncio.create_task(detector.examine([ColumnSample("x", ("ada@example.org",))]))
    await asyncio.sleep(0)
    os.kill(pid, signal.SIGKILL)

    with pytest.raises(WorkerFailed, match="personal data died"):
        await examining

    shields.close()
