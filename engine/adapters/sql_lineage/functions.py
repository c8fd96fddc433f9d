"""What is known of PostgreSQL's functions: those that hide, those over many rows, their columns."""

from sqlglot import exp

HASHES = frozenset(
    {
        "md5", "sha224", "sha256", "sha384", "sha512", "digest", "hmac", "crypt",
        "hashtext", "hashtextextended",
    }
)  # fmt: skip
"""Their value can't be led back to what they are given. Encryption can, and so can a part of a
text or a mask that leaves some letters: none of these is said to mask."""

HASH_NODES = (exp.MD5, exp.MD5Digest, exp.SHA, exp.SHA1Digest, exp.SHA2, exp.SHA2Digest)

AGGREGATES = frozenset(
    {
        "array_agg", "avg", "bit_and", "bit_or", "bit_xor", "bool_and", "bool_or", "corr", "count",
        "covar_pop", "covar_samp", "every", "json_agg", "json_agg_strict", "json_arrayagg",
        "json_object_agg", "json_object_agg_strict", "json_object_agg_unique", "json_objectagg",
        "jsonb_agg", "jsonb_agg_strict", "jsonb_object_agg", "jsonb_object_agg_strict",
        "jsonb_object_agg_unique", "max", "min", "mode", "percentile_cont", "percentile_disc",
        "any_value", "range_agg", "range_intersect_agg", "regr_avgx", "regr_avgy", "regr_count",
        "regr_intercept", "regr_r2", "regr_slope", "regr_sxx", "regr_sxy", "regr_syy", "stddev",
        "stddev_pop", "stddev_samp", "string_agg", "sum", "var_pop", "var_samp", "variance",
        "xmlagg",
    }
)  # fmt: skip

ONE_ROW = (exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue, exp.NthValue, exp.Ntile)
"""Window functions that give the value of some row: sqlglot has them among the aggregates."""

_PAIR = ("key", "value")

COLUMNS: dict[str, tuple[str, ...]] = {
    "json_each": _PAIR,
    "json_each_text": _PAIR,
    "jsonb_each": _PAIR,
    "jsonb_each_text": _PAIR,
    "each": _PAIR,
    "json_array_elements": ("value",),
    "json_array_elements_text": ("value",),
    "jsonb_array_elements": ("value",),
    "jsonb_array_elements_text": ("value",),
    "ts_stat": ("word", "ndoc", "nentry"),
    "ts_parse": ("tokid", "token"),
}
"""The columns of functions in FROM that are not called like the function."""
