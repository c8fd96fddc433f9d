"""The SQL that turns bronze text into a typed, protected silver table; pure text in, text out.

Layers of the statement: cleaned (text) → present (no words for nothing) → typed → judged (`_ok`)
and ranked → two INSERTs. Each row is read, cast and judged once; reasons are worded only for rows
that go to quarantine.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from engine.adapters.postgres.names import dataset, ident, qualified, text_literal
from engine.catalog.model import Cleaning, Column, ColumnType, DateFormat, Operator, Table
from engine.privacy.model import Protection
from engine.privacy.protect import REDACTED

SQL_TYPES = {
    ColumnType.TEXT: "text",
    ColumnType.INTEGER: "bigint",
    ColumnType.NUMBER: "numeric",
    ColumnType.BOOLEAN: "boolean",
    ColumnType.DATE: "date",
    ColumnType.TIMESTAMP: "timestamptz",
}

NULL_WORDS = ("", "n/a", "null", "none", "-")
"""What exports write where they mean nothing, compared in lower case without outer blanks."""

_APART = "OFFSET 0"
"""Keeps PostgreSQL from merging a layer into the next one, which would work each text out anew
wherever it is used: a hundred times slower on ten columns."""

_BLANKS = "E' \\t\\n\\r\\f\\u00a0'"

_MONTHS = (
    # each spelled out: PostgreSQL reads other words there too, such as `julian`
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    "sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)

_DATE_SHAPES = {
    # a pattern, and the parts between separators in the order year, month, day
    DateFormat.ISO: (r"^\d{4}-\d{1,2}-\d{1,2}$", "-", (1, 2, 3)),
    DateFormat.DOTTED: (r"^\d{1,2}\.\d{1,2}\.\d{4}$", ".", (3, 2, 1)),
    DateFormat.SLASHED: (r"^\d{1,2}/\d{1,2}/\d{4}$", "/", (3, 2, 1)),
    DateFormat.AMERICAN: (r"^\d{1,2}/\d{1,2}/\d{4}$", "/", (3, 1, 2)),
    DateFormat.NAMED: (rf"(?i)^{_MONTHS} \d{{1,2}}, \d{{4}}$", "", ()),
}

_WANTED = {
    ColumnType.INTEGER: "not a whole number",
    ColumnType.NUMBER: "not a number",
    ColumnType.BOOLEAN: "not yes or no",
    ColumnType.DATE: "not a date",
    ColumnType.TIMESTAMP: "not a date and time",
}


@dataclass(frozen=True, slots=True)
class SilverColumn:
    """A column of the silver table: declared or carried along, with what protects it."""

    column: Column
    in_bronze: bool
    protection: Protection | None = None
    number: int = 0

    @property
    def operator(self) -> Operator:
        """What protection does to it."""
        return self.protection.operator if self.protection else Operator.KEEP

    @property
    def substituted(self) -> bool:
        """Whether each value has a substitute of its own, made outside of SQL."""
        return self.operator in {Operator.HASH, Operator.MASK}

    @property
    def sql_type(self) -> str:
        """Its type in silver; a substitute is text."""
        return "text" if self.substituted else SQL_TYPES[self.column.type]

    @property
    def cleanings(self) -> tuple[Cleaning, ...]:
        """How its text is normalised: what is to be cast is trimmed in any case."""
        given = self.column.clean
        return given if Cleaning.TRIM in given or not self.typed else (*given, Cleaning.TRIM)

    @property
    def typed(self) -> bool:
        """Whether its text is cast."""
        return self.column.type is not ColumnType.TEXT

    @property
    def text(self) -> str:
        """The quoted name of its cleaned text within the statement."""
        return ident(f"_x_{self.number}") if self.typed else ident(self.column.name)

    @property
    def substitutes(self) -> str:
        """The quoted name of the temporary table of its substitutes."""
        return ident(f"_substitutes_{self.number}")


def silver_columns(
    table: Table, present: Sequence[str], protections: Sequence[Protection]
) -> tuple[SilverColumn, ...]:
    """The declared columns, then the undeclared ones that bronze holds."""
    by_name = {each.column: each for each in protections}
    declared = {column.name for column in table.columns}
    carried = [Column(name) for name in present if name not in declared]
    return tuple(
        SilverColumn(column, column.name in present, by_name.get(column.name), number)
        for number, column in enumerate((*table.columns, *carried))
    )


def create_staged(staged: str, columns: Sequence[SilverColumn]) -> str:
    """CREATE TABLE for the staged silver table."""
    defined = ", ".join(f"{ident(each.column.name)} {each.sql_type}" for each in columns)
    return f"CREATE TABLE {staged} ({defined})"


def create_quarantine(table: Table) -> str:
    """CREATE TABLE for the quarantine of a table."""
    return (
        f"CREATE TABLE IF NOT EXISTS {qualified('quarantine', table.name)} ("
        '"row" jsonb NOT NULL, reasons text[] NOT NULL, source text, bronze_row bigint, '
        "run_id text NOT NULL, quarantined_at timestamptz NOT NULL DEFAULT now())"
    )


def distinct_values(table: Table, each: SilverColumn) -> str:
    """SELECT of the different values of a column, cleaned as refining will clean them."""
    cleaned = f"SELECT {_cleaned(each)} AS {each.text} FROM {dataset(table.bronze)} b {_APART}"
    return (
        f"SELECT DISTINCT value FROM (SELECT {_without_null_words(each)} AS value "
        f"FROM ({cleaned}) cleaned) present WHERE value IS NOT NULL"
    )


def refine(table: Table, columns: Sequence[SilverColumn], staged: str) -> str:
    """The one statement; $1 is the run id; it returns four counts, which must add up."""
    names = ", ".join(ident(each.column.name) for each in columns)
    protected = ",\n    ".join(_protected(each) for each in columns)
    joins = "\n  ".join(_join(each, "r") for each in columns if each.substituted)
    keys = [each for each in columns if each.column.name in table.key]
    known_keys = "\n  ".join(_join(each, "judged") for each in keys if each.substituted)
    return f"""
