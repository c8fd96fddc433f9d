"""Run ids can be typed, and are never taken for a word."""

import string

from hypothesis import given
from hypothesis import strategies as st

from engine.runs.ids import ALPHABET, LENGTH, is_run_id, new_run_id, normalised

ids = st.text(ALPHABET, min_size=LENGTH, max_size=LENGTH).filter(is_run_id)


def test_a_new_id_is_an_id_and_none_comes_twice() -> None:
    made = [new_run_id() for _ in range(200)]

    assert all(is_run_id(each) for each in made)
    assert len(set(made)) == 200


@given(st.text(string.ascii_uppercase, max_size=12))
def test_a_word_is_never_an_id(word: str) -> None:
    assert not is_run_id(word)


@given(ids)
def test_an_id_stays_the_same_however_it_is_typed(run_id: str) -> None:
    typed = run_id.lower().replace("1", "l").replace("0", "o")

    assert normalised(f" {typed} ") == run_id
    assert normalised(run_id) == run_id


@given(st.text(max_size=12))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)


def test_a_text_of_another_length_or_with_other_letters_is_no_id() -> None:
    assert not is_run_id("7K3F9QT")
    assert not is_run_id("7K3F9QTZ7")
    assert not is_run_id("7K3F9QTU")
    assert not is_run_id("7k3f9qtz")
    assert not is_run_id("٣K3F9QTZ")
    assert not is_run_id("7KAFBQTZ")
