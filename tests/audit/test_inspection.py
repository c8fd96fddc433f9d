"""Whatever somebody does to the trail shows, as far as it can."""

from dataclasses import replace
from datetime import timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audit.inspection import Inspection, Known, concluded, inspect, inspected
from engine.audit.model import BEGINNING, AuditEntry, AuditRecord, Mark
from engine.audit.seals import Seals
from engine.errors import KeyMissing
from engine.testing.audit import MemoryAudit
from engine.testing.clock import EPOCH
from tests.audit.trails import (
    KEY,
    KEYED,
    NEXT_KEY,
    PLAINLY,
    a_trail,
    an_entry,
    edited,
    looked_at,
)

both = pytest.mark.parametrize("seals", [KEYED, PLAINLY], ids=["with a key", "without"])


@both
def test_a_trail_that_nobody_touched_is_whole(seals: Seals) -> None:
    records = a_trail(9, seals)

    found = looked_at(records, seals)

    assert found == Inspection(records[-1].mark, records[0].entry.at, seals.version)
    assert looked_at([], seals) == Inspection()


@both
@pytest.mark.parametrize(
    "changes",
    [
        {"actor": "web:nobody"},
        {"action": "refused"},
        {"subject": "something else"},
        {"at": EPOCH},
        {"detail": {"where": "web:#elsewhere"}},
        {"detail": {}},
    ],
    ids=str,
)
def test_an_edited_record_shows(seals: Seals, changes: dict[str, object]) -> None:
    records = a_trail(9, seals)
    records[4] = edited(records[4], **changes)

    broken = looked_at(records, seals).broken

    assert broken is not None
    assert broken.number == 5
    assert "changed" in broken.problem


@both
@given(first=st.integers(0, 8), count=st.integers(1, 8))
def test_deleted_records_show_unless_they_were_the_newest(
    seals: Seals, first: int, count: int
) -> None:
    records = a_trail(9, seals)
    left = records[:first] + records[first + count :]

    broken = looked_at(left, seals).broken

    if first + count >= 9:
        assert broken is None
    else:
        assert broken is not None
        assert broken.number == first + 1
        assert "missing" in broken.problem


@both
@given(st.permutations(range(6)))
def test_reordered_records_show(seals: Seals, order: list[int]) -> None:
    """Somebody gives the records' contents each other's numbers."""
    records = a_trail(6, seals)
    moved = [replace(records[old], number=place + 1) for place, old in enumerate(order)]

    broken = looked_at(moved, seals).broken

    first_moved = next((place for place, old in enumerate(order) if place != old), None)
    assert (broken and broken.number - 1) == first_moved


@both
def test_closing_the_gap_that_a_deleted_record_leaves_shows(seals: Seals) -> None:
    records = a_trail(6, seals)
    del records[2]
    closed = [replace(each, number=place + 1) for place, each in enumerate(records)]

    broken = looked_at(closed, seals).broken

    assert broken is not None
    assert broken.number == 3


def forged(records: list[AuditRecord], start: int, seals: Seals) -> list[AuditRecord]:
    """The trail with another record there, and all after it sealed anew."""
    made = records[:start]
    for record in records[start:]:
        after = made[-1].mark if made else BEGINNING
        made.append(seals.sealed(after, replace(record.entry, actor="web:nobody")))
    return made


def test_whoever_lacks_the_key_can_not_seal_anew() -> None:
    without = forged(a_trail(6), 3, PLAINLY)
    guessed = forged(a_trail(6), 3, Seals((replace(KEY, master=bytes(32)),)))

    for each in (without, guessed):
        broken = looked_at(each).broken
        assert broken is not None
        assert broken.number == 4


def test_a_trail_that_is_forged_from_its_beginning_without_the_key_shows() -> None:
    broken = looked_at(forged(a_trail(6), 0, PLAINLY)).broken

    assert broken is not None
    assert broken.number == 1


def test_without_any_key_a_forged_trail_shows_only_to_who_saw_the_old_one() -> None:
    old = a_trail(6, PLAINLY)
    new = forged(old, 3, PLAINLY)

    assert looked_at(new, PLAINLY).broken is None
    seen = looked_at(new, PLAINLY, Known((old[4].mark,))).broken
    assert seen is not None
    assert seen.number == 5


