"""Puts a new content in the place of a file's old one, all of it or nothing."""

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path


def replace_file(path: Path, content: bytes) -> None:
    """Write a file so that whoever reads it meanwhile sees the old one or the new one."""
    path = path.resolve()  # what a link points to is written, the link stays
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, name)
        else:
            Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def restore_file(path: Path, old: bytes | None) -> None:
    """Bring back what a file held; None is that there was none."""
    if old is None:
        path.unlink(missing_ok=True)
    else:
        replace_file(path, old)
