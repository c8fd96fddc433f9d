"""A process that starts the embedded PostgreSQL, tells its address, and leaves when told to."""

import sys
from pathlib import Path

from engine.adapters.embedded import EmbeddedPostgres

if __name__ == "__main__":
    server = EmbeddedPostgres(Path(sys.argv[1]))
    sys.stdout.write(f"{server.start()}\n")
    sys.stdout.flush()
    sys.stdin.readline()
    server.stop()
