"""The data folder of this machine: an embedded PostgreSQL, a secret key, who answers where."""

import base64
import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from engine.errors import AlreadyRunning, ConfigurationError
from engine.privacy.protect import KEY_BYTES

DEFAULT = Path("~/.atlas").expanduser()


class DataFolder:
    """Paths within the folder, and the few files that Atlas writes there itself."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.key_file = path / "secret.key"
        self.project = path / "project"
        self.log = path / "atlas.log"
        self._address = path / "address"

    def prepare(self) -> None:
        """Make the folder and the key; raises ConfigurationError where it can't be written."""
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o711)
            if not self.key_file.exists():
                self._write_key()
        except OSError as error:
            message = f"The data folder {self.path} can't be written: {error.strerror}."
            raise ConfigurationError(message, "Choose another with --data-dir.") from error

    def _write_key(self) -> None:
        key = base64.b64encode(secrets.token_bytes(KEY_BYTES))
        handle = os.open(self.key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(key)

    @contextmanager
    def answering(self, address: str) -> Iterator[None]:
        """Be the one bot of this folder; raises AlreadyRunning with the other one's address."""
        self.prepare()
        handle = os.open(self._address, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(handle, "r+") as file:
            self._lock(file)
            file.truncate()
            file.write(address)
            file.flush()
            try:
                yield
            finally:
                with suppress(FileNotFoundError):
                    self._address.unlink()

    def _lock(self, file: IO[str]) -> None:
        try:
            # the system frees the lock when the process ends, however it ends
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            address = file.read().strip()
            message = f"Atlas already runs on {self.path}: {address}"
            hint = "Open that address, stop the other one with Ctrl-C, or use another --data-dir."
            raise AlreadyRunning(message, hint) from None
