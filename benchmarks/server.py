"""The PostgreSQL of one benchmark, in a folder that goes away with it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.adapters.embedded import EmbeddedPostgres


@contextmanager
def a_server() -> Iterator[tuple[str, Path]]:
    """The address of an empty PostgreSQL, and the folder where it keeps what it has."""
    with tempfile.TemporaryDirectory(prefix="atlas-bench-") as name:
        folder = Path(name)
        # where root starts it, the server runs as somebody else, who has to come in
        folder.chmod(0o755)
        server = EmbeddedPostgres(folder)
        url = server.start()
        try:
            yield url, folder
        finally:
            server.stop()
