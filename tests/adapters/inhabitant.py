"""What a worker process does to live in its folder; with few imports, so that it starts fast."""

from engine.adapters.worker_home import WorkerHome


def settle(home: WorkerHome) -> None:
    """Move in, and keep something there."""
    (home.move_in() / "kept").write_text("here")
