"""What docs/hooks.md shows is a hook that Atlas calls, and what it promises is so."""

import importlib
import re
import sys
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from engine.adapters import hooks
from engine.hooks.caller import CALL_TIMEOUT, WAITING, HookCaller
from engine.hooks.model import Moment
from engine.runs.events import RunFinished
from engine.runs.model import RunStatus
from tests.builders import a_run
from tests.docs.test_docs import names
from tests.hooks.test_calling import tell

WRITTEN = (Path(__file__).parent.parent.parent / "docs" / "hooks.md").read_text()


def block(language: str) -> str:
    """The example in that language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", WRITTEN, flags=re.DOTALL)
    return str(found)


async def test_the_example_package_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tomllib.loads(block("toml"))["project"]
    ((name, value),) = project["entry-points"][hooks.GROUP].items()
    (tmp_path / value).mkdir()
    (tmp_path / value / "__init__.py").write_text(block("python"))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(hooks, "entry_points", lambda **_: [EntryPoint(name, value, hooks.GROUP)])
    rung: list[bytes] = []
    package = importlib.import_module(value)
    monkeypatch.setattr(
        package.urllib.request,
        "urlopen",
        lambda _, text, timeout: rung.append(text),  # noqa: ARG005  # as it is called
    )

    caller = HookCaller(hooks.load_hooks())
    async with caller.at_work():
        for status in (RunStatus.SUCCEEDED, RunStatus.FAILED):
            await tell(caller, RunFinished(a_run(status=status, error="The disk is full.")))

    sys.modules.pop(value)
    assert rung == [b"bronze_to_silver failed: The disk is full."]


def test_the_functions_are_those_that_are_called() -> None:
    assert {name.partition("(")[0] for name in names("docs/hooks.md")} == set(Moment)


def test_the_limits_are_those_of_the_caller() -> None:
    assert f"than {CALL_TIMEOUT:.0f} seconds" in WRITTEN
    assert f"if {WAITING} calls wait" in WRITTEN
