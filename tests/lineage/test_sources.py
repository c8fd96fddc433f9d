"""What outside datasets are called, which never tells how to get in."""

import pytest

from engine.catalog.model import FileFormat, FileSource, PostgresSource
from engine.lineage.model import ExternalDataset
from engine.lineage.sources import external, external_sources
from tests.builders import a_project, a_table

ORDERS = PostgresSource("SHOP_URL", "orders")


def test_files_are_called_as_the_project_calls_them() -> None:
    source = FileSource(FileFormat.CSV, "deliveries/*/customers.csv")

    assert external(source, {}) == ExternalDataset("file", "deliveries/*/customers.csv")


@pytest.mark.parametrize(
    ("url", "namespace", "name"),
    [
        ("postgresql://reader:s3cret@Db.Example:6543/shop", "postgres://db.example:6543", "shop"),
        ("postgresql://db/shop?sslmode=require", "postgres://db:5432", "shop"),
        ("postgresql://[::1]:1/shop", "postgres://[::1]:1", "shop"),
    ],
)
def test_a_table_is_called_by_its_server_without_credentials(
    url: str, namespace: str, name: str
) -> None:
    told = external(ORDERS, {"SHOP_URL": url})

    assert told == ExternalDataset(namespace, f"{name}.public.orders")
    assert "s3cret" not in repr(told)


@pytest.mark.parametrize("url", ["", "postgresql://db", "host=db dbname=x", "postgresql://db:x/y"])
def test_a_server_that_is_not_known_is_named_for_its_variable(url: str) -> None:
    told = external(PostgresSource("SHOP_URL", "sales.orders"), {"SHOP_URL": url})

    assert told == ExternalDataset("postgres://SHOP_URL", "sales.orders")


def test_each_table_has_its_source() -> None:
    project = a_project([a_table("customers"), a_table("orders")])

    assert set(external_sources(project, {})) == {"customers", "orders"}