def test_a_tail_that_was_cut_off_shows_to_who_saw_it() -> None:
    records = a_trail(9)
    known = Known((records[6].mark, records[2].mark))

    assert looked_at(records[:7], known=known).broken is None
    found = looked_at(records[:5], known=known)

    assert found.broken is not None
    assert found.broken.number == 6
    assert found.broken.problem == "records 6 to 7 are missing at the end"
    assert found.head == records[4].mark


def test_an_emptied_trail_shows_to_who_saw_it() -> None:
    broken = looked_at([], known=Known((Mark(1, "ab"),))).broken

    assert broken is not None
    assert broken.problem == "record 1 is missing at the end"


def test_records_from_before_there_was_a_key_are_named_or_refused() -> None:
    records = a_trail(3, PLAINLY)
    records.append(KEYED.sealed(records[-1].mark, an_entry(4)))

    assert looked_at(records, known=Known(unsealed=3)).broken is None
    for unsealed in (0, 2):
        broken = looked_at(records, known=Known(unsealed=unsealed)).broken
        assert broken is not None
        assert broken.number == unsealed + 1
    touched = [records[0], edited(records[1], actor="x"), *records[2:]]
    assert looked_at(touched, known=Known(unsealed=3)).broken is not None


def test_after_the_first_sealed_record_there_is_none_without_a_key() -> None:
    records = a_trail(3)
    records.append(PLAINLY.sealed(records[-1].mark, an_entry(4)))

    broken = looked_at(records, known=Known(unsealed=9)).broken

    assert broken is not None
    assert broken.number == 4
    with pytest.raises(KeyMissing):
        PLAINLY.require_key_after(records[2].key_version)


def test_a_new_key_goes_on_where_the_old_one_ended() -> None:
    records, both_keys = a_trail(3), Seals((NEXT_KEY, KEY))
    records.append(both_keys.sealed(records[-1].mark, an_entry(4)))
    # a process that has not got the new key yet
    records.append(KEYED.sealed(records[-1].mark, an_entry(5)))

    found = looked_at(records, both_keys)

    assert [each.key_version for each in records] == [1, 1, 1, 2, 1]
    assert found.broken is None
    with pytest.raises(KeyMissing, match="Record 4 is sealed with version 2"):
        looked_at(records, KEYED)


def test_a_record_is_the_same_in_every_time_zone_and_order() -> None:
    there = timezone(timedelta(hours=9))
    one = an_entry(1, a="x", b=("y", "z"), c=3)
    other = replace(one, at=one.at.astimezone(there), detail={"c": 3, "b": ("y", "z"), "a": "x"})

    assert KEYED.sealed(BEGINNING, one).hash == KEYED.sealed(BEGINNING, other).hash


texts = st.text(st.characters(exclude_categories=()))


@given(texts, texts, st.dictionaries(texts, texts | st.integers() | st.tuples(texts)))
def test_any_text_can_be_recorded(actor: str, subject: str, detail: dict[str, str | int]) -> None:
    entry = AuditEntry(EPOCH, actor, "asked", subject, detail)

    record = KEYED.sealed(BEGINNING, entry)

    assert KEYED.fits(record)
    for kept in (record.entry.actor, record.entry.subject, *record.entry.detail):
        assert "\0" not in kept
        assert len(kept.encode()) <= 4_000


def test_texts_are_kept_apart_in_what_is_hashed() -> None:
    one = AuditEntry(EPOCH, "ab", "c", "d")
    other = AuditEntry(EPOCH, "a", "bc", "d")

    assert KEYED.sealed(BEGINNING, one).hash != KEYED.sealed(BEGINNING, other).hash


async def test_a_trail_is_gone_through_batch_after_batch_up_to_the_break() -> None:
    audit = MemoryAudit(KEYED)
    await audit.record(*(an_entry(number) for number in range(1, 8)))
    assert (await inspect(audit, KEYED, Known())).head == audit.records[-1].mark

    audit.records[3] = edited(audit.records[3], actor="web:nobody")
    found = await inspect(audit, KEYED, Known())

    assert found.broken is not None
    assert (found.head.number, found.broken.number) == (3, 4)


@given(st.lists(st.integers(1, 4)))
def test_it_does_not_matter_how_the_trail_is_cut_into_batches(sizes: list[int]) -> None:
    records = a_trail(10)
    records[7] = edited(records[7], subject="other")
    found, rest = Inspection(), records
    for size in sizes:
        found = found if found.broken else inspected(found, rest[:size], KEYED, Known())
        rest = rest[size:]
    found = found if found.broken else inspected(found, rest, KEYED, Known())

    assert concluded(found, Known()) == looked_at(records)
