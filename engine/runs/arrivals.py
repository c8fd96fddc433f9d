"""What arrives: one batch of raw rows, and what lies beside it and is not taken yet."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class CopyFormat:
    """How a delivery's bytes are to be read by PostgreSQL's COPY."""

    delimiter: str = ","
    encoding: str = "utf-8"
    header: bool = False


class Delivery(Protocol):
    """One batch of raw rows that arrived: a file, or another database's table at this moment."""

    @property
    def name(self) -> str:
        """What people call it, such as `deliveries/2026-03-01/customers.csv`."""
        ...

    @property
    def fingerprint(self) -> str:
        """Changes when the content does."""
        ...

    @property
    def headers(self) -> tuple[str, ...]:
        """The names of its columns in the order of its rows, as written there."""
        ...

    @property
    def types(self) -> tuple[str, ...]:
        """The types of its columns, as its source calls them; empty where it does not tell."""
        ...

    @property
    def format(self) -> CopyFormat:
        """How to read the chunks."""
        ...

    def chunks(self) -> AsyncIterator[bytes]:
        """The rows as CSV, in pieces of any length; raises SourceUnreadable."""
        ...


@dataclass(frozen=True, slots=True)
class Arrived:
    """What a look at the source of a table found."""

    delivery: Delivery | None = None
    left: tuple[str, ...] = ()
    """What was passed over and why, a sentence each."""
