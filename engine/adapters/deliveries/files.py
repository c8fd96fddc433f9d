"""Delivered files: which one is next, and their rows as CSV for COPY."""

import asyncio
import csv
import hashlib
import io
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath
from typing import IO

from engine.adapters.deliveries.resting import Look, Rest, is_temporary
from engine.catalog.model import FileFormat, FileSource
from engine.errors import SourceUnreadable
from engine.identifiers import name_without_identifiers
from engine.runs.arrivals import Arrived, CopyFormat

CHUNK_BYTES = 1 << 20
CHUNK_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class FileDelivery:
    """One delivered file, opened anew by whoever reads its chunks."""

    name: str
    fingerprint: str
    headers: tuple[str, ...]
    format: CopyFormat
    read: Callable[[], Iterator[bytes]]
    types: tuple[str, ...] = ()

    async def chunks(self) -> AsyncIterator[bytes]:
        """The rows, read in a thread so that a slow disk holds nobody up."""
        pieces = self.read()
        while (piece := await asyncio.to_thread(self._next, pieces)) is not None:
            yield piece

    def _next(self, pieces: Iterator[bytes]) -> bytes | None:
        try:
            return next(pieces, None)
        except (OSError, ValueError, RuntimeError) as error:
            message = f"{self.name} can't be read to its end ({type(error).__name__})."
            # the reader's error stays out of the chain: it may hold a value
            raise SourceUnreadable(message, "Ask its sender for the file again.") from None


async def next_file(
    folder: Path, source: FileSource, loaded: Mapping[str, str], rest: Rest
) -> Arrived:
    """The first file by name that is new or has changed since it was loaded, once it is whole."""
    paths, left = await asyncio.to_thread(_delivered, folder, source)
    for path in paths:
        seen, fingerprint = await asyncio.to_thread(_seen, path)
        written = path.relative_to(folder).as_posix()
        name = shown_name(written, fingerprint)
        # before such names were hidden, a file was noted under its own
        if fingerprint in (loaded.get(name), loaded.get(written)):
            continue
        if not await _is_whole(rest, path, seen):
            # those after it wait too: they may hold newer versions of its rows
            return Arrived(None, (*left, f"{name} is still being written: left for the next run"))
        return Arrived(await asyncio.to_thread(_opened, path, name, fingerprint, source), left)
    return Arrived(None, left)


def _delivered(folder: Path, source: FileSource) -> tuple[list[Path], tuple[str, ...]]:
    """The files to choose from, and which ones are passed over for their names."""
    paths = sorted(path for path in folder.glob(source.path) if path.is_file())
    if not paths:
        raise SourceUnreadable(
            f"No file matches {source.path} in the project folder.",
            "Put a delivery there, or mend `path` under `source` of the table.",
        )
    if is_temporary(PurePath(source.path).name):
        return paths, ()
    passed = [path for path in paths if is_temporary(path.name)]
    left = tuple(f"passed over {shown_name(path.name)}: a temporary name" for path in passed)
    return [path for path in paths if path not in passed], left


def shown_name(name: str, fingerprint: str = "") -> str:
    """A file's name as it may be told: what may mean a person gives way to a bit of its content."""
    sign = f"hidden-{fingerprint[:8]}" if fingerprint else "hidden"
    path = PurePosixPath(name)
    parts = (*path.parts[:-1], path.stem)
    shown = "/".join(name_without_identifiers(each, sign) for each in parts)
    return shown + name_without_identifiers(path.suffix, sign)


def _seen(path: Path) -> tuple[Look, str]:
    """How the file is, and then its fingerprint."""
    try:
        seen = Look.at(path)
        with path.open("rb") as file:
            return seen, hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _closed_to_us(path, error) from None


async def _is_whole(rest: Rest, path: Path, seen: Look) -> bool:
    try:
        return await rest.reached(path, seen)
    except OSError as error:
        raise _closed_to_us(path, error) from None


def _closed_to_us(path: Path, error: OSError) -> SourceUnreadable:
    """Without the error itself, which tells the whole path."""
    message = f"{shown_name(path.name)} can't be read: {error.strerror}."
    return SourceUnreadable(message, "Check the rights of the file.")


def _opened(path: Path, name: str, fingerprint: str, source: FileSource) -> FileDelivery:
    if path.stat().st_size == 0:
        message = f"{name} is empty: 0 bytes, not even a header."
        raise SourceUnreadable(message, "Ask its sender for the file again, or remove it.")
    match source.format:
        case FileFormat.CSV:
            return _csv(path, name, fingerprint, source)
        case FileFormat.JSON_LINES:
            return _json_lines(path, name, fingerprint, source.encoding)
        case FileFormat.PARQUET:
            return _parquet(path, name, fingerprint)


def _json_lines(path: Path, name: str, fingerprint: str, encoding: str) -> FileDelivery:
    headers = _json_headers(path, name, encoding)

    def read() -> Iterator[bytes]:
        return _as_csv(_json_rows(path, name, headers, encoding))

    return FileDelivery(name, fingerprint, headers, CopyFormat(), read)


