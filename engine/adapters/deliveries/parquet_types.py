"""What a column of a Parquet file is called, so that only what a reader would notice differs."""

import pyarrow as pa
from pyarrow import types


def told(kind: pa.DataType) -> str:
    """Its sort, without how wide it is stored; empty where a column holds no value to tell by."""
    if types.is_null(kind):
        return ""
    if types.is_dictionary(kind):
        return told(kind.value_type)
    if types.is_timestamp(kind):
        return "timestamp with time zone" if kind.tz else "timestamp without time zone"
    return next((name for is_of, name in _SORTS if is_of(kind)), str(kind))


_SORTS = (
    (types.is_boolean, "boolean"),
    (types.is_integer, "integer"),
    (types.is_floating, "double precision"),
    (types.is_date, "date"),
    (types.is_time, "time"),
    (types.is_string, "text"),
    (types.is_large_string, "text"),
    (types.is_string_view, "text"),
)
"""Writers choose 32 or 64 bits by what a file holds, and text in three forms."""
