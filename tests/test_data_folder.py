"""The data folder of a machine."""

import base64
import stat
from pathlib import Path

import pytest

from engine.data_folder import DataFolder
from engine.errors import AlreadyRunning, ConfigurationError
from engine.privacy.protect import KEY_BYTES
from engine.settings import decoded


def test_a_new_folder_gets_a_key_that_only_its_owner_reads(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")

    folder.prepare()

    assert stat.S_IMODE(folder.key_file.stat().st_mode) == 0o600
    assert len(base64.b64decode(folder.key_file.read_text())) == KEY_BYTES
    assert len(decoded(folder.key_file.read_text(), "the file").master) == KEY_BYTES


def test_preparing_again_keeps_the_key(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.prepare()
    before = folder.key_file.read_text()

    folder.prepare()

    assert folder.key_file.read_text() == before


def test_two_folders_have_two_keys(tmp_path: Path) -> None:
    folders = [DataFolder(tmp_path / name) for name in ("a", "b")]
    for folder in folders:
        folder.prepare()

    assert folders[0].key_file.read_text() != folders[1].key_file.read_text()


def test_a_folder_that_can_not_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(ConfigurationError) as caught:
        DataFolder(tmp_path / "file" / "data").prepare()

    assert "can't be written" in caught.value.message
    assert "--data-dir" in caught.value.hint


def test_a_second_bot_learns_where_the_first_one_answers(tmp_path: Path) -> None:
    with DataFolder(tmp_path).answering("http://127.0.0.1:8080"):
        with pytest.raises(AlreadyRunning) as caught, DataFolder(tmp_path).answering("x"):
            pytest.fail("two bots answer for one folder")

        assert "http://127.0.0.1:8080" in caught.value.message
        assert "Ctrl-C" in caught.value.hint


def test_the_refused_bot_does_not_take_the_address_away(tmp_path: Path) -> None:
    with DataFolder(tmp_path).answering("the first"):
        for _ in range(2):
            with (
                pytest.raises(AlreadyRunning, match="the first"),
                DataFolder(tmp_path).answering("the second"),
            ):
                pytest.fail("two bots answer for one folder")


def test_a_folder_is_free_again_once_its_bot_stopped(tmp_path: Path) -> None:
    for address in ("a much longer address", "short"):
        with DataFolder(tmp_path).answering(address):
            assert (tmp_path / "address").read_text() == address

    assert not (tmp_path / "address").exists()


def test_an_address_left_by_a_bot_that_died_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "address").write_text("http://a.long.address.that.nobody.answers")

    with DataFolder(tmp_path).answering("short"):
        assert (tmp_path / "address").read_text() == "short"


def test_a_bot_that_breaks_frees_its_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="broke"), DataFolder(tmp_path).answering("x"):
        raise ValueError("broke")

    with DataFolder(tmp_path).answering("y"):
        pass
