"""Remembers in a file of this machine how far the audit log of a database had come."""

import json
import os
from contextlib import suppress
from pathlib import Path

from sqlalchemy.engine import make_url

from engine.audit.model import Mark

FILE = "audit.json"


class FileWitness:
    """The marks of one database, in the data folder.

    Whoever can write there too can make it forget: what must be sure is kept on another machine.
    """

    def __init__(self, folder: Path, database_url: str) -> None:
        self._path = folder / FILE
        address = make_url(database_url).set(username=None, password=None)
        self._database = address.render_as_string()

    def last(self) -> Mark | None:
        """The mark in the file; None where there is no such file, or none that can be read."""
        return self._all().get(self._database)

    def saw(self, mark: Mark) -> None:
        """Write the file anew, beside the old one first, so that it is never half a file."""
        marks = self._all()
        known = marks.get(self._database)
        if known is not None and known.number >= mark.number:
            return
        marks[self._database] = mark
        written = {name: [each.number, each.hash] for name, each in marks.items()}
        fresh = self._path.with_name(f"{FILE}.{os.getpid()}")
        with suppress(OSError):
            fresh.write_text(json.dumps(written))
            fresh.replace(self._path)

    def _all(self) -> dict[str, Mark]:
        try:
            read = json.loads(self._path.read_text())
            return {str(name): Mark(int(number), str(of)) for name, (number, of) in read.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}
