"""Who has the tokens and a list of every value there is, but no key, learns nothing from them."""

import hashlib
import hmac
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator

from engine.privacy.protect import KEY_BYTES, Keyring, SecretKey, Tokens
from engine.privacy.sealing import Seal

KEY = SecretKey(random.Random(5).randbytes(KEY_BYTES))  # noqa: S311  # the same in each run, and no secret
PERSONS = 500
GUESSED_KEYS = (
    b"",
    b"secret",
    b"US_SSN",
    b"atlas",
    b"atlas/token/US_SSN",
    bytes(KEY_BYTES),
    bytes(range(KEY_BYTES)),
    SecretKey(bytes(KEY_BYTES)).for_entity("US_SSN"),
    hashlib.sha256(b"secret").digest(),
)

Guess = Callable[[bytes], bytes]


def numbers() -> list[str]:
    """Some of all that look like a social security number."""
    generator = random.Random(9)  # noqa: S311  # sample data is no secret
    return [
        f"{generator.randrange(1, 900):03}-{generator.randrange(1, 100):02}-{number:04}"
        for number in generator.sample(range(1, 10_000), PERSONS)
    ]


def guesses() -> Iterator[Guess]:
    """What somebody would try who knows how tokens are made, but not with which key."""
    yield lambda value: hashlib.sha256(value).digest()
    yield lambda value: hashlib.sha256(b"US_SSN" + value).digest()
    yield lambda value: hashlib.md5(value, usedforsecurity=False).digest()
    yield lambda value: hashlib.blake2b(value, digest_size=32).digest()
    for key in GUESSED_KEYS:
        yield lambda value, key=key: hmac.digest(key, value, "sha256")  # type: ignore[misc]  # bound for the loop
        yield lambda value, key=key: hashlib.sha256(key + value).digest()  # type: ignore[misc]  # as above


def recovered(tokens: list[str], dictionary: list[str]) -> set[str]:
    """The values of the dictionary whose token is among those given."""
    stolen = {token.partition("_")[2] for token in tokens}
    spellings = {
        spelling: value
        for value in dictionary
        for spelling in (value.encode(), value.replace("-", "").encode())
    }
    return {
        value
        for guess in guesses()
        for spelling, value in spellings.items()
        if guess(spelling)[:16].hex() in stolen
    }


def test_no_token_of_a_number_is_recovered_from_the_list_of_all_numbers() -> None:
    dictionary = numbers()
    tokens = [Tokens(KEY, "US_SSN").token(value) for value in dictionary]

    assert len(set(tokens)) == PERSONS
    assert recovered(tokens, dictionary) == set()


def test_the_attack_itself_works_on_what_has_no_key() -> None:
    dictionary = numbers()
    unkeyed = [f"ss1_{hashlib.sha256(each.encode()).digest()[:16].hex()}" for each in dictionary]
    guessed = [Tokens(SecretKey(bytes(KEY_BYTES)), "US_SSN").token(each) for each in dictionary]

    assert recovered(unkeyed, dictionary) == set(dictionary)
    assert recovered(guessed, dictionary) == set(dictionary)


def test_the_key_of_one_entity_says_nothing_of_another() -> None:
    dictionary = [each.replace("-", "") for each in numbers()]
    cards = {Tokens(KEY, "CREDIT_CARD").token(each)[4:] for each in dictionary}
    seals = {Seal(KEY, "CREDIT_CARD").sealed(each)[7:] for each in dictionary}

    assert not cards & {Tokens(KEY, "US_SSN").token(each)[4:] for each in dictionary}
    assert not seals & {Seal(KEY, "US_SSN").sealed(each)[7:] for each in dictionary}


def test_equal_persons_join_across_two_tables_that_spell_them_differently() -> None:
    persons = numbers()
    customers = {Tokens(KEY, "US_SSN").token(each): each for each in persons}
    claims = [Tokens(KEY, "US_SSN").token(f" {each.replace('-', ' ')}") for each in persons]

    assert [customers[token] for token in claims] == persons


def test_after_a_new_key_the_old_tables_still_join_by_the_former_one() -> None:
    person, newer = numbers()[0], SecretKey(bytes(KEY_BYTES), 2)
    old = Tokens(KEY, "US_SSN").token(person)

    assert old in Keyring(newer, (KEY,)).tokens("US_SSN", person)
    assert old not in Keyring(newer).tokens("US_SSN", person)


AGAIN = """
import sys
from engine.privacy.protect import SecretKey, Tokens
from engine.privacy.sealing import Seal
key = SecretKey(bytes.fromhex(sys.stdin.readline()))
for line in sys.stdin:
    value = line.rstrip()
    print(Tokens(key, "US_SSN").token(value), Seal(key, "US_SSN").sealed(value))
"""


def test_another_process_makes_the_same_tokens_byte_for_byte() -> None:
    persons = numbers()[:50]
    here = "".join(
        f"{Tokens(KEY, 'US_SSN').token(each)} {Seal(KEY, 'US_SSN').sealed(each)}\n"
        for each in persons
    )

    there = subprocess.run(  # noqa: S603  # the interpreter of these tests
        [sys.executable, "-c", AGAIN],
        input="\n".join((KEY.master.hex(), *persons)),
        env={**os.environ, "PYTHONHASHSEED": "7"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert there == here
