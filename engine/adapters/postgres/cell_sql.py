"""The SQL of one cell: how bronze text is cleaned, cast, and told about where it can't be cast."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from engine.adapters.postgres.names import ident, text_literal
from engine.catalog.model import Cleaning, Column, ColumnType, DateFormat, Operator, Table
from engine.privacy.coverage import Coverage, Reach
from engine.privacy.model import Protection

SQL_TYPES = {
    ColumnType.TEXT: "text",
    ColumnType.INTEGER: "bigint",
    ColumnType.NUMBER: "numeric",
    ColumnType.BOOLEAN: "boolean",
    ColumnType.DATE: "date",
    ColumnType.TIMESTAMP: "timestamptz",
}

NULL_WORDS = ("", "n/a", "null", "none", "-")
"""What exports write where they mean nothing, in any case, compared without outer blanks."""

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
    coverage: Coverage | None = None
    number: int = 0

    @property
    def protection(self) -> Protection | None:
        """What is done to its values as a whole."""
        return self.coverage.protection if self.coverage else None

    @property
    def operator(self) -> Operator:
        """What protection does to its values as a whole."""
        return self.protection.operator if self.protection else Operator.KEEP

    @property
    def substituted(self) -> bool:
        """Whether each value has a substitute of its own, made outside of SQL."""
        return self.operator not in {Operator.REDACT, Operator.KEEP}

    @property
    def looked_into(self) -> bool:
        """Whether some values may have a substitute, for what stands within them."""
        return self.coverage is not None and self.coverage.reach is not Reach.CELL

    @property
    def made(self) -> bool:
        """Whether the table of substitutes has a column for it."""
        return self.in_bronze and (self.substituted or self.looked_into)

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
    def cast_as_it_came(self) -> bool:
        """Whether most cells need no cleaning: PostgreSQL passes over blanks when it casts."""
        return self.typed and not self.substituted and self.cleanings == (Cleaning.TRIM,)

    @property
    def name(self) -> str:
        """Its quoted name."""
        return ident(self.column.name)

    @property
    def text(self) -> str:
        """The quoted name of its text within the statements."""
        return ident(f"_x_{self.number}") if self.typed else self.name

    @property
    def substitute(self) -> str:
        """The quoted name of its column in the table of substitutes."""
        return ident(f"_p_{self.number}")


def silver_columns(
    table: Table, present: Sequence[str], coverages: Sequence[Coverage]
) -> tuple[SilverColumn, ...]:
    """The declared columns, then the undeclared ones that bronze holds."""
    by_name = {each.column: each for each in coverages}
    declared = {column.name for column in table.columns}
    carried = [Column(name) for name in present if name not in declared]
    return tuple(
        SilverColumn(column, column.name in present, by_name.get(column.name), number)
        for number, column in enumerate((*table.columns, *carried))
    )


def cleaned(each: SilverColumn) -> str:
    """The text of a row `b` of bronze, normalised unless it is cast as it came."""
    if not each.in_bronze:
        return "NULL::text"
    text = f"b.{each.name}"
    for cleaning in () if each.cast_as_it_came else each.cleanings:
        text = _clean(cleaning, text)
    return text


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


def present(each: SilverColumn) -> str:
    """The cleaned text, or NULL where it is a word for nothing; long texts are none at a glance."""
    if each.cast_as_it_came:
        return each.text
    if Cleaning.TRIM not in each.cleanings:
        return f"CASE WHEN {_trimmed(each.text)} NOT IN ({_NOTHING}) THEN {each.text} END"
    longest = max(map(len, NULL_WORDS))
    meant = f"octet_length({each.text}) > {longest} OR {each.text} NOT IN ({_NOTHING})"
    return f"CASE WHEN {meant} THEN {each.text} END"


def _trimmed(text: str) -> str:
    return _clean(Cleaning.TRIM, text)


def _spellings(word: str) -> list[str]:
    """The word in every mixture of cases: looked up in one step, where lower() takes five."""
    cases = [sorted({letter.lower(), letter.upper()}) for letter in word]
    return ["".join(letters) for letters in product(*cases)]


_NOTHING = ", ".join(text_literal(spelled) for word in NULL_WORDS for spelled in _spellings(word))


def value(each: SilverColumn) -> str:
    """The typed value, or NULL where the text is none; PostgreSQL itself says what is valid."""
    if not each.cast_as_it_came:
        return _cast(each, each.text)
    text, sql_type = each.text, SQL_TYPES[each.column.type]
    usual = f"WHEN {_usual(each)} AND {_valid(text, sql_type)} THEN {text}::{sql_type}"
    return f"CASE {usual} WHEN {text} <> '' THEN {_cast(each, _trimmed(text))} END"


def _usual(each: SilverColumn) -> str:
    """Whether a text that was not cleaned is surely cast as if it were; cheap, and may say no."""
    text = f'{each.text} COLLATE "C"'
    match each.column.type:
        case ColumnType.INTEGER:
            return f"{text} >= '+'"
        case ColumnType.NUMBER:
            # by its first character, as NaN and Infinity are numbers to PostgreSQL
            return f"({text} >= '.' AND {text} < ':' OR {text} >= '-.' AND {text} < '-:')"
        case ColumnType.DATE if DateFormat.ISO in each.column.formats:
            return f"{text} >= '0' AND {each.text} LIKE '____-__-__'"
        case ColumnType.TIMESTAMP if DateFormat.ISO in each.column.formats:
            return f"{text} >= '0' AND {each.text} LIKE '____-__-__%'"
        case ColumnType.BOOLEAN:
            return "true"
        case _:
            return "false"


def _cast(each: SilverColumn, text: str) -> str:
    sql_type = SQL_TYPES[each.column.type]
    match each.column.type:
        case ColumnType.DATE | ColumnType.TIMESTAMP:
            return f"CASE {' '.join(_date_branches(each, text, sql_type))} END"
        case ColumnType.INTEGER | ColumnType.NUMBER:
            # how it begins tells NaN and Infinity, which PostgreSQL takes for numbers
            return f"CASE WHEN {text} ~ '^[-+]?[.0-9]' THEN {_if_valid(text, sql_type)} END"
        case _:
            return _if_valid(text, sql_type)


def _valid(text: str, sql_type: str) -> str:
    return f"pg_input_is_valid({text}, '{sql_type}')"


def _if_valid(text: str, sql_type: str) -> str:
    return f"CASE WHEN {_valid(text, sql_type)} THEN ({text})::{sql_type} END"


def _date_branches(each: SilverColumn, text: str, sql_type: str) -> Iterator[str]:
    """One branch a format; `now` and `infinity`, which PostgreSQL takes for dates, fit none."""
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


def holds(each: SilverColumn) -> str | None:
    """What must be true of the cell for its row to be good, if anything."""
    if each.column.required:
        return f"{each.name} IS NOT NULL"
    if not each.typed:
        return None
    nothing = f"{each.text} IS NULL"
    if each.cast_as_it_came:
        nothing += f" OR {each.text} = '' OR {_trimmed(each.text)} IN ({_NOTHING})"
    return f"({each.name} IS NOT NULL OR {nothing})"


def kept_text(each: SilverColumn) -> str:
    """The text beside the typed value: a good row needs none that has a substitute."""
    if each.substituted:
        return f"CASE WHEN NOT _ok THEN {each.text} END"
    if not each.cast_as_it_came:
        return each.text
    trimmed = _trimmed(each.text)
    return f"CASE WHEN NOT _ok AND {trimmed} NOT IN ({_NOTHING}) THEN {trimmed} END"


def reasons(each: SilverColumn) -> list[str]:
    """What may be wrong with the cell of a judged row `r`, each an expression that may be NULL."""
    name, text, found = each.column.name, f"r.{each.text}", []
    if each.typed:
        wrong = text_literal(f"{name}: {_WANTED[each.column.type]}")
        shown = wrong if each.protection else f"{wrong} || ' (' || {shape(text)} || ')'"
        found.append(f"CASE WHEN {text} IS NOT NULL AND r.{each.name} IS NULL THEN {shown} END")
    if each.column.required:
        missing = text_literal(f"{name}: missing")
        found.append(f"CASE WHEN {text} IS NULL THEN {missing} END")
    return found


def shape(text: str) -> str:
    """How a text looks without its content: `12,5o kg` becomes `99,9x xx`."""
    letters = f"regexp_replace({text}, '[^[:digit:][:space:][:punct:]]', 'x', 'g')"
    return rf"left(regexp_replace({letters}, '\d', '9', 'g'), 40)"
