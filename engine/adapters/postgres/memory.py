"""Memory for statements that sort or group whole tables, until their transaction ends."""

from engine.adapters.postgres.database import Driver

SORTING = "128MB"
"""For each of up to three processes that sort: a million rows of ten columns stay off the disk."""

GROUPING = "32MB"
"""For each sort of a model, of which nobody knows how many it has; a hash may take twice that."""

_AT_LEAST = (
    "SELECT set_config('work_mem', $1, true) "
    "WHERE pg_size_bytes(current_setting('work_mem')) < pg_size_bytes($1)"
)


async def have_memory(connection: Driver, size: str) -> None:
    """Until the transaction ends each sort may take so much, unless it may take more anyway."""
    await connection.execute(_AT_LEAST, size)
