"""Renews every pinned version: pyproject.toml's constraints and the image's requirements.lock."""

import argparse
import json
import re
import subprocess
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parent.parent

NOTE = """\
# written by `uv run python scripts/lock.py`; a test holds them equal to requirements.lock
"""

HEADER = "# what the image installs, by hash; `uv run python scripts/lock.py` writes it\n"

# a pin may hold a bracket, but none ends its line with one
_ARRAY = re.compile(r"^constraint-dependencies = \[.*?\]$", re.MULTILINE | re.DOTALL)
_TABLE = "[tool.uv]\n"


def pins(compiled: str) -> tuple[str, ...]:
    """The requirements of a compiled file, sorted, without their hashes."""
    lines = (line.removesuffix("\\").strip() for line in compiled.splitlines())
    return tuple(sorted(line for line in lines if line and line[0] not in "#-"))


def constraints(pyproject: str) -> tuple[str, ...]:
    """The pins that pyproject.toml holds; none before the first time."""
    found = tomllib.loads(pyproject)["tool"]["uv"].get("constraint-dependencies", [])
    return tuple(str(pin) for pin in found)


def with_constraints(pyproject: str, wanted: Iterable[str]) -> str:
    """The same text with these pins between the array's brackets, and nothing else changed."""
    lines = "".join(f"    {json.dumps(pin)},\n" for pin in wanted)
    array = f"constraint-dependencies = [\n{lines}]"
    if _ARRAY.search(pyproject):
        return _ARRAY.sub(lambda _: array, pyproject, count=1)
    return pyproject.replace(_TABLE, f"{_TABLE}{NOTE}{array}\n", 1)


def lowest_python(pyproject: str) -> str:
    """The oldest supported Python, from which a universal resolution starts."""
    supported = str(tomllib.loads(pyproject)["project"]["requires-python"])
    oldest: list[str] = re.findall(r">=\s*([\d.]+)", supported)
    return oldest[0]


def resolve(pyproject: str, known: Iterable[str]) -> tuple[tuple[str, ...], str]:
    """Everybody's pins, and the image's requirements with hashes; asks the package index."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # without its own constraints: uv would take them as fixed, and nothing could be renewed
        (folder / "pyproject.toml").write_text(with_constraints(pyproject, ()), encoding="utf-8")
        # uv keeps the versions that it finds in its output, where they still fit
        (folder / "everything.txt").write_text("\n".join(known), encoding="utf-8")
        python = lowest_python(pyproject)
        everything = _compile(folder, python, "everything.txt", "--group", "dev")
        image = _compile(
            folder, python, "image.txt", "--generate-hashes", "--constraints", "everything.txt"
        )
    return pins(everything), image


def _compile(folder: Path, python: str, output: str, *options: str) -> str:
    command = ["uv", "pip", "compile", "pyproject.toml", "--quiet", "--universal", "--no-header"]
    command += ["--no-annotate", "--python-version", python, "--output-file", output, *options]
    subprocess.run(command, cwd=folder, check=True)  # noqa: S603  # a fixed command
    return (folder / output).read_text(encoding="utf-8")


def main() -> None:
    """Write both files anew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions")
    project, lock = ROOT / "pyproject.toml", ROOT / "requirements.lock"
    before = project.read_text(encoding="utf-8")
    known = () if parser.parse_args().upgrade else constraints(before)
    everything, image = resolve(before, known)
    project.write_text(with_constraints(before, everything), encoding="utf-8")
    lock.write_text(HEADER + image, encoding="utf-8")


if __name__ == "__main__":
    main()
