"""Where log lines go: a file beside the data, or standard error; never a value of a row."""

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

LARGEST_FILE = 10 * 1024 * 1024

_TALKATIVE = {
    # opsdroid writes each message with its text into its own log
    "opsdroid": logging.WARNING,
    "aiohttp.access": logging.WARNING,
    "alembic": logging.WARNING,
}


def log_to(file: Path | None) -> None:
    """Write log lines to a file, or to standard error."""
    handler: logging.Handler
    if file is None:
        handler = logging.StreamHandler(sys.stderr)
    else:
        handler = RotatingFileHandler(file, maxBytes=LARGEST_FILE, backupCount=3)
    handler.setFormatter(logging.Formatter(FORMAT))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name, level in _TALKATIVE.items():
        logging.getLogger(name).setLevel(level)
