"""What was found in texts, by imprints from which no text can be told."""

from collections.abc import Mapping, Sequence

from engine.adapters.postgres.database import Driver

_KNOWN = "SELECT imprint, found FROM atlas.text_findings WHERE imprint = ANY($1::bytea[])"

_KEEP = """INSERT INTO atlas.text_findings (imprint, found)
SELECT * FROM unnest($1::bytea[], $2::text[]) AS given (imprint, found) ORDER BY imprint
ON CONFLICT (imprint) DO UPDATE SET read_at = excluded.read_at"""
"""In one order, so that two who keep the same imprints never wait in a circle."""


async def known_findings(connection: Driver, imprints: Sequence[bytes]) -> Mapping[bytes, str]:
    """What was found in those texts that were read before."""
    records = await connection.fetch(_KNOWN, imprints) if imprints else ()
    return {record["imprint"]: record["found"] for record in records}


async def keep_findings(connection: Driver, found: Mapping[bytes, str]) -> None:
    """Keep what was found, for whoever comes upon these texts next."""
    if found:
        await connection.execute(_KEEP, list(found), list(found.values()))
