"""Writes tables and SodaCL checks at random, with what is hard about both."""

import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.adapters.postgres.check_formats import FORMATS
from engine.adapters.postgres.names import ident, text_literal

COLUMNS: dict[str, tuple[str, tuple[str | None, ...]]] = {
    "n": ("integer", (None, "0", "1", "2", "2", "-7", "40", "2147483647")),
    "Big Number": ("bigint", (None, "1", "9223372036854775807", "-3", "-3", "12")),
    "amount": (
        "numeric",
        (None, "0.005", "-12.50", "99", "99", "NaN", "Infinity", "7" * 60, f"-0.{'1' * 59}"),
    ),
    "ratio": (
        "double precision",
        (None, "0.1", "-0", "0", "NaN", "Infinity", "-Infinity", "1e-300"),
    ),
    "name": (
        "text",
        (
            None,
            "",
            " ",
            "n/a",
            "N/A",
            "Zoë",
            "O'Hara",
            "back\\slash",
            "ann@x.org",
            "a b",
            "Ω",
            "12",
            "12",
        ),
    ),
    "Größe": ("character varying", (None, "", "1.5", "-2", "1,5", "x", "12 %", "7 EUR", "1.2.3")),
    "UPPER": ("text", (None, "2024-02-30", "10:30", "555-123-4567", "1.2.3.4", "::1", "ok", "ok")),
    "born": ("date", (None, "0044-03-15", "1899-12-31", "2024-02-29", "1066-10-14", "1066-10-14")),
    "at": ("timestamp with time zone", (None, "1850-01-01 00:00+00", "2024-05-01 12:00+02", "now")),
    "seen": (
        "timestamp without time zone",
        (None, "1700-01-01", "2020-05-01 12:00:00.5", "2020-05-01 12:00:00.5"),
    ),
    "paid": ("boolean", (None, "t", "f")),
}
"""By name: a type, and the values that it may have."""

NUMBERS = ("n", "Big Number", "amount", "ratio")
TEXTS = ("name", "Größe", "UPPER")
MOMENTS = ("born", "at", "seen")

FILTERS = ("n > 1", "n IS NULL", "1 = 0", "name <> ''", "n = 1 OR n = 2", "NOT paid")


def quoted(column: str) -> str:
    """A column as it is written in SodaCL."""
    return column if re.fullmatch("[a-z]+", column) else f'"{column}"'


