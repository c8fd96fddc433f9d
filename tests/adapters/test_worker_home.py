"""A worker's folder goes with its parent; what a killed parent left goes with the next start."""

import os
from functools import partial
from pathlib import Path

import psutil

from engine.adapters.worker_home import WorkerHome
from engine.adapters.workers import WorkerLane
from tests.adapters.inhabitant import settle
from tests.world import eventually

KIND = "atlas-test-home"


def home_in(temporary: Path, name: str = "one") -> WorkerHome:
    return WorkerHome(temporary / f"{KIND}-{name}", KIND)


def within(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def lane_of(home: WorkerHome) -> WorkerLane:
    return WorkerLane("a test", partial(settle, home), timeout=30)


async def ended(pid: int) -> None:
    """Wait until a process is no more, or only waits to be counted."""

    async def look() -> bool | None:
        try:
            return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE or None
        except psutil.NoSuchProcess:
            return True

    await eventually(look)


async def test_a_folder_in_use_is_left_alone_and_one_of_a_killed_worker_removed(
    tmp_path: Path,
) -> None:
    lanes = [lane_of(home_in(tmp_path, name)) for name in ("killed", "used", "next")]
    pids = [await lane.call(os.getpid) for lane in lanes[:2]]
    (tmp_path / "atlas-other-thing").mkdir()
    lanes[0].close()
    await ended(pids[0])
    assert within(tmp_path) == {f"{KIND}-killed", f"{KIND}-used", "atlas-other-thing"}

    await lanes[2].warm()

    assert within(tmp_path) == {f"{KIND}-next", f"{KIND}-used", "atlas-other-thing"}
    for lane in lanes:
        lane.close()


async def test_a_worker_that_takes_over_lives_in_the_same_folder(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    lane = lane_of(home)
    pid = await lane.call(os.getpid)
    psutil.Process(pid).kill()
    await ended(pid)

    lane.close()
    assert await lane.call(os.getpid) != pid
    assert within(tmp_path) == {home.folder.name}

    lane.close()
    home.remove()
    assert not within(tmp_path)


def test_a_folder_that_was_cleared_away_is_made_anew(tmp_path: Path) -> None:
    home = home_in(tmp_path)
    home.move_in()
    home.remove()

    assert home.move_in().is_dir()
    assert within(tmp_path) == {home.folder.name}


def test_only_its_owner_may_look_into_it(tmp_path: Path) -> None:
    assert home_in(tmp_path).move_in().stat().st_mode & 0o777 == 0o700


def test_a_link_that_bears_the_name_is_not_followed(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    (precious / "papers").mkdir(parents=True)
    (tmp_path / f"{KIND}-link").symlink_to(precious)

    home_in(tmp_path).move_in()

    assert within(precious) == {"papers"}


def test_no_two_homes_have_one_name_and_none_is_made_before_it_is_lived_in() -> None:
    one, other = WorkerHome.named(KIND), WorkerHome.named(KIND)

    assert one.folder != other.folder
    assert not one.folder.exists()
