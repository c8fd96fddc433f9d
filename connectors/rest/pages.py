"""Where the next page of runs begins: opaque to programs, and stable while new runs come."""

import base64
from datetime import UTC, datetime, timedelta

from engine.runs.ids import ALPHABET, LENGTH
from engine.runs.model import Run
from engine.runs.ports import RunCursor

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_MOMENT_BYTES = 7
"""Microseconds fit for two thousand years."""

_ID_BYTES = 5
_BITS = 5
"""Each character of a run id holds five bits, so eight of them fill five bytes."""


def cursor_after(run: Run) -> str:
    """The cursor of what follows a run."""
    moment = (run.requested_at - _BEGINNING) // timedelta(microseconds=1)
    place = moment.to_bytes(_MOMENT_BYTES, "big") + _number(run.id).to_bytes(_ID_BYTES, "big")
    return base64.urlsafe_b64encode(place).decode()


def read_cursor(text: str) -> RunCursor:
    """The place that a cursor tells."""
    place = base64.urlsafe_b64decode(text)
    moment = int.from_bytes(place[:_MOMENT_BYTES], "big")
    run_id = _id(int.from_bytes(place[_MOMENT_BYTES:], "big"))
    return RunCursor(_BEGINNING + timedelta(microseconds=moment), run_id)


def _number(run_id: str) -> int:
    number = 0
    for character in run_id:
        number = number << _BITS | ALPHABET.index(character)
    return number


def _id(number: int) -> str:
    places = range((LENGTH - 1) * _BITS, -1, -_BITS)
    return "".join(ALPHABET[number >> place & len(ALPHABET) - 1] for place in places)