@dataclass(frozen=True, slots=True)
class Grouped:
    """A `group by`, and the check of a single group that means the same."""

    text: str
    field: str
    where: str
    single: str

    def of(self, value: str | None) -> str:
        """The check of one group, to be asked of the whole table."""
        same = f"{ident(self.field)} IS NOT DISTINCT FROM "
        group = same + ("NULL" if value is None else text_literal(value))
        condition = f"({group}) AND {self.where}" if self.where else group
        line, colon, levels = self.single.replace(" " * 8, "  ").partition(":\n")
        settings = f"\n  filter: {json.dumps(condition, ensure_ascii=False)}"
        return f"{line}:{settings}\n{levels}" if colon else f"{line}:{settings}"


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes checks at random."""

    rng: random.Random

    def row(self, columns: Sequence[str]) -> str:
        cells = (self.rng.choice(COLUMNS[column][1]) for column in columns)
        return f"({', '.join('NULL' if cell is None else text_literal(cell) for cell in cells)})"

    def number(self) -> str:
        return self.rng.choice(("0", "1", "2", "5", "-3", "0.5", "1000", "33.33", "50"))

    def threshold(self) -> str:
        low, high = sorted((self.rng.randint(-3, 4), self.rng.randint(3, 60)))
        return self.rng.choice(
            (
                *(f"{sign} {self.number()}" for sign in ("<", "<=", "=", "!=", ">=", ">")),
                f"between {low} and {high}",
                f"between ({low} and {high}]",
                f"between [{low} and {high})",
                f"not between {low} and {high}",
            )
        )

    def limited(self, head: str, settings: Sequence[str] = ()) -> str:
        """A check with one threshold, or with what warns and what fails."""
        if self.rng.random() < 0.3:
            levels = (f"warn: when {self.threshold()}", f"fail: when {self.threshold()}")
            return "\n  ".join((f"{head}:", *settings, *levels))
        line = f"{head} {self.threshold()}"
        return "\n  ".join((f"{line}:", *settings)) if settings else line

    def filter(self) -> list[str]:
        return [f"filter: {self.rng.choice(FILTERS)}"] if self.rng.random() < 0.3 else []

    def missing(self, column: str) -> list[str]:
        chosen: tuple[str, ...]
        if column in TEXTS:
            chosen = ("missing values: ['', n/a]", r"missing regex: ^\s*$", "")
        elif column in NUMBERS:
            chosen = ("missing values: [0, -7]", "", "")
        else:
            chosen = ("",)
        return [each for each in (self.rng.choice(chosen),) if each]

    def validity(self, column: str) -> list[str]:
        chosen: tuple[str, ...]
        if column in TEXTS:
            name = self.rng.choice(tuple(FORMATS))
            chosen = (
                f"valid format: {name}",
                "valid values: [ok, '12', x]",
                "valid regex: ^[a-z@.]+$",
                "valid length: 2",
                "valid min length: 1",
                "valid max length: 3",
                "invalid values: ['', x]",
                "invalid regex: '[0-9]{2}'",
                f"invalid format: {name}",
            )
        else:
            chosen = (
                "valid min: 1",
                "valid max: 40",
                "valid values: [1, 2, 99]",
                "invalid values: [2]",
            )
        return [self.rng.choice(chosen)]

    def check(self) -> str:
        """One check on a table called t."""
        kinds = (self.rows, self.counts, self.counts, self.values, self.values)
        return self.rng.choice((*kinds, self.repeats, self.ages, self.own))()

    def rows(self) -> str:
        return self.limited("row_count", self.filter())

    def counts(self) -> str:
        column = self.rng.choice((*NUMBERS, *TEXTS, *MOMENTS))
        kind = self.rng.choice(
            ("missing_count", "missing_percent", "invalid_count", "invalid_percent", "valid_count")
        )
        settings = [*self.missing(column), *self.filter()]
        if not kind.startswith("missing"):
            if column in MOMENTS:
                column = "n"
                settings = self.filter()
            settings += self.validity(column)
        return self.limited(f"{kind}({quoted(column)})", settings)

    def values(self) -> str:
        kind = self.rng.choice(
            (
                "min",
                "max",
                "avg",
                "sum",
                "stddev",
                "stddev_pop",
                "stddev_samp",
                "variance",
                "var_pop",
                "var_samp",
                "min_length",
                "max_length",
                "avg_length",
                "percentile",
            )
        )
        if kind.endswith("length"):
            column = self.rng.choice(TEXTS)
            settings = [*self.missing(column), *self.filter()]
            return self.limited(f"{kind}({quoted(column)})", settings)
        column = self.rng.choice(NUMBERS)
        settings = [*self.missing(column), *self.filter()]
        if self.rng.random() < 0.2:
            settings += self.validity(column)
        share = f", {self.rng.choice(('0.5', '0.95', '0'))}" if kind == "percentile" else ""
        return self.limited(f"{kind}({quoted(column)}{share})", settings)

    def repeats(self) -> str:
        kind = self.rng.choice(("duplicate_count", "duplicate_percent"))
        columns = self.rng.sample((*NUMBERS, *TEXTS, *MOMENTS, "paid"), self.rng.choice((1, 1, 2)))
        return self.limited(f"{kind}({', '.join(map(quoted, columns))})", self.filter())

    def ages(self) -> str:
        column = self.rng.choice(MOMENTS)
        age = self.rng.choice(("1d", "2d3h", "99999d", "30m"))
        if self.rng.random() < 0.4:
            return f"freshness({column}):\n  warn: when > {age}\n  fail: when > 700000d"
        settings = "".join(f"\n  {each}" for each in self.filter())
        return f"freshness({column}) < {age}" + (f":{settings}" if settings else "")

    def own(self) -> str:
        condition = self.rng.choice(
            ("n > 1 OR name = ''", "amount IS NULL", "1 = 0", "born < '1900-01-01'")
        )
        query = self.rng.choice(
            ("SELECT * FROM t WHERE n > 1", "SELECT name, count(*) FROM t GROUP BY 1")
        )
        number = self.rng.choice(
            (
                "SELECT count(*) AS c FROM t",
                "SELECT NULL AS a, 3 AS b",
                "SELECT n FROM t WHERE 1 = 0",
            )
        )
        other = self.rng.choice(
            (
                "(n) must exist in other (n)",
                "(n) must not exist in other (n)",
                "(name) must exist in other (name)",
                "(n, name) must exist in other (n, name)",
                '("Big Number") must exist in other (n)',
            )
        )
        schema = self.rng.choice(
            (
                "when required column missing: [n, name]",
                "when required column missing: [n, nobody]",
                "when forbidden column present: [na%]",
                "when forbidden column present: ['pii_%', zz]",
                "when wrong column type:\n      n: integer\n      name: varchar",
                "when wrong column type:\n      at: timestamptz\n      Größe: text",
                "when wrong column index:\n      n: 0",
                "when wrong column index:\n      n: 3\n      name: 0",
            )
        )
        return self.rng.choice(
            (
                f"failed rows:\n  name: some\n  fail condition: {condition}",
                f"failed rows:\n  name: some\n  fail condition: {condition}\n  warn: when > 3",
                f"failed rows:\n  name: some\n  fail query: |\n    {query}",
                self.limited("mine", [f"mine query: {number}"]),
                self.limited("mine", ["mine expression: sum(n) + count(DISTINCT name)"]),
                f"values in {other}",
                f"schema:\n  {self.rng.choice(('fail', 'warn'))}:\n    {schema}",
            )
        )

    def grouped(self) -> "Grouped":
        """A `group by`, and what to ask of each group instead."""
        field = self.rng.choice(("name", "UPPER", "paid", "born", "n"))
        sql, metric = self.rng.choice(
            (
                ("count(*)", "row_count"),
                ("sum(n)", "sum(n)"),
                ('max("Big Number")', 'max("Big Number")'),
                ("count(*) FILTER (WHERE seen IS NULL)", "missing_count(seen)"),
                ("min(length(name))", "min_length(name)"),
            )
        )
        where = self.rng.choice(("", "", "n > 1", "n IS NULL AND name = 'nobody'"))
        threshold = self.threshold()
        levels = f":\n{' ' * 8}warn: when {threshold}\n{' ' * 8}fail: when {self.threshold()}"
        limit = levels if self.rng.random() < 0.3 else f" {threshold}"
        kept = f"WHERE {where} " if where else ""
        query = f"SELECT {ident(field)} AS f, {sql} AS m FROM t {kept}GROUP BY 1"  # noqa: S608  # a test's
        text = f"group by:\n  query: {query}\n  fields: [f]\n  checks:\n    - m{limit}"
        return Grouped(text, field, where, f"{metric}{limit}")

    def tables(self) -> tuple[str, ...]:
        """Statements that make `t` and `other` anew."""
        rows = self.rng.choice((0, 1, 4, 9, 14))
        return (*self._table("t", tuple(COLUMNS), rows), *self._table("other", ("n", "name"), 5))

    def _table(self, name: str, columns: Sequence[str], rows: int) -> tuple[str, ...]:
        defined = ", ".join(f"{ident(each)} {COLUMNS[each][0]}" for each in columns)
        made = (f"DROP TABLE IF EXISTS silver.{name}", f"CREATE TABLE silver.{name} ({defined})")
        filled = ", ".join(self.row(columns) for _ in range(rows))
        fill = f"INSERT INTO silver.{name} VALUES {filled}"  # noqa: S608  # literals are quoted
        return (*made, fill) if rows else made
