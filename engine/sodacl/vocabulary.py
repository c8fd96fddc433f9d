"""The words of SodaCL: metrics and what they take, settings, formats, and what is left out."""

from enum import Enum, auto

PERCENTILE = "percentile"


class Takes(Enum):
    """What stands in the brackets of a metric."""

    NOTHING = auto()
    COLUMN = auto()
    COLUMNS = auto()
    COLUMN_AND_SHARE = auto()


METRICS = {
    "row_count": Takes.NOTHING,
    **dict.fromkeys(
        (
            *("missing_count", "missing_percent", "valid_count", "invalid_count"),
            *("invalid_percent", "min", "max", "avg", "sum", "stddev", "stddev_pop"),
            *("stddev_samp", "variance", "var_pop", "var_samp"),
            *("min_length", "max_length", "avg_length"),
        ),
        Takes.COLUMN,
    ),
    "duplicate_count": Takes.COLUMNS,
    "duplicate_percent": Takes.COLUMNS,
    PERCENTILE: Takes.COLUMN_AND_SHARE,
}
"""The numbers that SodaCL knows how to take of a table."""

ABOUT_VALIDITY = frozenset({"invalid_count", "invalid_percent"})
"""Metrics that mean nothing unless the check says which values are valid."""

ABOUT_ROWS = frozenset({"missing_count", "missing_percent", "invalid_count", "invalid_percent"})
"""Metrics that a single row can break."""

FORMS = (
    *("freshness", "schema", "failed rows", "group by", "values in", "change for"),
    *("anomaly detection for",),
)
"""What a check can begin with where it is no metric."""

FORMATS = (
    *("integer", "positive integer", "negative integer"),
    *("decimal", "positive decimal", "negative decimal"),
    *("decimal point", "positive decimal point", "negative decimal point"),
    *("decimal comma", "positive decimal comma", "negative decimal comma"),
    *("percentage", "positive percentage", "negative percentage"),
    *("percentage point", "positive percentage point", "negative percentage point"),
    *("percentage comma", "positive percentage comma", "negative percentage comma"),
    *("money", "money point", "money comma"),
    *("date us", "date eu", "date inverse", "date iso 8601"),
    *("time 24h", "time 24h nosec", "time 12h", "time 12h nosec"),
    *("timestamp 24h", "timestamp 12h", "uuid"),
    *("ip address", "ipv4 address", "ipv6 address"),
    *("email", "phone number", "credit card number"),
)
"""The formats that values may be told to have."""

TYPES = (
    *("smallint", "integer", "bigint", "numeric", "decimal", "real", "double precision", "money"),
    *("text", "varchar", "character varying", "character", '"char"', "name", "bytea", "uuid"),
    *("boolean", "date", "interval", "timestamp", "timestamptz"),
    *("timestamp without time zone", "timestamp with time zone"),
    *("time without time zone", "time with time zone"),
    *("json", "jsonb", "jsonpath", "xml", "inet", "cidr", "macaddr", "macaddr8"),
    *("bit", "bit varying", "point", "line", "lseg", "box", "path", "polygon", "circle"),
    *("int4range", "int8range", "numrange", "daterange", "tsrange", "tstzrange"),
    *("int4multirange", "int8multirange", "nummultirange", "datemultirange"),
    *("tsmultirange", "tstzmultirange", "tsvector", "tsquery", "oid", "xid", "xid8", "cid", "tid"),
    *("pg_lsn", "pg_snapshot", "txid_snapshot", "refcursor", "aclitem", "gtsvector"),
    *("regclass", "regcollation", "regconfig", "regdictionary", "regnamespace", "regoper"),
    *("regoperator", "regproc", "regprocedure", "regrole", "regtype", "int2vector", "oidvector"),
    *("array", "user-defined"),
)
"""What a check of the columns may call a type: as PostgreSQL does, or shorter as Soda takes it."""

OTHER_TYPES = {
    **dict.fromkeys(("int", "int4", "serial"), "integer"),
    **dict.fromkeys(("int8", "long", "bigserial"), "bigint"),
    **dict.fromkeys(("int2", "short", "smallserial"), "smallint"),
    **dict.fromkeys(("float", "float8", "double"), "double precision"),
    "float4": "real",
    **dict.fromkeys(("number", "numeric", "decimal"), "numeric"),
    "bool": "boolean",
    **dict.fromkeys(("str", "string"), "text"),
    **dict.fromkeys(("varchar", "character varying", "nvarchar"), "character varying"),
    **dict.fromkeys(("char", "bpchar", "character"), "character"),
    **dict.fromkeys(("datetime", "timestamp"), "timestamp without time zone"),
    "timestamptz": "timestamp with time zone",
    "time": "time without time zone",
    "timetz": "time with time zone",
    "blob": "bytea",
    **{name: name for name in ("integer", "text", "date", "boolean", "uuid", "json", "jsonb")},
}
"""What other tools call them."""

FAIL_CONDITION, FAIL_QUERY = "fail condition", "fail query"
FAILS = (FAIL_CONDITION, FAIL_QUERY)
VALUES = ("missing values", "valid values", "invalid values")
FORMATTED = ("valid format", "invalid format")
REGEXES = ("missing regex", "valid regex", "invalid regex")
BOUNDS = ("valid min", "valid max")
LENGTHS = ("valid length", "valid min length", "valid max length")

LEFT_OUT = {
    "group evolution": "write a «group by» check, or a «failed rows» check with a fail query",
    "row_count same as": "write a metric of your own, with «… query»",
    "distribution_difference": "write checks of avg, stddev and percentile",
    **dict.fromkeys(("for each dataset", "for each table"), "write it in checks.yaml"),
    **dict.fromkeys(
        ("for each column", "for each"),
        "write the checks under `checks:` in the file of each table",
    ),
    "checks for": "write them under `checks:` in the file of that table, or in checks.yaml",
    "filter": "write «filter:» with the condition under each check, or this in checks.yaml",
    "configurations for": "write the settings under each check",
    "automated monitoring": "write «anomaly detection for row_count»",
    "discover datasets": "tables are declared, each in a file of its own",
    "profile columns": "ask «profile …» or «suggest checks for …»",
    "sample datasets": "a few rows are shown with a check that fails",
    "attributes": "write the attributes under each check",
}
"""Forms of SodaCL that are not evaluated here, and what to write instead."""


def left_out(line: str) -> tuple[str, str] | None:
    """A form that is not read here, and what to say of a line that begins with it."""
    for form, instead in LEFT_OUT.items():
        if line == form or line.startswith((f"{form} ", f"{form}(")):
            return form, f"«{form}» is not supported: {instead}"
    return None


UNTAKEN = {
    "missing format": "write a missing regex",
    "include null": "write a check of missing_count beside it",
    "failed rows query": "write a «failed rows» check beside it",
    "model": "leave it out, the detection learns by itself",
    "training_dataset_parameters": "leave it out, the detection learns by itself",
    "severity_level_parameters": "write `attributes: {severity: warn}` or leave it out",
    "take_over_existing_anomaly_score_check": "leave it out",
    "when mismatching columns": "write «when wrong column type» instead",
    "with optional columns": "leave it out",
}
"""Settings of SodaCL that are not taken here, and what to write instead."""

IDLE = {
    "identity": "it is for Soda Cloud",
    "samples limit": "a few rows are shown, their personal values masked",
    "samples columns": "a few rows are shown, their personal values masked",
}
"""Settings of SodaCL that change no verdict, and why they do nothing here."""
