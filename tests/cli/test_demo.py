"""`atlas demo`, and what can be asked beside it."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from engine.data_folder import DataFolder
from engine.demo import free_port
from tests.cli.terminal import (
    Running,
    atlas,
    data_folder,
    in_one_sentence,
    running,
    servers_of,
)
from tests.connectors.visitor import visiting

READY = "Ctrl-C stops it."


@pytest.fixture(scope="module")
def demo() -> Iterator[Running]:
    """A demo that serves all tests of this module."""
    port = str(free_port())
    words = ("demo", "--port", port, "--no-browser")
    with data_folder() as folder, running(*words, folder=folder, until=READY) as started:
        yield started


@pytest.fixture(scope="module")
def unwaited(demo: Running) -> dict[str, Any]:
    """What `atlas ask --no-wait --json` printed about a run."""
    words = ("ask", "ingest products", "--no-wait", "--json")
    result = atlas(*words, ATLAS_DATA_DIR=str(demo.folder))
    assert result.returncode == 0, result
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def key_of(demo: Running) -> tuple[int, str]:
    """The port and the token of the printed address."""
    parts = urlsplit(demo.address)
    return parts.port or 80, parse_qs(parts.query)["token"][0]


async def test_the_demo_prints_one_address_and_the_page_answers_there(demo: Running) -> None:
    assert demo.greeting.count("http://") == 1
    assert demo.address.startswith("http://127.0.0.1:")
    port, token = key_of(demo)
    assert len(token) >= 32

    async with visiting(port) as visitor:
        async with visitor.get(f"/?token={token}") as answer:
            assert answer.status == 303
        async with visitor.get("/") as answer:
            assert answer.status == 403
        async with visitor.get("/readyz") as answer:
            assert answer.status == 200


async def test_a_token_made_beside_the_demo_opens_its_api(demo: Running) -> None:
    words = ("token", "create", "--role", "viewer", "--expires", "never")
    made = atlas(*words, "--data-dir", str(demo.folder))
    assert made.returncode == 0, made
    port, _ = key_of(demo)

    async with visiting(port) as visitor:
        bearer = {"Authorization": f"Bearer {made.stdout.split()[-1]}"}
        async with visitor.get("/pipelines?limit=1", bearer) as answer:
            assert answer.status == 200
            assert set(await answer.json()) == {"runs", "next_cursor"}


def test_a_second_demo_says_where_the_first_one_answers(demo: Running) -> None:
    words = ("demo", "--no-browser", "--port", str(free_port()), "--data-dir", str(demo.folder))

    said = in_one_sentence(atlas(*words))

    assert demo.address in said
    assert "--data-dir" in said


def test_a_port_that_is_taken_is_named_with_another_one_to_choose(demo: Running) -> None:
    port, _ = key_of(demo)
    with data_folder() as folder:
        words = ("demo", "--no-browser", "--port", str(port), "--data-dir", str(folder))

        said = in_one_sentence(atlas(*words))

        assert f"port {port}" in said
        assert str(port + 1) in said
        assert servers_of(folder) == []


async def test_an_alert_of_a_run_that_was_asked_for_elsewhere_appears_on_the_page(
    demo: Running,
) -> None:
    port, token = key_of(demo)
    folder = str(demo.folder)

    ask = atlas("ask", "run pipeline medallion for customers", "--json", ATLAS_DATA_DIR=folder)

    assert ask.returncode == 1, ask
    answer = json.loads(ask.stdout)
    assert set(answer) == {"understood", "command", "replies", "run"}
    assert answer["understood"] is True
    assert answer["command"] == {
        "name": "run_pipeline",
        "pipeline": "medallion",
        "table": "customers",
        "full_refresh": False,
        "dry_run": False,
    }
    assert answer["run"]["status"] == "failed"
    assert len(answer["replies"]) == 1
    assert answer["replies"][0]["title"] == "medallion for customers — failed"
    async with visiting(port) as visitor, visitor.page(Cookie=f"atlas_page={token}") as page:
        alerts = [each for each in page.hello["messages"] if each["channel"] == "#data-alerts"]
        if not alerts:
            alerts = [await page.reply()]
    assert alerts[0]["card"]["kind"] == "alert"
    assert answer["run"]["run_id"] in str(alerts[0]["card"]["facts"])


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("what pipelines are there?",), 0, "4 pipelines in Harbour & Pine"),
        (("asdf qwer",), 1, "I did not understand that"),
        (("medallion customers",), 1, "Did you mean this?"),
        (("run pipeline medallion", "--as", "lea"), 1, "Your role here is viewer"),
        (("status 00000000",), 1, "There is no run '00000000'"),
        ((), 2, "Missing argument"),
        (("help", "--loudly"), 2, "No such option"),
    ],
)
def test_the_exit_code_tells_whether_it_was_understood_and_done(
    demo: Running, words: tuple[str, ...], code: int, said: str
) -> None:
    result = atlas("ask", *words, ATLAS_DATA_DIR=str(demo.folder))

    assert result.returncode == code, result
    assert said in result.stdout + result.stderr
    assert "Traceback" not in result.stderr


def test_a_sentence_that_is_not_understood_is_so_in_json(demo: Running) -> None:
    result = atlas("ask", "asdf qwer", "--json", ATLAS_DATA_DIR=str(demo.folder))

    answer = json.loads(result.stdout)
    assert result.returncode == 1
    assert (answer["understood"], answer["command"], answer["run"]) == (False, None, None)
    assert "help" in [button["command"] for button in answer["replies"][0]["buttons"]]


def test_without_waiting_the_first_card_is_all_there_is(unwaited: dict[str, Any]) -> None:
    assert unwaited["run"]["table_name"] == "products"
    assert len(unwaited["replies"]) == 1


async def test_a_run_that_nobody_waited_for_goes_on(
    demo: Running, unwaited: dict[str, Any]
) -> None:
    port, token = key_of(demo)
    async with visiting(port) as visitor, visitor.page(Cookie=f"atlas_page={token}") as page:
        await page.say(f"status {unwaited['run']['run_id']}")
        title = (await page.reply())["card"]["title"]

    assert not title.endswith("— failed")


def test_ctrl_c_in_the_middle_of_a_run_stops_everything_quickly_and_quietly() -> None:
    words = ("demo", "--port", str(free_port()), "--no-browser")
    with (
        data_folder() as folder,
        running(*words, folder=folder, until=READY, interrupted=False) as demo,
    ):
        assert servers_of(folder)

        stopped = demo.interrupt()

        assert stopped.code == 0
        assert stopped.seconds < 5.0
        assert "Traceback" not in stopped.output
        assert "Error" not in stopped.output
        assert stopped.output.strip().endswith("Atlas has stopped.")
        assert servers_of(folder) == []
        log = DataFolder(folder).log.read_text()
        assert "Traceback" not in log
        assert not (folder / "address").exists()
