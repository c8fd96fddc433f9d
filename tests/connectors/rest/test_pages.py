"""Cursors: a place in the list of runs, and back."""

import re
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from connectors.rest.pages import cursor_after, read_cursor
from connectors.rest.patterns import CURSOR
from engine.runs.ids import ALPHABET
from tests.builders import a_run

MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(4000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # hypothesis adds the zone
IDS = st.text(ALPHABET, min_size=8, max_size=8)


@given(MOMENTS, IDS)
def test_a_cursor_tells_the_place_that_it_was_made_of(moment: datetime, run_id: str) -> None:
    cursor = cursor_after(a_run(id=run_id, requested_at=moment))

    assert re.fullmatch(CURSOR, cursor)
    place = read_cursor(cursor)
    assert (place.requested_at, place.run_id) == (moment, run_id)


@given(st.from_regex(CURSOR, fullmatch=True).map(str.strip))
def test_every_text_of_the_form_of_a_cursor_is_one(text: str) -> None:
    place = read_cursor(text)

    assert cursor_after(a_run(id=place.run_id, requested_at=place.requested_at)) == text
