"""The folder in which a worker process lives: named by its parent, and none is left behind."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4


@dataclass(frozen=True, slots=True)
class WorkerHome:
    """A folder of the system's temporary ones, for one worker process after another.

    The parent removes it when it closes. Where the parent was killed, the next worker of the same
    kind does: the system frees the lock of a process that ends, however it ends.
    """

    folder: Path
    kind: str

    @classmethod
    def named(cls, kind: str) -> "WorkerHome":
        """A folder that nobody else has; it is not there before a worker moves in."""
        return cls(Path(tempfile.gettempdir()) / f"{kind}-{uuid4().hex}", kind)

    def move_in(self) -> Path:
        """Make the folder this process's own until it ends; called in the worker process."""
        self._remove_abandoned()
        while True:
            self.folder.mkdir(mode=0o700, exist_ok=True)
            with suppress(FileNotFoundError):
                handle = _opened(self.folder)  # stays open: the lock goes with the process
                fcntl.flock(handle, fcntl.LOCK_EX)
                if _is_still_there(self.folder, handle):
                    return self.folder
                os.close(handle)

    def remove(self) -> None:
        """Take the folder away; its worker has ended."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _remove_abandoned(self) -> None:
        for folder in self.folder.parent.glob(f"{self.kind}-*"):
            # somebody else's folder, one in use, and one that is gone already are left alone
            with suppress(OSError), _abandoned(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _opened(folder: Path) -> int:
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)


def _is_still_there(folder: Path, handle: int) -> bool:
    """Whether the path still leads to what was opened: another process may have removed it."""
    return folder.exists() and os.path.samestat(folder.stat(), os.fstat(handle))


@contextmanager
def _abandoned(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder of ours that nobody lives in; raises OSError for any other."""
    handle = _opened(folder)
    try:
        if os.fstat(handle).st_uid != os.geteuid():
            raise PermissionError
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)
