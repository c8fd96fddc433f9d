"""The names that exist here: pipelines, tables and the datasets of each layer."""

from collections.abc import Iterator
from dataclasses import dataclass

LAYERS = ("bronze", "silver", "gold")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Names that a sentence may use; datasets are `layer.name`.

    A maker is a dataset with the one pipeline that makes it and nothing of another layer. Columns
    are those of any table; `columns_in` has each with its table. Owners are ids with
    their names; consumers are what reads datasets outside Atlas, such as a dashboard.
    """

    pipelines: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    makers: tuple[tuple[str, str], ...] = ()
    columns: tuple[str, ...] = ()
    columns_in: tuple[tuple[str, str], ...] = ()
    owners: tuple[tuple[str, str], ...] = ()
    consumers: tuple[str, ...] = ()

    def short_names(self) -> tuple[str, ...]:
        """Tables and models without their layer, each once."""
        models = (short_name(dataset) for dataset in self.datasets)
        return tuple(dict.fromkeys((*self.tables, *models)))

    def dataset(self, name: str, layer: str | None, usual: str) -> str | None:
        """The dataset that a name stands for, in its layer or in the usual one."""
        found = tuple(self._layers_of(name))
        if layer is not None:
            return f"{layer}.{name}" if layer in found else None
        if usual in found or not found:
            return f"{usual}.{name}"
        return f"{found[0]}.{name}"

    def datasets_of(self, name: str) -> tuple[str, ...]:
        """Every dataset of one table or model."""
        return tuple(dataset for dataset in self.datasets if short_name(dataset) == name)

    def datasets_in(self, layer: str) -> tuple[str, ...]:
        """Every dataset of one layer, or all when the layer is empty."""
        inside = tuple(each for each in self.datasets if each.startswith(f"{layer}."))
        return inside or self.datasets

    def _layers_of(self, name: str) -> Iterator[str]:
        return (dataset.partition(".")[0] for dataset in self.datasets_of(name))


def short_name(dataset: str) -> str:
    """A dataset's name without its layer."""
    return dataset.partition(".")[2] or dataset
