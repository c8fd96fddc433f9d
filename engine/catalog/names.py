"""What datasets are called: a layer and a table."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from typing_extensions import override

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
"""What a table, model or pipeline may be called: it leaves room for suffixes in 63 bytes."""


class Layer(StrEnum):
    """Where a dataset stands: raw, clean and free of personal data, for analysis."""

    BRONZE = "bronze"
    SILVER = "silver"
    GOLD = "gold"


@dataclass(frozen=True, slots=True, order=True)
class DatasetName:
    """A dataset by layer and table, such as `silver.customers`."""

    layer: Layer
    table: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `layer.table`; raises ValueError where it is none."""
        layer, dot, table = text.partition(".")
        if not dot or not table:
            raise ValueError(text)
        return cls(Layer(layer), table)

    @override
    def __str__(self) -> str:
        return f"{self.layer}.{self.table}"
