"""A parent that makes a lane, tells the process id of its worker, and waits to be killed."""

import asyncio
import os
import sys

from engine.adapters.workers import WorkerLane


def nothing() -> None:
    """Prepare nothing."""


async def main() -> None:
    lane = WorkerLane("a test", nothing, 60)
    sys.stdout.write(f"{await lane.call(os.getpid)}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