WITH ranked AS MATERIALIZED (
  SELECT judged.*, row_number() OVER (PARTITION BY judged._ok, {_keys(keys)}
                               ORDER BY {_newest(table)}) AS _rank
  FROM (SELECT *, {_ok(columns)} AS _ok
        FROM (SELECT _row, _source, {_typed(columns)}
              FROM (SELECT _row, _source, {_each(columns, _without_null_words)}
                    FROM (SELECT _row, _source, {_each(columns, _cleaned)}
                          FROM {dataset(table.bronze)} b
                          {_APART}) cleaned
                    {_APART}) present
              {_APART}) typed
        {_APART}) judged
  {known_keys}
), quarantined AS (
  INSERT INTO {qualified("quarantine", table.name)} ("row", reasons, source, bronze_row, run_id)
  SELECT (SELECT to_jsonb(kept) FROM (SELECT {_kept(columns)}) kept),
    array_remove(ARRAY[{_reasons(columns)}]::text[], NULL), r._source, r._row, $1
  FROM ranked r
  {joins}
  WHERE NOT r._ok
  RETURNING 1
), staged AS (
  INSERT INTO {staged} ({names})
  SELECT {protected}
  FROM ranked r
  {joins}
  WHERE r._ok AND r._rank = 1
  RETURNING 1
)
SELECT (SELECT count(*) FROM ranked) AS rows_in,
  (SELECT count(*) FROM quarantined) AS quarantined,
  (SELECT count(*) FROM staged) AS published,
  (SELECT count(*) FROM ranked WHERE _ok AND _rank > 1) AS deduplicated
"""


def _keys(keys: Sequence[SilverColumn]) -> str:
    """What makes rows the same: two spellings with one token are one row of silver."""
    return ", ".join(
        f"{key.substitutes}.substitute" if key.substituted else f"judged.{ident(key.column.name)}"
        for key in keys
    )


def _newest(table: Table) -> str:
    watermark = f"judged.{ident(table.watermark)} DESC NULLS LAST, " if table.watermark else ""
    return f"{watermark}judged._row DESC"


def _each(columns: Sequence[SilverColumn], way: Callable[[SilverColumn], str]) -> str:
    return ",\n    ".join(f"{way(each)} AS {each.text}" for each in columns)


def _cleaned(each: SilverColumn) -> str:
    """The column's text, normalised."""
    if not each.in_bronze:
        return "NULL::text"
    text = f"b.{ident(each.column.name)}"
    for cleaning in each.cleanings:
        text = _clean(cleaning, text)
    return text


def _without_null_words(each: SilverColumn) -> str:
    """The cleaned text, or NULL where it is a word for nothing; long texts are none at a glance."""
    words = ", ".join(text_literal(word) for word in NULL_WORDS)
    if Cleaning.TRIM in each.cleanings:
        longest = max(map(len, NULL_WORDS))
        meant = f"octet_length({each.text}) > {longest} OR lower({each.text}) NOT IN ({words})"
    else:
        meant = f"lower(btrim({each.text}, {_BLANKS})) NOT IN ({words})"
    return f"CASE WHEN {meant} THEN {each.text} END"


def _clean(cleaning: Cleaning, text: str) -> str:
    match cleaning:
        case Cleaning.TRIM:
            return f"btrim({text}, {_BLANKS})"
        case Cleaning.SQUEEZE:
            return rf"regexp_replace({text}, '\s+', ' ', 'g')"
        case Cleaning.LOWER:
            return f"lower({text})"
        case Cleaning.UPPER:
            return f"upper({text})"
        case Cleaning.DIGITS:
            return rf"regexp_replace({text}, '\D', '', 'g')"


