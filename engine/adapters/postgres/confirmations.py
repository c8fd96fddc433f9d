"""Commands that wait to be confirmed, in their state table."""

import json
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from pydantic import TypeAdapter
from sqlalchemy import Row, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from engine.adapters.postgres.database import Database
from engine.adapters.postgres.grants_tables import confirmations as table
from engine.approvals.model import Held
from engine.commands import (
    AcceptFinding,
    Command,
    DeleteSchedule,
    RejectFinding,
    ReleaseQuarantine,
    RunPipeline,
    SetPrivacyRule,
)
from engine.commands.people import Grant
from engine.people import Asker

_KEPT: Mapping[str, TypeAdapter[Command]] = MappingProxyType(
    {
        each.name: TypeAdapter(each)
        for each in (
            RunPipeline,
            DeleteSchedule,
            ReleaseQuarantine,
            Grant,
            SetPrivacyRule,
            AcceptFinding,
            RejectFinding,
        )
    }
)
"""None of these names anybody but by the id that a platform gives."""


class PostgresConfirmations:
    """Each call is a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, waiting: Held) -> bool:
        """INSERT, unless the code is taken."""
        statement = insert(table).values(**_values(waiting)).on_conflict_do_nothing()
        async with self._database.begin() as connection:
            return bool((await connection.execute(statement)).rowcount)

    async def get(self, code: str) -> Held | None:
        """SELECT it."""
        async with self._database.begin() as connection:
            row = (await connection.execute(select(table).where(table.c.code == code))).first()
        return None if row is None else _held(row)

    async def take(self, code: str, key: str) -> bool:
        """UPDATE it; of two at once, one finds it confirmed."""
        waits = (table.c.code == code) & table.c.confirmed_by.is_(None)
        async with self._database.begin() as connection:
            taken = await connection.execute(update(table).where(waits).values(confirmed_by=key))
        return bool(taken.rowcount)

    async def forget(self, before: datetime) -> None:
        """DELETE the old ones."""
        async with self._database.begin() as connection:
            await connection.execute(delete(table).where(table.c.expires_at < before))


def _values(waiting: Held) -> dict[str, object]:
    asker, command = waiting.asker, waiting.command
    return {
        "code": waiting.code,
        "command": command.name,
        "slots": json.loads(_KEPT[command.name].dump_json(command)),
        "asker_platform": asker.platform,
        "asker_person": asker.person,
        "asker_name": asker.name,
        "asker_channel": asker.channel,
        "asker_thread": asker.thread,
        "asked_at": waiting.asked_at,
        "expires_at": waiting.expires_at,
        "second": waiting.second,
    }


def _held(row: Row[tuple[object, ...]]) -> Held:
    asker = Asker(
        row.asker_platform,
        row.asker_person,
        row.asker_name,
        row.asker_channel,
        row.asker_thread,
    )
    command = _KEPT[row.command].validate_python(row.slots)
    return Held(
        row.code, command, asker, row.asked_at, row.expires_at, row.second, row.confirmed_by
    )
