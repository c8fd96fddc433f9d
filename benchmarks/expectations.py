"""The checks of `benchmarks.quality` in Great Expectations, in an environment of its own.

`benchmarks.quality` starts it as a script, with the address of the database; then each line that it
is sent, such as `{"tables": ["large"], "regex": true}`, is answered by `true` where all passed.
"""

import json
import sys
from datetime import UTC, datetime

import great_expectations as gx
import great_expectations.expectations as gxe
from great_expectations.core.batch_definition import BatchDefinition
from great_expectations.data_context.types.base import ProgressBarsConfig

REGEX = sys.argv[2]
"""Soda's for email addresses: Great Expectations has no format by that name."""

EXPECTATIONS = (
    gxe.ExpectTableRowCountToBeBetween(min_value=1),
    gxe.ExpectColumnValuesToNotBeNull(column="customer"),
    gxe.ExpectColumnValuesToNotBeNull(column="discount", mostly=0.4),
    gxe.ExpectColumnValuesToBeUnique(column="id"),
    gxe.ExpectColumnMinToBeBetween(column="quantity", min_value=0),
    gxe.ExpectColumnMaxToBeBetween(column="quantity", max_value=1000, strict_max=True),
    gxe.ExpectColumnMeanToBeBetween(column="price", min_value=1, max_value=1000),
    gxe.ExpectColumnValuesToBeInSet(column="country", value_set=["DE", "FR", "US"]),
    gxe.ExpectColumnMaxToBeBetween(column="updated_at", min_value=datetime(2020, 1, 1, tzinfo=UTC)),
)
EMAIL = gxe.ExpectColumnValuesToMatchRegex(column="email", regex=REGEX, mostly=0.95)


class Expectations:
    """The checks of one database; nothing that was measured before is kept."""

    def __init__(self, url: str) -> None:
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = ProgressBarsConfig(globally=False)
        self._source = context.data_sources.add_postgres("atlas", connection_string=url)
        self._batches: dict[str, BatchDefinition] = {}

    def hold(self, table: str, regex: bool) -> bool:
        """Whether all of them hold of a table."""
        if table not in self._batches:
            asset = self._source.add_table_asset(table, table_name=table, schema_name="silver")
            self._batches[table] = asset.add_batch_definition_whole_table(table)
        suite = gx.ExpectationSuite(
            name=table, expectations=[*EXPECTATIONS, *([EMAIL] if regex else [])]
        )
        found = self._batches[table].get_batch().validate(suite, result_format="BOOLEAN_ONLY")
        return bool(found.success)


def main() -> None:
    """Answer line after line, until there are no more."""
    expectations = Expectations(sys.argv[1])
    for line in sys.stdin:
        asked = json.loads(line)
        held = [expectations.hold(table, asked["regex"]) for table in asked["tables"]]
        print(json.dumps(all(held)), flush=True)


if __name__ == "__main__":
    main()