def _typed(columns: Sequence[SilverColumn]) -> str:
    parts = [each.text for each in columns]
    parts += [f"{_cast(each)} AS {ident(each.column.name)}" for each in columns if each.typed]
    return ",\n    ".join(parts)


def _cast(each: SilverColumn) -> str:
    """The typed value, or NULL where the text is none; PostgreSQL itself says what is valid."""
    text, sql_type = each.text, SQL_TYPES[each.column.type]
    match each.column.type:
        case ColumnType.DATE | ColumnType.TIMESTAMP:
            return f"CASE {' '.join(_date_branches(each, sql_type))} END"
        case ColumnType.INTEGER | ColumnType.NUMBER:
            # the last character tells NaN and Infinity, which PostgreSQL takes for numbers
            digit = f"right({text}, 1) COLLATE \"C\" BETWEEN '.' AND '9'"
            return f"CASE WHEN {digit} THEN {_if_valid(text, sql_type)} END"
        case _:
            return _if_valid(text, sql_type)


def _if_valid(text: str, sql_type: str) -> str:
    return f"CASE WHEN pg_input_is_valid({text}, '{sql_type}') THEN ({text})::{sql_type} END"


def _date_branches(each: SilverColumn, sql_type: str) -> Iterator[str]:
    """One branch a format; `now` and `infinity`, which PostgreSQL takes for dates, fit none."""
    text = each.text
    if each.column.type is ColumnType.TIMESTAMP:
        yield f"WHEN {text} LIKE '____-__-__%' THEN {_if_valid(text, sql_type)}"
    if DateFormat.ISO in each.column.formats:
        # LIKE is ten times faster than the pattern, and most dates are written so
        yield f"WHEN {text} LIKE '____-__-__' THEN {_if_valid(text, sql_type)}"
    for wanted in each.column.formats:
        shape, separator, order = _DATE_SHAPES[wanted]
        parts = [f"split_part({text}, '{separator}', {number})" for number in order]
        iso = " || '-' || ".join(parts) or text
        yield f"WHEN {text} ~ '{shape}' THEN {_if_valid(iso, sql_type)}"


def _ok(columns: Sequence[SilverColumn]) -> str:
    tests = [f"{ident(each.column.name)} IS NOT NULL" for each in columns if each.column.required]
    tests += [
        f"({each.text} IS NULL OR {ident(each.column.name)} IS NOT NULL)"
        for each in columns
        if each.typed and not each.column.required
    ]
    return f"({' AND '.join(tests)})" if tests else "true"


def _reasons(columns: Sequence[SilverColumn]) -> str:
    """For each column what is wrong with it, or NULL."""
    return ",\n    ".join(reason for each in columns for reason in _reasons_of(each)) or "NULL"


def _reasons_of(each: SilverColumn) -> list[str]:
    name, value, text = each.column.name, f"r.{ident(each.column.name)}", f"r.{each.text}"
    reasons = []
    if each.typed:
        wrong = text_literal(f"{name}: {_WANTED[each.column.type]}")
        shown = wrong if each.protection else f"{wrong} || ' (' || {_shape(text)} || ')'"
        reasons.append(f"CASE WHEN {text} IS NOT NULL AND {value} IS NULL THEN {shown} END")
    if each.column.required:
        missing = text_literal(f"{name}: missing")
        reasons.append(f"CASE WHEN {text} IS NULL THEN {missing} END")
    return reasons


def _shape(text: str) -> str:
    """How a text looks without its content: `12,5o kg` becomes `99,9x xx`."""
    letters = f"regexp_replace({text}, '[^[:digit:][:space:][:punct:]]', 'x', 'g')"
    return rf"left(regexp_replace({letters}, '\d', '9', 'g'), 40)"


def _kept(columns: Sequence[SilverColumn]) -> str:
    """What a quarantined row keeps: protected values, and shapes of those that can't be cast."""
    parts = []
    for each in columns:
        value = _protected(each)
        if each.typed and not each.protection:
            value = f"coalesce({value}::text, {_shape(f'r.{each.text}')})"
        parts.append(f"{value} AS {ident(each.column.name)}")
    return ",\n    ".join(parts)


def _protected(each: SilverColumn) -> str:
    value = f"r.{ident(each.column.name)}"
    match each.operator:
        case Operator.HASH | Operator.MASK:
            return f"{each.substitutes}.substitute"
        case Operator.REDACT if each.typed:
            return f"NULL::{each.sql_type}"
        case Operator.REDACT:
            return f"CASE WHEN {value} IS NOT NULL THEN {text_literal(REDACTED)} END"
        case _:
            return value


def _join(each: SilverColumn, rows: str) -> str:
    return f"LEFT JOIN {each.substitutes} ON {each.substitutes}.value = {rows}.{each.text}"
