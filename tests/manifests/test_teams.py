"""The package for Teams has what Teams takes: a manifest with its limits, and two icons."""

import io
import json
import struct
import zlib
from pathlib import Path
from zipfile import ZipFile

import pytest
from typer.testing import CliRunner

from engine.errors import ConfigurationError
from engine.manifest_commands import manifest_commands
from engine.manifests.icons import COLOUR_SIDE, OUTLINE_SIDE, colour_icon, outline_icon
from engine.manifests.teams import teams_manifest, teams_package

APP_ID = "8F2B1C3E-1111-2222-3333-444455556666"
URL = "https://atlas.example.com"

REQUIRED = {
    "manifestVersion", "version", "id", "developer", "name", "description", "icons", "accentColor",
}  # fmt: skip
"""What the schema of version 1.19 asks for."""


def pixels(picture: bytes) -> tuple[int, bytes]:
    """The side of a square PNG, and its bytes; checks the sums of its parts."""
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    at, side, packed = 8, 0, b""
    while at < len(picture):
        (length,) = struct.unpack(">I", picture[at : at + 4])
        kind, data = picture[at + 4 : at + 8], picture[at + 8 : at + 8 + length]
        (check,) = struct.unpack(">I", picture[at + 8 + length : at + 12 + length])
        assert check == zlib.crc32(kind + data)
        side = struct.unpack(">I", data[:4])[0] if kind == b"IHDR" else side
        packed += data if kind == b"IDAT" else b""
        at += 12 + length
    return side, zlib.decompress(packed)


def test_it_has_what_the_schema_asks_for_within_its_lengths() -> None:
    manifest = teams_manifest(APP_ID, URL)

    assert set(manifest) >= REQUIRED
    text = json.loads(json.dumps(manifest))
    assert len(text["name"]["short"]) <= 30
    assert len(text["name"]["full"]) <= 100
    assert len(text["description"]["short"]) <= 80
    assert len(text["developer"]["name"]) <= 32
    assert text["validDomains"] == ["atlas.example.com"]
    (bot,) = text["bots"]
    assert bot["botId"] == text["id"] == APP_ID.lower()
    (commands,) = bot["commandLists"]
    assert len(commands["commands"]) <= 10
    assert all(
        len(each["title"]) <= 32 and len(each["description"]) <= 128
        for each in commands["commands"]
    )


def test_the_icons_have_the_sizes_that_teams_wants() -> None:
    side, data = pixels(colour_icon())
    assert (side, len(data)) == (COLOUR_SIDE, COLOUR_SIDE * (1 + 4 * COLOUR_SIDE)) == (192, 147648)

    side, data = pixels(outline_icon())
    rows = [data[row * (1 + 4 * side) + 1 : (row + 1) * (1 + 4 * side)] for row in range(side)]
    colours = {row[at : at + 4] for row in rows for at in range(0, len(row), 4)}
    assert side == OUTLINE_SIDE == 32
    assert colours == {b"\xff\xff\xff\xff", b"\xff\xff\xff\x00"}


def test_the_package_holds_all_of_it_and_is_the_same_each_time() -> None:
    package = teams_package(APP_ID, None)

    with ZipFile(io.BytesIO(package)) as opened:
        assert opened.testzip() is None
        assert opened.namelist() == ["manifest.json", "color.png", "outline.png"]
        assert json.loads(opened.read("manifest.json")) == teams_manifest(APP_ID, None)
    assert package == teams_package(APP_ID, None)


@pytest.mark.parametrize("app_id", [None, "", "atlas", APP_ID + "0"])
def test_without_the_id_of_the_app_nothing_is_written(app_id: str | None) -> None:
    with pytest.raises(ConfigurationError, match="TEAMS_APP_ID"):
        teams_package(app_id, URL)


def test_the_command_writes_it_where_it_is_told_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEAMS_APP_ID", APP_ID)
    there, nowhere = tmp_path / "app.zip", tmp_path / "no" / "app.zip"

    done = CliRunner().invoke(manifest_commands(), ["teams", "-o", str(there)])
    failed = CliRunner().invoke(manifest_commands(), ["teams", "-o", str(nowhere)])

    assert done.exit_code == 0
    assert there.read_bytes() == teams_package(APP_ID, None)
    assert isinstance(failed.exception, ConfigurationError)
