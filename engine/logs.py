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
    # it logs the headers of a request that can't be read, and they may hold a secret
    "aiohttp.server": logging.CRITICAL,
    "alembic": logging.WARNING,
    # it tells of each ticket, with a traceback for one that was stopped
    "procrastinate": logging.WARNING,
    "apscheduler": logging.WARNING,
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


def place_of(error: BaseException) -> str:
    """Where an exception came from, without its text: the text may hold values of rows."""
    frames: list[str] = []
    traceback = error.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        frames.append(f"{code.co_filename}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return f"{type(error).__name__} at {' → '.join(frames[-4:])}"
