"""A file is taken once it is whole, and told of without what its name says of a person."""

import asyncio
import os
from pathlib import Path
from types import MappingProxyType

import pytest

from engine.adapters.deliveries.files import next_file, shown_name
from engine.adapters.deliveries.resting import Rest, is_temporary
from engine.catalog.model import FileFormat, FileSource
from engine.clock import SystemClock
from engine.errors import SourceUnreadable
from engine.runs.arrivals import Arrived

CSV = FileSource(FileFormat.CSV, "*")
NOTHING: MappingProxyType[str, str] = MappingProxyType({})
LONG = 60.0


async def _look(folder: Path, seconds: float = 0.0, source: FileSource = CSV) -> Arrived:
    return await next_file(folder, source, NOTHING, Rest(seconds, SystemClock()))


def _write(path: Path, age: float = 0.0) -> Path:
    path.write_text("id,name\n1,Ada\n")
    now = path.stat().st_mtime
    os.utime(path, (now - age, now - age))
    return path


async def test_an_old_file_is_taken_at_once(tmp_path: Path) -> None:
    _write(tmp_path / "1.csv", age=2 * LONG)

    async with asyncio.timeout(1):
        arrived = await _look(tmp_path, LONG)

    assert arrived.delivery is not None


@pytest.mark.skipif(os.name != "posix", reason="elsewhere a new name leaves no trace")
async def test_a_file_that_was_renamed_in_is_taken_at_once(tmp_path: Path) -> None:
    written = tmp_path / ".1.csv"
    written.write_text("id\n1\n")
    await asyncio.sleep(0.02)  # beyond the grain of the times that a disk keeps
    written.rename(tmp_path / "1.csv")

    async with asyncio.timeout(1):
        arrived = await _look(tmp_path, LONG)

    assert arrived.delivery is not None


async def test_a_fresh_file_is_taken_after_its_rest(tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_text("id\n1\n")

    arrived = await _look(tmp_path, 0.1)

    assert arrived.delivery is not None


async def test_a_file_that_grows_waits_for_the_next_run_with_those_after_it(
    tmp_path: Path,
) -> None:
    growing = tmp_path / "1.csv"
    growing.write_text("id\n1\n")
    _write(tmp_path / "2.csv", age=LONG)

    async def grow() -> None:
        await asyncio.sleep(0.1)
        with growing.open("a") as file:
            file.write("2\n")

    arrived, _ = await asyncio.gather(_look(tmp_path, 0.3), grow())

    assert arrived == Arrived(None, ("1.csv is still being written: left for the next run",))


async def test_temporary_names_are_passed_over_and_told(tmp_path: Path) -> None:
    for name in ("1.csv.part", "~2.csv", ".3.csv", "4.csv"):
        _write(tmp_path / name)

    arrived = await _look(tmp_path)

    assert arrived.delivery is not None
    assert arrived.delivery.name == "4.csv"
    assert arrived.left == (
        "passed over .3.csv: a temporary name",
        "passed over 1.csv.part: a temporary name",
        "passed over ~2.csv: a temporary name",
    )


async def test_a_folder_of_temporary_files_only_has_no_delivery(tmp_path: Path) -> None:
    _write(tmp_path / "1.tmp")

    assert (await _look(tmp_path)).delivery is None


async def test_who_declares_a_temporary_name_means_it(tmp_path: Path) -> None:
    _write(tmp_path / "export.tmp")

    arrived = await _look(tmp_path, source=FileSource(FileFormat.CSV, "*.tmp"))

    assert arrived.delivery is not None


@pytest.mark.parametrize("name", ["a.csv", "tmp.csv", "part-1.csv", "a~b.csv", "a.template"])
def test_usual_names_are_not_temporary(name: str) -> None:
    assert not is_temporary(name)


async def test_a_name_that_means_a_person_is_hidden_and_the_file_known_again(
    tmp_path: Path,
) -> None:
    path = _write(tmp_path / "maria@example.com.csv")
    _write(tmp_path / "peter@example.com.csv").write_text("id,name\n2,Bo\n")

    first = (await _look(tmp_path)).delivery
    assert first is not None
    loaded = {first.name: first.fingerprint}
    second = (await next_file(tmp_path, CSV, loaded, Rest(0, SystemClock()))).delivery
    assert second is not None
    before = {path.name: first.fingerprint, second.name: second.fingerprint}

    assert first.name == f"hidden-{first.fingerprint[:8]}.csv"
    assert second.name == f"hidden-{second.fingerprint[:8]}.csv"
    assert (await next_file(tmp_path, CSV, before, Rest(0, SystemClock()))).delivery is None


async def test_the_trouble_with_a_file_does_not_tell_whose_it_is(tmp_path: Path) -> None:
    (tmp_path / "maria@example.com.csv").touch()

    with pytest.raises(SourceUnreadable) as raised:
        await _look(tmp_path)

    assert "maria" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("deliveries/maria@example.com/1.csv", "deliveries/hidden/1.csv"),
        ("export_of_maria.lopez@example.com.csv", "hidden.csv"),
        ("customers_+49 170 1234567.csv", "customers_hidden.csv"),
        ("tel-0170-1234567.csv", "tel-hidden.csv"),
        ("deliveries/2026-03-01/customers.csv", "deliveries/2026-03-01/customers.csv"),
        ("orders_20260301_120000.csv", "orders_20260301_120000.csv"),
        ("orders-2026-03-01-12-00-00.csv", "orders-2026-03-01-12-00-00.csv"),
        (".hidden", ".hidden"),
        ("no suffix", "no suffix"),
    ],
)
def test_a_name_is_shown_without_whom_it_means(name: str, shown: str) -> None:
    assert shown_name(name) == shown
