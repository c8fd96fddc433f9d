"""People in memory: where they occur, and the erasures that were planned."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from engine.audit.model import AuditEntry
from engine.catalog.model import Model, Table
from engine.errors import TableBusy
from engine.persons.model import Erasure, ErasureState, Found, Marks
from engine.testing.faults import Faults


class MemoryTraces:
    """`held` tells for each dataset which tokens its rows hold; a `busy` one can't be erased."""

    def __init__(self, held: dict[str, list[str]] | None = None) -> None:
        self.held = held or {}
        self.busy: set[str] = set()
        self.faults = Faults()

    async def entities(self) -> frozenset[str]:
        """None but the usual ones."""
        return frozenset()

    async def in_table(self, table: Table, marks: Marks) -> tuple[Found, ...]:
        """Of bronze and silver."""
        return self._found(marks, str(table.bronze), str(table.silver))

    async def in_model(self, model: Model, marks: Marks) -> tuple[Found, ...]:
        """Of gold."""
        return self._found(marks, str(model.gold))

    async def erase_from_table(self, table: Table, marks: Marks) -> tuple[Found, ...]:
        """Drop the tokens."""
        return self._erase(marks, str(table.bronze), str(table.silver))

    async def erase_from_model(self, model: Model, marks: Marks) -> tuple[Found, ...]:
        """Drop the tokens."""
        return self._erase(marks, str(model.gold))

    def _found(self, marks: Marks, *places: str) -> tuple[Found, ...]:
        rows = {each: self._rows(each, marks.every_token.__contains__) for each in places}
        return tuple(Found(place, count) for place, count in rows.items() if count)

    def _rows(self, place: str, held: Callable[[str], bool]) -> int:
        return sum(map(held, self.held.get(place, [])))

    def _erase(self, marks: Marks, *places: str) -> tuple[Found, ...]:
        self.faults.reach("erase")
        if self.busy.intersection(places):
            message = f"Run 7K3F9QTZ works on {places[-1]}."
            raise TableBusy(message)
        found = self._found(marks, *places)
        for place in places:
            kept = [each for each in self.held.get(place, []) if each not in marks.every_token]
            self.held[place] = kept
        return found


class MemoryErasures:
    """Erasures by id."""

    def __init__(self) -> None:
        self.kept: dict[str, Erasure] = {}

    async def plan(self, marks: Marks, by: str, at: datetime, expires_at: datetime) -> Erasure:
        """Keep it under the next number, unless the same is open."""
        for each in self.kept.values():
            if each.covers(marks, at):
                return each
        erasure = Erasure(f"E{len(self.kept) + 1}", marks, by, at, expires_at)
        self.kept[erasure.id] = erasure
        return erasure

    async def get(self, erasure_id: str) -> Erasure | None:
        """The one of that id."""
        return self.kept.get(erasure_id)

    async def begin(self, erasure_id: str, by: str, at: datetime) -> bool:
        """Note who confirmed it."""
        erasure = self.kept[erasure_id]
        if erasure.state is not ErasureState.PLANNED:
            return False
        self.kept[erasure_id] = replace(
            erasure, state=ErasureState.ERASING, confirmed_by=by, confirmed_at=at
        )
        return True

    async def withdraw(self, erasure_id: str) -> bool:
        """Forget its tokens."""
        erasure = self.kept[erasure_id]
        if erasure.state is not ErasureState.PLANNED:
            return False
        marks = replace(erasure.marks, tokens={})
        self.kept[erasure_id] = replace(erasure, state=ErasureState.WITHDRAWN, marks=marks)
        return True

    async def newest(self, limit: int) -> tuple[Erasure, ...]:
        """The newest first."""
        return tuple(reversed(self.kept.values()))[:limit]

    async def end(self, erasure_id: str) -> None:
        """Forget its tokens."""
        erasure = self.kept[erasure_id]
        marks = replace(erasure.marks, tokens={})
        self.kept[erasure_id] = replace(erasure, state=ErasureState.ERASED, marks=marks)

    async def begun(self) -> tuple[Erasure, ...]:
        """Those at work."""
        return tuple(e for e in self.kept.values() if e.state is ErasureState.ERASING)

    async def forget(self, before: datetime) -> int:
        """Forget the tokens of those that nobody confirmed."""
        late = [
            each
            for each in self.kept.values()
            if each.state is ErasureState.PLANNED and each.expires_at < before and each.marks.tokens
        ]
        for each in late:
            self.kept[each.id] = replace(each, marks=replace(each.marks, tokens={}))
        return len(late)


class Notes:
    """What was recorded."""

    def __init__(self) -> None:
        self.entries: list[AuditEntry] = []
        self.faults = Faults()

    async def __call__(self, entry: AuditEntry, /) -> None:
        """Keep it."""
        self.faults.reach("record")
        self.entries.append(entry)
