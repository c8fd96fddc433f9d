"""Soda Core in a process of its own: not safe with threads, blocking, full of global state."""

import asyncio
import json
import logging
import os
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from sqlalchemy.engine import make_url
from typing_extensions import override

from engine.adapters.soda_groups import Groups, Handed, Judged, Tellable, handed, measured
from engine.adapters.worker_home import WorkerHome
from engine.adapters.workers import WorkerLane
from engine.catalog.model import Check, Layer
from engine.errors import DatabaseUnreachable, WorkerFailed
from engine.quality.model import Measured, Outcome

if TYPE_CHECKING:
    from soda.execution.check.check import Check as _SodaCheck
    from soda.scan import Scan

SOURCE = "atlas"

_OUTCOMES = {"pass": Outcome.PASSED, "warn": Outcome.WARNED, "fail": Outcome.FAILED}


def _load(home: WorkerHome) -> None:
    """Import Soda with its telemetry off, in a folder of its own, in the worker process."""
    folder = home.move_in()
    (folder / ".soda").mkdir(exist_ok=True)
    # Soda writes this file itself, with telemetry on, unless it is there before the import
    (folder / ".soda" / "config.yml").write_text("send_anonymous_usage_stats: false\n")
    os.environ["HOME"] = str(folder)
    os.chdir(folder)  # Soda would read a .env file of the working folder over the environment
    # Soda logs what PostgreSQL says of a check, and that may hold a value of a row
    logging.disable(logging.CRITICAL)
    import soda.scan  # noqa: F401, PLC0415  # only in the worker process


@dataclass(frozen=True, slots=True)
class Connection:
    """What Soda needs to connect; never shown in a repr."""

    settings: tuple[tuple[str, str], ...]

    @override
    def __repr__(self) -> str:
        return "Connection(…)"

    @classmethod
    def from_url(cls, url: str) -> "Connection":
        """From an address as libpq takes it; the host may be a folder with a socket."""
        parsed = make_url(url)
        query = {key: str(value) for key, value in parsed.query.items()}
        settings = {
            "type": "postgres",
            "host": parsed.host or query.get("host") or "localhost",
            "port": str(parsed.port or query.get("port") or 5432),
            "username": parsed.username or query.get("user") or "postgres",
            "password": parsed.password or query.get("password") or "",
            "database": parsed.database or "postgres",
        }
        if "sslmode" in query:
            settings["sslmode"] = query["sslmode"]
        return cls(tuple(settings.items()))

    def yaml(self, schema: str) -> str:
        """Soda's configuration; JSON strings are YAML strings."""
        lines = [f"  {key}: {json.dumps(value)}" for key, value in self.settings]
        return "\n".join((f"data_source {SOURCE}:", *lines, f"  schema: {json.dumps(schema)}"))


def sodacl(table: str, checks: Sequence[str]) -> str:
    """The checks as one SodaCL document."""
    items = (_item(check) for check in checks)
    return f"checks for {table}:\n" + "\n".join(items)


def _item(check: str) -> str:
    first, *rest = check.splitlines()
    return "\n".join([f"  - {first}", *(f"    {line}" for line in rest)])


class DatabaseAway(Exception):  # told by the worker process, which has no words for people
    """No check could be asked."""


def _measure(
    session: str, connection: Connection, schema: str, table: str, checks: Sequence[Handed]
) -> list[Measured]:
    """Measure all checks in one scan; where one breaks the scan, each in a scan of its own."""
    os.environ["PGAPPNAME"] = session  # Soda passes no name on; libpq takes this one
    scan = _scanned(connection, schema, table, checks)
    if not scan.has_error_logs():
        return list(_answers(scan, checks, range(len(checks))))
    alone: list[Measured] = []
    for index, check in enumerate(checks):
        scan = _scanned(connection, schema, table, [check])
        if _is_away(scan):
            raise DatabaseAway
        if scan.has_error_logs():
            alone.append(Measured(index, Outcome.NOT_EVALUATED, reason=_why(scan)))
        else:
            alone.extend(_answers(scan, [check], [index]))
    return alone


def _scanned(connection: Connection, schema: str, table: str, checks: Sequence[Handed]) -> "Scan":
    from soda.sampler.sampler import Sampler  # noqa: PLC0415  # only in the worker process
    from soda.scan import Scan  # noqa: PLC0415  # as above

    class NoSamples(Sampler):  # type: ignore[misc]  # Soda has no types
        """Failed rows may be personal: none of them is kept."""

        def store_sample(self, sample_context: object) -> None:
            """Keep nothing."""

    scan = Scan()
    scan.set_data_source_name(SOURCE)
    scan.add_configuration_yaml_str(connection.yaml(schema))
    scan.sampler = NoSamples()
    scan.add_sodacl_yaml_str(sodacl(table, [check.text for check in checks]))
    try:
        scan.execute()
    finally:
        _disconnect(scan)
    return scan


