"""What finding and erasing need from outside: the datasets, and where erasures are kept."""

from datetime import datetime
from typing import Protocol

from engine.audit.model import AuditEntry
from engine.catalog.model import Model, Table
from engine.persons.model import Erasure, Found, Marks


class Traces(Protocol):
    """What is known of people in the datasets."""

    async def entities(self) -> frozenset[str]:
        """The entities that were ever found, whose tokens may stand somewhere."""
        ...

    async def in_table(self, table: Table, marks: Marks) -> tuple[Found, ...]:
        """Where in bronze, silver, quarantine and what is staged of a table a person occurs."""
        ...

    async def in_model(self, model: Model, marks: Marks) -> tuple[Found, ...]:
        """Where in a gold dataset, published or staged."""
        ...

    async def erase_from_table(self, table: Table, marks: Marks) -> tuple[Found, ...]:
        """Erase the person there, in one transaction; what was found.

        Raises TableBusy while a run works on the table, or may still publish what it staged.
        """
        ...

    async def erase_from_model(self, model: Model, marks: Marks) -> tuple[Found, ...]:
        """The same of a gold dataset."""
        ...


class Erasures(Protocol):
    """Erasures that were planned; each call stands by itself."""

    async def plan(self, marks: Marks, by: str, at: datetime, expires_at: datetime) -> Erasure:
        """Keep a new one under an id of its own, or give the open one that has all these tokens."""
        ...

    async def get(self, erasure_id: str) -> Erasure | None:
        """The one of that id."""
        ...

    async def begin(self, erasure_id: str, by: str, at: datetime) -> bool:
        """Note that it was confirmed; False where it is not planned any more."""
        ...

    async def withdraw(self, erasure_id: str) -> bool:
        """Note that it was taken back, and forget its tokens; False where it is not planned."""
        ...

    async def newest(self, limit: int) -> tuple[Erasure, ...]:
        """The newest, newest first, whatever became of them."""
        ...

    async def end(self, erasure_id: str) -> None:
        """Note that it is done, and forget its tokens."""
        ...

    async def begun(self) -> tuple[Erasure, ...]:
        """Those that were confirmed and are not done."""
        ...

    async def forget(self, before: datetime) -> int:
        """Forget the tokens of those that nobody confirmed in time; how many they were."""
        ...


class Recorder(Protocol):
    """Takes what is to be recorded for good."""

    async def __call__(self, entry: AuditEntry, /) -> None:
        """Append it; raises DatabaseError."""
        ...
