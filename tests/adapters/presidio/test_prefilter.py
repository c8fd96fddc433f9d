"""One scan over many texts, and a database that is compiled once."""

import hashlib
from pathlib import Path

from engine.adapters.presidio.prefilter import BlockSieve, hyperscan_block

EXPRESSIONS = (r"\b[0-9]{4}\b", "(?i)ab", r"^x$")


def sieve(folder: Path | None = None) -> BlockSieve:
    block = hyperscan_block(EXPRESSIONS, folder)
    assert block is not None
    return BlockSieve(block, len(EXPRESSIONS))


def kept(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


def test_a_match_is_of_the_text_in_which_it_ends() -> None:
    texts = ["1234", "", "ab 1234", "x", "nothing", "aB", "xx", "12\n1234"]

    assert sieve().sift(texts) == {0: {0}, 2: {0, 1}, 3: {2}, 5: {1}, 7: {0}}


def test_texts_beside_each_other_do_not_make_a_match() -> None:
    assert sieve().sift(["a", "b", "12", "34", "12345"]) == {}


def test_no_texts_have_no_matches() -> None:
    assert sieve().sift([]) == {}
    assert sieve().sift([""]) == {}


def test_signs_beyond_ascii_move_no_match() -> None:
    assert sieve().sift(["ééé🙂", "🙂 1234 é", "é1234", "１２３４", "ab"]) == {
        1: {0},
        3: {0},
        4: {1},
    }


def test_a_text_with_a_sign_that_equals_a_letter_is_named_for_everything() -> None:
    assert sieve().sift(["ſ", "ab", "é"]) == {0: {0, 1, 2}, 1: {1}}


def test_a_database_is_compiled_once_and_kept(tmp_path: Path) -> None:
    first = sieve(tmp_path)
    made = kept(tmp_path).stat()
    second = sieve(tmp_path)

    assert first.sift(["1234"]) == second.sift(["1234"]) == {0: {0}}
    assert kept(tmp_path).stat().st_mtime_ns == made.st_mtime_ns


def test_other_expressions_are_kept_beside(tmp_path: Path) -> None:
    sieve(tmp_path)
    hyperscan_block(("other",), tmp_path)

    assert len(list(tmp_path.iterdir())) == 2


def test_a_damaged_database_is_compiled_anew(tmp_path: Path) -> None:
    sieve(tmp_path)
    whole = kept(tmp_path).read_bytes()
    for damaged in (b"", b"nonsense", whole[:-7], whole[:200] + b"\x00\x01\x02" + whole[203:]):
        kept(tmp_path).write_bytes(damaged)

        assert sieve(tmp_path).sift(["1234"]) == {0: {0}}
        assert len(kept(tmp_path).read_bytes()) == len(whole)


def test_a_database_of_another_version_is_compiled_anew(tmp_path: Path) -> None:
    sieve(tmp_path)
    foreign = bytearray(kept(tmp_path).read_bytes()[32:])
    foreign[4] ^= 0xFF  # its version; the digest below says that nothing was damaged
    kept(tmp_path).write_bytes(hashlib.sha256(foreign).digest() + foreign)

    assert sieve(tmp_path).sift(["1234"]) == {0: {0}}


def test_a_folder_that_cannot_be_written_costs_a_compilation(tmp_path: Path) -> None:
    occupied = tmp_path / "file"
    occupied.write_text("not a folder")

    assert sieve(occupied).sift(["1234"]) == {0: {0}}


def test_an_expression_that_cannot_be_compiled_makes_no_block() -> None:
    assert hyperscan_block(("a*",), None) is None
    assert hyperscan_block(("a", "("), None) is None
