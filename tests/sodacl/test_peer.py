"""Soda's own parser takes what ours takes, and refuses what ours refuses."""

import json
import os
import subprocess
import sys

import pytest

from engine.sodacl.parse import read

ALIKE = (
    "row_count > 0",
    "row_count>0",
    "row_count  >  0",
    "row_count == 5",
    "row_count <> 5",
    "row_count > 1,000",
    "row_count > -.5",
    "row_count between 1 and 5",
    "row_count between [1 and 5)",
    "row_count between [ 1 and 5 )",
    "row_count not between (1 and 5]",
    "row_count between 5 and 1",
    "row_count",
    "row_count:\n  warn: when > 5\n  fail: when between 6 and 9",
    "row_count:\n  warn: '> 5'",
    "row_count > 0: abc",
    "missing_count(a) = 0",
    "missing_count (a) = 0",
    "missing_count(a ) = 0",
    'missing_count("a b") = 0',
    "missing_percent(a) < 5 %",
    "missing_count(a) = 0:\n  missing values: [x, 1]",
    "missing_count(a) = 0:\n  missing values: [x, y]",
    "invalid_count(a) = 0:\n  valid format: email\n  valid min: -1",
    "invalid_count(a) = 0:\n  valid max: many",
    "invalid_count(a) = 0:\n  valid length: long",
    "invalid_count(a) = 0:\n  valid regex: 5",
    "duplicate_count(a, b) = 0",
    "duplicate_count(a,b) = 0",
    "percentile(a, 0.95) > 1",
    "avg(a) > 1:\n  filter: b > 1\n  name: x",
    "avg(a) > 1:\n  where: b > 1",
    "spread > 1:\n  spread expression: max(a)",
    "spread > 1:\n  other expression: max(a)",
    "spread > 1:\n  spread query: SELECT 1",
    "change for row_count < 5",
    "change percent for row_count < 5%",
    "change avg last 7 percent for row_count < 5",
    "change last 7 for row_count < 5",
    "change same day last week for avg(a) between -5 and +5",
    "anomaly detection for row_count",
    "anomaly detection for avg(a):\n  warn_only: true",
    "freshness(a) < 1d2h30m",
    "freshness(a) < 1d 2h",
    "freshness(a):\n  warn: when > 1d",
    "values in (a, b) must exist in other (c, e)",
    "values in (a, b) must not exist in silver.other (c, e)",
    "values in (a, b) must exist in other (c)",
    "values in a must exist in other b",
    "values in (a) may exist in other (b)",
    "schema",
    "schema:\n  fail:\n    when required column missing: [a]\n    when wrong column index: {a: 0}",
    "schema:\n  fail:\n    when columns missing: [a]",
    "schema:\n  warn:\n    when schema changes: [column add]",
    "schema:\n  warn:\n    when schema changes: [column rename]",
    "failed rows:\n  fail condition: a < 0",
    "failed rows:\n  fail query: SELECT 1\n  warn: when > 0",
    "failed rows:\n  name: x",
    "failed rows:\n  fail condition: a < 0\n  filter: b",
    "group by:\n  query: SELECT 1\n  fields: [a]\n  checks:\n    - b > 0:\n        name: x",
)

STRICTER = {
    "rows > 5": "any word may be a metric; the scan then fails",
    "invalid_count(a) = 0": "it counts nothing and always passes",
    "freshness(a) > 1d": "it compares nothing and always passes",
    "freshness(a) < 5": "as above",
    "row_count > 0:\n  fail: when > 3": "the second threshold is dropped",
    "row_count between [1 and 5": "the bracket is taken as closed",
    "row_count > ${X}": "variables come from Soda's own scan",
    "invalid_count(a) = 0:\n  valid values: []": "PostgreSQL has no empty list",
    "invalid_count(a) = 0:\n  valid format: emial": "the scan then fails",
    "max(a, b) > 0": "the second column is dropped",
    "row_count same as other": "a query says it",
    "invalid_count(a) = 0:\n  valid regex: '['": "PostgreSQL refuses it",
    "invalid_count(a) = 0:\n  valid min: 5\n  valid max: 1": "no value is valid",
    "failed rows:\n  fail query: DELETE FROM t": "a check only reads",
    "schema:\n  fail:\n    when wrong column type: {a: strng}": "it always fails",
    "distribution_difference(a) > 1:\n  distribution reference file: x": "it needs a file beside",
}
"""What Soda's parser takes and ours does not, and why."""

LARGER = {
    'missing_count("a ""b""") = 0': "a name can't have quotes there",
    "missing_count(last) = 0": "words of SodaCL can't name a column there",
    "change percent avg last 7 for row_count < 5": "the percent has one place there",
    "values in (a) must exist in other (b):\n  filter: c": "references have no filter there",
    "avg(a) > 1:\n  samples columns: [a]": "it is for other checks there; here it does nothing",
}
"""What ours takes and Soda's does not, and why."""

_ASK = """
import json, logging, sys
logging.disable(logging.CRITICAL)
from soda.scan import Scan
scan = Scan()
scan.set_data_source_name("atlas")
def refused(text):
    before = len(scan.get_error_logs())
    lines = text.splitlines()
    item = "".join(["checks for t:\\n  - ", lines[0], *("\\n    " + line for line in lines[1:])])
    try:
        scan.add_sodacl_yaml_str(item)
    except Exception:
        return True
    return len(scan.get_error_logs()) > before
json.dump([refused(text) for text in json.load(sys.stdin)], sys.stdout)
"""


@pytest.fixture(scope="module")
def soda(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bool]:
    """Whether Soda's parser takes each text; asked in a process and a home of its own."""
    home = tmp_path_factory.mktemp("soda")
    (home / ".soda").mkdir()
    (home / ".soda" / "config.yml").write_text("send_anonymous_usage_stats: false\n")
    texts = [*ALIKE, *STRICTER, *LARGER]
    done = subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, "-c", _ASK],
        input=json.dumps(texts),
        capture_output=True,
        cwd=home,
        env={"HOME": str(home), "PATH": os.environ["PATH"]},
        text=True,
        timeout=60,
        check=True,
    )
    refused: list[bool] = json.loads(done.stdout)
    return {text: not each for text, each in zip(texts, refused, strict=True)}


def ours(text: str) -> bool:
    return read(text).form is not None


@pytest.mark.parametrize("text", ALIKE)
def test_both_take_or_both_refuse(soda: dict[str, bool], text: str) -> None:
    assert soda[text] == ours(text)


def test_what_only_one_of_them_takes_is_listed_with_its_reason(soda: dict[str, bool]) -> None:
    assert {text: (soda[text], ours(text)) for text in STRICTER} == dict.fromkeys(
        STRICTER, (True, False)
    )
    assert {text: (soda[text], ours(text)) for text in LARGER} == dict.fromkeys(
        LARGER, (False, True)
    )


def test_the_texts_are_of_both_kinds() -> None:
    taken = [ours(text) for text in ALIKE]

    assert min(taken.count(True), taken.count(False)) >= 20
