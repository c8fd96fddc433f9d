"""The lineage of models, kept as long as neither their SQL nor the tables they read change."""

from collections import OrderedDict
from collections.abc import Mapping
from hashlib import sha256

from engine.adapters.sql_lineage.statements import RESULT, statement_lineage
from engine.lineage.columns import ColumnLineage

_KEPT = 1000


class SqlLineage:
    """Reads a model's SQL once for each schema that it meets; pure CPU, for one thread."""

    def __init__(self, kept: int = _KEPT) -> None:
        self._kept = kept
        self._known: OrderedDict[bytes, ColumnLineage] = OrderedDict()

    def of(self, sql: str, schema: Mapping[str, Mapping[str, str]]) -> ColumnLineage:
        """The lineage of one SELECT; what it can't tell is said in `unresolved`."""
        key = _fingerprint(sql, schema)
        found = self._known.pop(key, None)
        if found is None:
            found = _of_select(sql, schema)
        self._known[key] = found
        if len(self._known) > self._kept:
            self._known.popitem(last=False)
        return found


def _of_select(sql: str, schema: Mapping[str, Mapping[str, str]]) -> ColumnLineage:
    written = statement_lineage(sql, schema)
    if len(written) == 1 and written[0].target == RESULT:
        return written[0].lineage
    return ColumnLineage(unresolved=("this is not one SELECT",))


def _fingerprint(sql: str, schema: Mapping[str, Mapping[str, str]]) -> bytes:
    parts = [sql, *(f"{name}\0{chr(1).join(schema[name])}" for name in sorted(schema))]
    return sha256("\0\0".join(parts).encode(errors="surrogatepass")).digest()
