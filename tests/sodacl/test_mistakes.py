"""A mistake in a check names its line, the word, and the nearest valid one."""

import pytest

from engine.sodacl.mistakes import Mistake
from engine.sodacl.parse import parsed, read


@pytest.mark.parametrize(
    ("text", "line", "word", "said"),
    [
        ("row_cuont > 0", 1, "row_cuont", "no metric 'row_cuont'; did you mean 'row_count'?"),
        ("colour > 5", 1, "colour", "no metric 'colour'; define it with «colour expression» or"),
        ("failed row:\n  fail query: x", 1, "failed", "did you mean 'failed rows'?"),
        ("row_count", 1, None, "the check «row_count» has no threshold, such as > 0"),
        ("freshness(at)", 1, None, "has no threshold, such as < 1d"),
        ("row_count == 5", 1, "==", "'==' compares nothing; did you mean '='?"),
        ("row_count betwen 1 and 5", 1, "betwen", "did you mean 'between'?"),
        ("row_count between 5 and 1", 1, None, "the first number must be the smaller one"),
        ("row_count between [1 and 5", 1, "[", "a bracket has no other"),
        ("row_count > many", 1, "many", "needs a number where 'many' stands"),
        ("row_count > 1,000", 1, ",", "goes on with ','"),
        ("row_count > ${LIMIT}", 1, "${", "variables are not known here"),
        ("row_count>0", 1, "row_count>0", "write «row_count > 0»"),
        ("max( a ) > 0", 1, "max( a ) > 0", "write «max(a) > 0»"),
        ("missing_count = 0", 1, "missing_count", "needs a column in brackets"),
        ("max(a, b) > 0", 1, "b", "max takes one column"),
        ("row_count(a) > 0", 1, "(", "'(' compares nothing"),
        ("percentile(a, 95) > 0", 1, "95", "a share is between 0 and 1"),
        ("missing_count(`a`) = 0", 1, "`a`)", "can't be read from '`a`)' on"),
        ("invalid_count(a) = 0", 1, None, "needs to know what is valid"),
        ("freshness(at) < 5", 1, "5", "needs a time, such as 1d or 2h30m"),
        ("freshness(at) > 1d", 1, None, "an age is compared by < or <="),
        ("freshness(at):\n  fail: when < 1d", 1, None, "an age is compared by > or >="),
        ("freshness(at, NOW) < 1d", 1, "NOW", "variables are not known here"),
        ("values in (a, b) must exist in c (d)", 1, None, "2 columns are compared with 1"),
        ("values in (a) must be in c (d)", 1, "be", "needs «exist in» where 'be' stands"),
        ("change avg last 0 for row_count > 1", 1, "0", "0 is no count of values"),
        ("distribution_difference(a) > 0.05", 1, "distribution_difference", "not supported"),
        ("row_count same as other", 1, "row_count same as", "not supported"),
        ("schema", 1, "schema", "«schema» needs «warn» or «fail» under it"),
        ("schema:\n  fail:\n    when column missing: [a]", 3, "when column missing", "did you"),
        (
            "schema:\n  warn:\n    when schema changes: [column add, column rename]",
            3,
            "column rename",
            "no change",
        ),
        ("failed rows:\n  name: x", 1, None, "needs a fail condition or a fail query"),
        ("failed rows:\n  fail condition: a\n  filter: b", 3, "filter", "no setting 'filter'"),
        ("group by:\n  query: x\n  fields: [a]", 1, "checks", "needs «checks» under it"),
        ("row_count > 0:\n  fail: when > 3", 1, None, "has a threshold already"),
        ("row_count:\n  warn: '> 3'", 2, ">", "it must begin with «when»"),
        ("row_count > 0:\n  nmae: x", 2, "nmae", "no setting 'nmae'; did you mean 'name'?"),
        ("row_count > 0:\n\nname: x", 3, "name", "'name' stands beside the check: indent it more"),
        ("a > 0:\n  b expression: 1", 1, "a", "is for another metric than 'a'"),
        ("a > 0:\n  a query: SELECT 1\n  filter: x", 3, "filter", "no setting 'filter'"),
        (
            "invalid_count(a) = 0:\n  name: x\n  valid format: emial",
            3,
            "emial",
            "there is no format 'emial'; did you mean 'email'?",
        ),
        ("missing_count(a) = 0:\n  missing values: [x, 0]", 2, "missing values", "only texts or"),
        ("missing_count(a) = 0:\n  missing values: [x, null]", 2, "null", "always missing"),
        ("missing_count(a) = 0:\n  missing values: [true]", 2, "true", "write true in quotes"),
        ("missing_count(a) = 0:\n  valid min: .nan", 2, "valid min", "must be a number"),
        ("missing_count(a) = 0:\n  valid length: -1", 2, "valid length", "a whole number"),
        (
            "missing_count(a) = 0:\n  attributes:\n    severity: blok",
            3,
            "blok",
            "there is no severity 'blok'; did you mean 'block'?",
        ),
        (
            "row_count > 0:\n  attributes: {severity: quarantine}",
            1,
            "quarantine",
            "is not about single rows",
        ),
        ("row_count > 0:\n  attributes: {on unknown: hold}", 2, "hold", "can only be pass"),
        ("anomaly detection for row_count:\n  model: {}", 2, "model", "learns by itself"),
        ("failed rows:\n  fail conditon: a", 2, "fail conditon", "did you mean 'fail condition'?"),
        ("failed rows:\n  fial query: x", 2, "fial query", "did you mean 'fail query'?"),
        ("row_count:\n  wran: when > 5", 2, "wran", "did you mean 'warn'?"),
        ("row_count > 0:\n  fial: when > 5", 2, "fial", "did you mean 'fail'?"),
        ("schema:\n  fial: {when schema changes: any}", 2, "fial", "did you mean 'fail'?"),
        ("group by:\n  qurey: x\n  fields: [a]", 2, "qurey", "did you mean 'query'?"),
        ("a > 0:\n  a expresion: min(b)", 2, "a expresion", "did you mean 'a expression'?"),
        ("change percnt for row_count < 5", 1, "percnt", "did you mean 'percent'?"),
        ("change avg lst 7 for row_count < 5", 1, "lst", "did you mean 'last'?"),
        ("chnage for row_count < 5", 1, "chnage", "did you mean 'change for'?"),
        ("anomaly detection row_count", 1, "row_count", "needs «for» where 'row_count' stands"),
        ("anomly detection for row_count", 1, "anomly", "did you mean 'anomaly detection for'?"),
        ("invalid_count(a) = 0:\n  valid regex: '['", 2, "[", "a [ has no ]"),
        ("missing_count(a) = 0:\n  missing regex: (a", 2, "(a", "a ( has no )"),
        (
            "invalid_count(a) = 0:\n  valid max length: 2\n  valid min length: 5",
            3,
            "5",
            "«valid min length» 5 is more than «valid max length» 2",
        ),
        ("invalid_count(a) = 0:\n  valid min: 5\n  valid max: 2", 2, "5", "no value would be"),
        ("invalid_count(a) = 0:\n  valid length: 9\n  valid max length: 2", 2, "9", "no value"),
        (
            "schema:\n  fail:\n    when wrong column type:\n      a: text\n      b: strng",
            5,
            "strng",
            "no column has the type 'strng' for PostgreSQL; write 'text'",
        ),
        (
            "schema:\n  fail:\n    when wrong column type: {a: varchar(20)}",
            3,
            "varchar(20)",
            "write 'character varying'",
        ),
        (
            "for each dataset D:\n  datasets: [x]",
            1,
            "for each dataset",
            "write it in checks.yaml",
        ),
        ("filter orders [daily]:\n  where: a", 1, "filter", "write «filter:» with the condition"),
        ("checks for orders:\n  - row_count > 0", 1, "checks for", "under `checks:` in the file"),
        ("row_count > 0: [", 1, None, "this is not valid YAML"),
        ("- row_count > 0:", 1, None, "a check is one line"),
    ],
)
def test_a_mistake_is_told_where_it_is(text: str, line: int, word: str | None, said: str) -> None:
    with pytest.raises(Mistake) as caught:
        parsed(text)

    assert said in caught.value.message
    assert (caught.value.line, caught.value.word) == (line, word)


def test_all_mistakes_of_a_check_are_told() -> None:
    reading = read("missing_cuont(a) = 0:\n  name: []\n  attributes: {severity: bad}")

    assert [(each.line, each.word) for each in reading.mistakes] == [
        (1, "missing_cuont"),
        (2, "name"),
        (3, "bad"),
    ]


def test_what_is_misspelt_is_told_once() -> None:
    reading = read("failed rows:\n  fail conditon: a\n  naem: x")

    assert [each.word for each in reading.mistakes] == ["fail conditon", "naem"]


def test_a_mistake_knows_the_way_to_its_part() -> None:
    reading = read("missing_count(a) = 0:\n  missing values: [x, y, null]")

    (mistake,) = reading.mistakes
    assert mistake.path == ("missing_count(a) = 0", "missing values", 2)


def test_the_same_mistake_is_raised_each_time() -> None:
    for _ in range(2):
        with pytest.raises(Mistake, match="row_cuont"):
            parsed("row_cuont > 0")
