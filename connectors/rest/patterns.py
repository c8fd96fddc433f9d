"""The forms that texts of programs must have, each with the words that say so."""

from collections.abc import Mapping
from types import MappingProxyType

LONGEST_KEY = 200

PRINTABLE = r"^[^\x00-\x1f\x7f]+$"
KEY = rf"^[\x21-\x7e]{{1,{LONGEST_KEY}}}$"
CURSOR = r"^[A-Za-z0-9_-]{16}$"
UUID = r"^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$"
MOMENT = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})$"
)
NODE = r"^(dataset|job):[^\x00-\x1f\x7f]+:[^\x00-\x1f\x7f]+$"
COLUMN_NODE = r"^(dataset|datasetField|job):[^\x00-\x1f\x7f]+:[^\x00-\x1f\x7f]+$"

SAID: Mapping[str, str] = MappingProxyType(
    {
        PRINTABLE: "it must be printable text, without control characters",
        KEY: f"it must have 1 to {LONGEST_KEY} printable ASCII characters, without spaces",
        CURSOR: "it must be a next_cursor as it was given",
        UUID: "it must be a UUID",
        MOMENT: "it must be a moment with its time zone, such as 2026-03-01T12:00:00Z",
        NODE: "it must be dataset:namespace:name or job:namespace:name",
        COLUMN_NODE: (
            "it must be dataset:namespace:name, datasetField:namespace:name:field"
            " or job:namespace:name"
        ),
    }
)
"""What a problem says instead of the expression."""