def _disconnect(scan: "Scan") -> None:
    """Close what Soda leaves open: its transaction would keep the table locked against the swap."""
    for source in scan._data_source_manager.data_sources.values():  # noqa: SLF001  # Soda's own close passes these over
        source.connection.close()


def _answers(scan: "Scan", checks: Sequence[Handed], indexes: Sequence[int]) -> Iterator[Measured]:
    """Soda's results by the place of their check: Soda tells the line that each stands at."""
    places = dict(_lines(checks))
    told: list[list[_SodaCheck]] = [[] for _ in checks]
    for check in scan._checks:  # noqa: SLF001  # Soda offers results without their line otherwise
        line = check.check_cfg.location.line
        nearest = max((each for each in places if each <= line), default=None)
        if nearest is not None:
            told[places[nearest]].append(check)
    for index, check, found in zip(indexes, checks, told, strict=True):
        if check.groups is not None:
            yield from _of_groups(index, check.groups, found)
        else:
            yield from (_measured(index, each) for each in found if each.outcome is not None)


def _of_groups(index: int, groups: Groups, found: Sequence["_SodaCheck"]) -> Iterator[Measured]:
    """The check itself comes first, with what its query gave, then each number of each group."""
    for check in found[:1]:
        rows = [tuple(row.values()) for row in check.metrics["group_by_results"].value]
        yield measured(index, groups, rows, [_judged(each) for each in found[1:]])


def _judged(check: "_SodaCheck") -> Judged:
    outcome = None if check.outcome is None else _OUTCOMES[check.outcome.value]
    return Judged(outcome, check.check_value)


def _lines(checks: Sequence[Handed]) -> Iterator[tuple[int, int]]:
    line = 2
    for place, check in enumerate(checks):
        yield line, place
        line += len(check.text.splitlines())


def _measured(index: int, check: "_SodaCheck") -> Measured:
    value = getattr(check, "check_value", None)
    outcome = _OUTCOMES[check.outcome.value]
    return Measured(index, outcome, None if value is None else _shown(value))


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)[:80]


def _is_away(scan: "Scan") -> bool:
    return any(sign in _complaint(scan) for sign in _AWAY)


_AWAY = (
    "could not connect",
    "connection to server",
    "closed the connection",
    "terminating connection",
    "connection already closed",
)


def _complaint(scan: "Scan") -> str:
    logs = cast("Sequence[object]", scan.get_error_logs())
    return " ".join(str(getattr(log, "message", log)) for log in logs)


def _why(scan: "Scan") -> str:
    """Soda's complaint in a few words, without a value of a row."""
    text = _complaint(scan)
    for sign, meaning in _COMPLAINTS:
        if sign in text:
            return meaning
    return "the check could not be evaluated"


_COMPLAINTS = (
    ("does not exist", "a column or table that the check needs does not exist"),
    ("statement timeout", "it took too long"),
    ("exceeds configured group limit", "it has more groups than its group_limit"),
    ("InvalidOperation", "what was measured is NaN, no number"),
    ("Soda Cloud", "it needs history, which this version does not keep"),
    ("Invalid", "this is not a SodaCL check"),
)


EndSession = Callable[[str], Awaitable[None]]


async def _nobody(_: str) -> None:
    """Let a session go on until its statement ends."""


class SodaQuality:
    """Evaluates SodaCL with soda-core-postgres, one scan at a time."""

    def __init__(
        self,
        url: str,
        timeout: float,
        name: str = "atlas",
        end_session: EndSession = _nobody,
        tellable: Tellable = MappingProxyType({}),
    ) -> None:
        self._connection = Connection.from_url(url)
        self._home = WorkerHome.named("atlas-soda")
        self._lane = WorkerLane("the quality check", partial(_load, self._home), timeout)
        self._name = name
        self._end_session = end_session
        self._tellable = tellable
        self._count = 0

    async def measure(
        self, layer: Layer, table: str, checks: Sequence[Check]
    ) -> tuple[Measured, ...]:
        """Measure in the worker process; raises DatabaseUnreachable where nothing can be asked.

        PostgreSQL would work a statement to its end, also when the process that asked is gone.
        """
        self._count += 1
        session = f"{self._name} soda {self._count}"
        texts = [handed(check.text, layer, self._tellable, table) for check in checks]
        try:
            return tuple(
                await self._lane.call(_measure, session, self._connection, str(layer), table, texts)
            )
        except (asyncio.CancelledError, WorkerFailed):
            await self._end_session(session)
            raise
        except DatabaseAway:
            message = f"PostgreSQL can't be reached to check {layer}.{table}."
            raise DatabaseUnreachable(
                message, "Check that it runs; `atlas doctor` helps."
            ) from None

    async def warm(self) -> None:
        """Import Soda before it is needed."""
        await self._lane.warm()

    def close(self) -> None:
        """End the worker process, and take its folder away."""
        self._lane.close()
        self._home.remove()