def _csv(path: Path, name: str, fingerprint: str, source: FileSource) -> FileDelivery:
    """The file's own bytes; only its header is read here."""
    try:
        with path.open(encoding=_python_encoding(source.encoding), newline="") as file:
            headers = next(csv.reader(file, delimiter=source.delimiter), [])
    except UnicodeDecodeError as error:
        raise _wrong_encoding(name, source.encoding) from error
    except csv.Error as error:
        message = f"{name}, line 1: the header can't be read as CSV."
        raise SourceUnreadable(message, "Open the file and mend its first line.") from error
    if not any(header.strip() for header in headers):
        message = f"{name}, line 1: there is no header."
        raise SourceUnreadable(message, "The first line must name the columns.")
    _refuse_other_delimiter(name, headers)
    form = CopyFormat(source.delimiter, source.encoding, header=True)
    marked = source.encoding == "utf-8" and _starts_with_mark(path)
    return FileDelivery(
        name, fingerprint, tuple(headers), form, lambda: _bytes(path, skip_mark=marked)
    )


def _refuse_other_delimiter(name: str, headers: list[str]) -> None:
    """A header that is one column to us and several to a person."""
    found = next((each for each in (";", "\t", "|", ",") if each in headers[0]), None)
    if len(headers) == 1 and found is not None:
        shown = "a tab" if found == "\t" else f"«{found}»"
        message = f"{name}, line 1: its columns look separated by {shown}."
        raise SourceUnreadable(message, "Set `delimiter` under `source` of the table.")


def _python_encoding(encoding: str) -> str:
    return {"utf-8": "utf-8-sig", "windows-1252": "cp1252"}.get(encoding, encoding)


def _wrong_encoding(name: str, encoding: str) -> SourceUnreadable:
    return SourceUnreadable(
        f"{name}: the text is not {encoding}.",
        "Set `encoding` under `source` of the table: utf-8, latin-1 or windows-1252.",
    )


_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def _starts_with_mark(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(3) == _BYTE_ORDER_MARK


def _bytes(path: Path, *, skip_mark: bool) -> Iterator[bytes]:
    with path.open("rb") as file:
        if skip_mark:
            file.seek(len(_BYTE_ORDER_MARK))
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


Row = list[object]


def _as_csv(rows: Iterator[Row]) -> Iterator[bytes]:
    """Rows as CSV; None is an unquoted nothing, which COPY reads as NULL."""
    out = io.StringIO()
    writer = csv.writer(out)
    for number, row in enumerate(rows, 1):
        writer.writerow([_cell(value) for value in row])
        if number % CHUNK_ROWS == 0:
            yield _taken(out)
    if out.tell():
        yield _taken(out)


def _taken(out: io.StringIO) -> bytes:
    data = out.getvalue().encode(errors="replace")  # JSON may hold half a surrogate pair
    out.seek(0)
    out.truncate()
    return data


def _cell(value: object) -> object:
    """A cell as text; PostgreSQL has no null character."""
    match value:
        case bool():
            return "true" if value else "false"
        case dict() | list():
            return json.dumps(value, ensure_ascii=False).replace("\\u0000", "")
        case str():
            return value.replace("\x00", "")
        case _:
            return value


def _json_headers(path: Path, name: str, encoding: str) -> tuple[str, ...]:
    """The keys of all lines, in the order in which they first appear."""
    headers: dict[str, None] = {}
    for record in _json_records(path, name, encoding):
        headers.update(dict.fromkeys(record))
    if not headers:
        message = f"{name} holds no JSON object with a key."
        raise SourceUnreadable(message, "Each line must be one JSON object.")
    return tuple(headers)


def _json_records(path: Path, name: str, encoding: str) -> Iterator[dict[str, object]]:
    try:
        with path.open(encoding=_python_encoding(encoding)) as file:
            yield from _records(file, name)
    except UnicodeDecodeError as error:
        raise _wrong_encoding(name, encoding) from error


def _records(file: IO[str], name: str) -> Iterator[dict[str, object]]:
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            record = None
        if not isinstance(record, dict):
            message = f"{name}, line {number}: this is not one JSON object."
            # the parser's error stays out of the chain: it holds the line
            raise SourceUnreadable(
                message, "Mend or remove that line, then run it again."
            ) from None
        yield record


def _json_rows(path: Path, name: str, headers: tuple[str, ...], encoding: str) -> Iterator[Row]:
    for record in _json_records(path, name, encoding):
        yield [record.get(header) for header in headers]


def _parquet(path: Path, name: str, fingerprint: str) -> FileDelivery:
    # imported late: pyarrow takes most of a second, and few projects need it
    from pyarrow import ArrowException, parquet  # noqa: PLC0415

    from engine.adapters.deliveries.parquet_types import told  # noqa: PLC0415  # as above

    try:
        schema = parquet.read_schema(path)
    except (ArrowException, OSError) as error:
        message = f"{name} is not a Parquet file."
        raise SourceUnreadable(message, "Ask its sender for the file again.") from error

    def read() -> Iterator[bytes]:
        return _as_csv(_parquet_rows(path))

    types = tuple(told(each) for each in schema.types)
    return FileDelivery(name, fingerprint, tuple(schema.names), CopyFormat(), read, types)


def _parquet_rows(path: Path) -> Iterator[Row]:
    from pyarrow import parquet  # noqa: PLC0415  # as above

    with parquet.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=CHUNK_ROWS):
            columns = [column.to_pylist() for column in batch.columns]
            yield from (list(row) for row in zip(*columns, strict=True))
